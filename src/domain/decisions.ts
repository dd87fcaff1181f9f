/**
 * Decisions, logged whole. Each record is one row of the table of the same name; together they are what every later
 * model is trained on, so no path that shows somebody a choice may skip them.
 */

import type { OptionId, PivotId, SlotId } from "./ids.ts"
import type { Arm } from "./learning/traffic.ts"
import type { EventContext, PlanEventType } from "./learning-log/plan.ts"
import type { UserState } from "./learning-log/snapshots.ts"
import type { OwnTaste, PivotFeatures, TastelessFeatures } from "./pivot/features.ts"
import type { NoPivotReason, OfferText, PivotDetail } from "./pivot/model.ts"
import type { OptionPlace } from "./pivot/places.ts"
import { type ModelRef, modelVersion } from "./ranking.ts"
import type { Intention, Surface, Trigger } from "./vocabulary.ts"

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
  readonly shadow_latency_ms?: number
  /** Which side of the comparison with a model in production it was on, of which model, and whether that failed it. */
  readonly arm?: Arm
  readonly arm_of?: string
  readonly model_failed?: boolean
  readonly latency_ms: number
  readonly occurred_at: number
}

/** Which side of the comparison with a model in production somebody was on when something was decided for them. */
export interface TrialSide {
  readonly arm: Arm
  readonly of: ModelRef
  readonly failed: boolean
}

/** As a decision is logged with it. */
export const armOfDecision = (trial: TrialSide | undefined): Pick<RankingEvent, "arm" | "arm_of" | "model_failed"> =>
  trial === undefined
    ? {}
    : { arm: trial.arm, arm_of: modelVersion(trial.of), ...(trial.failed ? { model_failed: true } : {}) }

export interface LoggedCandidate {
  readonly node_id: string
  readonly score: number
  readonly rank: number
  readonly features: Readonly<Record<string, number>>
}

/** The places that a ranker put first, best first. */
export interface RankedOrder {
  readonly ranker: string
  readonly node_ids: ReadonlyArray<string>
}

/** Who was believed where a trained model and an LLM disagreed, and why. */
export interface LoggedArbitration {
  readonly choice: "ml" | "llm" | "local"
  readonly rule: string
  readonly reason: string
  /** Both orders, where a judge compared them. */
  readonly orders?: { readonly ml: RankedOrder; readonly llm: RankedOrder }
}

/** The `context` of a `candidate_set_logged` signal. */
export interface CandidateSet {
  readonly full_candidate_set: ReadonlyArray<LoggedCandidate>
  readonly ranker: string
  readonly user_state: UserState
  readonly arbitration?: LoggedArbitration
}

/** A user state that the records of decisions refer to. */
export interface UserStateRecord {
  readonly id: string
  /** Whom it tells about. */
  readonly user_ids: ReadonlyArray<string>
  readonly state: UserState
}

/** An offer: the text that everybody is told, and what is logged about how it came about. */
export interface MadeOffer {
  readonly text: OfferText
  readonly pivot_id: PivotId
  readonly slot_id: SlotId | null
  readonly trigger: Trigger
  readonly source: "precomputed" | "on_demand"
  readonly state_version: number
  readonly model: ModelRef
  readonly reasons: ReadonlyArray<NoPivotReason>
  readonly chosen: ReadonlyArray<ChosenOption>
  /** The stops that its first option changes. */
  readonly changes: ReadonlyArray<SlotId>
  readonly slate: DecisionSlate
  readonly expires_at: number
  /** Which side of the comparison with a model that orders options it was made on. */
  readonly trial?: { readonly arm: Arm; readonly of: ModelRef }
}

/** An option with the place that it is about and what that was scored with. */
export interface ChosenOption {
  readonly option_id: OptionId
  readonly node_id: string | null
  /** All places that it brings, each with the stop that it comes to; the one that it is about comes first. Older records name that one alone. */
  readonly places: ReadonlyArray<OptionPlace>
  readonly score: number
  /** How many stops it changes. */
  readonly changes: number
  /**
   * What it is described by, in the words of `PIVOT_FEATURES`; null where nothing of it is a place of the catalog. Where nobody's
   * taste was known it says nothing of that.
   */
  readonly features: PivotFeatures | TastelessFeatures | null
  /** The same of the taste of whoever asked alone, where others travel with them. */
  readonly own?: OwnTaste
  /** What the engine weighed it with, which differs by trigger. */
  readonly measures: Readonly<Record<string, number>>
}

/**
 * An offer as it is logged: `pivot_events` gets the row that an answer completes later, `ranking_events` the decision
 * behind it, both under the offer's id.
 */
export interface PivotOffered {
  readonly offer: MadeOffer
  readonly detail: PivotDetail | undefined
  /** Who asked; nobody where a city's event made the offer. */
  readonly by: string | null
  /** Whose taste decided: who asked, else the trip's owner. */
  readonly user_id: string
  readonly trip_id: string
  readonly session_id: string
  readonly offered_at: number
  readonly user_state: UserState
  /** Offers that nobody had answered when this one took their place; absent where none had to go. */
  readonly pushed_out?: ReadonlyArray<PushedOut>
}

/** An offer that counts as ignored, because newer ones came. */
export interface PushedOut {
  readonly pivot_id: string
  /** For how long nobody had answered. */
  readonly after_ms: number
  /** As of a response. */
  readonly nobodys?: true
}

/** The places that were eligible for one decision, best first, as it is logged. */
export interface DecisionSlate {
  readonly candidate_ids: ReadonlyArray<string>
  readonly scores: ReadonlyArray<number>
}

/** What became of an offer. */
export interface PivotResponse {
  readonly pivot_id: string
  /** Who answered, who need not be who asked; nobody where its time was over, or the group decided. Absent in records of older programs. */
  readonly user_id?: string | null
  /**
   * The group voted: it says nothing of what anybody wanted. Each vote is an outcome of its voter's own. Absent in records of older
   * programs, which took it for the answer of one person.
   */
  readonly voted?: true
  /**
   * It was given in time by whoever gave it and came when nobody waited for it any more: it takes the place of an `ignore`, if it holds
   * against the offer's row. Absent in records of older programs.
   */
  readonly late?: true
  /**
   * It was ignored where nobody had asked and several travel: that is nobody's own, and no outcome. Absent in records of older
   * programs, which took it for the owner's.
   */
  readonly nobodys?: true
  readonly trip_id: string
  readonly response: "accept" | "dismiss" | "ignore"
  readonly chosen_option_id: string | null
  readonly time_to_action_ms: number
  /** None where an option was wanted that did not hold any more. */
  readonly slots_changed: number | null
  readonly responded_at: number
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

/** What a traveler found at the door of a place. */
export interface DoorReported {
  /** Of person, visit and place: who says it again says it once. */
  readonly id: string
  readonly user_id: string
  readonly trip_id: string
  readonly slot_id: string
  readonly activity_node_id: string
  readonly open: boolean
  /** The hours as they were written then: the report is evidence on these alone. */
  readonly opening_hours: string | null
  readonly occurred_at: number
}

export interface ExperimentEvent {
  readonly event_id: string
  readonly event_type: PlanEventType
  readonly unit_id: string
  readonly plan_id: string
  readonly timestamp: number
  readonly context: EventContext
  /** As `learning-log/plan.ts` has it for this type. */
  readonly payload: Readonly<Record<string, unknown>>
}

/** A persona as it was when something was decided with it. */
export interface PersonaKnown {
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
