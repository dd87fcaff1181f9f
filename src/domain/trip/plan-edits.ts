/** What the learning log says of a stop that was changed by hand. */
import type { PivotId } from "../ids.ts"
import type { PlanEdited } from "../learning-log/plan.ts"
import type { OfferOption } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import { outcomeOf, outcomesRecord } from "./outcomes.ts"
import { experiment, type TripRecord, type Turn } from "./turn.ts"

/** `to` is the place that came instead; null where none did. */
export const edited = (
  turn: Turn,
  edit: PlanEdited["edit"],
  slot: Slot,
  to: string | null,
  more: Pick<PlanEdited, "pivot_id"> = {}
): TripRecord => editedFrom(turn, edit, slot, slot.node_id, to, more)

/** The same where nothing may have stood there before; day and order are those that the stop has after a move. */
export const editedFrom = (
  turn: Turn,
  edit: PlanEdited["edit"],
  slot: Slot,
  from: string | null,
  to: string | null,
  more: Pick<PlanEdited, "pivot_id"> = {}
): TripRecord =>
  experiment(turn, "plan_edited", {
    trip_id: turn.trip.id,
    edit,
    slot_id: slot.id,
    day: slot.day,
    order: slot.order,
    from,
    to,
    ...more
  })

/**
 * Each stop whose place the option changes, and what `wantedBy` said of the place with that; one that goes on another day keeps its
 * place, and says nothing of it. `after` are the stops as they are then.
 */
export const pivotEdits = (
  turn: Turn,
  pivotId: PivotId,
  option: OfferOption,
  after: ReadonlyArray<Slot>,
  wantedBy: ReadonlyArray<string> = [turn.by ?? turn.trip.user_id]
): ReadonlyArray<TripRecord> => {
  const changes = option.changes.flatMap(({ action, node, slot_id }) => {
    const slot = turn.trip.slots.find((one) => one.id === slot_id)
    if (slot === undefined) return []
    const to = action === "drop" ? null : (node?.id ?? slot.node_id)
    return to === slot.node_id ? [] : [{ slot, to }]
  })
  const moved = after.filter((slot) => {
    const before = turn.trip.slots.find(({ id }) => id === slot.id)
    return before !== undefined && before.day !== slot.day
  })
  return [
    ...changes.map(({ slot, to }) => edited(turn, "pivot", slot, to, { pivot_id: pivotId })),
    ...moved.map((slot) => edited(turn, "pivot", slot, slot.node_id, { pivot_id: pivotId })),
    ...wantedBy.flatMap((who) =>
      outcomesRecord(
        turn,
        changes.map(({ slot, to }) => outcomeOf(slot, to === null ? "removed" : "swapped", turn.context.id())),
        who
      )
    )
  ]
}
