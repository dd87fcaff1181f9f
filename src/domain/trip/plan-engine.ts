/** The plan-changing functions that a trip's decider calls, over the pivot engine and the city's live state. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { liveOf } from "../city/live.ts"
import type { DecisionSlate, MadeOffer } from "../decisions.ts"
import type { OptionId, PivotId } from "../ids.ts"
import { isGroupCold } from "../persona/persona.ts"
import type { AcceptanceInForce } from "../pivot/acceptance.ts"
import { findPivot } from "../pivot/answer.ts"
import type { PivotWorld, Refused } from "../pivot/answer-model.ts"
import type { Finding } from "../pivot/draft.ts"
import { PIVOT_MODEL, PIVOT_SETTINGS, type PivotSettings } from "../pivot/env.ts"
import { bytesOf, type FallbackRun, fallbackInput, startFallbacks } from "../pivot/fallbacks.ts"
import type { Change, NoPivotReason, PivotRequest } from "../pivot/model.ts"
import { applyChanges } from "../pivot/move-day.ts"
import { makeOffer } from "../pivot/offer.ts"
import { daySlots, gapAt, type PlanSlot } from "../pivot/plan.ts"
import { isPlanned, mayOffer, pickReplacements, saidAt, whyOf } from "../pivot/replace.ts"
import { CLOSED_COLUMN } from "../pivot/search.ts"
import { fitVisit, type Visit } from "../pivot/visit.ts"
import type { FixedThing, Slot } from "../plan/model.ts"
import type { ModelRef } from "../ranking.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import { beforeOneGoes, nodeBrief } from "../view/node.ts"
import { envFor, type KnownWorld, pivotWorld, tastesOf } from "./pivot-world.ts"
import { addPlace, moveStop, reorderDay, type Where } from "./plan-editing.ts"
import { addOwn, moveOwn, type OwnOutcome, type OwnWish, removeOwn } from "./plan-own.ts"
import type { Fallbacks, PlanOutcome, TakenOption, TripWorld } from "./planner.ts"
import type { Choices } from "./suggestions.ts"
import { touchedBy } from "./touched.ts"
import { whatFits } from "./what-fits.ts"

const refusedWith = (reason: string, message: string, places = 0): PlanOutcome => ({
  _tag: "refused",
  reasons: [{ reason, message, places }]
})

/** A request that asks for nothing that could be gets an answer all the same, and is logged as one. */
const nothingFound = ({ problem, message }: Refused, now: number): Finding => ({
  slot: undefined,
  options: [],
  reasons: [{ reason: problem, message, places: 0 }],
  source: "on_demand",
  computedAt: now,
  candidates: []
})

/** Told of each replacement that was looked for, and whether a ranking of its moment was held. */
export type Asked = (surface: "pivot" | "swap", held: boolean) => void

/** Told of each option that brings a place, and whether that is known to be open then. */
export type Offered = (city: string, openKnown: boolean) => void

const ENGINE_ALONE: AcceptanceInForce = {}

interface EngineParts {
  readonly settings: PivotSettings
  readonly clock: (() => number) | undefined
  readonly acceptance: (traveler: string) => AcceptanceInForce
  readonly asked: Asked
  readonly offered: Offered
}

const pivot =
  ({ acceptance, asked, clock, offered, settings }: EngineParts) =>
  (world: TripWorld, request: PivotRequest, pivotId?: PivotId): MadeOffer => {
    const seen = pivotWorld(world, settings)
    // While any member is cold, no trained model is asked, nor of a party where nobody asks whose own taste is known: the model knows
    // single people. Whom it is by is who owns the trip: all of it is on one side.
    const isCold = world.personas.length === 0 || isGroupCold(world.personas)
    const isNobodys = world.trip.members.length > 1 && seen.own === undefined
    const { model, trial } = isCold || isNobodys ? ENGINE_ALONE : acceptance(world.trip.user_id)
    const known = {
      ...seen,
      ...(clock === undefined ? {} : { clock }),
      ...(model === undefined ? {} : { acceptance: model })
    }
    const set = world.fallbacks?.set
    const found = findPivot(known, set, request, world.now)
    const finding = "_tag" in found ? nothingFound(found, world.now) : found
    if (finding.slot !== undefined) asked("pivot", saidAt(known, finding.slot) !== undefined)
    const ids = { pivot_id: pivotId ?? (world.id() as PivotId), option: () => world.id() as OptionId }
    const offer = makeOffer(known, request, finding, world.now, ids)
    for (const { measures } of offer.chosen) {
      if (measures.open_known !== undefined) offered(world.catalog.city.slug, measures.open_known === 1)
    }
    return trial === undefined ? offer : { ...offer, trial }
  }

const outcomeOf = (
  applied: ReturnType<typeof applyChanges>,
  model: ModelRef = PIVOT_MODEL,
  slate?: DecisionSlate
): PlanOutcome =>
  typeof applied === "string"
    ? refusedWith("invalid", `This does not hold any more: ${applied}.`)
    : {
        _tag: "change",
        change: { slots: applied.slots, removed: applied.removed },
        model,
        ...(slate === undefined ? {} : { slate })
      }

