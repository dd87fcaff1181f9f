/** The ways in which each candidate can be part of a plan: as lunch, as a visit, at sunset; when, and what it is worth. */
import { CATEGORIES } from "../catalog/category.ts"
import { expectedHours, usuallyClosedAt } from "../catalog/expectation.ts"
import { needsMet } from "../catalog/fits.ts"
import { isWet } from "../city/live.ts"
import { sunsetMinute } from "../time/sunset.ts"
import { type Candidates, feeds } from "./candidates.ts"
import type { DayFrame, Frame } from "./frame.ts"
import { dryHours } from "./live-hours.ts"
import { isExposed } from "./places.ts"
import { BREAKFAST_UNTIL, type DayHours, dayPartMask, mealMinutes, millisAt, minuteOfClock } from "./rules.ts"
import type { Meal } from "./table-hours.ts"
import { MUST_WORTH, type PlanWeights, type Worth } from "./terms.ts"
import { type Hours, narrowed, type Windows, windowsOf } from "./windows.ts"

export type Role = "visit" | "breakfast" | "sunset" | Meal

/** A rule that an option bends; what is done about it is said. */
export type Bent = "budget" | "day_part" | "meals"

export interface Option {
  readonly candidate: number
  readonly role: Role
  readonly stay: number
  /** By day: first and last arrival of each window; empty where it is not possible. */
  readonly arrivals: ReadonlyArray<ReadonlyArray<number>>
  /** By day. */
  readonly worth: ReadonlyArray<Worth>
  readonly must: boolean
  readonly bent?: Bent
}

const MEAL_PARTS: Readonly<Record<Meal, number>> = {
  lunch: dayPartMask(["midday", "afternoon"]),
  dinner: dayPartMask(["evening", "night"])
}

export const BREAKFAST = new Set(["cafe", "bakery"].map((category) => CATEGORIES.indexOf(category as never)))
/** Breakfast begins within so many minutes of the day's beginning. */
const BREAKFAST_MINUTES = 90

/** One goes for the sunset from so long before it until shortly before. */
const SUNSET_BEFORE = 50
const SUNSET_LEAST = 10

interface Wish {
  readonly candidates: Candidates
  readonly frame: Frame
  readonly weights: PlanWeights
  readonly candidate: number
}

/** The hours of a role on a day; undefined where the place does not serve it. */
const hoursFor = (wish: Wish, role: Role, day: DayFrame): DayHours | undefined => {
  const { candidates, candidate, frame } = wish
  const { places, indexes, input } = candidates
  const index = indexes[candidate]!
  switch (role) {
    case "visit":
      return day.hours
    case "breakfast":
      return day.breakfast
        ? {
            from: day.hours.from,
            to: Math.min(day.hours.from + BREAKFAST_MINUTES, minuteOfClock(day.day, BREAKFAST_UNTIL))
          }
        : undefined
    case "sunset": {
      const node = input.catalog.nodes[index]!
      if (!node.vibe_tags.includes("golden_hour" as never)) return undefined
      const sunset = sunsetMinute(node, day.day.noon)
      return sunset === undefined ? undefined : { from: sunset - SUNSET_BEFORE, to: sunset - SUNSET_LEAST }
    }
    default:
      return (places.dayParts[index]! & MEAL_PARTS[role]) === 0 ? undefined : mealMinutes(frame.table, day.day, role)
  }
}

