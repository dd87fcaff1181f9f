/**
 * What is done about a day that the rules leave without meals or nearly empty: one rule after the other is bent, the
 * one that hurts least first, and each is said. A day that stays empty is a problem, and says why.
 */
import { fitFor } from "../catalog/fits.ts"
import { Search } from "../orienteering/search.ts"
import type { Relaxation } from "../plan/model.ts"
import { BREAKFAST_OVER, hasBreakfast } from "./breakfast.ts"
import { type Candidates, feeds, nameOf } from "./candidates.ts"
import { type Frame, mostStops } from "./frame.ts"
import type { LockedStop, PlannedStop } from "./model.ts"
import { type Loose, type Option, optionsOf, type Role, rolesOf } from "./options.ts"
import { type Days, entryOf, pose, type Stop } from "./pose.ts"
import { BUDGET_TIER, clockAt, type DayHours, minuteAt } from "./rules.ts"
import type { Meal } from "./table-hours.ts"
import { type PlanWeights, sumOf } from "./terms.ts"

/** Fewer stops than this is not a day out. */
const LEAST_STOPS = 2

const TIER_WORDS = ["free", "cheap", "moderate", "expensive", "a splurge"]

/** A plan in the making, with what was said about it. */
export interface Draft {
  readonly candidates: Candidates
  readonly frame: Frame
  readonly weights: PlanWeights
  days: Days
  readonly relaxations: Array<Relaxation>
  readonly problems: Array<Relaxation>
}

/** Stops that count to the pace: a breakfast does not. */
export const pacedIn = (stops: ReadonlyArray<Stop>): number =>
  countOf(stops.filter((stop) => stop.kind === "block" || stop.option.role !== "breakfast"))

const countOf = (stops: ReadonlyArray<Stop>): number =>
  stops.reduce((sum, stop) => sum + (stop.kind === "block" ? stop.block.stops.length : 1), 0)

export const takenIn = (days: Days): ReadonlySet<number> =>
  new Set(
    days.flatMap((stops) =>
      stops.flatMap((stop) =>
        stop.kind === "block" ? stop.block.stops.map((one) => one.candidate) : [stop.option.candidate]
      )
    )
  )

const mealsMissing = (draft: Draft, day: number): ReadonlyArray<Meal> => {
  const has = new Set(draft.days[day]!.map((stop) => (stop.kind === "option" ? stop.option.role : stop.block.meal)))
  return draft.frame.days[day]!.meals.filter((meal) => !has.has(meal))
}

/** Puts the best of some more options into a day; the stop that came of it, if any. */
const addTo = (draft: Draft, day: number, options: ReadonlyArray<Option>): Option | undefined => {
  if (options.length === 0) return undefined
  const { candidates, frame, weights } = draft
  const only = (at: number) => at === day
  const here = options.map((option) => ({
    ...option,
    arrivals: option.arrivals.map((arrivals, at) => (only(at) ? arrivals : [])),
    // What is bent for is wanted for itself, however little it is liked.
    worth: option.worth.map((worth) => ({ ...worth, must: 10 }))
  }))
  const most = frame.days.map((_, at) => (only(at) ? 1 : 0))
  const posed = pose({ candidates, frame, weights, options: here, kept: draft.days, most, overflow: 0 })
  const before = new Set(draft.days[day]!.map(entryOf))
  draft.days = posed.daysOf(new Search(posed.problem, candidates.input.seed).plan())
  const added = draft.days[day]!.find((stop) => !before.has(entryOf(stop)))
  return added?.kind === "option" ? added.option : undefined
}

const freeCandidates = (draft: Draft, wanted: (candidate: number) => boolean): ReadonlyArray<number> => {
  const taken = takenIn(draft.days)
  return Array.from({ length: draft.candidates.count }, (_, c) => c).filter((c) => !taken.has(c) && wanted(c))
}

const optionsFor = (draft: Draft, from: ReadonlyArray<number>, role: Role, loose: Loose): ReadonlyArray<Option> =>
  from.flatMap((candidate) =>
    optionsOf({ candidates: draft.candidates, frame: draft.frame, weights: draft.weights, candidate }, role, loose)
  )

