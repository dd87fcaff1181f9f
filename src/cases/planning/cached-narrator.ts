/** Sentences about stops: from the cache, else from Claude, else the plain one. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  acceptedTexts,
  NARRATIVE_INSTRUCTIONS,
  NarrativeAnswer,
  narrativeData,
  narrativeKey,
  plainNarrative,
  type Stop
} from "../../domain/narrative.ts"
import { Cache } from "../../services/cache.ts"
import { Llm } from "../../services/llm.ts"
import { type Narration, type NarrationRequest, Narrator } from "../../services/narrator.ts"

/** Stops of one call: two weeks of full days. Stops beyond get the plain sentence. */
const MOST_STOPS = 90

/** A sentence of 30 words with its number. */
const TOKENS_PER_STOP = 70

export const layer = Layer.effect(
  Narrator,
  Effect.gen(function* () {
    const llm = yield* Llm
    const cache = yield* Cache

    const write = (request: NarrationRequest, stops: ReadonlyArray<Stop>) =>
      Effect.map(
        llm.ask({
          purpose: "narrate",
          model: "haiku",
          instructions: NARRATIVE_INSTRUCTIONS,
          data: narrativeData(stops, request.archetype),
          answer: NarrativeAnswer,
          maxOutputTokens: 200 + TOKENS_PER_STOP * stops.length,
          deadline: request.deadline,
          ...(request.userId === undefined ? {} : { userId: request.userId }),
          ...(request.tripId === undefined ? {} : { tripId: request.tripId })
        }),
        (answer) => acceptedTexts(answer, stops.length)
      )

    const narrate = (request: NarrationRequest): Effect.Effect<Narration> =>
      Effect.gen(function* () {
        const { stops, archetype } = request
        if (!llm.configured || stops.length === 0) return { texts: stops.map(plainNarrative), source: "local" }
        const keys = stops.map((stop) => narrativeKey(stop, archetype, llm.models.haiku))
        const texts: Array<string | undefined> = yield* Effect.forEach(keys, (key) => cache.get(key, Schema.String), {
          concurrency: "unbounded"
        })
        const missing = stops.flatMap((_, i) => (texts[i] === undefined ? [i] : [])).slice(0, MOST_STOPS)
        const plain = () => stops.map((stop, i) => texts[i] ?? plainNarrative(stop))
        if (missing.length === 0) return { texts: plain(), source: "llm" }
        const written = yield* Effect.result(
          write(
            request,
            missing.map((i) => stops[i]!)
          )
        )
        if (written._tag === "Failure") {
          const { reason, message } = written.failure
          return {
            texts: plain(),
            source: missing.length === stops.length ? "local" : "llm",
            ...(reason === "not_configured" ? {} : { degraded: { reason, message } })
          }
        }
        yield* Effect.forEach(
          missing,
          (i, at) => {
            const text = written.success[at]
            texts[i] = text
            return text === undefined ? Effect.void : cache.set(keys[i]!, Schema.String, text)
          },
          { concurrency: "unbounded", discard: true }
        )
        return { texts: plain(), source: "llm" }
      })

    return { narrate }
  })
)
