/**
 * The log of a generated plan: the whole candidate set with what the ranker saw, one ranking event per day, the plan
 * itself and the constraints it was made under. Pure: ids and the instant are handed in.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import {
  armOfDecision,
  type CandidateSet,
  type ConstraintSnapshot,
  type ExperimentEvent,
  type PersonaKnown,
  type RankingEvent,
  type TrialSide
} from "../decisions.ts"
import { contextOf, planPayload, planSlotsOf } from "../learning-log/plan.ts"
import { constraintsKnown, personaSnapshot } from "../learning-log/snapshots.ts"
import type { Persona } from "../persona/persona.ts"
import { modelVersion, type Ranking } from "../ranking.ts"
import { SIGNAL_WEIGHT, type Signal } from "../signal.ts"
import type { TripState } from "./model.ts"
import { userState } from "./turn.ts"

/** Candidates that a day's decision is logged with. */
export const DAY_CANDIDATES = 20

export interface PlanDecision {
  /** As it is once it has taken the plan, its version included. */
  readonly trip: TripState
  readonly catalog: CityCatalog
  readonly personas: ReadonlyArray<Persona>
  readonly ranking: Ranking
  readonly shadow?: Ranking
  readonly arbitration?: CandidateSet["arbitration"]
  readonly trial?: TrialSide
  readonly at: number
  readonly id: () => string
}

export interface PlanRecords {
  readonly candidateSet: Signal
  readonly days: ReadonlyArray<RankingEvent>
  readonly generated: ExperimentEvent
  readonly constraints: ConstraintSnapshot
  /** The owner's persona as the plan was made with it: it may not have been written down before. */
  readonly persona?: PersonaKnown
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** Four thousand numbers per plan: written as a loop because it is run on the event loop. */
const roundedFeatures = (features: Readonly<Record<string, number>>): Record<string, number> => {
  const out: Record<string, number> = {}
  for (const name in features) out[name] = rounded(features[name]!)
  return out
}

const candidateSet = (decision: PlanDecision): Signal => {
  const { trip, catalog, ranking } = decision
  const context: CandidateSet = {
    full_candidate_set: ranking.items.map((item, rank) => ({
      node_id: catalog.nodes[item.index]!.id,
      score: rounded(item.score),
      rank: rank + 1,
      features: roundedFeatures(item.features)
    })),
    ranker: modelVersion(ranking.model),
    user_state: userState(decision.personas),
    ...(decision.arbitration === undefined ? {} : { arbitration: decision.arbitration })
  }
  return {
    id: decision.id(),
    user_id: trip.user_id,
    signal_type: "candidate_set_logged",
    trip_id: trip.id,
    slot_id: null,
    activity_node_id: null,
    session_id: trip.session_id,
    context: { ...context },
    source: "app",
    weight: SIGNAL_WEIGHT.app,
    model_version: modelVersion(ranking.model),
    occurred_at: decision.at
  }
}

/**
 * A day chooses among its own picks and the best that no other day took, so that no pick of one day ever stands as a
 * negative of another.
 */
const dayEvent = (decision: PlanDecision, day: number): RankingEvent => {
  const { trip, catalog, ranking, shadow } = decision
  const picked = new Set(trip.slots.filter((slot) => slot.day === day).map((slot) => slot.node_id as string))
  const elsewhere = new Set(trip.slots.filter((slot) => slot.day !== day).map((slot) => slot.node_id as string))
  const eligible: Array<{ readonly id: string; readonly score: number }> = []
  let room = Math.max(0, DAY_CANDIDATES - picked.size)
  const seen = new Set<string>()
  for (const item of ranking.items) {
    const { id } = catalog.nodes[item.index]!
    if (elsewhere.has(id)) continue
    if (!picked.has(id)) {
      if (room === 0) continue
      room--
    }
    seen.add(id)
    eligible.push({ id, score: rounded(item.score) })
  }
  // A must-see or a booking need not be among the ranked; it was chosen all the same.
  for (const id of picked) if (!seen.has(id)) eligible.push({ id, score: 0 })
  const ids = eligible.map(({ id }) => id)
  const among = new Set(ids)
  return {
    id: trip.slots.find((slot) => slot.day === day)?.decision_id ?? decision.id(),
    user_id: trip.user_id,
    trip_id: trip.id,
    session_id: trip.session_id,
    day_number: day,
    surface: "itinerary",
    model_name: ranking.model.name,
    model_version: ranking.model.version,
    candidate_ids: ids,
    scores: eligible.map(({ score }) => score),
    // Rankers and assembly are deterministic: what was shown was shown for sure.
    propensities: ids.map(() => 1),
    ranked_ids: ids,
    selected_ids: [...picked],
    user_state: userState(decision.personas),
    ...(shadow === undefined
      ? {}
      : {
          shadow_model_name: shadow.model.name,
          shadow_model_version: shadow.model.version,
          shadow_ranked_ids: shadow.items.map((item) => catalog.nodes[item.index]!.id).filter((id) => among.has(id)),
          shadow_latency_ms: shadow.latencyMs
        }),
    ...armOfDecision(decision.trial),
    latency_ms: ranking.latencyMs,
    occurred_at: decision.at
  }
}

export const planRecords = (decision: PlanDecision): PlanRecords => {
  const { trip, ranking } = decision
  const owner = decision.personas.find((one) => one.user_id === trip.user_id) ?? decision.personas[0]
  const days = [...new Set(trip.slots.map((slot) => slot.day))].sort((a, b) => a - b)
  return {
    candidateSet: candidateSet(decision),
    days: days.map((day) => dayEvent(decision, day)),
    generated: {
      event_id: decision.id(),
      event_type: "plan_generated",
      unit_id: trip.user_id,
      plan_id: trip.session_id,
      timestamp: decision.at,
      context: {
        policy_version_id: modelVersion(ranking.model),
        ...contextOf(trip)
      },
      payload: planPayload("plan_generated", {
        trip_id: trip.id,
        state_version: trip.seq,
        city: trip.city,
        catalog_version: trip.catalog_version,
        start_date: trip.start_date,
        end_date: trip.end_date,
        party: trip.members.map((member) => member.user_id),
        slots: planSlotsOf(trip.slots)
      })
    },
    ...(owner === undefined
      ? {}
      : {
          persona: {
            id: decision.id(),
            user_id: owner.user_id,
            valid_from: decision.at,
            persona: personaSnapshot(owner.dimensions),
            encoder_version: owner.encoder_version
          }
        }),
    constraints: {
      id: decision.id(),
      trip_id: trip.id,
      valid_from: decision.at,
      constraints: constraintsKnown(trip)
    }
  }
}
