/** What parsed hours say at a local day and minute. No zones here: a wall clock in, a state out. */
import { civilOf, dayNumber, isoWeekOf, nthWeekday, weekdayOf } from "../../time/calendar.ts"
import { holidayOn } from "./holidays.ts"
import {
  CLOSED,
  type DatePoint,
  type DateSelector,
  type Hours,
  OPEN,
  type Rule,
  type StateCode,
  UNKNOWN,
  type WeekTable
} from "./model.ts"

interface Day {
  readonly number: number
  readonly year: number
  readonly month: number
  readonly weekday: number
  readonly country: string
  /** What a day is taken for of which nobody can say whether it is a holiday. */
  readonly unsure: Unsure
}

type Unsure = "holiday" | "ordinary"

const dayOf = (number: number, country: string, unsure: Unsure): Day => {
  const { year, month } = civilOf(number)
  return { number, year, month, weekday: weekdayOf(number), country, unsure }
}

const isHoliday = ({ country, unsure }: Day, number: number): boolean => {
  const known = holidayOn(country, number)
  return known === "yes" || (known === "maybe" && unsure === "holiday")
}

const pointIn = (point: DatePoint, year: number): number | undefined => {
  const of = point.year ?? year
  return point.weekday >= 0
    ? nthWeekday(of, point.month, point.weekday, point.nth)
    : dayNumber(of, point.month, point.day)
}

const inDays = (from: DatePoint, to: DatePoint, day: Day): boolean => {
  const first = pointIn(from, day.year)
  const last = pointIn(to, day.year)
  if (first === undefined || last === undefined) return false
  // The 29th of February of an ordinary year is no day at all, and a range that ends on it ends a day earlier.
  const leapDay = (point: DatePoint, at: number) => point.weekday < 0 && civilOf(at).month !== point.month
  if (leapDay(from, first) && from === to) return false
  const end = leapDay(to, last) ? last - 1 : last
  if (end >= first) return day.number >= first && day.number <= end
  return from.year === null && (day.number >= first || day.number <= end)
}

const matches = (selector: DateSelector, day: Day): boolean => {
  switch (selector.kind) {
    case "weekdays":
      return (selector.mask & (1 << day.weekday)) !== 0
    case "months":
      return (selector.mask & (1 << day.month)) !== 0
    case "holiday":
      return isHoliday(day, day.number - selector.offset)
    case "nth":
      return (
        day.weekday === selector.weekday && nthWeekday(day.year, day.month, day.weekday, selector.nth) === day.number
      )
    case "days":
      return inDays(selector.from, selector.to, day)
    case "years":
      return day.year >= selector.from && day.year <= selector.to && (day.year - selector.from) % selector.step === 0
    case "weeks": {
      const week = isoWeekOf(day.number)
      return week >= selector.from && week <= selector.to && (week - selector.from) % selector.step === 0
    }
  }
}

const ruleMatches = (rule: Rule, day: Day): boolean => {
  for (const group of rule.dates) {
    let any = false
    for (const selector of group) {
      if (matches(selector, day)) {
        any = true
        break
      }
    }
    if (!any) return false
  }
  return true
}

/**
 * The rules in force on a day. A later rule that matches the day replaces the earlier ones, unless it only closes,
 * adds (`,`), falls back (`||`) or reaches over from the day before; rules without dates replace only rules without dates.
 */
const inForce = (
  { rules, country }: Pick<Hours, "rules" | "country">,
  number: number,
  unsure: Unsure
): ReadonlyArray<Rule> => {
  const today = dayOf(number, country, unsure)
  let yesterday: Day | undefined
  let list: Array<Rule> = []
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!
    if (rule.dates.length > 0) {
      if (rule.spill) yesterday ??= dayOf(number - 1, country, unsure)
      if (!ruleMatches(rule, rule.spill ? yesterday! : today)) continue
    }
    const dated = rule.dates.length > 0 || (i > 0 && rule.state === OPEN && rules[i - 1]!.dates.length === 0)
    if (dated && rule.state !== CLOSED && !rule.spill && !rule.additional && !rule.fallback) list = []
    list.push(rule)
  }
  return list
}

