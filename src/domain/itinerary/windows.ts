/**
 * When one may arrive at a place on a day: while it is open (or nobody knows), at a time of day one goes there, and
 * early enough to stay before it closes and before the day ends.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Places } from "./places.ts"
import {
  type DayHours,
  GRID_MINUTES,
  LEAST_STAY,
  LEAST_STAY_MINUTES,
  MASK_MINUTES,
  millisAt,
  minuteAt,
  minuteOfClock,
  onGrid,
  type TripDay
} from "./rules.ts"

export interface Windows {
  /** Minutes one stays. */
  readonly stay: number
  /** First and last arrival of each window, both on the grid and both included; ascending. */
  readonly arrivals: ReadonlyArray<number>
}

/** Opening states change a handful of times a day; more is a broken calendar, and the rest counts as closed. */
const MAX_CHANGES = 24

export type Hours = Pick<CityCatalog, "openAt" | "nextChange">

/** The stretches of the day in which the place is not known to be closed: `[from, to)` pairs. */
export const openStretches = (hours: Hours, index: number, day: TripDay, from: number, to: number): Array<number> => {
  const out: Array<number> = []
  let at = from
  for (let i = 0; i < MAX_CHANGES && at < to; i++) {
    const millis = millisAt(day, at)
    const change = hours.nextChange(index, millis)
    const until = change === undefined ? to : Math.min(to, Math.floor(minuteAt(day, change)))
    if (hours.openAt(index, millis) !== "closed") {
      if (out.at(-1) === at) out[out.length - 1] = until
      else out.push(at, until)
    }
    if (until <= at) break
    at = until
  }
  return out
}

/** How long one stays at this pace where the longest open stretch is `longest` minutes; 0 where that is too short. */
const stayWithin = (typical: number, factor: number, longest: number): number => {
  const wanted = Math.max(LEAST_STAY_MINUTES, Math.round((typical * factor) / GRID_MINUTES) * GRID_MINUTES)
  if (longest >= wanted) return wanted
  const cut = Math.floor(longest / GRID_MINUTES) * GRID_MINUTES
  return cut >= Math.max(LEAST_STAY_MINUTES, typical * LEAST_STAY) ? cut : 0
}

export interface WindowRequest {
  readonly places: Places
  readonly hours: Hours
  readonly index: number
  readonly day: TripDay
  /** Earliest arrival and latest end. */
  readonly within: DayHours
  readonly stay: number
  /** Minutes that one stays usually, where they are not those of the place. */
  readonly minutes?: number
  /** The times of day at which one usually goes, any time, or these hours. */
  readonly parts: "usual" | "any" | DayHours
}

/** The day parts of a mask in the minutes of a day. */
const partsOn = (day: TripDay, mask: number): ReadonlyArray<number> => {
  const clock = MASK_MINUTES[mask]!
  return day.clockChange === undefined ? clock : clock.map((minute) => minuteOfClock(day, minute))
}

/** The windows of a place on a day, before its role is known; `null` where there is none. */
export const windowsOf = (request: WindowRequest): Windows | null => {
  const { places, hours, index, day, within } = request
  const open = openStretches(hours, index, day, within.from, within.to)
  let longest = 0
  for (let i = 0; i < open.length; i += 2) longest = Math.max(longest, open[i + 1]! - open[i]!)
  const stay = stayWithin(request.minutes ?? places.minutes[index]!, request.stay, longest)
  if (stay === 0) return null
  const parts =
    request.parts === "usual"
      ? partsOn(day, places.dayParts[index]!)
      : request.parts === "any"
        ? [within.from, within.to]
        : [request.parts.from, request.parts.to]
  const arrivals: Array<number> = []
  for (let i = 0; i < open.length; i += 2) {
    for (let j = 0; j < parts.length; j += 2) {
      const first = onGrid(Math.max(open[i]!, parts[j]!))
      const last = Math.min(open[i + 1]! - stay, parts[j + 1]! - 1)
      if (last >= first) arrivals.push(first, Math.floor(last / GRID_MINUTES) * GRID_MINUTES)
    }
  }
  return arrivals.length === 0 ? null : { stay, arrivals }
}

/** Windows of which only the hours from–to remain; `null` where nothing does. `to` is exclusive. */
export const narrowed = (windows: Windows | null, { from, to }: DayHours): Windows | null => {
  if (windows === null) return null
  const arrivals: Array<number> = []
  for (let i = 0; i < windows.arrivals.length; i += 2) {
    const first = Math.max(onGrid(from), windows.arrivals[i]!)
    const last = Math.min(onGrid(to) - GRID_MINUTES, windows.arrivals[i + 1]!)
    if (last >= first) arrivals.push(first, last)
  }
  return arrivals.length === 0 ? null : { stay: windows.stay, arrivals }
}

/** The first arrival at or after `minute`, or -1. */
export const firstArrival = (arrivals: ReadonlyArray<number>, minute: number): number => {
  for (let i = 0; i < arrivals.length; i += 2) {
    if (minute <= arrivals[i]!) return arrivals[i]!
    if (minute <= arrivals[i + 1]!) return onGrid(minute) <= arrivals[i + 1]! ? onGrid(minute) : -1
  }
  return -1
}

/** The last arrival at or before `minute`, or -1. */
export const lastArrival = (arrivals: ReadonlyArray<number>, minute: number): number => {
  for (let i = arrivals.length - 2; i >= 0; i -= 2) {
    if (minute >= arrivals[i + 1]!) return arrivals[i + 1]!
    if (minute >= arrivals[i]!) return Math.floor(minute / GRID_MINUTES) * GRID_MINUTES
  }
  return -1
}
