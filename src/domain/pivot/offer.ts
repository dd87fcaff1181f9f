/** From drafts of options to the offer that goes over the wire, and to what is logged about it. */
import type { ChosenPlace, DecisionSlate } from "../decisions.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import type { Answered, OfferIds, PivotWorld } from "./answer-model.ts"
import { PIVOT_MODEL } from "./env.ts"
import type { Change, EvidenceLine, NoPivotReason, OfferOption, PivotRequest } from "./model.ts"
import type { PlanSlot } from "./plan.ts"
import { presentationOf } from "./present.ts"

export interface OptionDraft {
  readonly changes: ReadonlyArray<Change>
  readonly score: number
  readonly why: ReadonlyArray<string>
  /** The node that the option is about; undefined where no place is new. */
  readonly index: number | undefined
  readonly features: Readonly<Record<string, number>>
}

export interface Finding {
  readonly slot: PlanSlot | undefined
  readonly options: ReadonlyArray<OptionDraft>
  readonly reasons: ReadonlyArray<NoPivotReason>
  readonly source: "precomputed" | "on_demand"
  readonly computedAt: number
  readonly candidates: ReadonlyArray<{ readonly index: number; readonly score: number }>
}

const NO_EVIDENCE: ReadonlyArray<EvidenceLine> = []

/** All that was considered, and the options' own places where a search of another kind brought them. */
const slateOf = (world: PivotWorld, finding: Finding): DecisionSlate => {
  const { nodes } = world.catalog
  const candidate_ids: Array<string> = []
  const scores: Array<number> = []
  for (const { index, score } of finding.candidates) {
    candidate_ids.push(nodes[index]!.id)
    scores.push(score)
  }
  for (const { index, score } of finding.options) {
    if (index === undefined || finding.candidates.some((one) => one.index === index)) continue
    const at = scores.findIndex((other) => other < score)
    candidate_ids.splice(at < 0 ? scores.length : at, 0, nodes[index]!.id)
    scores.splice(at < 0 ? scores.length : at, 0, score)
  }
  return { candidate_ids, scores }
}

export const makeOffer = (
  world: PivotWorld,
  request: PivotRequest,
  finding: Finding,
  now: number,
  ids: OfferIds
): Answered => {
  const { trip, catalog, settings } = world
  const options: Array<OfferOption> = []
  const chosen: Array<ChosenPlace> = []
  let planned = 0
  for (const slot of trip.slots) if (slot.status === "planned") planned++
  const count = Math.min(finding.options.length, settings.options)
  for (let i = 0; i < count; i++) {
    const { changes, features, index, score, why } = finding.options[i]!
    options.push({
      option_id: ids.option(i),
      changes,
      unchanged: Math.max(0, planned - changes.length),
      score: Math.round(score * 1000) / 1000,
      why,
      evidence: index === undefined ? NO_EVIDENCE : presentationOf(catalog, index).evidence
    })
    chosen.push({ node_id: index === undefined ? null : catalog.nodes[index]!.id, features })
  }
  return {
    _tag: "offer",
    offer: {
      pivot_id: ids.pivot_id,
      trigger: request.trigger,
      slot_id: finding.slot?.id ?? null,
      options,
      ...(count < settings.options && finding.reasons.length > 0 ? { reasons: finding.reasons } : {}),
      computed_at: rfc3339(finding.computedAt),
      expires_at: rfc3339(now + settings.offerTtlMs),
      state_version: trip.seq,
      model: PIVOT_MODEL,
      source: finding.source,
      catalog_version: world.env.version
    },
    chosen,
    slate: slateOf(world, finding)
  }
}
