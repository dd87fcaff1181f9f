/** What became of the places of a plan, told when the traveler accepts it, changes it, or has lived it. */
import type { Outcome, PlaceOutcome } from "../learning-log/outcomes.ts"
import type { Slot } from "../plan/model.ts"
import type { TripRecord, Turn } from "./turn.ts"

/** `id` is the outcome's own; the signal's, where it says more exactly what a signal says. */
export const outcomeOf = (slot: Slot, outcome: Outcome, id: string): PlaceOutcome => ({
  id,
  decision_id: slot.decision_id ?? null,
  activity_node_id: slot.node_id,
  slot_id: slot.id,
  outcome
})

/** `who` did it: whoever the turn is of, else the owner. */
export const outcomesRecord = (
  turn: Turn,
  outcomes: ReadonlyArray<PlaceOutcome>,
  who: string = turn.by ?? turn.trip.user_id
): ReadonlyArray<TripRecord> => {
  if (outcomes.length === 0) return []
  const { id: trip_id, session_id } = turn.trip
  const payload = { user_id: who, trip_id, session_id, occurred_at: turn.context.now, outcomes }
  return [{ type: "decision_outcomes", id: turn.context.id(), payload }]
}

/** Of a plan that was accepted all. */
export const confirmedPlan = (turn: Turn): ReadonlyArray<TripRecord> =>
  outcomesRecord(
    turn,
    turn.trip.slots.map((slot) => outcomeOf(slot, "confirmed", turn.context.id()))
  )

/** Of a plan that is over what its time allowed: of everybody who was there, whoever says that it is over. */
export const keptPlan = (turn: Turn): ReadonlyArray<TripRecord> => {
  const lived = turn.trip.slots.filter((slot) => slot.starts_at <= turn.context.now && slot.status !== "skipped")
  return turn.trip.members.flatMap(({ joined_at, user_id }) =>
    outcomesRecord(
      turn,
      lived.filter((slot) => slot.ends_at > joined_at).map((slot) => outcomeOf(slot, "kept", turn.context.id())),
      user_id
    )
  )
}
