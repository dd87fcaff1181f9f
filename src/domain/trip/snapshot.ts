/**
 * A trip at rest: the `state` of a row in `trip_snapshots`. A trip alone is a valid snapshot: whoever imports or
 * seeds trips writes one, and the trip's stream starts there.
 */
import * as Schema from "effect/Schema"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { emptyTrip, evolveActor, type TripActorState, withRecent, withTold } from "./actor-state.ts"
import type { TripEventEnvelope } from "./events.ts"
import { type Slot, TripState } from "./model.ts"

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
  state.trip === undefined ? undefined : { ...state.trip, receipts: state.receipts }

/** Strings that many slots share become one string each. */
const shared = new Map<string, string>()
const MAX_SHARED = 1_000

const share = <A extends string>(text: A): A => {
  const known = shared.get(text)
  if (known !== undefined) return known as A
  if (shared.size < MAX_SHARED) shared.set(text, text)
  return text
}

/** One shape for all slots, its words shared, its place's id the catalog's own string: half the memory of parsed JSON. */
const packSlot = (slot: Slot, catalog: CityCatalog | undefined): Slot => {
  const index = catalog?.indexOf(slot.node_id)
  return {
    id: slot.id,
    day: slot.day,
    order: slot.order,
    node_id: index === undefined ? slot.node_id : (catalog!.nodes[index]!.id as Slot["node_id"]),
    day_part: share(slot.day_part),
    starts_at: slot.starts_at,
    ends_at: slot.ends_at,
    travel_minutes: slot.travel_minutes,
    locked: slot.locked,
    status: share(slot.status),
    score: slot.score,
    ...(slot.narrative === undefined ? {} : { narrative: slot.narrative }),
    model_version: share(slot.model_version)
  }
}

export const packTrip = (trip: TripState, catalog: CityCatalog | undefined): TripState => ({
  ...trip,
  city: share(trip.city),
  time_zone: share(trip.time_zone),
  status: share(trip.status),
  model: { name: share(trip.model.name), version: share(trip.model.version), source: share(trip.model.source) },
  slots: trip.slots.map((slot) => packSlot(slot, catalog))
})

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
    trip,
    receipts: receipts ?? [],
    recent: joined.reduce(withRecent, EMPTY),
    memory: earlier.reduce(withTold, empty.memory)
  }
  return events.filter((one) => one.seq > trip.seq).reduce(evolveActor, base)
}
