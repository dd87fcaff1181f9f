/** Consent: who may plan with whose tastes. Nobody's persona is used in a plan of somebody they did not name. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { UserId } from "../domain/ids.ts"

export class CompanionsUnavailable extends Schema.TaggedError<CompanionsUnavailable>()("CompanionsUnavailable", {
  message: Schema.String
}) {}

export class Companions extends Context.Service<
  Companions,
  {
    /** Whom this traveler lets plan with their tastes. */
    readonly namedBy: (userId: UserId) => Effect.Effect<ReadonlyArray<UserId>, CompanionsUnavailable>
    /** Replaces the list; answers it as it is now. */
    readonly name: (
      userId: UserId,
      companions: ReadonlyArray<UserId>
    ) => Effect.Effect<ReadonlyArray<UserId>, CompanionsUnavailable>
    /** Of these people, those who let `planner` plan with their tastes. */
    readonly consenting: (
      planner: UserId,
      people: ReadonlyArray<UserId>
    ) => Effect.Effect<ReadonlySet<UserId>, CompanionsUnavailable>
  }
>()("overplanned/Companions") {}
