/**
 * What is done about a day that the rules leave without meals or nearly empty: one rule after the other is bent, the
 * one that hurts least first, and each is said. A day that stays empty is a problem, and says why.
 */
import { add, choose, mealsMissing } from "./build.ts"
import { bestInsertion, insertAt, type Stop, stopOf } from "./day.ts"
import { type Draft, looseWindows, mostStops, nameOf, take } from "./draft.ts"
import { BUDGET_TIER } from "./rules.ts"
import { isMealPlace, type Role } from "./windows.ts"

/** Fewer stops than this is not a day out. */
const LEAST_STOPS = 2

const TIER_WORDS = ["free", "cheap", "moderate", "expensive", "a splurge"]

const tiersAbove = (draft: Draft): ReadonlyArray<ReadonlyArray<number>> => {
  const { budget } = draft.input.constraints
  if (budget === undefined) return []
  const price = (c: number) => draft.places.price[draft.indexes[c]!]!
  return Array.from({ length: 4 - BUDGET_TIER[budget] }, (_, i) =>
    draft.dearer.filter((c) => price(c) === BUDGET_TIER[budget] + 1 + i)
  )
}

/** Adds the best place of the lowest price tier above the budget that has one. */
const spendMore = (draft: Draft, day: number, role: Role): boolean => {
  for (const from of tiersAbove(draft)) {
    const only = (c: number) => isMealPlace(draft.places, draft.indexes[c]!) === (role !== "visit")
    const found = choose(draft, day, { role, from, only })
    if (found === undefined) continue
    add(draft, day, { ...found, stop: { ...found.stop, kind: "fixed" } })
    const tier = TIER_WORDS[draft.places.price[draft.indexes[found.stop.candidate]!]!]
    draft.relaxations.push({
      constraint: "budget",
      day: draft.days[day]!.day.day,
      message: `${nameOf(draft, found.stop.candidate)} is ${tier}, above the budget: nothing within it fits ${role === "visit" ? "the day" : role}.`
    })
    return true
  }
  return false
}

/** The best place by fit at any hour it is open, whatever time of day one usually goes there. */
const anyHour = (draft: Draft, day: number, from: ReadonlyArray<number>): Stop | undefined => {
  const draftDay = draft.days[day]!
  for (const candidate of from) {
    if (draft.taken[candidate] === 1) continue
    const windows = looseWindows(draft, day, candidate, draftDay.hours, true)
    if (windows === null) continue
    const stop = stopOf(candidate, "visit", windows, draft.values[candidate]!)
    const found = bestInsertion(draftDay, stop, stop.value, draft.between)
    if (found === undefined) continue
    insertAt(draftDay, found.position, stop, draft.between)
    take(draft, stop)
    return stop
  }
  return undefined
}

/** Hours that a short day is opened to before it is given up, where the traveler's own hours were shorter. */
const WIDE_FROM = 480
const WIDE_TO = 1380

const widen = (draft: Draft, day: number): boolean => {
  const draftDay = draft.days[day]!
  const { day_start, day_end } = draft.input.constraints
  if ((day_start === undefined && day_end === undefined) || draft.input.notBefore !== undefined) return false
  const wide = { from: Math.min(draftDay.hours.from, WIDE_FROM), to: Math.max(draftDay.hours.to, WIDE_TO) }
  if (wide.from === draftDay.hours.from && wide.to === draftDay.hours.to) return false
  const kept = draftDay.hours
  draftDay.hours = wide
  draft.windowCache[day]!.clear()
  const found = choose(draft, day, { role: "visit", from: draft.visits })
  if (add(draft, day, found)) {
    draft.relaxations.push({
      constraint: day_start !== undefined ? "day_start" : "day_end",
      day: draftDay.day.day,
      message: `Day ${draftDay.day.day} begins earlier or ends later than asked for: within its hours nothing else is open.`
    })
    return true
  }
  draftDay.hours = kept
  draft.windowCache[day]!.clear()
  return false
}

const completeDay = (draft: Draft, day: number): boolean => {
  const draftDay = draft.days[day]!
  const number = draftDay.day.day
  if (spendMore(draft, day, "visit")) return true
  const unusual = anyHour(draft, day, draft.visits)
  if (unusual !== undefined) {
    draft.relaxations.push({
      constraint: "day_part",
      day: number,
      message: `${nameOf(draft, unusual.candidate)} is visited at an unusual time of day: nothing else fits day ${number}.`
    })
    return true
  }
  const meal = anyHour(draft, day, draft.meals)
  if (meal !== undefined) {
    draft.relaxations.push({
      constraint: "meals",
      day: number,
      message: `${nameOf(draft, meal.candidate)} is visited outside of a meal time: nothing else fits day ${number}.`
    })
    return true
  }
  return widen(draft, day)
}

/** A day that is already over is history, not a plan. */
const isOver = (draft: Draft, day: number): boolean =>
  draft.input.notBefore !== undefined && draft.days[day]!.hours.from >= draft.days[day]!.hours.to

/** Finds a dearer place for a meal that the day still lacks, or says that there is none. */
export const relaxMeals = (draft: Draft, day: number): void => {
  if (isOver(draft, day)) return
  const number = draft.days[day]!.day.day
  for (const meal of mealsMissing(draft.days[day]!)) {
    if (spendMore(draft, day, meal)) continue
    draft.relaxations.push({
      constraint: "meals",
      day: number,
      message: `Day ${number} has no place for ${meal}: none that is open then, near enough and not used on another day is left.`
    })
  }
}

/** Bends rules until the day has at least two stops, or says that it cannot be done. */
export const relaxDay = (draft: Draft, day: number): void => {
  const draftDay = draft.days[day]!
  const number = draftDay.day.day
  if (isOver(draft, day)) return
  while (draftDay.stops.length < LEAST_STOPS && completeDay(draft, day)) {}
  if (draftDay.stops.length < LEAST_STOPS) {
    const left = draft.visits.length + draft.meals.length
    draft.problems.push({
      constraint: "two_stops",
      day: number,
      message: `Day ${number} has ${draftDay.stops.length === 0 ? "no stop" : "only one stop"}: ${left === 0 ? "no place passes the trip's constraints" : `none of the ${left} places that pass the trip's constraints is open, unused and in reach`}. Loosen the constraints or shorten the trip.`
    })
  } else if (draftDay.stops.length < Math.min(draft.pace.fewest, mostStops(draft, draftDay))) {
    draft.relaxations.push({
      constraint: "pace",
      day: number,
      message: `Day ${number} has ${draftDay.stops.length} stops, fewer than the pace asks for: no further place fits.`
    })
  }
}
