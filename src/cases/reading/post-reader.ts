/** Reads posts with Claude, and by keywords where it does not answer. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type Extraction, extractByKeywords } from "../../domain/catalog/posts/extract.ts"
import { TAXONOMY, VIBE_TAGS } from "../../domain/catalog/taxonomy.ts"
import { Llm } from "../../services/llm.ts"
import { VibeExtractor } from "../../services/vibe-extractor.ts"

const ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const Answer = Schema.Struct({
  vibes: Schema.Array(Schema.Struct({ tag: Schema.Literals(VIBE_TAGS as ReadonlyArray<string>), weight: ratio })),
  sentiment: ratio,
  avoid: Schema.Boolean,
  local_score: ratio
})

const INSTRUCTIONS = `Read a post about a place. Say which of these vibes the post ascribes to the place, with weights 0–1, at most eight; \
how much its author likes it (sentiment, 0–1); whether it tells others to stay away (avoid); and whether its author sounds like \
somebody who lives there (local_score 1) or a visitor (0). The vibes:\n${TAXONOMY.map(({ tag, means }) => `${tag}: ${means}`).join("\n")}`

/** Seeding is not in a hurry, but a hung call must not hold it up. */
const DEADLINE_MS = 20_000

const MAX_OUTPUT_TOKENS = 500

export const layerKeyword = Layer.succeed(VibeExtractor, {
  concurrency: 1,
  extract: (text) => Effect.sync(() => extractByKeywords(text))
})

/** Claude where it is configured and within budget, keywords otherwise. */
export const layer = Layer.effect(
  VibeExtractor,
  Effect.gen(function* () {
    const llm = yield* Llm
    const ask = Effect.fnUntraced(function* (text: string) {
      const answer = yield* llm.ask({
        purpose: "vibe_extraction",
        model: "haiku",
        instructions: INSTRUCTIONS,
        data: text,
        answer: Answer,
        maxOutputTokens: MAX_OUTPUT_TOKENS,
        deadline: (yield* Clock.currentTimeMillis) + DEADLINE_MS
      })
      const { vibes, sentiment, avoid, local_score } = answer
      const weights = vibes.filter(({ weight }) => weight > 0).slice(0, 8)
      const extraction: Extraction = {
        extractor: "llm:haiku@1",
        vibes: Object.fromEntries(weights.map(({ tag, weight }) => [tag, weight])),
        sentiment,
        avoid,
        local_score
      }
      return extraction
    })
    return VibeExtractor.of({
      concurrency: llm.configured ? 8 : 1,
      extract: (text) =>
        llm.configured
          ? Effect.catch(ask(text), () => Effect.sync(() => extractByKeywords(text)))
          : Effect.sync(() => extractByKeywords(text))
    })
  })
)
