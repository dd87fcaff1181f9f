/** What a person did with a place that a decision showed them. Kept apart from the decision, which never changes. */
import * as Schema from "effect/Schema"

export const Outcome = Schema.Literals([
  /** Accepted: with the plan that it stood in, by hand, or as the option taken from an offer. */
  "confirmed",
  /** It stood in the plan when the trip was over, and its time had come. */
  "kept",
  /** Another place took its stop. */
  "swapped",
  /** Its stop was taken out. */
  "removed",
  /** Seen and passed. */
  "skipped",
  "swiped_right",
  "swiped_left",
  /** Offered, and nobody answered. */
  "ignored"
])
export type Outcome = typeof Outcome.Type

/** The signals that say what became of a place. */
export const OUTCOME_SIGNALS = [
  "slot_accept",
  "slot_skip",
  "slot_swap",
  "discovery_swipe_right",
  "discovery_swipe_left"
] as const

export interface PlaceOutcome {
  readonly id: string
  /** Null where the stop does not know it: found when it is stored, as the last one that brought the place into the plan. */
  readonly decision_id: string | null
  readonly activity_node_id: string
  readonly slot_id: string | null
  readonly outcome: Outcome
}

/** What happened to some places at one moment, as the journal has it. */
export interface OutcomesRecord {
  readonly user_id: string
  readonly trip_id: string
  readonly session_id: string
  readonly occurred_at: number
  readonly outcomes: ReadonlyArray<PlaceOutcome>
}