/** Adds the best place of the lowest price tier above the budget that has one. */
const spendMore = (draft: Draft, day: number, role: Role): boolean => {
  const { candidates, frame } = draft
  const { budget } = candidates.input.constraints
  if (budget === undefined) return false
  const price = (c: number) => candidates.places.price[candidates.indexes[c]!]!
  for (let tier = BUDGET_TIER[budget] + 1; tier <= 4; tier++) {
    const from = freeCandidates(
      draft,
      (c) => candidates.standing[c] === "dearer" && price(c) === tier && rolesOf(candidates, c).includes(role)
    )
    const added = addTo(draft, day, optionsFor(draft, from, role, { bent: "budget" }))
    if (added === undefined) continue
    draft.relaxations.push({
      constraint: "budget",
      day: frame.days[day]!.day.day,
      message: `${nameOf(candidates, added.candidate)} is ${TIER_WORDS[tier]}, above the budget: nothing within it fits ${role === "visit" ? "the day" : role}.`
    })
    return true
  }
  return false
}

/** The days without the stop that a full day can best do without: a meal comes before it. */
const withRoom = (draft: Draft, day: number): Days => {
  const { hours } = draft.frame.days[day]!
  const stops = draft.days[day]!
  if (pacedIn(stops) < mostStops(draft.frame.pace, hours)) return draft.days
  let least: Stop | undefined
  let worth = Number.POSITIVE_INFINITY
  for (const stop of stops) {
    if (stop.kind === "block" || stop.option.must || stop.option.role === "lunch" || stop.option.role === "dinner")
      continue
    const its = sumOf(stop.option.worth[day]!)
    if (its >= worth) continue
    worth = its
    least = stop
  }
  return draft.days.with(
    day,
    stops.filter((stop) => stop !== least)
  )
}

/** Finds a dearer place for a meal that the day still lacks, or says that there is none. */
export const relaxMeals = (draft: Draft, day: number): void => {
  const frame = draft.frame.days[day]!
  if (frame.over) return
  for (const meal of mealsMissing(draft, day)) {
    const kept = draft.days
    draft.days = withRoom(draft, day)
    if (spendMore(draft, day, meal)) continue
    draft.days = kept
    draft.relaxations.push({
      constraint: "meals",
      day: frame.day.day,
      meal,
      message: `Day ${frame.day.day} has no place for ${meal}: none that is open then, near enough and not used on another day is left.`
    })
  }
}

/** Hours that a short day is opened to before it is given up, where the traveler's own hours were shorter. */
const WIDE: DayHours = { from: 480, to: 1380 }

const offered = (draft: Draft, meals: boolean) =>
  freeCandidates(draft, (c) => draft.candidates.standing[c] === "offered" && feeds(draft.candidates, c) === meals)

const completeDay = (draft: Draft, day: number): boolean => {
  const { candidates } = draft
  const frame = draft.frame.days[day]!
  const number = frame.day.day
  const say = (constraint: string, message: string) => draft.relaxations.push({ constraint, day: number, message })
  if (addTo(draft, day, optionsFor(draft, offered(draft, false), "visit", {})) !== undefined) return true
  if (spendMore(draft, day, "visit")) return true
  const unusual = addTo(
    draft,
    day,
    optionsFor(draft, offered(draft, false), "visit", { anyTime: true, bent: "day_part" })
  )
  if (unusual !== undefined) {
    say(
      "day_part",
      `${nameOf(candidates, unusual.candidate)} is visited at an unusual time of day: nothing else fits day ${number}.`
    )
    return true
  }
  const meal = addTo(draft, day, optionsFor(draft, offered(draft, true), "visit", { anyTime: true, bent: "meals" }))
  if (meal !== undefined) {
    say(
      "meals",
      `${nameOf(candidates, meal.candidate)} is visited outside of a meal time: nothing else fits day ${number}.`
    )
    say(
      "day_part",
      `${nameOf(candidates, meal.candidate)} is visited at an unusual time of day: nothing else fits day ${number}.`
    )
    return true
  }
  return widen(draft, day)
}

const widen = (draft: Draft, day: number): boolean => {
  const { constraints, notBefore } = draft.candidates.input
  const { hours, day: tripDay } = draft.frame.days[day]!
  const { day_start, day_end } = constraints
  if ((day_start === undefined && day_end === undefined) || notBefore !== undefined) return false
  const wide = { from: Math.min(hours.from, WIDE.from), to: Math.max(hours.to, WIDE.to) }
  if (wide.from === hours.from && wide.to === hours.to) return false
  const added = addTo(draft, day, optionsFor(draft, offered(draft, false), "visit", { hours: wide }))
  if (added === undefined) return false
  draft.relaxations.push({
    constraint: day_start !== undefined ? "day_start" : "day_end",
    day: tripDay.day,
    message: `Day ${tripDay.day} begins earlier or ends later than asked for: within its hours nothing else is open.`
  })
  return true
}

