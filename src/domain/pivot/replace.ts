/** Options that put another place into a slot: from what is kept ready, verified again, else searched for now. */
import { foundAt } from "../catalog/doors.ts"
import { expectationAt, expectationSaying } from "../catalog/expectation.ts"
import { doorSaying } from "../catalog/sayings.ts"
import { exclusionOf } from "../itinerary/exclusion.ts"
import { MEAL, RETIRED } from "../itinerary/places.ts"
import { BUDGET_TIER, mealAt } from "../itinerary/rules.ts"
import { zoneOf } from "../time/zone.ts"
import type { PivotWorld } from "./answer-model.ts"
import { Deadline, NO_DEADLINE } from "./deadline.ts"
import type { Finding, OptionDraft } from "./draft.ts"
import { allowedNodes, type FallbackSet, plannedNodes, storedFor } from "./fallbacks.ts"
import { inKinds } from "./kinds.ts"
import type { NoPivotReason } from "./model.ts"
import { MOODS, type MoodWish, suitsMood } from "./moods.ts"
import { type Found, pickFor } from "./pick.ts"
import { type Gap, gapAt, type PlanSlot } from "./plan.ts"
import { clock, likePlanned, openWords, presentationOf, replaceChange } from "./present.ts"
import { momentOf } from "./ranked.ts"
import {
  CLOSED_COLUMN,
  isMealSlot,
  likingFor,
  MOOD_COLUMN,
  openSearch,
  type PartyInCity,
  type SlotSearch,
  suits,
  type Unfit,
  WEATHER_COLUMN
} from "./search.ts"
import { fitVisit } from "./visit.ts"

const MESSAGES: Readonly<Record<Unfit, string>> = {
  closed: "are closed at that time",
  unreachable: "cannot be reached in time",
  too_short: "leave too little time for a visit before the next stop or closing time",
  time_of_day: "are not places for that time of day",
  weather: "are outdoors or exposed to the weather",
  role: "do not suit the slot: a meal at the wrong time, or no meal where one was planned"
}

const reasonsOf = (fell: ReadonlyMap<Unfit, number>, excluded: number, planned: number): Array<NoPivotReason> => {
  const out: Array<NoPivotReason> = [...fell].map(([reason, places]) => ({
    reason,
    message: `${places} places ${MESSAGES[reason]}.`,
    places
  }))
  if (excluded > 0) {
    out.push({
      reason: "excluded",
      message: `${excluded} places are kept out by vetoes, by what the trip avoids, or by its budget.`,
      places: excluded
    })
  }
  if (planned > 0) {
    out.push({ reason: "planned", message: `${planned} places are in the plan already.`, places: planned })
  }
  return out
}

/** Said also beside options: better ones may have been among what was not looked at. */
const outOfTime = ({ settings }: PivotWorld, { verdicts }: SlotSearch): NoPivotReason => {
  let unchecked = 0
  for (let p = 0; p < verdicts.length; p++) if (verdicts[p] === undefined) unchecked++
  return {
    reason: "out_of_time",
    message: `The search was stopped after ${settings.moodSearchMs} ms, before all places in reach were looked at. Ask again, or for one of the moods that answers are kept ready for: ${MOODS.join(", ")}.`,
    places: unchecked
  }
}

/** Whether a node may be offered to this trip, asked for a few nodes; `allowedNodes` asks for all. */
export const mayOffer = (world: PivotWorld, index: number): boolean => {
  const { trip, catalog, env } = world
  if (index >= env.places.count || (env.places.flags[index]! & RETIRED) !== 0) return false
  if (trip.constraints.budget !== undefined && env.places.price[index]! > BUDGET_TIER[trip.constraints.budget]) {
    return false
  }
  return exclusionOf(catalog, trip.constraints, trip.vetoes)(index) === undefined
}

