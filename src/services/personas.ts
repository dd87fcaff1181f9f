/**
 * Travelers' tastes, as their actors hold them. Reading somebody whose actor is resident costs nothing; otherwise the
 * actor is woken up. What is learnt is durable before it is told.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"
import type { Onboarding } from "../domain/persona/onboarding.ts"
import type { Persona } from "../domain/persona/persona.ts"
import type { LearntChange } from "../domain/user/commands.ts"
import type { SignalType } from "../domain/vocabulary.ts"

export class PersonasUnavailable extends Schema.TaggedError<PersonasUnavailable>()("PersonasUnavailable", {
  message: Schema.String,
  retryAfterMillis: Schema.Int
}) {}

/** What one recent signal changed, for people who want to know why. */
export interface PersonaChangeExplained {
  readonly signal_id: string
  readonly signal_type: SignalType
  readonly occurred_at: number
  /** The place that it was about; absent where it was about none. */
  readonly node_id?: string
  readonly changes: ReadonlyArray<LearntChange>
}

export interface PersonaExplained {
  readonly persona: Persona
  /** Newest first. */
  readonly recent: ReadonlyArray<PersonaChangeExplained>
}

export class Personas extends Context.Service<
  Personas,
  {
    readonly of: (userId: UserId) => Effect.Effect<Persona, PersonasUnavailable>
    /** From memory, at once: undefined where the actor is not resident. */
    readonly resident: (userId: string) => Persona | undefined
    readonly explain: (userId: UserId) => Effect.Effect<PersonaExplained, PersonasUnavailable>
    /** Takes a traveler out of memory with whatever was not written down yet; for who erases them. */
    readonly forget: (userId: UserId) => Effect.Effect<void>
    /**
     * Gives dimensions that were worked out from all signals until then; false where something has been learnt since,
     * and they stay as they are.
     */
    readonly correct: (
      userId: UserId,
      learntUntil: number,
      dimensions: Persona["dimensions"]
    ) => Effect.Effect<boolean, PersonasUnavailable>
    /** Has the encoder read somebody again; false where it did not, or they learnt something meanwhile. */
    readonly readAgain: (userId: UserId) => Effect.Effect<boolean, PersonasUnavailable>
    readonly onboard: (userId: UserId, onboarding: Onboarding) => Effect.Effect<PersonaExplained, PersonasUnavailable>
  }
>()("overplanned/Personas") {}
