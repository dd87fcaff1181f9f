/**
 * Decisions, logged whole. Each record is one row of the table of the same name; together they are what every later
 * model is trained on, so no path that shows somebody a choice may skip them.
 */
import type { Offer } from "./pivot/model.ts"
import type { Intention, Surface, Trigger } from "./vocabulary.ts"

/** Who decided in which state: enough to compute any feature again, as of that moment. */
export interface UserState {
  readonly encoder_version: string
  readonly persona_vector: ReadonlyArray<number>
  readonly dimensions: Readonly<Record<string, unknown>>
  readonly signal_count: number
  readonly sequence: ReadonlyArray<{ readonly node_id: string; readonly accepted: boolean; readonly at: number }>
  readonly members: ReadonlyArray<{ readonly user_id: string; readonly signal_count: number }>
}

export interface RankingEvent {
  readonly id: string
  readonly user_id: string
  readonly trip_id: string | null
  readonly session_id: string | null
  readonly day_number: number | null
  readonly surface: Surface
  readonly model_name: string
  readonly model_version: string
  readonly candidate_ids: ReadonlyArray<string>
  readonly scores: ReadonlyArray<number>
  readonly propensities: ReadonlyArray<number>
  readonly ranked_ids: ReadonlyArray<string>
  readonly selected_ids: ReadonlyArray<string>
  readonly user_state: UserState
  readonly shadow_model_name?: string
  readonly shadow_model_version?: string
  readonly shadow_ranked_ids?: ReadonlyArray<string>
  readonly latency_ms: number
  readonly occurred_at: number
}

export interface LoggedCandidate {
  readonly node_id: string
  readonly score: number
  readonly rank: number
  readonly features: Readonly<Record<string, number>>
}

/** The `context` of a `candidate_set_logged` signal. */
export interface CandidateSet {
  readonly full_candidate_set: ReadonlyArray<LoggedCandidate>
  readonly ranker: string
  readonly user_state: UserState
  readonly arbitration?: { readonly choice: "ml" | "llm" | "local"; readonly rule: string; readonly reason: string }
}

export interface PivotEvent {
  readonly id: string
  readonly pivot_id: string
  readonly user_id: string | null
  readonly trip_id: string
  readonly slot_id: string | null
  readonly trigger: Trigger
  readonly detail: Readonly<Record<string, unknown>>
  /** The offered options with score, position and the features at offer time. */
  readonly options: ReadonlyArray<{
    readonly option_id: string
    readonly node_id: string | null
    readonly score: number
    readonly position: number
    readonly features: Readonly<Record<string, number>>
    readonly changes: number
  }>
  readonly reasons: NonNullable<Offer["reasons"]>
  readonly source: "precomputed" | "on_demand"
  readonly state_version: number
  readonly model_name: string
  readonly model_version: string
  readonly response: "accept" | "dismiss" | "ignore" | null
  readonly chosen_option_id: string | null
  readonly time_to_action_ms: number | null
  readonly latency_ms: number
  readonly slots_changed: number | null
  readonly offered_at: number
  readonly responded_at: number | null
}

export interface IntentionSignal {
  readonly id: string
  readonly user_id: string
  readonly trip_id: string | null
  readonly slot_id: string | null
  readonly intention: Intention
  readonly confidence: number
  readonly source: string
  readonly occurred_at: number
}

export interface ExperimentEvent {
  readonly event_id: string
  readonly event_type: "plan_generated" | "plan_edited" | "plan_accepted"
  readonly unit_id: string
  readonly plan_id: string
  readonly timestamp: number
  readonly context: {
    readonly policy_version_id: string
    readonly workflow_type: "plan-first" | "explore-first"
    readonly mode: "autopilot" | "assisted"
  }
  readonly payload: Readonly<Record<string, unknown>>
}

export interface PersonaSnapshot {
  readonly id: string
  readonly user_id: string
  readonly valid_from: number
  readonly persona: Readonly<Record<string, unknown>>
  readonly encoder_version: string
}

export interface ConstraintSnapshot {
  readonly id: string
  readonly trip_id: string
  readonly valid_from: number
  readonly constraints: Readonly<Record<string, unknown>>
}
