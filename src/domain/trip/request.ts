/** What somebody asks a trip to be, checked against the calendar and the catalog before anything is planned. */

import { wordsNotIn } from "../basics/words.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { fitFor } from "../catalog/fits.ts"
import { AVOIDABLE, isNamedBy } from "../catalog/words.ts"
import { type ClockChange, minuteAt, type TripDay } from "../itinerary/rules.ts"
import type { TripConstraints } from "../plan/model.ts"
import { isoDate, parseIsoDate } from "../time/calendar.ts"
import { instantOf, localDate, nextTransition, offsetAt, type Zone, zoneOf } from "../time/zone.ts"

export interface RequestIssue {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** Further ahead nobody knows hours or holidays. */
export const FURTHEST_DAYS = 730

export const MAX_DAYS = 21

const NOON_MINUTES = 720

/** The first change of the clocks from a day's midnight to the end of the day after it, in which its night lies. */
const clockChange = (zone: Zone, day: number, noon: number): ClockChange | undefined => {
  const change = nextTransition(zone, instantOf(zone, day, 0) - 1)
  if (change === undefined || change >= instantOf(zone, day + 2, 0)) return undefined
  const at = minuteAt({ noon }, change)
  const jump = (offsetAt(zone, change) - offsetAt(zone, change - 1)) / 60_000
  return change <= noon ? { at, before: jump, after: 0 } : { at, before: 0, after: -jump }
}

/** The days of a trip with their noons; throws for a city without a time zone, which no catalog has. */
export const tripDays = (timeZone: string, startDate: string, days: number): ReadonlyArray<TripDay> => {
  const zone = zoneOf(timeZone)!
  const first = parseIsoDate(startDate)!
  return Array.from({ length: days }, (_, index) => {
    const noon = instantOf(zone, first + index, NOON_MINUTES)
    const change = clockChange(zone, first + index, noon)
    return {
      day: index + 1,
      date: isoDate(first + index),
      noon,
      ...(change === undefined ? {} : { clockChange: change })
    }
  })
}

export const dateIssues = (
  timeZone: string,
  startDate: string,
  days: number,
  now: number
): ReadonlyArray<RequestIssue> => {
  const first = parseIsoDate(startDate)
  if (first === undefined) return [{ path: ["start_date"], message: `${startDate} is not a day of the calendar` }]
  const today = parseIsoDate(localDate(zoneOf(timeZone)!, now))!
  const issues: Array<RequestIssue> = []
  if (first < today) {
    issues.push({ path: ["start_date"], message: `${startDate} is past: in the city it is ${isoDate(today)}` })
  }
  if (first > today + FURTHEST_DAYS) {
    issues.push({ path: ["start_date"], message: "lies more than two years ahead, beyond what can be planned" })
  }
  if (days < 1 || days > MAX_DAYS) {
    issues.push({ path: ["days"], message: `a trip has 1 to ${MAX_DAYS} days, not ${days}` })
  }
  return issues
}

export const constraintIssues = (catalog: CityCatalog, constraints: TripConstraints): ReadonlyArray<RequestIssue> => {
  const issues: Array<RequestIssue> = []
  const { must = [], avoid = [], needs = [], day_start, day_end } = constraints
  for (const [index, id] of must.entries()) {
    const at = catalog.indexOf(id)
    if (at === undefined) {
      issues.push({ path: ["constraints", "must", index], message: `${catalog.city.name} has no such place` })
    } else {
      const node = catalog.nodes[at]!
      const clash = avoid.find((word) => isNamedBy(node, word))
      const need = needs.find((one) => fitFor(node, one) === "does-not")
      if (need !== undefined) {
        issues.push({
          path: ["constraints", "must", index],
          message: `${node.name} is a must, and it is known not to be fit for one of the needs: ${need.replaceAll("_", " ")}`
        })
      } else if (catalog.retired(at)) {
        issues.push({ path: ["constraints", "must", index], message: `${node.name} is no longer listed` })
      } else if (clash !== undefined) {
        issues.push({
          path: ["constraints", "must", index],
          message: `${node.name} is a must, and you avoid "${clash}", which it is`
        })
      }
    }
  }
  issues.push(...wordsNotIn(AVOIDABLE, avoid, ["constraints", "avoid"], "something that a trip can avoid"))
  if (day_start !== undefined && day_end !== undefined && day_start === day_end) {
    issues.push({ path: ["constraints", "day_end"], message: "the day ends when it starts: no room for a plan" })
  }
  return issues
}