/** Bends rules until the day has at least two stops, or says that it cannot be done. */
export const relaxDay = (draft: Draft, day: number): void => {
  const { candidates, frame } = draft
  const { cut, day: tripDay, hours, over } = frame.days[day]!
  const number = tripDay.day
  if (cut && countOf(draft.days[day]!) < LEAST_STOPS) {
    const time = over ? "no time" : "little time"
    draft.relaxations.push({
      constraint: "two_stops",
      day: number,
      message: `Day ${number} leaves ${time} for stops beside an arrival or a departure.`
    })
  }
  if (over || cut) return
  while (countOf(draft.days[day]!) < LEAST_STOPS && completeDay(draft, day)) {}
  const stops = countOf(draft.days[day]!)
  if (stops < LEAST_STOPS) {
    const left = candidates.standing.filter((one) => one === "offered").length
    draft.problems.push({
      constraint: "two_stops",
      day: number,
      message: `Day ${number} has ${stops === 0 ? "no stop" : "only one stop"}: ${left === 0 ? "no place passes the trip's constraints" : `none of the ${left} places that pass the trip's constraints is open, unused and in reach`}. Loosen the constraints or shorten the trip.`
    })
  } else if (stops < Math.min(frame.pace.fewest, mostStops(frame.pace, hours))) {
    draft.relaxations.push({
      constraint: "pace",
      day: number,
      message: `Day ${number} has ${stops} stops, fewer than the pace asks for: no further place fits.`
    })
  }
}

/** Says where a day that begins early has nothing to eat or drink in the morning, and why. `options` are all that could be. */
export const sayBreakfast = (
  draft: Draft,
  day: number,
  stops: ReadonlyArray<PlannedStop>,
  options: ReadonlyArray<Option>
): void => {
  const { candidates, frame } = draft
  const { breakfast, cut, day: tripDay, over } = frame.days[day]!
  if (!breakfast || cut || over) return
  const { catalog, locked } = candidates.input
  const isTable = ({ day, feeds, starts_at }: LockedStop) =>
    day === tripDay.day && feeds === true && clockAt(tripDay, minuteAt(tripDay, starts_at)) < BREAKFAST_OVER
  if (locked.some(isTable) || hasBreakfast(catalog, tripDay.day, stops)) return
  const places = new Set(
    options.flatMap(({ arrivals, candidate, role }) =>
      role === "breakfast" && arrivals[day]!.length > 0 ? [candidate] : []
    )
  )
  const taken = takenIn(draft.days)
  const left = [...places].filter((candidate) => !taken.has(candidate)).length
  const why =
    places.size === 0
      ? "no café or bakery that it could have is open before your first stop"
      : left === 0
        ? "each café or bakery that is open then is in the plan already"
        : "no café or bakery that is open then lies near enough to the rest of the day"
  draft.relaxations.push({
    constraint: "breakfast",
    day: tripDay.day,
    message: `Day ${tripDay.day} has no breakfast: ${why}.`
  })
}

/** Names the places of which nobody knows whether they are fit for what the party needs. */
export const sayUnknownFits = (draft: Draft, day: number): void => {
  const { catalog, constraints, locked } = draft.candidates.input
  const needs = constraints.needs ?? []
  if (needs.length === 0) return
  const kept = new Set(locked.map((stop) => stop.index))
  const nodes = [...takenIn([draft.days[day]!])]
    .map((candidate) => draft.candidates.indexes[candidate]!)
    .filter((index) => index >= 0 && !kept.has(index))
    .map((index) => catalog.nodes[index]!)
  for (const need of needs) {
    const unknown = nodes.filter((node) => fitFor(node, need) === "unknown")
    if (unknown.length === 0) continue
    draft.relaxations.push({
      constraint: "needs",
      day: draft.frame.days[day]!.day.day,
      message: `Nobody has said whether ${unknown.map((node) => node.name).join(", ")} ${unknown.length === 1 ? "is" : "are"} fit for the need "${need.replaceAll("_", " ")}". Ask before you go.`
    })
  }
}

/** Says where a day has nothing for somebody of a group. */
export const sayShares = (draft: Draft, day: number): void => {
  const { coverage } = draft.candidates.input
  const frame = draft.frame.days[day]!
  if (coverage === undefined || frame.over) return
  const indexes = [...takenIn([draft.days[day]!])].flatMap((candidate) => {
    const index = draft.candidates.indexes[candidate]!
    return index < 0 ? [] : [index]
  })
  const mask = indexes.reduce((sum, index) => sum | coverage.serves(index), 0)
  for (let member = 0; member < coverage.members; member++) {
    if ((mask & (1 << member)) !== 0) continue
    draft.relaxations.push({
      constraint: "fair_share",
      day: frame.day.day,
      message: `Day ${frame.day.day} has nothing for one of the group: no such place fits into it.`
    })
  }
}