const replacement = (catalog: CityCatalog, slot: Slot, index: number, visit: Visit): Change => ({
  slot_id: slot.id,
  action: "replace",
  node: nodeBrief(catalog.nodes[index]!),
  starts_at: rfc3339(visit.arrive),
  ends_at: rfc3339(visit.leave),
  open: visit.open,
  travel_minutes: visit.travelIn
})

const MISFITS: Readonly<Record<string, string>> = {
  closed: "is closed at that time",
  unreachable: "cannot be reached in time",
  too_short: "leaves no time for a visit before the next stop",
  time_of_day: "is not a place for that time of day"
}

/** Choices that are shown. */
const MOST_CHOICES = 6

/** Looked for anew each time: what was shown and what is logged of it are the same, whatever was kept ready meanwhile. */
const choicesAt = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, position: number, now: number) =>
  pickReplacements(world, undefined, day, position, CLOSED_COLUMN, undefined, now, undefined, MOST_CHOICES)

const swap =
  ({ asked, settings }: Pick<EngineParts, "asked" | "settings">) =>
  (world: TripWorld, slot: Slot, nodeId: string | undefined): PlanOutcome => {
    const known = pivotWorld(world, settings)
    const { catalog, env, live } = known
    const day = daySlots(world.trip, slot.day, catalog.indexOf)
    const position = day.findIndex((one) => one.id === slot.id)
    if (position < 0) return refusedWith("unknown_slot", "That stop is not part of the day any more.")
    let index: number | undefined
    let visit: Visit
    let score: number
    let reasons: ReadonlyArray<NoPivotReason> = []
    let candidates: ReadonlyArray<{ readonly index: number; readonly score: number }> = []
    if (nodeId === undefined) {
      const picked = pickReplacements(known, world.fallbacks?.set, day, position, CLOSED_COLUMN, undefined, world.now)
      asked("swap", saidAt(known, day[position]!) !== undefined)
      reasons = picked.reasons
      candidates = picked.considered
      const best = picked.found[0]
      if (best === undefined) {
        return {
          _tag: "refused",
          reasons:
            reasons.length > 0 ? reasons : [{ reason: "nothing", message: "Nothing near fits that time.", places: 0 }]
        }
      }
      index = best.index
      visit = best.visit
      score = best.score
    } else {
      index = catalog.indexOf(nodeId)
      if (index === undefined) return refusedWith("unknown_node", `${catalog.city.name} has no such place.`)
      const { name } = catalog.nodes[index]!
      if (isPlanned(known, index)) return refusedWith("planned", `${name} is in the plan already.`, 1)
      if (!mayOffer(known, index)) {
        return refusedWith("excluded", `${name} goes against a veto, a thing to avoid or the budget of this trip.`, 1)
      }
      const fit = fitVisit(env, live, index, gapAt(day, position, world.now))
      if (typeof fit === "string") return refusedWith(fit, `${name} ${MISFITS[fit] ?? "does not fit there"}.`, 1)
      visit = fit
      score = slot.score
      // Who chose among what was shown chose it over the others.
      const shown = choicesAt(known, day, position, world.now)
      const own = shown.considered.find((one) => one.index === index)
      candidates = own === undefined ? [{ index, score }] : shown.considered
      score = own?.score ?? score
    }
    const changes = [replacement(catalog, slot, index, visit)]
    const slate = {
      candidate_ids: candidates.map((one) => catalog.nodes[one.index]!.id as string),
      scores: candidates.map((one) => one.score)
    }
    return outcomeOf(
      applyChanges(known, { changes, trigger: "mood", score, model: PIVOT_MODEL, now: world.now }),
      PIVOT_MODEL,
      slate
    )
  }

const choices =
  ({ asked, settings }: Pick<EngineParts, "asked" | "settings">) =>
  (world: TripWorld, slot: Slot): { readonly choices: Choices; readonly slate: DecisionSlate } => {
    const known = pivotWorld(world, settings)
    const day = daySlots(world.trip, slot.day, known.catalog.indexOf)
    const position = day.findIndex((one) => one.id === slot.id)
    if (position < 0) {
      return { choices: { choices: [], reasons: [GONE] }, slate: { candidate_ids: [], scores: [] } }
    }
    const picked = choicesAt(known, day, position, world.now)
    asked("swap", saidAt(known, day[position]!) !== undefined)
    const gap = gapAt(day, position, world.now)
    const shown = picked.found.slice(0, MOST_CHOICES)
    const choices: Choices = {
      choices: shown.map((found) => ({
        node: nodeBrief(known.catalog.nodes[found.index]!),
        starts_at: rfc3339(found.visit.arrive),
        ends_at: rfc3339(found.visit.leave),
        open: found.visit.open,
        ...beforeOneGoes(known.catalog, found.index, found.visit.open, found.visit.arrive),
        travel_minutes: found.visit.travelIn,
        why: whyOf(known, CLOSED_COLUMN, found, day[position]!, gap, undefined)
      })),
      reasons: picked.found.length === 0 ? picked.reasons : []
    }
    return {
      choices,
      slate: {
        candidate_ids: shown.map(({ index }) => known.catalog.nodes[index]!.id),
        scores: shown.map(({ score }) => score)
      }
    }
  }

