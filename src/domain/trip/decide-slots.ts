/** Changes of single stops that a traveler makes by hand. */
import { uuidOfName } from "../basics/hash.ts"
import type { Uuid } from "../ids.ts"
import type { Slot } from "../plan/model.ts"
import type { TripCommand } from "./commands.ts"
import { decidedBy } from "./decided.ts"
import { lookAt, lookRecord } from "./looks.ts"
import { outcomeOf, outcomesRecord } from "./outcomes.ts"
import { edited } from "./plan-edits.ts"
import type { PlanOutcome, TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  closed,
  intention,
  isOver,
  isRejection,
  notReady,
  reject,
  signal,
  slotAhead,
  type TripDecision,
  type TripRecord,
  type Turn,
  unchanged,
  userState,
  worldOf
} from "./turn.ts"

export const refused = (outcome: Extract<PlanOutcome, { _tag: "refused" }>): TripDecision =>
  reject(
    new R.NoReplacement({
      message: outcome.reasons[0]?.message ?? "Nothing passes the checks that a replacement must pass.",
      reasons: outcome.reasons
    })
  )

/** A slot that a traveler may change now, or why not. */
export const changeable = (turn: Turn, slotId: string): Slot | R.TripRejection => {
  if (isOver(turn.trip)) return closed(turn.trip)
  const slot = slotAhead(turn, slotId)
  if (!isRejection(slot) && slot.locked) {
    return new R.SlotLocked({ message: "That stop is locked (a booking): unlock it first.", slot_id: slot.id })
  }
  return slot
}

export const dayOfTrip = (slot: Slot) => ({ day_of_trip: slot.day, day_part: slot.day_part, position: slot.order })

/** A swap is a decision like any other: what could have come, and what did. */
export const swapDecision = (
  turn: Turn,
  world: TripWorld,
  outcome: Extract<PlanOutcome, { _tag: "change" }>,
  node: string | null,
  id: string
): ReadonlyArray<TripRecord> => {
  const { slate, model } = outcome
  if (slate === undefined || model === undefined || node === null || slate.candidate_ids.length === 0) return []
  return [
    {
      type: "ranking_event",
      id,
      payload: {
        id,
        user_id: turn.by ?? turn.trip.user_id,
        trip_id: turn.trip.id,
        session_id: turn.trip.session_id,
        day_number: null,
        surface: "swap",
        model_name: model.name,
        model_version: model.version,
        ...slate,
        propensities: slate.candidate_ids.map(() => 1),
        ranked_ids: slate.candidate_ids,
        selected_ids: slate.candidate_ids.includes(node) ? [node] : [],
        user_state: userState(world.personas),
        latency_ms: 0,
        occurred_at: turn.context.now
      }
    }
  ]
}

export const swapSlot = (turn: Turn, command: Extract<TripCommand, { _tag: "swap_slot" }>): TripDecision => {
  const slot = changeable(turn, command.slot_id)
  if (isRejection(slot)) return reject(slot)
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(turn.trip))
  const outcome = turn.rules.planner.swap(world, slot, command.node_id)
  if (outcome._tag === "refused") return refused(outcome)
  const { removed } = outcome.change
  const look = lookAt(turn, slot.id, command.node_id)
  const decision = look?.decision_id ?? (uuidOfName("overplanned/decision", turn.context.id()) as typeof Uuid.Type)
  const node = outcome.change.slots.find((one) => one.id === slot.id)?.node_id ?? null
  const logged =
    look === undefined ? swapDecision(turn, world, outcome, node, decision) : [lookRecord(turn, world, look)]
  const slots = logged.length === 0 ? outcome.change.slots : decidedBy(turn.trip.slots, outcome.change.slots, decision)
  const records: Array<TripRecord> = [
    ...logged,
    signal(turn, command.by, "slot_swap", {
      slot_id: slot.id,
      node_id: slot.node_id,
      model_version: slot.model_version,
      decision_id: slot.decision_id,
      context: { ...dayOfTrip(slot), replaced_by: node }
    }),
    ...intention(turn, command.by, slot.id, command.intention),
    edited(turn, "swap", slot, node)
  ]
  return changed(turn, { _tag: "slot_swapped", slot_id: slot.id, slots, removed }, { records })
}

export const removeSlot = (turn: Turn, command: Extract<TripCommand, { _tag: "remove_slot" }>): TripDecision => {
  const slot = changeable(turn, command.slot_id)
  if (isRejection(slot)) return reject(slot)
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(turn.trip))
  const outcome = turn.rules.planner.remove(world, slot)
  if (outcome._tag === "refused") return refused(outcome)
  const skip = signal(turn, command.by, "slot_skip", {
    slot_id: slot.id,
    node_id: slot.node_id,
    model_version: slot.model_version,
    decision_id: slot.decision_id,
    context: dayOfTrip(slot)
  })
  const records: Array<TripRecord> = [
    skip,
    // The signal says that it was passed; what happened to it is more than that.
    ...outcomesRecord(turn, [outcomeOf(slot, "removed", skip.id)]),
    ...intention(turn, command.by, slot.id, command.intention),
    edited(turn, "remove", slot, null)
  ]
  const { slots, removed } = outcome.change
  const gone = removed.includes(slot.id) ? removed : [...removed, slot.id]
  return changed(turn, { _tag: "slot_removed", slot_id: slot.id, slots, removed: gone }, { records })
}

export const lockSlot = (turn: Turn, command: Extract<TripCommand, { _tag: "lock_slot" }>): TripDecision => {
  if (isOver(turn.trip)) return reject(closed(turn.trip))
  const slot = slotAhead(turn, command.slot_id)
  if (isRejection(slot)) return reject(slot)
  if (slot.locked === command.locked) return unchanged(turn)
  return changed(
    turn,
    { _tag: "slot_locked", slot_id: slot.id, locked: command.locked },
    { records: intention(turn, command.by, slot.id, command.intention) }
  )
}
