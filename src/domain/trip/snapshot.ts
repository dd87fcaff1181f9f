/**
 * A trip at rest: the `state` of a row in `trip_snapshots`. A trip alone is a valid snapshot: whoever imports or
 * seeds trips writes one, and the trip's stream starts there.
 */
import * as Schema from "effect/Schema"
import { emptyTrip, evolveActor, type TripActorState, withRecent, withTold } from "./actor-state.ts"
import type { TripEventEnvelope } from "./events.ts"
import { holdLoaded, plainTrip } from "./held-trip.ts"
import { TripState } from "./model.ts"

export const TRIP_SNAPSHOT_SCHEMA_VERSION = 1

export const TripSnapshot = Schema.Struct({
  ...TripState.fields,
  receipts: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        key: Schema.String,
        by: Schema.NullOr(Schema.String),
        seq: Schema.Int,
        at: Schema.Int,
        type: Schema.String,
        subject: Schema.optionalKey(Schema.String)
      })
    )
  )
})
export type TripSnapshot = typeof TripSnapshot.Type

export const snapshotOf = (state: TripActorState): TripSnapshot | undefined =>
  state.trip === undefined ? undefined : { ...plainTrip(state.trip), receipts: state.receipts }

const EMPTY: ReadonlyArray<TripEventEnvelope> = []

/** The actor's state from what is stored: the snapshot, the events after it, and those before it for streams. */
export const restore = (
  id: string,
  snapshot: TripSnapshot | undefined,
  events: ReadonlyArray<TripEventEnvelope>
): TripActorState => {
  if (snapshot === undefined) return events.reduce(evolveActor, emptyTrip(id))
  const { receipts, ...trip } = snapshot
  // A hole before the snapshot would be a silent gap in a stream: only what joins it without one is kept.
  const earlier = events.filter((one) => one.seq <= trip.seq)
  const joined = earlier.filter((one, i) => one.seq === trip.seq - (earlier.length - 1 - i))
  const empty = emptyTrip(id)
  const base: TripActorState = {
    ...empty,
    trip: holdLoaded(trip, undefined),
    receipts: receipts ?? [],
    recent: joined.reduce(withRecent, EMPTY),
    memory: earlier.reduce(withTold, empty.memory)
  }
  return events.filter((one) => one.seq > trip.seq).reduce(evolveActor, base)
}
