/** The days of a trip before anything is chosen: their hours, how full they may be, and what is booked on them. */
import type { Relaxation } from "../plan/model.ts"
import { type Candidates, feeds } from "./candidates.ts"
import type { LockedStop } from "./model.ts"
import {
  clockAt,
  type DayHours,
  dayHours,
  FULL_DAY_MINUTES,
  GRID_MINUTES,
  hoursOn,
  MEAL_OVERLAP_MINUTES,
  type Meal,
  mealAt,
  mealMinutes,
  minuteAt,
  onGrid,
  PACE,
  type PaceRule,
  type TableHours,
  type TripDay
} from "./rules.ts"

/** Bookings that leave no room between them: one stretch of the day that stays as it is. */
export interface Block {
  readonly stops: ReadonlyArray<{ readonly stop: LockedStop; readonly candidate: number }>
  /** On the grid: nothing else is planned into it. */
  readonly from: number
  readonly to: number
  readonly meal: Meal | undefined
}

export interface DayFrame {
  readonly day: TripDay
  readonly hours: DayHours
  readonly blocks: ReadonlyArray<Block>
  /** Stops that pace and length of the day allow beside the booked ones. */
  readonly most: number
  readonly meals: ReadonlyArray<Meal>
  /** A day that is over is history, not a plan. */
  readonly over: boolean
}

export interface Frame {
  readonly pace: PaceRule
  readonly table: TableHours
  readonly days: ReadonlyArray<DayFrame>
  readonly problems: ReadonlyArray<Relaxation>
}

const floorGrid = (minute: number): number => Math.floor(minute / GRID_MINUTES) * GRID_MINUTES

/** The number of stops that pace and length of the day allow. */
export const mostStops = (pace: PaceRule, hours: DayHours): number => {
  const share = Math.min(1, Math.max(0, hours.to - hours.from) / FULL_DAY_MINUTES)
  return share <= 0 ? 0 : Math.max(2, Math.round(pace.most * share))
}

const mealOf = (candidates: Candidates, table: TableHours, day: TripDay, candidate: number, minute: number) => {
  if (!feeds(candidates, candidate)) return undefined
  return mealAt(table, clockAt(day, minute))
}

const blocksOf = (candidates: Candidates, table: TableHours, day: TripDay, clash: () => void): ReadonlyArray<Block> => {
  const booked = candidates.input.locked
    .filter((stop) => stop.day === day.day)
    .sort((a, b) => a.starts_at - b.starts_at)
    .map((stop) => ({ stop, candidate: candidates.candidateOf.get(stop.index)! }))
  const blocks: Array<Block> = []
  for (const one of booked) {
    const begins = minuteAt(day, one.stop.starts_at)
    const ends = Math.max(begins + 1, minuteAt(day, one.stop.ends_at))
    const next = {
      from: floorGrid(begins),
      to: onGrid(ends),
      meal: mealOf(candidates, table, day, one.candidate, begins)
    }
    const last = blocks.at(-1)
    const way = last === undefined ? 0 : candidates.between(last.stops.at(-1)!.candidate, one.candidate)
    if (last !== undefined && minuteAt(day, last.stops.at(-1)!.stop.ends_at) + way > begins) clash()
    if (last !== undefined && last.to + onGrid(way) > next.from) {
      blocks[blocks.length - 1] = {
        stops: [...last.stops, one],
        from: last.from,
        to: Math.max(last.to, next.to),
        meal: last.meal ?? next.meal
      }
    } else blocks.push({ stops: [one], ...next })
  }
  return blocks
}

/** The meals that a day is long enough to need. */
const mealsNeeded = (table: TableHours, day: TripDay, hours: DayHours): ReadonlyArray<Meal> =>
  (["lunch", "dinner"] as const).filter((meal) => {
    const { from, to } = mealMinutes(table, day, meal)
    return Math.min(hours.to, to + 60) - Math.max(hours.from, from) >= MEAL_OVERLAP_MINUTES
  })

export const frameOf = (candidates: Candidates, table: TableHours): Frame => {
  const { input } = candidates
  const pace = PACE[input.constraints.pace ?? "moderate"]
  const asked = dayHours(input.constraints, input.orientations)
  const problems: Array<Relaxation> = []
  for (const stop of input.locked) {
    if (input.days.some((day) => day.day === stop.day)) continue
    problems.push({
      constraint: "locked",
      day: stop.day,
      message: `A locked stop lies on day ${stop.day}, which is not part of the trip any more. It was left out: unlock or move it.`
    })
  }
  const days = input.days.map((day): DayFrame => {
    const whole = hoursOn(day, asked)
    const from =
      input.notBefore === undefined ? whole.from : Math.max(whole.from, onGrid(minuteAt(day, input.notBefore)))
    const hours = { from: onGrid(from), to: whole.to }
    let clashes = false
    const blocks = blocksOf(candidates, table, day, () => {
      clashes = true
    })
    if (clashes) {
      problems.push({
        constraint: "locked",
        day: day.day,
        message: `Locked stops of day ${day.day} overlap or are too far apart to reach in time. All were kept as booked: move one of them.`
      })
    }
    const booked = blocks.reduce((sum, block) => sum + block.stops.length, 0)
    const over = hours.from >= hours.to
    return {
      day,
      hours,
      blocks,
      most: over ? 0 : Math.max(0, mostStops(pace, hours) - booked),
      meals: mealsNeeded(table, day, hours),
      over: over && input.notBefore !== undefined
    }
  })
  return { pace, table, days, problems }
}
