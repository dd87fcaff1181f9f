/** What became of the places that the made-up population was shown. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { Outcome } from "../../domain/learning-log/outcomes.ts"
import type { Journey } from "./journey.ts"
import type { Stop } from "./plan.ts"
import type { Rows } from "./tables.ts"

/** What signals say of a place. */
export const OUTCOME_OF: Readonly<Record<string, Outcome>> = {
  slot_accept: "confirmed",
  slot_skip: "skipped",
  slot_swap: "swapped"
}

export const decisionOf = (journey: Journey, day: number): string =>
  uuidOfName("overplanned/shadow-decision", journey.id, String(day))

/** What became of a place that the plan's decision for a day showed. */
export const addOutcome = (
  rows: Rows,
  journey: Journey,
  told: {
    readonly id: string
    readonly by: string
    readonly outcome: Outcome
    readonly at: number
    readonly place?: number
    readonly stop?: Stop
    readonly day?: number
  }
): void => {
  const { at, by, day = told.stop?.day, id, outcome, place, stop } = told
  if (place === undefined || day === undefined) return
  rows.add("decision_outcomes", {
    id,
    decision_id: decisionOf(journey, day),
    user_id: by,
    trip_id: journey.id,
    session_id: journey.session,
    slot_id: stop === undefined ? null : journey.slotIds.get(stop)!,
    activity_node_id: journey.world.places[place]!.id,
    outcome,
    source: "backfill",
    occurred_at: new Date(at),
    created_at: new Date(at)
  })
}
