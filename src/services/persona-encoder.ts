/**
 * Turns dimensions and history into the 128 numbers of persona space (see `domain/persona`): the first 64 are the
 * affinity in vibe space and can be searched with, the others encode pace, budget, social mode, time of day, openness
 * and history. `layerDeterministic` is always there; `layerReading` has Claude read the traveler first, and describes
 * them in words with a vector of their own where a sentence-transformer is there. It falls back without a word: nobody
 * waits for it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { explain } from "../domain/catalog/embedding.ts"
import { ENCODER_VERSION, encodePersona } from "../domain/persona/encode.ts"
import { personaText } from "../domain/persona/onboarding.ts"
import type { PersonaDimensions, SequenceItem } from "../domain/persona/persona.ts"
import {
  PersonaReading,
  READING_INSTRUCTIONS,
  type ReadSignal,
  readableText,
  readingData,
  withReading
} from "../domain/persona/reading.ts"
import { Llm } from "./llm.ts"
import { TextEmbedding } from "./text-embedding.ts"

export interface EncodedPersona {
  readonly vector: Float32Array
  readonly encoder_version: string
  readonly dimensions: PersonaDimensions
  readonly text: string
  readonly text_embedding?: Float32Array
}

export interface PersonaToEncode {
  readonly userId: string
  readonly dimensions: PersonaDimensions
  readonly sequence: ReadonlyArray<SequenceItem>
  readonly signalCount: number
  /** What they did lately, oldest first. */
  readonly signals: ReadonlyArray<ReadSignal>
}

/** Nobody waits for a reading, but it must not hold its place in the queue for ever. */
const READING_MS = 20_000
const READING_TOKENS = 900

const plainly = (input: PersonaToEncode): EncodedPersona => ({
  vector: encodePersona(input),
  encoder_version: ENCODER_VERSION,
  dimensions: input.dimensions,
  text: personaText(
    input.dimensions,
    explain(input.dimensions.category_affinities.value, 6, 0.25).map(({ tag }) => tag)
  )
})

export class PersonaEncoder extends Context.Service<
  PersonaEncoder,
  {
    readonly encode: (input: PersonaToEncode) => Effect.Effect<EncodedPersona>
    /**
     * Reads somebody again of whom more is known by now; undefined where nobody can read, or today's money for work that
     * nobody waits for is spent. Then what was read before stays.
     */
    readonly readAgain: (input: PersonaToEncode) => Effect.Effect<EncodedPersona | undefined>
  }
>()("overplanned/PersonaEncoder") {
  /** Pure, in microseconds. */
  static readonly layerDeterministic = Layer.succeed(PersonaEncoder, {
    encode: (input) => Effect.sync(() => plainly(input)),
    readAgain: () => Effect.succeed(undefined)
  })

  static readonly layerReading = Layer.effect(
    PersonaEncoder,
    Effect.gen(function* () {
      const llm = yield* Llm
      const embedding = yield* TextEmbedding

      const read = (input: PersonaToEncode, background: boolean) =>
        Effect.gen(function* () {
          const reading = yield* llm.ask({
            purpose: "persona",
            model: "haiku",
            instructions: READING_INSTRUCTIONS,
            data: readingData(input.dimensions, input.sequence, input.signals),
            answer: PersonaReading,
            maxOutputTokens: READING_TOKENS,
            deadline: (yield* Clock.currentTimeMillis) + READING_MS,
            userId: input.userId,
            background
          })
          const encoded = plainly({ ...input, dimensions: withReading(input.dimensions, reading) })
          return { ...encoded, text: readableText(reading.text) ?? encoded.text }
        })

      const withVector = (encoded: EncodedPersona) =>
        embedding.embed([encoded.text]).pipe(
          Effect.map(([vector]) => (vector === undefined ? encoded : { ...encoded, text_embedding: vector })),
          Effect.catch((error) => Effect.as(Effect.logDebug(error.message), encoded))
        )

      return {
        encode: (input) => {
          const encoded = llm.configured
            ? Effect.catch(read(input, false), (error) => Effect.as(Effect.logDebug(error.message), plainly(input)))
            : Effect.sync(() => plainly(input))
          return embedding.configured ? Effect.flatMap(encoded, withVector) : encoded
        },
        readAgain: (input) =>
          llm.configured
            ? read(input, true).pipe(
                Effect.flatMap((encoded) => (embedding.configured ? withVector(encoded) : Effect.succeed(encoded))),
                Effect.catch((error) => Effect.as(Effect.logDebug(error.message), undefined))
              )
            : Effect.succeed(undefined)
      }
    })
  )
}
