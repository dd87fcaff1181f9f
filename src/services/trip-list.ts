/** Somebody's trips, newest first, from the projections: a list may be a moment behind the trips themselves. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { TripId, UserId } from "../domain/ids.ts"
import type { TripStatus } from "../domain/vocabulary.ts"

export interface TripEntry {
  readonly id: TripId
  readonly city: string
  readonly status: TripStatus
  readonly start_date: string
  readonly end_date: string
  readonly state_version: number
}

export class TripListUnavailable extends Schema.TaggedError<TripListUnavailable>()("TripListUnavailable", {
  message: Schema.String
}) {}

export class TripList extends Context.Service<
  TripList,
  {
    /** At most `limit` trips that the traveler belongs to, older than the one named by `after`. */
    readonly mine: (
      userId: UserId,
      page: { readonly after: string | undefined; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<TripEntry>, TripListUnavailable>
  }
>()("overplanned/TripList") {}
