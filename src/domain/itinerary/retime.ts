/**
 * When the stops of one day begin once somebody has changed it by hand: each at the time it had, or as near to it as the
 * others let it. The same bounds as in the solver: the earliest start from the front, the latest from the back.
 */
import { onGrid } from "./rules.ts"
import { firstArrival, lastArrival } from "./windows.ts"

/** A stop of the day. Minutes of the day throughout. */
export interface DayStop {
  readonly id: string
  /** Position in the catalog, or a number of the travelers' own points. */
  readonly index: number
  readonly stay: number
  /** First and last arrival of each window, ascending; one window of one minute for what does not move. */
  readonly arrivals: ReadonlyArray<number>
  /** When it should begin, if it can. */
  readonly wanted: number
  readonly pinned: boolean
}

export interface RetimedStop {
  readonly stop: DayStop
  readonly starts: number
  readonly ends: number
  /** Minutes from the stop before, or from the lodging. */
  readonly way: number
}

/** The stop that cannot be: the ones before it leave it no time. */
export interface Stuck {
  readonly stuck: DayStop
}

export interface Day {
  readonly travel: (from: number, to: number) => number
  /** Nothing that moves begins before. */
  readonly opens: number
  readonly home: number | undefined
}

export const isStuck = (value: ReadonlyArray<RetimedStop> | Stuck): value is Stuck => "stuck" in value

export const retime = (stops: ReadonlyArray<DayStop>, day: Day): ReadonlyArray<RetimedStop> | Stuck => {
  const ways = stops.map((stop, i) => {
    const before = stops[i - 1]?.index ?? day.home
    return before === undefined ? 0 : Math.ceil(day.travel(before, stop.index))
  })
  // From the lodging one sets off in time: its way takes nothing of the day.
  const legs = ways.map((way, i) => (i === 0 ? 0 : stops[i]!.pinned ? way : onGrid(way)))
  let ready = day.opens
  for (const [i, stop] of stops.entries()) {
    const begins = stop.pinned && i === 0 ? stop.arrivals[0]! : firstArrival(stop.arrivals, ready + legs[i]!)
    // What does not move was there before: it is no news that one is late for it, unless something new makes one late.
    if (begins < 0) {
      const hurried = stop.pinned && (i === 0 || stops[i - 1]!.pinned)
      if (!hurried) return { stuck: stop }
    }
    ready = (begins < 0 ? stop.arrivals[0]! : begins) + stop.stay
  }
  const late = new Array<number>(stops.length)
  let bound = Number.MAX_SAFE_INTEGER
  for (let i = stops.length - 1; i >= 0; i--) {
    const stop = stops[i]!
    const last = lastArrival(stop.arrivals, bound - stop.stay)
    late[i] = last < 0 ? stop.arrivals[0]! : last
    bound = late[i]! - legs[i]!
  }
  const out: Array<RetimedStop> = []
  ready = day.opens
  for (const [i, stop] of stops.entries()) {
    const low = firstArrival(stop.arrivals, ready + legs[i]!)
    const high = late[i]!
    const wish = firstArrival(stop.arrivals, Math.min(high, Math.max(low, stop.wanted)))
    const starts = stop.pinned || low < 0 ? stop.arrivals[0]! : wish >= 0 && wish <= high ? wish : low
    ready = starts + stop.stay
    out.push({ stop, starts, ends: ready, way: ways[i]! })
  }
  return out
}
