/** What is kept of travelers in the database: the persona as it was last written down, and the signals since. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"
import type { PersonaDimensions } from "../domain/persona/persona.ts"
import type { Lesson } from "../domain/user/commands.ts"
import type { ToldChanges } from "../domain/user/state.ts"

export class UserStorageUnavailable extends Schema.TaggedError<UserStorageUnavailable>()("UserStorageUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface StoredUser {
  /** Undefined where nothing is known: the defaults stand. */
  readonly dimensions: PersonaDimensions | undefined
  /** Signals that came in until then are in `dimensions`. */
  readonly learntUntil: number
  /** What the newest of these changed. */
  readonly recent: ReadonlyArray<ToldChanges>
  /** How many stored signals count. */
  readonly signalCount: number
  /** The newest stored signals in the order of their coming, learnt from or not. */
  readonly signals: ReadonlyArray<Lesson>
  /** Ids of the cities in whose discovery they have swiped, newest last. */
  readonly explored: ReadonlyArray<string>
  /** Which of the given signal ids are stored. */
  readonly known: ReadonlySet<string>
}

export class UserStorage extends Context.Service<
  UserStorage,
  {
    readonly load: (
      userId: string,
      signalIds: ReadonlyArray<string>
    ) => Effect.Effect<StoredUser, UserStorageUnavailable>
    /** Everybody who was on one of these trips, with how many of their trips have come to their end by now. */
    readonly travellers: (
      tripIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<{ readonly user_id: UserId; readonly ended: number }>, UserStorageUnavailable>
    readonly available: () => boolean
  }
>()("overplanned/UserStorage") {}
