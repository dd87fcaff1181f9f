/**
 * A trip at rest: the `state` of a row in `trip_snapshots`. A trip alone is a valid snapshot: whoever imports or
 * seeds trips writes one, and the trip's stream starts there.
 */
import * as Schema from "effect/Schema"
import { emptyTrip, evolveActor, type TripActorState, withRecent, withTold } from "./actor-state.ts"
import { VOTE_COUNTED } from "./event-words.ts"
import type { TripEventEnvelope } from "./events.ts"
import { type HeldTrip, holdLoaded, plainTrip } from "./held-trip.ts"
import { type LostChange, TripState } from "./model.ts"

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

export const snapshotOf = (state: TripActorState): TripSnapshot | undefined => {
  if (state.trip === undefined) return undefined
  const { lost: _, ...trip } = plainTrip(state.trip)
  return { ...trip, receipts: state.receipts }
}

const EMPTY: ReadonlyArray<TripEventEnvelope> = []

/** Most changes that are looked for in one trip: more are one misfortune, and not each its own. */
const MOST_MISSING = 1_000

/** The numbers of events that are not there although later ones are, and that are not known to be lost. */
export const missingFrom = (
  snapshot: Pick<TripSnapshot, "seq"> | undefined,
  events: ReadonlyArray<TripEventEnvelope>,
  lost: ReadonlyArray<LostChange>
): ReadonlyArray<number> => {
  const known = new Set(lost.map((one) => one.seq))
  const missing: Array<number> = []
  let last = snapshot?.seq ?? 0
  for (const { seq } of events) {
    for (let n = last + 1; n < seq && missing.length < MOST_MISSING; n++) if (!known.has(n)) missing.push(n)
    last = Math.max(last, seq)
  }
  return missing
}

/** The same plan in a trip that differs otherwise. */
export const holding = (trip: HeldTrip, other: Omit<Partial<TripState>, "slots">): HeldTrip => ({ ...trip, ...other })

/**
 * Goes past numbers that stand for nothing any more. A stream that was followed up to here gets the whole trip. A vote of which the
 * outcome is lost is over all the same: counted once more, it would be refused once more, and so on for ever.
 */
const skipTo = (
  state: TripActorState,
  trip: HeldTrip,
  seq: number,
  lost: ReadonlyArray<LostChange>
): TripActorState => {
  const { vote, ...others } = trip
  const isOver = lost.some((one) => one.seq > trip.seq && one.seq <= seq && one.type === VOTE_COUNTED)
  return { ...state, trip: holding(vote === undefined || isOver ? others : trip, { seq }), recent: EMPTY }
}

/** Events are facts about the outcome, so what follows a lost one still holds. Nothing follows a trip that never began. */
const following =
  (lost: ReadonlyArray<LostChange>) =>
  (state: TripActorState, event: TripEventEnvelope): TripActorState => {
    const { trip } = state
    if (trip === undefined) return event.event._tag === "trip_created" ? evolveActor(state, event) : state
    return evolveActor(event.seq > trip.seq + 1 ? skipTo(state, trip, event.seq - 1, lost) : state, event)
  }

/** Most lost changes that a trip speaks of: the newest. */
const MOST_TOLD = 20

/** The number of a lost change is never given to another one. */
const withLost = (state: TripActorState, lost: ReadonlyArray<LostChange>): TripActorState => {
  if (state.trip === undefined || lost.length === 0) return state
  const last = Math.max(...lost.map((one) => one.seq))
  const behind = last > state.trip.seq ? skipTo(state, state.trip, last, lost) : state
  return { ...behind, trip: holding(behind.trip!, { lost: lost.slice(-MOST_TOLD) }) }
}

/** The actor's state from what is stored: the snapshot, the events after it, and those before it for streams. */
export const restore = (
  id: string,
  snapshot: TripSnapshot | undefined,
  events: ReadonlyArray<TripEventEnvelope>,
  lost: ReadonlyArray<LostChange> = []
): TripActorState => withLost(fold(id, snapshot, events, lost), lost)

const fold = (
  id: string,
  snapshot: TripSnapshot | undefined,
  events: ReadonlyArray<TripEventEnvelope>,
  lost: ReadonlyArray<LostChange>
): TripActorState => {
  const follow = following(lost)
  if (snapshot === undefined) return events.reduce(follow, emptyTrip(id))
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
  return events.filter((one) => one.seq > trip.seq).reduce(follow, base)
}
