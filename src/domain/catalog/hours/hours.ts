/**
 * Opening hours: parse ahead of time, ask at an instant. Hours are known for a minority of places, so *unknown* is an
 * answer of its own everywhere, and `null` hours answer it.
 */
import * as Result from "effect/Result"
import { MINUTES_PER_DAY } from "../../time/calendar.ts"
import { instantOf, localTime, nextTransition, type Zone } from "../../time/zone.ts"
import { compile, dayStates, stateAt } from "./evaluate.ts"
import { CLOSED, type Hours, HoursProblem, MAX_HOURS_LENGTH, OPEN, type OpenState, STATE_NAMES } from "./model.ts"
import { parseRules } from "./parser.ts"
import type { Sun } from "./sun.ts"

/**
 * Understands OSM opening hours. `country` (ISO 3166 alpha-2) decides which days are public holidays, and `sun` when it is day. Costs
 * tens of microseconds; the result is immutable plain data.
 */
export const parseHours = (text: string, country: string, sun?: Sun): Result.Result<Hours, HoursProblem> => {
  if (text.length > MAX_HOURS_LENGTH) {
    return Result.fail(
      new HoursProblem({ kind: "syntax", at: MAX_HOURS_LENGTH, message: `longer than ${MAX_HOURS_LENGTH} characters` })
    )
  }
  const rules = parseRules(text, sun)
  return rules instanceof HoursProblem ? Result.fail(rules) : Result.succeed(compile(text, country, rules))
}

/** Whether a place is open at an instant, by the wall clock of its own zone. */
export const openAt = (hours: Hours | null, zone: Zone, instantMs: number): OpenState => {
  if (hours === null) return "unknown"
  const { day, minute } = localTime(zone, instantMs)
  return STATE_NAMES[stateAt(hours, day, minute)]!
}

/** Two years and a leap day: what changes at all changes within that. */
const MAX_SCAN_DAYS = 732

/** The instants after `after` at which the state may change on a local day. */
const candidates = (hours: Hours, zone: Zone, day: number, after: number): ReadonlyArray<number> => {
  const start = instantOf(zone, day, 0)
  const end = instantOf(zone, day + 1, 0)
  const instants: Array<number> = []
  for (const minute of hours.edges) {
    const first = instantOf(zone, day, minute)
    if (first > after) instants.push(first)
  }
  // On the day of a clock change a time may be skipped or shown twice.
  if (end - start !== MINUTES_PER_DAY * 60_000) {
    const transition = nextTransition(zone, start - 1)
    if (transition !== undefined) {
      instants.push(transition)
      for (const minute of hours.edges) {
        const again = instantOf(zone, day, minute) + (end - start - MINUTES_PER_DAY * 60_000)
        if (again >= transition && again < end) instants.push(again)
      }
    }
    instants.sort((a, b) => a - b)
  }
  return instants.filter((instant) => instant > after && instant < end)
}

/** The first instant after this one at which the state differs, or `null` where it stays as it is (for two years). */
export const nextChange = (
  hours: Hours | null,
  zone: Zone,
  instantMs: number
): { readonly at: number; readonly state: OpenState } | null => {
  if (hours === null || (hours.week !== null && hours.week.starts.length === 1)) return null
  const now = openAt(hours, zone, instantMs)
  const today = localTime(zone, instantMs).day
  for (let day = today; day <= today + MAX_SCAN_DAYS; day++) {
    const spans = dayStates(hours, day)
    if (spans.length === 1 && STATE_NAMES[spans[0]!.state] === now) continue
    for (const at of candidates(hours, zone, day, instantMs)) {
      const state = openAt(hours, zone, at)
      if (state !== now) return { at, state }
    }
  }
  return null
}

/** The open stretches of a local day as minutes; `unknown` ones are marked. What passes midnight ends at 1440. */
export const openSpans = (
  hours: Hours,
  day: number
): ReadonlyArray<{ readonly from: number; readonly to: number; readonly certain: boolean }> =>
  dayStates(hours, day)
    .filter(({ state }) => state !== CLOSED)
    .map(({ from, to, state }) => ({ from, to, certain: state === OPEN }))

export type { Hours, HoursProblem, OpenState }
