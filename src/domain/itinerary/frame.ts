/** The days of a trip before anything is chosen: their hours, how full they may be, and what is booked on them. */
import type { Relaxation } from "../plan/model.ts"
import { type Candidates, feeds, isOwn } from "./candidates.ts"
import type { LockedStop } from "./model.ts"
import {
  clockAt,
  type DayHours,
  dayHours,
  EARLY_UNTIL,
  FULL_DAY_MINUTES,
  GRID_MINUTES,
  hoursOn,
  MEAL_OVERLAP_MINUTES,
  mealAt,
  mealMinutes,
  minuteAt,
  onGrid,
  PACE,
  type PaceRule,
  type TripDay
} from "./rules.ts"
import type { Meal, TableHours } from "./table-hours.ts"

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
  /** It begins early enough for a breakfast, which is no stop of the pace's number. */
  readonly breakfast: boolean
  /** A day that is over is history, not a plan; nor is one on which nobody is there yet, or any more. */
  readonly over: boolean
  /** An arrival or a departure leaves so little of it that nothing need be missed. */
  readonly cut: boolean
}

export interface Frame {
  readonly pace: PaceRule
  readonly table: TableHours
  readonly days: ReadonlyArray<DayFrame>
  readonly problems: ReadonlyArray<Relaxation>
}

/** A day with less than this between an arrival and a departure is taken as it comes. */
const LITTLE_TIME_MINUTES = 240

const floorGrid = (minute: number): number => Math.floor(minute / GRID_MINUTES) * GRID_MINUTES

/** The number of stops that pace and length of the day allow. */
export const mostStops = (pace: PaceRule, hours: DayHours): number => {
  const share = Math.min(1, Math.max(0, hours.to - hours.from) / FULL_DAY_MINUTES)
  return share <= 0 ? 0 : Math.max(2, Math.round(pace.most * share))
}

type Bounding = Pick<LockedStop, "bounds" | "day" | "starts_at" | "ends_at">

/** The hours of a day between an arrival and a departure; none on days before the one or after the other. */
export const presentOn = (stays: ReadonlyArray<Bounding>, day: TripDay, hours: DayHours): DayHours => {
  let { from, to } = hours
  for (const { bounds, day: on, ends_at, starts_at } of stays) {
    if (bounds === "arrival") from = on > day.day ? to : on === day.day ? Math.max(from, minuteAt(day, ends_at)) : from
    if (bounds === "departure") to = on < day.day ? from : on === day.day ? Math.min(to, minuteAt(day, starts_at)) : to
  }
  return { from, to }
}

const mealOf = (
  candidates: Candidates,
  table: TableHours,
  day: TripDay,
  { candidate, stop }: Block["stops"][number],
  minute: number
) => {
  if (stop.feeds !== true && !feeds(candidates, candidate)) return undefined
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
      meal: mealOf(candidates, table, day, one, begins)
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

/** Minutes of the day's hours that are the travelers' own already. */
const ownMinutes = (candidates: Candidates, { from, stops, to }: Block, hours: DayHours): number =>
  stops.every((one) => isOwn(candidates, one.candidate))
    ? Math.max(0, Math.min(to, hours.to) - Math.max(from, hours.from))
    : 0

/** The meals that a day is long enough to need. */
const mealsNeeded = (
  table: TableHours,
  day: TripDay,
  hours: DayHours,
  blocks: ReadonlyArray<Block>
): ReadonlyArray<Meal> =>
  (["lunch", "dinner"] as const).filter((meal) => {
    const { from, to } = mealMinutes(table, day, meal)
    const [first, last] = [Math.max(hours.from, from), Math.min(hours.to, to + 60)]
    const taken = blocks.reduce(
      (sum, block) =>
        block.stops.some((one) => one.stop.index < 0)
          ? sum + Math.max(0, Math.min(block.to, last) - Math.max(block.from, first))
          : sum,
      0
    )
    return last - first - taken >= MEAL_OVERLAP_MINUTES
  })

export const frameOf = (candidates: Candidates, table: TableHours): Frame => {
  const { input } = candidates
  const pace = PACE[input.constraints.pace ?? "moderate"]
  const asked = dayHours(input.constraints, input.orientations, table)
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
    const usual = hoursOn(day, asked)
    const whole = presentOn(input.locked, day, usual)
    const cut = whole.to - whole.from < Math.min(LITTLE_TIME_MINUTES, usual.to - usual.from)
    const from =
      input.notBefore === undefined ? whole.from : Math.max(whole.from, onGrid(minuteAt(day, input.notBefore)))
    const hours = { from: onGrid(from), to: Math.max(onGrid(from), whole.to) }
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
    const booked = blocks.reduce((sum, block) => sum + block.stops.filter((one) => one.stop.index >= 0).length, 0)
    const taken = blocks.reduce((sum, block) => sum + ownMinutes(candidates, block, hours), 0)
    const over = hours.from >= hours.to
    return {
      day,
      hours,
      blocks,
      most: over ? 0 : Math.max(0, mostStops(pace, { from: hours.from, to: hours.to - taken }) - booked),
      meals: mealsNeeded(table, day, hours, blocks),
      breakfast: !over && clockAt(day, hours.from) < EARLY_UNTIL,
      cut,
      over: over && (input.notBefore !== undefined || whole.from >= whole.to)
    }
  })
  return { pace, table, days, problems }
}
