/** What the learning log says of a stop that was changed by hand. */
import type { PivotId } from "../ids.ts"
import type { PlanEdited } from "../learning-log/plan.ts"
import type { OfferOption } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import { experiment, type TripRecord, type Turn } from "./turn.ts"

/** `to` is the place that came instead; null where none did. */
export const edited = (
  turn: Turn,
  edit: PlanEdited["edit"],
  slot: Slot,
  to: string | null,
  more: Pick<PlanEdited, "pivot_id"> = {}
): TripRecord =>
  experiment(turn, "plan_edited", {
    trip_id: turn.trip.id,
    edit,
    slot_id: slot.id,
    day: slot.day,
    order: slot.order,
    from: slot.node_id,
    to,
    ...more
  })

/** Each stop whose place the option changes; one that only moves keeps its place and is no edit. */
export const pivotEdits = (turn: Turn, pivotId: PivotId, option: OfferOption): ReadonlyArray<TripRecord> =>
  option.changes.flatMap(({ action, node, slot_id }) => {
    const slot = turn.trip.slots.find((one) => one.id === slot_id)
    if (slot === undefined) return []
    const to = action === "drop" ? null : (node?.id ?? slot.node_id)
    return to === slot.node_id ? [] : [edited(turn, "pivot", slot, to, { pivot_id: pivotId })]
  })
