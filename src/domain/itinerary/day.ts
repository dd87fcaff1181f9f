/**
 * One day of a plan in the making: stops in order, the earliest arrival at each, and how late each may be without
 * breaking what comes after it. With both known, trying a stop at a position costs two lookups.
 */
import type { DayHours, TripDay } from "./rules.ts"
import { onGrid } from "./rules.ts"
import { firstArrival, lastArrival, type Role, type Windows } from "./windows.ts"

export interface Stop {
  /** Position among the candidates of the draft. */
  readonly candidate: number
  readonly role: Role
  readonly stay: number
  readonly arrivals: ReadonlyArray<number>
  readonly value: number
  /** A booking keeps its time; a must-see, or what a rule was bent for on this day, keeps its day. */
  readonly kind: "booked" | "fixed" | "free"
}

export interface DayDraft {
  readonly day: TripDay
  hours: DayHours
  readonly buffer: number
  stops: Array<Stop>
  arrive: Array<number>
  latest: Array<number>
  /** Bookings that cannot all be kept as they stand: they overlap or are too far apart. */
  clash: boolean
}

/** Minutes between two candidates. */
export type Between = (from: number, to: number) => number

export const stopOf = (
  candidate: number,
  role: Role,
  windows: Windows,
  value: number,
  kind: Stop["kind"] = "free"
): Stop => ({ candidate, role, stay: windows.stay, arrivals: windows.arrivals, value, kind })

/** Works out arrivals and latest arrivals; false where the order does not fit (bookings always keep their time). */
export const reckon = (draft: DayDraft, between: Between): boolean => {
  const { stops, buffer } = draft
  const n = stops.length
  let fits = true
  let clash = false
  draft.arrive.length = n
  draft.latest.length = n
  for (let i = 0; i < n; i++) {
    const stop = stops[i]!
    const ready =
      i === 0
        ? draft.hours.from
        : draft.arrive[i - 1]! + stops[i - 1]!.stay + buffer + between(stops[i - 1]!.candidate, stop.candidate)
    if (stop.kind === "booked") {
      // The pause is a courtesy; only the way itself can make a booking impossible.
      if (i > 0 && ready - buffer > stop.arrivals[0]!) {
        fits = false
        if (stops[i - 1]!.kind === "booked") clash = true
      }
      draft.arrive[i] = stop.arrivals[0]!
      continue
    }
    const at = firstArrival(stop.arrivals, ready)
    if (at < 0) return false
    draft.arrive[i] = at
  }
  for (let i = n - 1; i >= 0; i--) {
    const stop = stops[i]!
    if (stop.kind === "booked") draft.latest[i] = stop.arrivals[0]!
    else {
      const bound =
        i === n - 1
          ? Number.MAX_SAFE_INTEGER
          : draft.latest[i + 1]! - between(stop.candidate, stops[i + 1]!.candidate) - buffer - stop.stay
      draft.latest[i] = lastArrival(stop.arrivals, bound)
    }
  }
  draft.clash = clash
  return fits
}

export interface Insertion {
  position: number
  /** Minutes of travel that it adds. */
  detour: number
  /** Free minutes that it falls into. */
  gap: number
  gain: number
}

/** What an hour of free time filled is worth, and a minute of travel costs, in units of the candidates' scores. */
export const GAP_WORTH = 0.2
const GAP_SATISFIED = 180
export const TRAVEL_COST = 0.007
/** One crosses a city for a museum, and eats where one is. */
const MEAL_TRAVEL_COST = 0.012

/** The best position for a stop by worth, or `undefined` where it fits nowhere. The day must be reckoned. */
export const bestInsertion = (draft: DayDraft, stop: Stop, worth: number, between: Between): Insertion | undefined => {
  const { stops, arrive, latest, buffer } = draft
  const n = stops.length
  const cost = stop.role === "visit" ? TRAVEL_COST : MEAL_TRAVEL_COST
  let best: Insertion | undefined
  for (let position = 0; position <= n; position++) {
    const before = position === 0 ? undefined : stops[position - 1]!
    const after = position === n ? undefined : stops[position]!
    const free = before === undefined ? draft.hours.from : arrive[position - 1]! + before.stay
    const there = before === undefined ? 0 : between(before.candidate, stop.candidate)
    const at = firstArrival(stop.arrivals, before === undefined ? free : free + buffer + there)
    if (at < 0) break
    let onward = 0
    let direct = 0
    let gap = draft.hours.to - free
    if (after !== undefined) {
      onward = between(stop.candidate, after.candidate)
      const next = onGrid(at + stop.stay + buffer + onward)
      if (next > latest[position]!) continue
      if (firstArrival(after.arrivals, next) < 0 || firstArrival(after.arrivals, next) > latest[position]!) continue
      direct = before === undefined ? 0 : between(before.candidate, after.candidate)
      gap = arrive[position]! - free - direct
    }
    const detour = there + onward - direct
    const gain = worth - cost * detour + (GAP_WORTH * Math.min(gap, GAP_SATISFIED)) / GAP_SATISFIED
    if (best === undefined || gain > best.gain) best = { position, detour, gap, gain }
  }
  return best
}

export const insertAt = (draft: DayDraft, position: number, stop: Stop, between: Between): void => {
  draft.stops.splice(position, 0, stop)
  reckon(draft, between)
}

/** Minutes of travel of a day in its order. */
export const travelOf = (stops: ReadonlyArray<Stop>, between: Between): number => {
  let sum = 0
  for (let i = 1; i < stops.length; i++) sum += between(stops[i - 1]!.candidate, stops[i]!.candidate)
  return sum
}
