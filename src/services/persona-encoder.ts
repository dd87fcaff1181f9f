/**
 * Turns dimensions and history into the 128 numbers of persona space (see `domain/persona`): the first 64 are the
 * affinity in vibe space and can be searched with, the others encode pace, budget, social mode, time of day, openness
 * and history. `deterministic` is always there; `llm` reads the tags and signals, and falls back to it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { explain } from "../domain/catalog/embedding.ts"
import { ENCODER_VERSION, encodePersona } from "../domain/persona/encode.ts"
import { personaText } from "../domain/persona/onboarding.ts"
import type { PersonaDimensions, SequenceItem } from "../domain/persona/persona.ts"

export interface EncodedPersona {
  readonly vector: Float32Array
  readonly encoder_version: string
  readonly dimensions: PersonaDimensions
  readonly text?: string
}

export class PersonaEncoder extends Context.Service<
  PersonaEncoder,
  {
    readonly encode: (input: {
      readonly userId: string
      readonly dimensions: PersonaDimensions
      readonly sequence: ReadonlyArray<SequenceItem>
      readonly signalCount: number
    }) => Effect.Effect<EncodedPersona>
  }
>()("overplanned/PersonaEncoder") {
  /** Pure, in microseconds; the text names tastes, never a person. */
  static readonly layerDeterministic = Layer.succeed(PersonaEncoder, {
    encode: (input) =>
      Effect.sync(() => ({
        vector: encodePersona(input),
        encoder_version: ENCODER_VERSION,
        dimensions: input.dimensions,
        text: personaText(
          input.dimensions,
          explain(input.dimensions.category_affinities.value, 6, 0.25).map(({ tag }) => tag)
        )
      }))
  })
}
