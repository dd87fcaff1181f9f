/**
 * What is kept of trips in the database: snapshots and events. Only the drainer writes events; an actor reads them
 * together with its journal records that are not drained yet, which come on top.
 *
 * Loading one trip costs at most two queries; a failure says that the database did not answer.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CityId, TripId, UserId } from "../domain/ids.ts"
import type { TripEventEnvelope } from "../domain/trip/events.ts"
import type { LostChange, TripState } from "../domain/trip/model.ts"
import type { TripSnapshot } from "../domain/trip/snapshot.ts"

export class TripStorageUnavailable extends Schema.TaggedError<TripStorageUnavailable>()("TripStorageUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface StoredTrip {
  readonly id: TripId
  /** The trip's epoch in force, once the trip itself is stored: what snapshot and events say may be older. */
  readonly epoch?: TripState["epoch"] | undefined
  readonly snapshot: TripSnapshot | undefined
  /** In order. Begins some events before the snapshot, for streams that reconnect. */
  readonly events: ReadonlyArray<TripEventEnvelope>
  /** Changes that will never be among the events, by number. */
  readonly lost: ReadonlyArray<LostChange>
}

export class TripStorage extends Context.Service<
  TripStorage,
  {
    readonly load: (id: TripId) => Effect.Effect<StoredTrip, TripStorageUnavailable>
    /** Trips under way, by id, after the given one: a page of a bulk load. */
    readonly underWay: (page: {
      readonly after: TripId | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<StoredTrip>, TripStorageUnavailable>
    /** Which trips are under way in a city, or anywhere, by id, after the given one; costs one query that reads no trip. */
    readonly underWayIds: (
      city: CityId | undefined,
      after: TripId | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<TripId>, TripStorageUnavailable>
    /** The cities, by slug, in which somebody is under way; one query that reads no trip. */
    readonly citiesUnderWay: Effect.Effect<ReadonlyArray<string>, TripStorageUnavailable>
    /**
     * Trips whom the calendar of their city has something to say, as they are stored: their first day has come, their last one
     * is over, or the calendar completed them while the clock was wrong. By id, after the given one; fewer than `limit` are the last.
     */
    readonly due: (page: {
      readonly now: number
      readonly after: TripId | undefined
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<TripId>, TripStorageUnavailable>
    /** The trips that hold something of a person: as owner, member, invited or inviting. */
    readonly ofUser: (userId: UserId) => Effect.Effect<ReadonlyArray<TripId>, TripStorageUnavailable>
    /**
     * Writes down that changes of a trip are missing for good; the trip gets a new epoch where that was not known. Answers how
     * many were not.
     */
    readonly lose: (id: TripId, changes: ReadonlyArray<LostChange>) => Effect.Effect<number, TripStorageUnavailable>
    /** How many changes of how many trips are missing, and were not looked at by an operator. */
    readonly lost: Effect.Effect<{ readonly changes: number; readonly trips: number }, TripStorageUnavailable>
    /** An older snapshot never replaces a newer one. */
    readonly saveSnapshot: (snapshot: TripSnapshot) => Effect.Effect<void, TripStorageUnavailable>
    /** Whether the database answered lately: while it does not, nobody leaves memory. */
    readonly available: () => boolean
  }
>()("overplanned/TripStorage") {}
