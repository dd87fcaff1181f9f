/** From drafts of options to the offer that goes over the wire, and to what is logged about it. */
import type { ChosenOption, DecisionSlate, MadeOffer } from "../decisions.ts"
import type { SlotId } from "../ids.ts"
import type { ModelRef } from "../ranking.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import { beforeOneGoes } from "../view/node.ts"
import type { Trigger } from "../vocabulary.ts"
import { acceptanceColumns, acceptanceOf } from "./acceptance.ts"
import type { OfferIds, PivotWorld } from "./answer-model.ts"
import { describer } from "./describe.ts"
import type { ChangeDraft, Finding, OptionDraft } from "./draft.ts"
import { PIVOT_MODEL } from "./env.ts"
import { type OwnTaste, type PivotFeatures, withoutTaste } from "./features.ts"
import { toTell } from "./kinds.ts"
import { type Change, type Offer, type OfferOption, offerText, type PivotRequest } from "./model.ts"
import { presentationOf } from "./present.ts"

/** The places that a draft brings, each with the stop that it comes to: one for a stop, several for the rest of a day. */
const broughtBy = (draft: OptionDraft): ReadonlyArray<{ readonly slot_id: SlotId; readonly index: number }> =>
  draft.changes.flatMap(({ index, slot_id }) => (index === undefined ? [] : [{ slot_id, index }]))

/** All that was considered, and the options' own places where a search of another kind, or what was kept ready, brought them. */
const slateOf = ({ catalog }: PivotWorld, finding: Finding): DecisionSlate => {
  const candidate_ids: Array<string> = []
  const scores: Array<number> = []
  const known = new Set<number>()
  for (const { index, score } of finding.candidates) {
    known.add(index)
    candidate_ids.push(catalog.nodes[index]!.id)
    scores.push(score)
  }
  for (const draft of finding.options) {
    const { score } = draft
    for (const { index } of broughtBy(draft)) {
      if (known.has(index)) continue
      known.add(index)
      const lower = scores.findIndex((other) => other < score)
      const at = lower < 0 ? scores.length : lower
      candidate_ids.splice(at, 0, catalog.nodes[index]!.id)
      scores.splice(at, 0, score)
    }
  }
  return { candidate_ids, scores }
}

const changeOf = ({ catalog }: PivotWorld, one: ChangeDraft): Change => ({
  slot_id: one.slot_id,
  action: one.action,
  starts_at: rfc3339(one.starts),
  ends_at: rfc3339(one.ends),
  open: one.open,
  travel_minutes: one.travel,
  ...(one.day === undefined ? {} : { day: one.day }),
  ...(one.index === undefined
    ? {}
    : { node: presentationOf(catalog, one.index).node, ...beforeOneGoes(catalog, one.index, one.open, one.starts) })
})

const optionOf = (
  world: PivotWorld,
  draft: OptionDraft,
  { option_id, score }: ChosenOption,
  planned: number
): OfferOption => ({
  option_id,
  ...(draft.kind === undefined ? {} : { kind: draft.kind }),
  changes: draft.changes.map((change) => changeOf(world, change)),
  unchanged: Math.max(0, planned - draft.changes.length),
  score,
  why: draft.why,
  evidence: draft.index === undefined ? [] : presentationOf(world.catalog, draft.index).evidence
})

interface Described {
  readonly draft: OptionDraft
  readonly features: PivotFeatures | undefined
  readonly own?: OwnTaste
  /** The chance that it is taken, where a model says one. */
  readonly chance: number | undefined
}

/**
 * The options in the order in which they are told: that of the engine, or of the model where one may decide. An option that
 * cannot be described leaves the order to the engine, and so does a party of whom nobody is known: a model does not guess.
 * It learnt from what single people answered, so whoever asks is asked about by their own taste.
 */
const ordered = (
  { acceptance, tastes }: PivotWorld,
  trigger: Trigger,
  drafts: ReadonlyArray<OptionDraft>,
  describe: ReturnType<typeof describer>
): { readonly options: ReadonlyArray<Described>; readonly model: ModelRef } => {
  const described = drafts.map(
    (draft): Omit<Described, "chance"> => ({
      draft,
      ...(describe(draft) ?? { features: undefined })
    })
  )
  const isWhole = tastes.length > 0 && described.every(({ features }) => features !== undefined)
  if (acceptance === undefined || described.length < 2 || !isWhole) {
    return { options: described.map((one) => ({ ...one, chance: undefined })), model: PIVOT_MODEL }
  }
  const options = described.map((one) => ({
    ...one,
    chance: acceptanceOf(acceptance.weights, acceptanceColumns({ ...one.features!, ...one.own }, trigger))
  }))
  // The sort is stable: of options that are as likely, the engine's comes first.
  return { options: options.sort((a, b) => b.chance - a.chance), model: acceptance.ref }
}

/** What is worth saying also beside a full choice: that not all of it was looked at, and that it is about a stop far ahead. */
const BESIDE_ALL: ReadonlySet<string> = new Set(["out_of_time", "far_ahead"])

export const makeOffer = (
  world: PivotWorld,
  request: PivotRequest,
  finding: Finding,
  now: number,
  ids: OfferIds
): MadeOffer => {
  const { trip, catalog, settings } = world
  const { source, slot } = finding
  const slot_id = slot?.id ?? request.slot_id ?? null
  let planned = 0
  for (const one of trip.slots) if (one.status === "planned") planned++
  const count = Math.min(finding.options.length, settings.options)
  const reasons =
    count < settings.options ? finding.reasons : finding.reasons.filter(({ reason }) => BESIDE_ALL.has(reason))
  const expires_at = now + settings.offerTtlMs
  const chosen: Array<ChosenOption> = []
  const { options: all, model } = ordered(world, request.trigger, finding.options, describer(world, request, slot, now))
  const best = toTell(all, count)
  const options: Array<OfferOption> = []
  for (let i = 0; i < count; i++) {
    const { draft, features, own, chance } = best[i]!
    const one: ChosenOption = {
      option_id: ids.option(i),
      node_id: draft.index === undefined ? null : catalog.nodes[draft.index]!.id,
      places: broughtBy(draft).map(({ index, slot_id }) => ({ slot_id, node_id: catalog.nodes[index]!.id })),
      score: Math.round(draft.score * 1000) / 1000,
      changes: draft.changes.length,
      features: features === undefined ? null : world.tastes.length === 0 ? withoutTaste(features) : features,
      ...(own === undefined ? {} : { own }),
      measures: chance === undefined ? draft.measures : { ...draft.measures, chance }
    }
    chosen.push(one)
    options.push(optionOf(world, draft, one, planned))
  }
  const offer: Offer = {
    pivot_id: ids.pivot_id,
    trigger: request.trigger,
    slot_id,
    options,
    ...(reasons.length === 0 ? {} : { reasons }),
    computed_at: rfc3339(finding.computedAt),
    expires_at: rfc3339(expires_at),
    state_version: trip.seq,
    model,
    source,
    catalog_version: world.env.version
  }
  return {
    pivot_id: ids.pivot_id,
    slot_id,
    trigger: request.trigger,
    source,
    state_version: trip.seq,
    model,
    reasons,
    chosen,
    changes: best[0]?.draft.changes.map((change) => change.slot_id) ?? [],
    slate: slateOf(world, finding),
    expires_at,
    text: offerText(offer)
  }
}
