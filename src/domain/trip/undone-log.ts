/** What the learning log says of a change that is taken back: the opposite of what was said as it was made. */
import type { Slot } from "../plan/model.ts"
import { dayOfTrip } from "./decide-slots.ts"
import type { Undoable } from "./model.ts"
import { outcomeOf, outcomesRecord } from "./outcomes.ts"
import { editedFrom } from "./plan-edits.ts"
import { experiment, signal, type TripRecord, type Turn } from "./turn.ts"

/** Whether a stop that keeps its place was told of as moved when the change was made; others only made way for it. */
const wasMoved = ({ change, moved }: Undoable, now: Slot, then: Slot): boolean => {
  if (change === "slot_moved" && moved !== undefined) return then.id === moved
  if (change === "slot_moved" || change === "day_reordered") return now.day !== then.day || now.order !== then.order
  return change === "pivot_accepted" && now.day !== then.day
}

/** An opinion of whoever takes the change back, and what it says of the place. */
const judged = (turn: Turn, who: string, slot: Slot, isWanted: boolean): ReadonlyArray<TripRecord> => {
  const said = signal(turn, who, isWanted ? "slot_accept" : "slot_skip", {
    slot_id: slot.id,
    node_id: slot.node_id,
    model_version: slot.model_version,
    decision_id: slot.decision_id,
    context: dayOfTrip(slot)
  })
  return [said, ...outcomesRecord(turn, [outcomeOf(slot, isWanted ? "confirmed" : "removed", said.id)])]
}

/**
 * A place that goes was not wanted, one that comes back is, and a stop that was moved is where it was. Where something of the travelers' own
 * is taken back stops come again that nobody had an opinion of.
 */
export const undoneRecords = (turn: Turn, entry: Undoable): ReadonlyArray<TripRecord> => {
  const more = entry.pivot_id === undefined ? {} : { pivot_id: entry.pivot_id }
  const whole = () => experiment(turn, "plan_undone", { trip_id: turn.trip.id, undone: entry.seq, ...more })
  // A plan that was made anew is taken back whole: what stood in it was nobody's choice of places.
  if (entry.was !== undefined && entry.change !== "fixed_changed") return [whole()]
  const now = new Map<string, Slot>(turn.trip.slots.map((slot) => [slot.id, slot]))
  const undone = (slot: Slot, from: string | null, to: string | null) => editedFrom(turn, "undo", slot, from, to, more)
  const gone = entry.removed.flatMap((id) => now.get(id) ?? [])
  // An option may have changed no more than times: then no stop tells that it was taken back.
  const edits: Array<TripRecord> = entry.pivot_id === undefined ? [] : [whole()]
  const back: Array<Slot> = []
  const instead: Array<Slot> = []
  for (const then of entry.slots) {
    const slot = now.get(then.id)
    if (slot?.node_id === then.node_id) {
      if (wasMoved(entry, slot, then)) edits.push(undone(then, then.node_id, then.node_id))
      continue
    }
    edits.push(undone(then, slot?.node_id ?? null, then.node_id))
    back.push(then)
    if (slot !== undefined) instead.push(slot)
  }
  edits.push(...gone.map((slot) => undone(slot, slot.node_id, null)))
  const who = turn.by ?? turn.trip.user_id
  if (entry.was !== undefined) {
    const told = [
      ...instead.map((slot) => outcomeOf(slot, "removed", turn.context.id())),
      ...back.map((slot) => outcomeOf(slot, "confirmed", turn.context.id())),
      ...gone.map((slot) => outcomeOf(slot, "removed", turn.context.id()))
    ]
    return [...edits, ...outcomesRecord(turn, told)]
  }
  return [
    ...edits,
    ...[...instead, ...gone].flatMap((slot) => judged(turn, who, slot, false)),
    ...back.flatMap((slot) => judged(turn, who, slot, true))
  ]
}
