/** An offer as the journal keeps it: fields of the rows that `pivot_events` and `ranking_events` get of it. */
import type { ChosenOption, PivotOffered } from "../decisions.ts"
import { modelVersion } from "../ranking.ts"

/** Four decimals: more would say nothing about a score or a share. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

const roundedEach = (features: Readonly<Record<string, number>> | null): Readonly<Record<string, number>> => {
  const text: Record<string, number> = {}
  for (const name in features) text[name] = rounded(features[name]!)
  return text
}

const optionOf = (one: ChosenOption, position: number) => ({
  option_id: one.option_id,
  node_id: one.node_id,
  places: one.places,
  score: one.score,
  position,
  changes: one.changes,
  features: roundedEach(one.features),
  ...(one.own === undefined ? {} : { own: one.own }),
  measures: roundedEach(one.measures)
})

/** `userStateId` names who it was for: the same for many decisions, and more text than all the rest of one. */
export const pivotRecord = (one: PivotOffered, userStateId: string, latencyMillis: number) => {
  const { offer } = one
  return {
    pivot_id: offer.pivot_id,
    user_id: one.by,
    trip_id: one.trip_id,
    slot_id: offer.slot_id,
    trigger: offer.trigger,
    detail: one.detail ?? {},
    options: offer.chosen.map(optionOf),
    reasons: offer.reasons,
    source: offer.source,
    state_version: offer.state_version,
    model_name: offer.model.name,
    model_version: offer.model.version,
    latency_ms: rounded(latencyMillis),
    offered_at: one.offered_at,
    ranked_for: one.user_id,
    session_id: one.session_id,
    candidate_ids: offer.slate.candidate_ids,
    scores: offer.slate.scores.map(rounded),
    selected_ids: [...new Set(offer.chosen.flatMap(({ places }) => places.map(({ node_id }) => node_id)))],
    user_state_id: userStateId,
    ...(offer.trial === undefined ? {} : { arm: offer.trial.arm, arm_of: modelVersion(offer.trial.of) }),
    ...(one.pushed_out === undefined ? {} : { pushed_out: one.pushed_out })
  }
}

export type PivotRecord = ReturnType<typeof pivotRecord>