export const isPlanned = (world: PivotWorld, index: number): boolean => {
  const id = world.catalog.nodes[index]!.id as string
  for (const slot of world.trip.slots) if (slot.node_id === id) return true
  return false
}

export const partyOf = (world: PivotWorld): PartyInCity => ({
  tastes: world.tastes,
  allowed: allowedNodes(world.env, world.catalog, world.trip),
  planned: new Set(plannedNodes(world.trip, world.catalog)),
  ranked: world.ranked,
  likings: new Map()
})

/** Meals that the other stops of the day are. */
export const otherMealsOf = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, slot: PlanSlot): ReadonlySet<string> => {
  const out = new Set<string>()
  for (const other of day) {
    if (other === slot || other.index < 0 || (world.env.places.flags[other.index]! & MEAL) === 0) continue
    const meal = mealAt(world.env.table, world.env.localMinute(other.starts))
    if (meal !== undefined) out.add(meal)
  }
  return out
}

export interface Picked {
  readonly found: ReadonlyArray<Found>
  readonly considered: ReadonlyArray<{ readonly index: number; readonly score: number }>
  readonly source: "precomputed" | "on_demand"
  readonly computedAt: number
  readonly reasons: ReadonlyArray<NoPivotReason>
}

/** Candidates that a search on demand looks for: enough for the log of the decision. */
const SEARCHED = 12

/** Verified places for a slot, best first; what was kept ready where `enough` of it is still true. */
export const pickReplacements = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  column: number,
  mood: MoodWish | undefined,
  now: number,
  refused?: ReadonlySet<number>,
  enough: number = world.settings.options,
  /** Where more than enough is of use: a model that orders them chooses among all. */
  most: number = enough
): Picked => {
  const { env, live } = world
  const slot = day[position]!
  const gap = gapAt(day, position, now)
  const outside = mood !== undefined && mood.palette === undefined
  const stored = outside ? undefined : storedFor(set, slot, column, env.version)
  if (stored !== undefined) {
    const meal = isMealSlot(env, slot)
    const otherMeals = otherMealsOf(world, day, slot)
    const found: Array<Found> = []
    for (const { index, score } of stored) {
      if (refused?.has(index) === true || !mayOffer(world, index) || isPlanned(world, index)) continue
      const visit = fitVisit(env, live, index, gap)
      if (typeof visit === "string" || suits(env, live, column, index, visit, meal, otherMeals) !== undefined) continue
      found.push({ index, score, visit })
      if (found.length === most) break
    }
    if (found.length >= enough) {
      return { found, considered: stored, source: "precomputed", computedAt: set!.computedAt, reasons: [] }
    }
  }
  const party = partyOf(world)
  if (refused !== undefined) for (const index of refused) party.allowed[index] = 0
  const deadline =
    outside && world.clock !== undefined ? new Deadline(world.clock, world.settings.moodSearchMs) : NO_DEADLINE
  const search = openSearch(env, live, party, day, position, gap, deadline)
  const fell = new Map<Unfit, number>()
  for (const reason of ["unreachable", "too_short", "time_of_day"] as const) {
    if (search.fallen[reason] > 0) fell.set(reason, search.fallen[reason])
  }
  const found = pickFor(search, column, SEARCHED, outside ? mood.vector : undefined, (reason) => {
    fell.set(reason, (fell.get(reason) ?? 0) + 1)
  })
  let allowed = 0
  for (let i = 0; i < party.allowed.length; i++) allowed += party.allowed[i]!
  return {
    found,
    considered: found,
    source: "on_demand",
    computedAt: now,
    reasons: [
      ...(deadline.over ? [outOfTime(world, search)] : []),
      ...(found.length >= enough ? [] : reasonsOf(fell, env.places.count - allowed, party.planned.size))
    ]
  }
}

