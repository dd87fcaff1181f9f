/** The encoder that is always there, and the one that has Claude read the traveler first. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { explain } from "../../domain/catalog/embedding.ts"
import { ENCODER_VERSION, encodePersona } from "../../domain/persona/encode.ts"
import { personaText } from "../../domain/persona/onboarding.ts"
import {
  PersonaReading,
  READING_INSTRUCTIONS,
  readableText,
  readingData,
  withReading
} from "../../domain/persona/reading.ts"
import { Llm } from "../../services/llm.ts"
import { type EncodedPersona, PersonaEncoder, type PersonaToEncode } from "../../services/persona-encoder.ts"
import { TextEmbedding } from "../../services/text-embedding.ts"

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

/** Pure, in microseconds. */
export const layerDeterministic = Layer.succeed(PersonaEncoder, {
  encode: (input) => Effect.sync(() => plainly(input)),
  readAgain: () => Effect.succeed(undefined)
})

export const layerReading = Layer.effect(
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
