/** From drafts of options to the offer that goes over the wire, and to what is logged about it. */
import type { PivotEvent } from "../decisions.ts"
import type { Answered, OfferIds, PivotWorld } from "./answer-model.ts"
import { PIVOT_MODEL } from "./env.ts"
import type { Change, EvidenceLine, NoPivotReason, OfferOption, PivotRequest } from "./model.ts"
import type { PlanSlot } from "./plan.ts"
import { presentationOf, rfc3339 } from "./present.ts"

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

export const makeOffer = (
  world: PivotWorld,
  request: PivotRequest,
  finding: Finding,
  now: number,
  ids: OfferIds
): Answered => {
  const { trip, catalog, settings } = world
  const options: Array<OfferOption> = []
  const logged: Array<PivotEvent["options"][number]> = []
  let planned = 0
  for (const slot of trip.slots) if (slot.status === "planned") planned++
  const count = Math.min(finding.options.length, ids.option_ids.length, settings.options)
  for (let i = 0; i < count; i++) {
    const draft = finding.options[i]!
    const option_id = ids.option_ids[i]!
    options.push({
      option_id,
      changes: draft.changes,
      unchanged: Math.max(0, planned - draft.changes.length),
      score: Math.round(draft.score * 1000) / 1000,
      why: draft.why,
      evidence: draft.index === undefined ? NO_EVIDENCE : presentationOf(catalog, draft.index).evidence
    })
    logged.push({
      option_id,
      node_id: draft.index === undefined ? null : catalog.nodes[draft.index]!.id,
      score: draft.score,
      position: i,
      features: draft.features,
      changes: draft.changes.length
    })
  }
  return {
    _tag: "offer",
    offer: {
      pivot_id: ids.pivot_id,
      trigger: request.trigger,
      slot_id: finding.slot?.id ?? null,
      options,
      ...(options.length < settings.options && finding.reasons.length > 0 ? { reasons: finding.reasons } : {}),
      computed_at: rfc3339(finding.computedAt),
      expires_at: rfc3339(now + settings.offerTtlMs),
      state_version: trip.seq,
      model: PIVOT_MODEL,
      source: finding.source,
      catalog_version: world.env.version
    },
    logged,
    candidates: finding.candidates.map(({ index, score }) => ({ node_id: catalog.nodes[index]!.id, score }))
  }
}
