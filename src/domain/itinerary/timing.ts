/**
 * When each stop begins, once their order is known: as early as it must be and as late as it may be, with the room
 * that the day has shared out between its stops, so that it becomes pauses and longer stays instead of one hole.
 */
import type { Candidates } from "./candidates.ts"
import type { DayFrame } from "./frame.ts"
import { dryHours } from "./live-hours.ts"
import { arrivalsOf, legOf, type Stop, stayOf } from "./pose.ts"
import { GRID_MINUTES } from "./rules.ts"
import { firstArrival, type Hours, lastArrival, openStretches } from "./windows.ts"

export interface Timed {
  readonly stop: Stop
  readonly at: number
  readonly stay: number
}

/** Pauses between stops that are tried, in minutes. */
const PAUSES = [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 55, 65, 80]
/** Lying in is half as bad as waiting in the street. */
const IDLE_SHARE = 0.5
/** Gaps longer than this are filled by staying longer, by at most this share of the stay and so many minutes. */
const LONG_GAP = 20
const LONGER_SHARE = 0.5
const LONGER_MINUTES = 60

interface Bounds {
  readonly arrivals: ReadonlyArray<number>
  readonly stay: number
  /** From the stop before. */
  readonly leg: number
}

const earliestOf = (bounds: ReadonlyArray<Bounds>, opens: number): ReadonlyArray<number> => {
  const out: Array<number> = []
  let ready = opens
  for (const { arrivals, stay, leg } of bounds) {
    const at = firstArrival(arrivals, ready + leg)
    // A booking stays where it is, whatever comes before it.
    out.push(at < 0 ? arrivals[0]! : at)
    ready = out.at(-1)! + stay
  }
  return out
}

/** Pushes stops back from the last one until each gap is no longer than the pause, as far as their windows let them. */
const withPause = (bounds: ReadonlyArray<Bounds>, earliest: ReadonlyArray<number>, pause: number): Array<number> => {
  const starts = [...earliest]
  for (let i = bounds.length - 2; i >= 0; i--) {
    const { arrivals, stay } = bounds[i]!
    const latest = lastArrival(arrivals, starts[i + 1]! - bounds[i + 1]!.leg - stay)
    const wanted = lastArrival(arrivals, starts[i + 1]! - bounds[i + 1]!.leg - stay - pause)
    if (latest > starts[i]!) starts[i] = Math.max(starts[i]!, wanted)
  }
  return starts
}

const discomfort = (bounds: ReadonlyArray<Bounds>, starts: ReadonlyArray<number>, opens: number): number => {
  let sum = IDLE_SHARE * (starts[0]! - opens) ** 2
  for (let i = 1; i < bounds.length; i++) {
    sum += Math.max(0, starts[i]! - starts[i - 1]! - bounds[i - 1]!.stay - bounds[i]!.leg) ** 2
  }
  return sum
}

/** How much longer one may stay without the place closing, or the weather turning. */
const openFor = (hours: Hours, index: number, day: DayFrame, from: number, to: number): number => {
  const open = openStretches(hours, index, day.day, from, to)
  return open.length > 0 && open[0] === from ? Math.min(to, open[1]!) : from
}

/** The times of a day's stops. */
export const timed = (
  candidates: Candidates,
  buffer: number,
  day: DayFrame,
  at: number,
  stops: ReadonlyArray<Stop>
) => {
  if (stops.length === 0) return []
  const bounds = stops.map(
    (stop, i): Bounds => ({
      arrivals: arrivalsOf(stop, at),
      stay: stayOf(stop),
      leg: i === 0 ? 0 : legOf(candidates, buffer, stops[i - 1]!, stop)
    })
  )
  const first = bounds[0]!.arrivals[0]!
  const opens = Math.min(day.hours.from, first)
  const earliest = earliestOf(bounds, opens)
  let starts = earliest as Array<number>
  let least = Number.POSITIVE_INFINITY
  for (const pause of PAUSES) {
    const attempt = withPause(bounds, earliest, pause)
    const cost = discomfort(bounds, attempt, opens)
    if (cost < least) {
      least = cost
      starts = attempt
    }
  }
  const hours = dryHours(candidates.hours, candidates.live, candidates.places)
  return stops.map((stop, i): Timed => {
    const stay = bounds[i]!.stay
    if (stop.kind === "block" || i === stops.length - 1) return { stop, at: starts[i]!, stay }
    const gap = starts[i + 1]! - starts[i]! - stay - bounds[i + 1]!.leg
    const more = Math.min(gap - LONG_GAP, LONGER_SHARE * stay, LONGER_MINUTES)
    if (more < GRID_MINUTES) return { stop, at: starts[i]!, stay }
    const index = candidates.indexes[stop.option.candidate]!
    const until = openFor(hours, index, day, starts[i]!, starts[i]! + stay + more)
    const longer = Math.floor((until - starts[i]!) / GRID_MINUTES) * GRID_MINUTES
    return { stop, at: starts[i]!, stay: Math.max(stay, longer) }
  })
}