const stateOf = (rules: ReadonlyArray<Rule>, minute: number): StateCode => {
  let state: StateCode = CLOSED
  for (const rule of rules) {
    if (rule.spans.length === 0 && !rule.spill) {
      if (!rule.fallback || state === CLOSED) state = rule.state
      continue
    }
    for (const span of rule.spans) {
      if (minute < span.from || minute >= span.to || (rule.fallback && state !== CLOSED)) continue
      // Where an uncertain span closes, what was closed anyway stays closed for certain.
      if (span.uncertain) state = rule.state === CLOSED && state === CLOSED ? CLOSED : UNKNOWN
      else state = rule.state
    }
  }
  return state
}

const weekTableState = (week: WeekTable, minuteOfWeek: number): StateCode => {
  let low = 0
  let high = week.starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (week.starts[middle]! <= minuteOfWeek) low = middle
    else high = middle
  }
  return week.states[low] as StateCode
}

/** Days around one that its holidays may be counted from: the day before reaches over midnight, and `PH -1 day` looks ahead. */
const AROUND = [-2, -1, 0, 1]

const speaksOfHolidays = (rules: ReadonlyArray<Rule>): boolean =>
  rules.some(({ dates }) => dates.some((group) => group.some(({ kind }) => kind === "holiday")))

const mayDiffer = ({ rules, country }: Hours, day: number): boolean =>
  AROUND.some((by) => holidayOn(country, day + by) === "maybe") && speaksOfHolidays(rules)

/** What is in force on a day, and what would be if that were a holiday, where nobody can say whether it is one. */
const readings = (hours: Hours, day: number): ReadonlyArray<ReadonlyArray<Rule>> =>
  (mayDiffer(hours, day) ? (["ordinary", "holiday"] as const) : (["ordinary"] as const)).map((unsure) =>
    inForce(hours, day, unsure)
  )

/** What all readings of a day say; where they differ, nobody knows. */
const agreed = (readings: ReadonlyArray<ReadonlyArray<Rule>>, minute: number): StateCode => {
  const state = stateOf(readings[0]!, minute)
  return readings.length === 1 || stateOf(readings[1]!, minute) === state ? state : UNKNOWN
}

/** The state at a local day (days since 1970-01-01) and minute (0–1439). */
export const stateAt = (hours: Hours, day: number, minute: number): StateCode =>
  hours.week === null
    ? agreed(readings(hours, day), minute)
    : weekTableState(hours.week, weekdayOf(day) * 1440 + minute)

export interface DaySpan {
  readonly from: number
  readonly to: number
  readonly state: StateCode
}

/** The whole of a local day in order, without gaps; neighbours differ in state. */
export const dayStates = (hours: Hours, day: number): ReadonlyArray<DaySpan> => {
  const read = readings(hours, day)
  const spans: Array<{ from: number; to: number; state: StateCode }> = []
  for (const from of hours.edges) {
    const state = agreed(read, from)
    const last = spans[spans.length - 1]
    if (last !== undefined) last.to = from
    if (last?.state === state) continue
    spans.push({ from, to: 1440, state })
  }
  spans[spans.length - 1]!.to = 1440
  return spans
}

const edgesOf = (rules: ReadonlyArray<Rule>): Int16Array => {
  const edges = new Set([0])
  for (const rule of rules) for (const { from, to } of rule.spans) edges.add(from).add(to)
  return Int16Array.from([...edges].filter((edge) => edge >= 0 && edge < 1440).sort((a, b) => a - b))
}

/** A Monday; any does where weeks are alike. */
const SOME_MONDAY = 4

export const compile = (text: string, country: string, rules: ReadonlyArray<Rule>): Hours => {
  const hours: Hours = { text, country, rules, edges: edgesOf(rules), week: null }
  const alike = rules.every((rule) => rule.dates.every((group) => group.every(({ kind }) => kind === "weekdays")))
  if (!alike) return hours
  const starts: Array<number> = []
  const states: Array<StateCode> = []
  for (let day = 0; day < 7; day++) {
    for (const { from, state } of dayStates(hours, SOME_MONDAY + day)) {
      if (states[states.length - 1] === state) continue
      starts.push(day * 1440 + from)
      states.push(state)
    }
  }
  return { ...hours, week: { starts: Int16Array.from(starts), states: Uint8Array.from(states) } }
}
