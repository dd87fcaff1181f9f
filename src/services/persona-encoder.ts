/**
 * Turns dimensions and history into the 128 numbers of persona space (see `domain/persona`): the first 64 are the
 * affinity in vibe space and can be searched with, the others encode pace, budget, social mode, time of day, openness
 * and history. `layerDeterministic` is always there; `layerReading` has Claude read the traveler first, and describes
 * them in words with a vector of their own where a sentence-transformer is there. It falls back without a word: nobody
 * waits for it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { PersonaDimensions, SequenceItem } from "../domain/persona/persona.ts"
import type { ReadSignal } from "../domain/persona/reading.ts"

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
>()("overplanned/PersonaEncoder") {}
