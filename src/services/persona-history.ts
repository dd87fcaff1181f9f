/** What every persona came from, as the database keeps it: where it began, and the signals since in the order of their coming. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"
import type { PersonaDimensions } from "../domain/persona/persona.ts"
import type { Lesson } from "../domain/user/commands.ts"
import type { PersonaBase } from "../domain/user/rederive.ts"

export class PersonaHistoryUnavailable extends Schema.TaggedError<PersonaHistoryUnavailable>()(
  "PersonaHistoryUnavailable",
  { message: Schema.String }
) {}

export interface StoredPersona {
  readonly user_id: UserId
  readonly dimensions: PersonaDimensions
  /** Signals that came in until then are in `dimensions`. */
  readonly learntUntil: number
  /** What onboarding gave; undefined where the traveler never said anything. */
  readonly base: PersonaBase | undefined
  /** Trips of theirs that have come to their end. */
  readonly tripsEnded: number
  /** Whether signals have come in that are not in `dimensions`. */
  readonly behind: boolean
}

/** Where a page of lessons ended. */
export interface LessonCursor {
  readonly at: number
  readonly id: string
}

export class PersonaHistory extends Context.Service<
  PersonaHistory,
  {
    /** Personas that changed since, or that signals are waiting for, in the order of user ids. */
    readonly changed: (page: {
      readonly since: number
      readonly after: UserId | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<StoredPersona>, PersonaHistoryUnavailable>
    /** What came in until then, oldest first. */
    readonly lessons: (page: {
      readonly userId: UserId
      readonly until: number
      readonly after: LessonCursor | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Lesson>, PersonaHistoryUnavailable>
  }
>()("overplanned/PersonaHistory") {}
