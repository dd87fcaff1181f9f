/** Puts changes of trips back that could not be stored when they were made, where that does not change what was decided since. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TripId } from "../domain/ids.ts"
import type { TripEventEnvelope } from "../domain/trip/events.ts"

export class TripMendingUnavailable extends Schema.TaggedError<TripMendingUnavailable>()("TripMendingUnavailable", {
  message: Schema.String
}) {}

/** The job that repairs trips: one, or all that lack something. */
export const REPAIR_TRIP = "repair_trip"

export const RepairRequest = Schema.Struct({
  trip_id: Schema.optionalKey(TripId),
  give_up: Schema.optionalKey(Schema.Boolean)
})
export type RepairRequest = typeof RepairRequest.Type

/** What a repair did, in all. */
export interface Repaired {
  readonly trips: number
  readonly put_back: number
  readonly lost: number
}

export interface MissingChange {
  readonly trip_id: TripId
  readonly seq: number
  readonly type: string | null
}

export interface Mended {
  /** Numbers of changes that are in their place again. */
  readonly put_back: ReadonlyArray<number>
  /** Numbers of those that stay lost. */
  readonly lost: ReadonlyArray<number>
}

export class TripMending extends Context.Service<
  TripMending,
  {
    /** Trips that lack changes which no operator has given up; looks at every event there is. */
    readonly broken: Effect.Effect<ReadonlyArray<TripId>, TripMendingUnavailable>
    /** What is written down as missing, and not given up. */
    readonly missing: Effect.Effect<ReadonlyArray<MissingChange>, TripMendingUnavailable>
    /**
     * Puts those of the changes that were found back into their places and gives the trip a new epoch, in one transaction. One that is
     * refused again, or after whose loss was noticed something was decided without it, stays lost; with `giveUp` nobody is reminded of it.
     */
    readonly mend: (
      id: TripId,
      found: ReadonlyArray<TripEventEnvelope>,
      giveUp: boolean
    ) => Effect.Effect<Mended, TripMendingUnavailable>
  }
>()("overplanned/TripMending") {}
