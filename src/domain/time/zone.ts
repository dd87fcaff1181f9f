/**
 * Wall clocks of IANA zones, fast. The rules of a zone are read out of the runtime's own time zone data once, as a
 * sorted list of the instants at which its offset changes; after that a conversion is a binary search.
 */
import { isoDate, MS_PER_DAY } from "./calendar.ts"

export interface Zone {
  readonly name: string
  /** Unix milliseconds at which the offset changes, ascending. */
  readonly transitions: Float64Array
  /** Milliseconds east of UTC: `offsets[i]` holds before `transitions[i]`, the last one after them all. */
  readonly offsets: Float64Array
}

/** Trips lie in these years; outside of them the offset of the nearest end holds. */
const FIRST = Date.UTC(2000, 0, 1)
const LAST = Date.UTC(2051, 0, 1)

/** No zone changes its offset twice within a week and back again; a shorter step only costs time. */
const STEP = 7 * MS_PER_DAY

/** There are some 600 IANA names; more entries than that can only be spellings that differ in case. */
const MAX_ZONES = 1024
const zones = new Map<string, Zone>()

const offsetReader = (name: string): ((instant: number) => number) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric"
  })
  return (instant) => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value)
    const wall = Date.UTC(
      parts["year"]!,
      parts["month"]! - 1,
      parts["day"]!,
      parts["hour"]!,
      parts["minute"]!,
      parts["second"]!
    )
    return wall - Math.floor(instant / 1000) * 1000
  }
}

const readZone = (name: string): Zone => {
  const offset = offsetReader(name)
  const transitions: Array<number> = []
  const offsets = [offset(FIRST)]
  for (let at = FIRST; at < LAST; at += STEP) {
    const before = offsets[offsets.length - 1]!
    if (offset(at + STEP) === before) continue
    let low = at
    let high = at + STEP
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (offset(middle) === before) low = middle
      else high = middle
    }
    transitions.push(high)
    offsets.push(offset(high))
  }
  return { name, transitions: Float64Array.from(transitions), offsets: Float64Array.from(offsets) }
}

/** The zone of this IANA name, or `undefined` where there is none. The first call for a zone costs some milliseconds. */
export const zoneOf = (name: string): Zone | undefined => {
  const found = zones.get(name)
  if (found !== undefined) return found
  let zone: Zone
  try {
    zone = readZone(name)
  } catch {
    return undefined
  }
  if (zones.size >= MAX_ZONES) zones.delete(zones.keys().next().value!)
  zones.set(name, zone)
  return zone
}

/** How many transitions lie at or before the instant. */
const transitionsUpTo = (zone: Zone, instant: number): number => {
  let low = 0
  let high = zone.transitions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (zone.transitions[middle]! <= instant) low = middle + 1
    else high = middle
  }
  return low
}

/** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
export const offsetAt = (zone: Zone, instant: number): number => zone.offsets[transitionsUpTo(zone, instant)]!

/** The next change of the zone's offset after an instant, or `undefined`. */
export const nextTransition = (zone: Zone, instant: number): number | undefined =>
  zone.transitions[transitionsUpTo(zone, instant)]

/** What the zone's wall clock shows, as if it were UTC. */
export const wallOf = (zone: Zone, instant: number): number => instant + offsetAt(zone, instant)

export interface LocalTime {
  /** Days since 1970-01-01 of the local date. */
  readonly day: number
  /** Whole local minutes after midnight, 0–1439. */
  readonly minute: number
}

export const localTime = (zone: Zone, instant: number): LocalTime => {
  const wall = wallOf(zone, instant)
  const day = Math.floor(wall / MS_PER_DAY)
  return { day, minute: Math.floor((wall - day * MS_PER_DAY) / 60_000) }
}

/** The local date as `YYYY-MM-DD`. */
export const localDate = (zone: Zone, instant: number): string => isoDate(localTime(zone, instant).day)

/**
 * The first instant at which the wall clock shows this. A time that the clock skips is the instant of the skip;
 * of a time that it shows twice, the first.
 */
export const instantOfWall = (zone: Zone, wall: number): number => {
  const around = transitionsUpTo(zone, wall - 14 * 3_600_000)
  for (let i = around; i <= zone.transitions.length; i++) {
    const instant = wall - zone.offsets[i]!
    const from = i === 0 ? Number.NEGATIVE_INFINITY : zone.transitions[i - 1]!
    const to = zone.transitions[i] ?? Number.POSITIVE_INFINITY
    if (instant < from) return from
    if (instant < to) return instant
  }
  return wall - zone.offsets[zone.offsets.length - 1]!
}

/** The first instant at which the local clock shows `minute` (may pass 1440) of a local day. */
export const instantOf = (zone: Zone, day: number, minute: number): number =>
  instantOfWall(zone, day * MS_PER_DAY + minute * 60_000)
