/**
 * The rules a day is planned by, as data: how full it is, when one eats, when it begins and ends, what a budget
 * allows. Minutes are reckoned from the day's noon, so that they are as long as the time they stand for; they are the
 * minutes of the city's clock except beyond a change of it, and pass 1440 where the night runs into the next morning.
 */

import type { TripConstraints } from "../plan/model.ts"
import { DAY_PART_MINUTES, DAY_PARTS } from "../time/day-part.ts"
import type { Budget, DayPart, Pace, TimeOrientation } from "../vocabulary.ts"
import type { Meal, TableHours } from "./table-hours.ts"

/**
 * Whole minutes from one node to another (positions in the catalog's matrix) when one leaves at a Unix time.
 * A plan asks once per pair: the everyday time. Disruptions are answered by pivots, not planned for.
 */
export type TravelMinutes = (fromIndex: number, toIndex: number, atMillis: number) => number

/** A change of the clocks within a day, in the day's minutes. */
export interface ClockChange {
  readonly at: number
  /** What to add to the clock's minutes before the change, and after it, to get the day's: one of the two is 0. */
  readonly before: number
  readonly after: number
}

/** A calendar day of the trip. `noon` is 12:00 in the city: the anchor that survives a change of the clocks. */
export interface TripDay {
  readonly day: number
  readonly date: string
  readonly noon: number
  /** Absent on the days on which the clocks do not change before the next day ends. */
  readonly clockChange?: ClockChange
}

const MINUTE = 60_000
const NOON = 720

/** The instant of a minute of the day. */
export const millisAt = (day: Pick<TripDay, "noon">, minute: number): number => day.noon + (minute - NOON) * MINUTE

/** The minute of the day that an instant is. */
export const minuteAt = (day: Pick<TripDay, "noon">, millis: number): number => NOON + (millis - day.noon) / MINUTE

/** The minute at which the clock first shows this (it may pass 1440), or skips it. */
export const minuteOfClock = ({ clockChange }: Pick<TripDay, "clockChange">, clock: number): number => {
  if (clockChange === undefined) return clock
  const earlier = clock + clockChange.before
  return earlier < clockChange.at ? earlier : Math.max(clockChange.at, clock + clockChange.after)
}

/** What the clock shows at a minute of the day. */
export const clockAt = ({ clockChange }: Pick<TripDay, "clockChange">, minute: number): number =>
  clockChange === undefined ? minute : minute - (minute < clockChange.at ? clockChange.before : clockChange.after)

/** Starts are offered on this grid: nobody meets at 10:37. */
export const GRID_MINUTES = 5

export const onGrid = (minute: number): number => Math.ceil(minute / GRID_MINUTES) * GRID_MINUTES

export interface PaceRule {
  /** Fewer stops than this is said as a relaxation of the pace. */
  readonly fewest: number
  /** Stops of a full day, meals among them; a day never gets more, must-sees and bookings aside. */
  readonly most: number
  /** Room between leaving and setting off. */
  readonly buffer: number
  /** How long one stays, relative to what is typical. */
  readonly stay: number
  /** Minutes on the way of a day; beyond them each one costs more (`far`). */
  readonly way: number
}

export const PACE: Readonly<Record<Pace, PaceRule>> = {
  leisurely: { fewest: 3, most: 5, buffer: 15, stay: 1.15, way: 65 },
  moderate: { fewest: 4, most: 6, buffer: 10, stay: 1, way: 90 },
  packed: { fewest: 5, most: 8, buffer: 5, stay: 0.85, way: 110 }
}

/** A day this long carries the pace's full number of stops; a shorter one proportionally fewer. */
export const FULL_DAY_MINUTES = 660

/** The least share of the usual stay that is still a visit, and the least minutes of any. */
export const LEAST_STAY = 0.5
export const LEAST_STAY_MINUTES = 15

/** The same in the minutes of a day. */
export const mealMinutes = (table: TableHours, day: TripDay, meal: Meal): DayHours => ({
  from: minuteOfClock(day, table[meal].from),
  to: minuteOfClock(day, table[meal].to)
})

/** The day must be out and about for this long within a meal's hours before it needs that meal. */
export const MEAL_OVERLAP_MINUTES = 90

/** The meal that is taken at a minute of the clock. */
export const mealAt = ({ lunch, dinner }: TableHours, minute: number): Meal | undefined =>
  minute >= lunch.from && minute < lunch.to
    ? "lunch"
    : minute >= dinner.from && minute < dinner.to
      ? "dinner"
      : undefined

/** Whoever is out before this, by the clock, has breakfast out, and begins it no later than `BREAKFAST_UNTIL`. */
export const EARLY_UNTIL = 600
export const BREAKFAST_UNTIL = 630

/** The dearest price tier that a budget includes. */
export const BUDGET_TIER: Readonly<Record<Budget, number>> = { low: 1, mid: 2, high: 4 }

const ORIENTATION: Readonly<Record<TimeOrientation, { readonly from: number; readonly to: number }>> = {
  early_bird: { from: 480, to: 1260 },
  balanced: { from: 540, to: 1320 },
  night_owl: { from: 630, to: 1440 }
}

const clockMinutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

export interface DayHours {
  readonly from: number
  readonly to: number
}

/** Hours that are told by the clock, in the minutes of a day. */
export const hoursOn = (day: TripDay, clock: DayHours): DayHours => ({
  from: minuteOfClock(day, clock.from),
  to: minuteOfClock(day, clock.to)
})

/** The least length of a day: hours that leave less than this are taken as a day that ends after midnight. */
const LEAST_DAY_MINUTES = 60

/** So long after the first tables are laid a day lasts at least: where the city dines late, early risers do as well. */
const DINNER_MINUTES = 90

/** When a day begins and ends by the clock: as asked for, else by how the members live, on average, and when the city dines. */
export const dayHours = (
  constraints: Pick<TripConstraints, "day_start" | "day_end">,
  orientations: ReadonlyArray<TimeOrientation>,
  table: TableHours
): DayHours => {
  const usual = orientations.length === 0 ? [ORIENTATION.balanced] : orientations.map((kind) => ORIENTATION[kind])
  const mean = (side: "from" | "to") =>
    Math.round(usual.reduce((sum, hours) => sum + hours[side], 0) / usual.length / 30) * 30
  const from = constraints.day_start === undefined ? mean("from") : clockMinutes(constraints.day_start)
  let to =
    constraints.day_end === undefined
      ? Math.max(mean("to"), from + LEAST_DAY_MINUTES, table.dinner.from + DINNER_MINUTES)
      : clockMinutes(constraints.day_end)
  if (to <= from) to += 1440
  return { from, to }
}

/** Bit `i` stands for `DAY_PARTS[i]`. */
export const dayPartMask = (parts: ReadonlyArray<DayPart>): number =>
  parts.reduce((mask, part) => mask | (1 << DAY_PARTS.indexOf(part)), 0)

/** When one may arrive by the clock, for each mask of day parts: merged, ascending, `[from, to)` pairs. */
export const MASK_MINUTES: ReadonlyArray<ReadonlyArray<number>> = Array.from({ length: 32 }, (_, mask) => {
  const out: Array<number> = []
  // The small hours belong to the night before and to the night that is still going on.
  if (mask & 16) out.push(0, 360)
  DAY_PARTS.forEach((part, bit) => {
    if ((mask & (1 << bit)) === 0) return
    const { from, to } = DAY_PART_MINUTES[part]
    if (out.at(-1) === from) out[out.length - 1] = to
    else out.push(from, to)
  })
  return out
})
