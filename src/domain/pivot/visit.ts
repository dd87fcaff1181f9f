/** Whether a place can be visited within a gap of the day: the check that every option passes, when it is computed and again when it is served. */

import type { LiveCity, TimeSpan } from "../city/live.ts"
import { MEAL } from "../itinerary/places.ts"
import { LEAST_STAY, LEAST_STAY_MINUTES, MASK_MINUTES, mealAt } from "../itinerary/rules.ts"
import type { Open } from "../vocabulary.ts"
import type { PivotEnv } from "./env.ts"
import { type Gap, minutesBetween } from "./plan.ts"

export interface Visit {
  readonly arrive: number
  readonly leave: number
  readonly open: "open" | "unknown"
  readonly travelIn: number
  readonly travelOut: number
}

export type Misfit = "closed" | "unreachable" | "too_short" | "time_of_day"

const MINUTE = 60_000
const GRID = 5 * MINUTE

export const ceilGrid = (millis: number): number => Math.ceil(millis / GRID) * GRID

const floorGrid = (millis: number): number => Math.floor(millis / GRID) * GRID

const NO_SPANS: ReadonlyArray<TimeSpan> = []

const closuresOf = (live: LiveCity, index: number): ReadonlyArray<TimeSpan> =>
  live.closures.size === 0 ? NO_SPANS : (live.closures.get(index) ?? NO_SPANS)

export const openState = (env: PivotEnv, live: LiveCity, index: number, at: number): Open => {
  for (const { from, to } of closuresOf(live, index)) if (from <= at && at < to) return "closed"
  return env.openAt(index, at)
}

/** When a place that is closed may open: the end of what was reported, else the next change of its hours. */
export const opensAt = (env: PivotEnv, live: LiveCity, index: number, at: number): number | undefined => {
  let ends: number | undefined
  for (const { from, to } of closuresOf(live, index)) if (from <= at && at < to) ends = Math.max(to, ends ?? to)
  return ends ?? env.nextChange(index, at)
}

/** No place's hours close and open again within this time. */
const PROBE = 30 * MINUTE

/** The instant from which a place that is open on arrival is closed during a stay, or the stay's end. */
export const openUntil = (env: PivotEnv, live: LiveCity, index: number, arrive: number, leave: number): number => {
  let last = leave
  for (const { from, to } of closuresOf(live, index)) if (from < last && to > arrive) last = Math.max(arrive, from)
  for (let at = arrive; at < last; ) {
    const next = Math.min(at + PROBE, last - MINUTE)
    if (next <= at) return last
    if (env.openAt(index, next) === "closed") {
      const change = env.nextChange(index, at)
      return change === undefined ? at : Math.min(last, change)
    }
    at = next
  }
  return last
}

export const goesAt = (dayParts: number, localMinute: number): boolean => {
  const windows = MASK_MINUTES[dayParts]!
  for (let i = 0; i < windows.length; i += 2) {
    if (localMinute >= windows[i]! && localMinute < windows[i + 1]!) return true
  }
  return false
}

/** Where a country sits down at hours of its own, its tables do not follow our times of day. */
const suitsAt = ({ places, table }: PivotEnv, index: number, localMinute: number): boolean =>
  goesAt(places.dayParts[index]!, localMinute) ||
  (table.own === true && (places.flags[index]! & MEAL) !== 0 && mealAt(table, localMinute) !== undefined)

export const leastStay = (typical: number): number => Math.max(LEAST_STAY_MINUTES, typical * LEAST_STAY) * MINUTE

/** How long one waits in front of a door that opens soon. */
const LONGEST_WAIT = 30 * MINUTE

/** The visit to a place within a gap, or why there is none. */
export const fitVisit = (env: PivotEnv, live: LiveCity, index: number, gap: Gap): Visit | Misfit => {
  const { places } = env
  const travelIn = Math.ceil(minutesBetween(env, gap.from, index, gap.depart))
  let arrive = ceilGrid(Math.max(gap.earliest, gap.depart + travelIn * MINUTE))
  const travelOut = Math.ceil(minutesBetween(env, index, gap.to, arrive))
  const latest = gap.deadline - travelOut * MINUTE
  const typical = places.minutes[index]!
  const least = leastStay(typical)
  if (arrive + least > latest) return arrive >= latest ? "unreachable" : "too_short"
  let open = openState(env, live, index, arrive)
  if (open === "closed") {
    const opens = opensAt(env, live, index, arrive)
    if (opens === undefined || opens - arrive > LONGEST_WAIT) return "closed"
    arrive = ceilGrid(opens)
    if (arrive + least > latest) return "closed"
    open = openState(env, live, index, arrive)
    if (open === "closed") return "closed"
  }
  if (!suitsAt(env, index, env.localMinute(arrive))) return "time_of_day"
  const wanted = Math.min(arrive + typical * MINUTE, latest)
  const until = openUntil(env, live, index, arrive, wanted)
  // Times that people can read, unless the visit would be too short for it.
  const leave = floorGrid(until) - arrive >= least ? floorGrid(until) : until
  return leave - arrive < least ? "too_short" : { arrive, leave, open, travelIn, travelOut }
}