export const whyOf = (
  world: PivotWorld,
  column: number,
  found: Found,
  planned: PlanSlot,
  gap: Gap,
  mood: MoodWish | undefined
): ReadonlyArray<string> => {
  const { catalog, env } = world
  const { visit, index } = found
  const node = catalog.nodes[index]!
  const before = planned.index < 0 ? undefined : catalog.nodes[planned.index]!
  const at = clock(env.localMinute(visit.arrive))
  const why = [presentationOf(catalog, index).known]
  const alike = column !== CLOSED_COLUMN || before === undefined ? undefined : likePlanned(node, before)
  if (column === WEATHER_COLUMN) why.push(node.setting === "indoor" ? "Indoors" : "The weather matters little there")
  else if (alike !== undefined) why.push(alike)
  else if (mood !== undefined && suitsMood(env.matrix, mood, index)) why.push(`Suits the mood: ${mood.label}`)
  why.push(openWords(node, visit.open, at))
  const expected = visit.open === "unknown" ? expectationAt(catalog, index, visit.arrive) : undefined
  if (expected !== undefined) why.push(expectationSaying(node.category, expected))
  const zone = zoneOf(node.time_zone)
  const door = zone === undefined ? undefined : foundAt(node.quality_signals.doors, zone, visit.arrive)
  if (door !== undefined) why.push(doorSaying(door))
  if (gap.from >= 0) why.push(`About ${visit.travelIn} minutes from ${catalog.nodes[gap.from]!.name}`)
  return why
}

/** What was ranked for the moment of a slot, member by member. */
export const saidAt = ({ env, ranked }: Pick<PivotWorld, "env" | "ranked">, slot: PlanSlot) =>
  ranked?.moments.get(momentOf(env, slot))

/** What a replacement was weighed with at offer time. */
export const measuresOf = (world: PivotWorld, found: Found, slot: PlanSlot): Readonly<Record<string, number>> => {
  const { env } = world
  const { visit, index, score } = found
  const said = saidAt(world, slot)
  return {
    score,
    liking: likingFor(env, world.tastes, index, said),
    // The share of the party for whom the ranking of the moment names the place.
    ...(said === undefined ? {} : { ranked: said.filter((one) => one.has(index)).length / said.length }),
    quality: env.places.quality[index]!,
    price_tier: env.places.price[index]!,
    weather_sensitivity: env.places.weatherSensitivity[index]!,
    same_category: slot.index >= 0 && env.places.category[slot.index] === env.places.category[index] ? 1 : 0,
    open_known: visit.open === "open" ? 1 : 0,
    travel_in_minutes: visit.travelIn,
    travel_out_minutes: visit.travelOut,
    stay_minutes: (visit.leave - visit.arrive) / 60_000,
    shift_minutes: (visit.arrive - slot.starts) / 60_000
  }
}

/**
 * One slot, one place each: the answer to a closed door, a turn of the weather, or a mood. `beside` is an option that is told with
 * them: its place is not told twice.
 */
export const replaceSlot = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  column: number,
  mood: MoodWish | undefined,
  now: number,
  beside?: OptionDraft
): Finding => {
  const slot = day[position]!
  const gap = gapAt(day, position, now)
  const enough = world.settings.options
  const taken = beside?.index === undefined ? undefined : new Set([beside.index])
  const picked = pickReplacements(world, set, day, position, column, mood, now, taken, enough, SEARCHED)
  const options = picked.found.map(
    (found): OptionDraft => ({
      changes: [replaceChange(slot.id, found.index, found.visit)],
      score: found.score,
      why: whyOf(world, column, found, slot, gap, mood),
      index: found.index,
      measures: measuresOf(world, found, slot)
    })
  )
  return {
    slot,
    options: inKinds(world.env, slot, gap.from, options, column >= MOOD_COLUMN),
    reasons: picked.reasons,
    source: picked.source,
    computedAt: picked.computedAt,
    candidates: picked.considered
  }
}

export const columnOfMood = (mood: MoodWish): number => MOOD_COLUMN + (mood.palette ?? 0)