const GONE: NoPivotReason = {
  reason: "unknown_slot",
  message: "That stop is not part of the day any more.",
  places: 0
}

const remove =
  (settings: PivotSettings) =>
  (world: TripWorld, slot: Slot): PlanOutcome => {
    const change: Change = {
      slot_id: slot.id,
      action: "drop",
      starts_at: rfc3339(slot.starts_at),
      ends_at: rfc3339(slot.ends_at),
      open: "unknown",
      travel_minutes: 0
    }
    const applied = applyChanges(pivotWorld(world, settings), {
      changes: [change],
      trigger: "mood",
      score: slot.score,
      model: PIVOT_MODEL,
      now: world.now
    })
    // Going straight to what comes next may be what does not fit; leaving the stop out is the traveler's right anyway.
    return typeof applied === "string"
      ? { _tag: "change", change: { slots: [], removed: [slot.id] } }
      : outcomeOf(applied)
  }

/**
 * The planner of a trip's decider. Without a clock no search runs out of time; `acceptance` gives the model in force; `asked`
 * and `offered` count what was looked for and what came of it.
 */
export const planEngine = (
  settings: PivotSettings = PIVOT_SETTINGS,
  clock?: () => number,
  acceptance: (traveler: string) => AcceptanceInForce = () => ENGINE_ALONE,
  asked: Asked = () => undefined,
  offered: Offered = () => undefined
) => ({
  /** Options for a disruption. `slot_id` in the request, where given, exists and is not over. */
  pivot: pivot({ settings, clock, acceptance, asked, offered }),
  /** Checks an offered option against the world as it is now and gives its change, downstream slots re-validated. */
  accept: (world: TripWorld, option: TakenOption): PlanOutcome =>
    outcomeOf(
      applyChanges(pivotWorld(world, settings), {
        changes: option.option.changes,
        trigger: option.trigger,
        score: option.option.score,
        model: option.model,
        now: world.now
      }),
      option.model
    ),
  /** Puts another place into a slot: the given one if it passes the checks, else the best there is. */
  swap: swap({ settings, asked }),
  /** Takes a slot out and closes the gap in the travel times behind it. */
  remove: remove(settings),
  /** What a swap could bring, best first, each verified as of now. */
  choices: choices({ settings, asked }),
  /** A place more, where it goes best or where it is wanted. */
  add: (world: TripWorld, nodeId: string, where: Where): PlanOutcome => addPlace(world, settings, nodeId, where),
  /** A stop at another time or on another day. */
  move: (world: TripWorld, slot: Slot, where: Where): PlanOutcome => moveStop(world, settings, slot, where),
  /** The stops of a day in another order. */
  reorder: (world: TripWorld, day: number, ids: ReadonlyArray<string>): PlanOutcome =>
    reorderDay(world, settings, day, ids),
  /** The same for what is the travelers' own. */
  addOwn: (world: TripWorld, wish: OwnWish, where: Where): OwnOutcome => addOwn(world, settings, wish, where),
  moveOwn: (world: TripWorld, thing: FixedThing, where: Where): OwnOutcome => moveOwn(world, settings, thing, where),
  removeOwn: (world: TripWorld, thing: FixedThing): OwnOutcome => removeOwn(world, settings, thing),
  /** Ideas for some minutes between where one is and where one goes on to. */
  fits: (world: TripWorld, wish: { readonly at: number; readonly minutes: number }) => whatFits(world, settings, wish),
  /** What travelers of this trip would ask because of an event, soonest first; nothing when the plan is not touched. */
  touchedBy: touchedBy(settings)
})
export type TripPlanner = ReturnType<typeof planEngine>

export interface FallbackWork {
  readonly steps: FallbackRun["steps"]
  readonly result: () => Fallbacks
}

/** Fallbacks in steps of a fraction of a millisecond, for whoever runs them in slices. */
export const fallbackWork = (
  world: KnownWorld & Pick<TripWorld, "now">,
  settings: PivotSettings = PIVOT_SETTINGS
): FallbackWork => {
  const { trip, catalog, conditions, now } = world
  const env = envFor(catalog, trip)
  const input = fallbackInput(
    trip,
    catalog,
    env,
    tastesOf(world.personas),
    liveOf(conditions, catalog),
    now,
    settings,
    world.rankings
  )
  const run = startFallbacks(input, env)
  return {
    steps: run.steps,
    result: () => {
      const set = run.result()
      return {
        seq: trip.seq,
        catalog_version: catalog.version,
        conditions_version: conditions.version,
        computed_at: now,
        until: now + settings.horizonMs,
        bytes: bytesOf(set),
        set
      }
    }
  }
}