/** The windows of a role on a day. Where a country sits down at hours of its own, its tables do not follow ours. */
const windowsFor = (wish: Wish, role: Role, day: DayFrame, loose: Loose): Windows | null => {
  const { candidates, frame, candidate } = wish
  const asked = hoursFor(wish, role, day)
  if (asked === undefined) return null
  const within = loose.hours ?? day.hours
  const ownTable = frame.table.own === true && (role === "lunch" || role === "dinner")
  const { input, live, places } = candidates
  const index = candidates.indexes[candidate]!
  const by = (hours: Hours) => {
    const windows = windowsOf({
      places,
      hours,
      index,
      day: day.day,
      within,
      stay: frame.pace.stay,
      parts: loose.anyTime === true ? "any" : ownTable ? asked : "usual"
    })
    return role === "visit" || loose.anyTime === true ? windows : narrowed(windows, asked)
  }
  let known = candidates.hours
  let windows = by(known)
  if (windows === null) return null
  const prefer = (hours: Hours) => {
    const better = by(hours)
    if (better === null) return
    known = hours
    windows = better
  }
  // Where nobody knows its hours, one goes when such places are usually open, and outdoors while it is dry; neither forbids anything.
  const unknown = known.openAt(index, millisAt(day.day, windows.arrivals[0]!)) === "unknown"
  if (unknown) prefer(expectedHours(input.catalog, known))
  if (live.badWeather.length > 0) prefer(dryHours(known, live, places))
  return windows
}

export const rolesOf = (candidates: Candidates, candidate: number): ReadonlyArray<Role> => {
  if (feeds(candidates, candidate)) return ["lunch", "dinner"]
  const category = candidates.places.category[candidates.indexes[candidate]!]!
  return BREAKFAST.has(category) ? ["visit", "breakfast"] : ["visit", "sunset"]
}

export interface Loose {
  /** Any time of day, at hours of its own. */
  readonly anyTime?: boolean
  readonly hours?: DayHours
  readonly must?: boolean
  readonly bent?: Bent
}

/** The worth of a candidate in a role on a day, by term. */
const worthOf = (wish: Wish, role: Role, day: DayFrame, { arrivals, stay }: Windows, loose: Loose): Worth => {
  const { candidates, candidate, weights } = wish
  const index = candidates.indexes[candidate]!
  const { catalog, constraints } = candidates.input
  const node = catalog.nodes[index]!
  const met = needsMet(node, constraints.needs ?? [])
  const at = millisAt(day.day, arrivals[0]!)
  const open = candidates.hours.openAt(index, at)
  const unlikely = open === "unknown" && usuallyClosedAt(catalog, index, at)
  return {
    taste: weights.taste * candidates.values[candidate]!,
    full: weights.full,
    ...(loose.must === true ? { must: loose.bent === undefined ? MUST_WORTH : MUST_WORTH - 1 } : {}),
    ...(role === "lunch" || role === "dinner" ? { meal: weights.meal } : {}),
    ...(role === "breakfast" ? { breakfast: weights.breakfast } : {}),
    ...(role === "sunset" ? { sunset: weights.sunset } : {}),
    ...(open === "open" ? { open: weights.open } : {}),
    ...(unlikely ? { unlikely: -weights.unlikely } : {}),
    ...(isExposed(candidates, index) && isWet(candidates.live, at, millisAt(day.day, arrivals[0]! + stay))
      ? { exposed: -weights.exposed }
      : {}),
    ...(met > 0 ? { fit: weights.fit * met } : {})
  }
}

/** The options of a candidate in a role: one per length of stay, because a place may close early on some days. */
export const optionsOf = (wish: Wish, role: Role, loose: Loose = {}): ReadonlyArray<Option> => {
  const { frame, candidate } = wish
  const byStay = new Map<number, { arrivals: Array<ReadonlyArray<number>>; worth: Array<Worth> }>()
  frame.days.forEach((day, at) => {
    if (day.over) return
    const windows = windowsFor(wish, role, day, loose)
    if (windows === null) return
    let entry = byStay.get(windows.stay)
    if (entry === undefined) {
      entry = { arrivals: frame.days.map(() => []), worth: frame.days.map(() => ({})) }
      byStay.set(windows.stay, entry)
    }
    entry.arrivals[at] = windows.arrivals
    entry.worth[at] = worthOf(wish, role, day, windows, loose)
  })
  return [...byStay].map(([stay, { arrivals, worth }]) => ({
    candidate,
    role,
    stay,
    arrivals,
    worth,
    must: loose.must === true,
    ...(loose.bent === undefined ? {} : { bent: loose.bent })
  }))
}
