/** What it takes to undo a change of the plan: kept beside the plan as changes happen, so that it survives restarts. */
import type { SlotId } from "../ids.ts"
import type { Slot } from "../plan/model.ts"
import type { TripEvent, TripEventEnvelope } from "./events.ts"
import type { TripState, Undoable } from "./model.ts"

/** For so long a change can be undone. */
export const UNDO_MILLIS = 10 * 60_000
/** And no more than the newest of them. */
const MAX_UNDOABLE = 10

/** Changes of stops alone; the others also change what the plan is made from. */
const STOPS: ReadonlySet<TripEvent["_tag"]> = new Set<TripEvent["_tag"]>([
  "slot_swapped",
  "slot_removed",
  "slot_added",
  "slot_moved",
  "day_reordered",
  "slot_locked",
  "pivot_accepted"
])
const WHOLE: ReadonlySet<TripEvent["_tag"]> = new Set<TripEvent["_tag"]>([
  "trip_replanned",
  "trip_rescheduled",
  "fixed_changed"
])

/** Stops that differ in anything, as they were; and the ids of those that came. */
const takenAway = (before: ReadonlyArray<Slot>, after: ReadonlyArray<Slot>) => {
  const now = new Map(after.map((slot) => [slot.id, slot]))
  const then = new Set<SlotId>(before.map((slot) => slot.id))
  return {
    slots: before.filter((slot) => now.get(slot.id) !== slot),
    removed: after.flatMap((slot) => (then.has(slot.id) ? [] : [slot.id]))
  }
}

const wholeOf = (trip: TripState): NonNullable<Undoable["was"]> => ({
  start_date: trip.start_date,
  end_date: trip.end_date,
  constraints: trip.constraints,
  model: trip.model,
  catalog_version: trip.catalog_version,
  relaxed: trip.relaxed,
  plan_context: trip.plan_context ?? null,
  fixed: trip.fixed ?? null,
  lodging: trip.lodging ?? null
})

const still = (undoable: TripState["undoable"], now: number): ReadonlyArray<Undoable> =>
  undoable === undefined ? [] : undoable.filter((one) => one.at > now - UNDO_MILLIS)

/** What can be undone after an event, given what could be before it. */
export const undoableAfter = (
  before: TripState,
  after: Pick<TripState, "slots">,
  { at, event, seq }: TripEventEnvelope
): ReadonlyArray<Undoable> => {
  const known = still(before.undoable, at)
  if (event._tag === "plan_undone") return known.filter((one) => one.seq !== event.undone)
  const whole = WHOLE.has(event._tag)
  if (!whole && !STOPS.has(event._tag)) return known
  const entry: Undoable = {
    seq,
    at,
    change: event._tag,
    ...takenAway(before.slots, after.slots),
    ...(event._tag === "slot_moved" ? { moved: event.slot_id } : {}),
    ...(event._tag === "pivot_accepted" ? { pivot_id: event.pivot_id } : {}),
    ...(whole ? { was: wholeOf(before) } : {})
  }
  return [...known, entry].slice(-MAX_UNDOABLE)
}

/** The changes that can be undone now, oldest first. */
export const undoableNow = (trip: Pick<TripState, "undoable">, now: number): ReadonlyArray<Undoable> =>
  still(trip.undoable, now)

/** When the oldest of what can be undone cannot be any more. */
export const undoOverAt = ({ undoable = [] }: Pick<TripState, "undoable">): number | undefined =>
  undoable[0] === undefined ? undefined : undoable[0].at + UNDO_MILLIS
