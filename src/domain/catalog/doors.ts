/**
 * What travelers of ours found at a place's door. Reports are evidence on its hours as they were written then: where several
 * found it closed, hours that say "open" are not believed, and where several found it open, they are. They never close a place.
 */
import * as Schema from "effect/Schema"
import { weekdayOf } from "../time/calendar.ts"
import { localTime, type Zone } from "../time/zone.ts"
import type { Open } from "../vocabulary.ts"

/** From so many people who do not travel together on, a report is more than somebody's bad luck; fewer are never shown. */
export const ENOUGH_REPORTS = 3
/** Reports of a place that are read, newest first, and for how long they say something. */
export const MOST_REPORTS = 500
export const REPORTS_DAYS = 180

/** A door that was closed at ten past two was closed at ten to two: a report speaks for the hour before and after, too. */
const AROUND = 1
const HOURS = 24
const WEEK = 7 * HOURS
const HOUR = 3_600_000
const MINUTE = 60_000

export interface DoorReport {
  readonly person: string
  readonly trip: string
  readonly open: boolean
  /** 0 is Monday, both in the place's own zone. */
  readonly weekday: number
  readonly hour: number
}

const people = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** How many people, independent of each other, found a door closed or open. */
export const Doors = Schema.Struct({
  closed: people,
  open: people,
  /** Nobody found it open, and it was found closed on more than one day of the week. */
  never_open: Schema.optionalKey(Schema.Literal(true)),
  /** Around which hours of the week enough of them say the same. */
  at: Schema.Array(Schema.Struct({ weekday: Schema.Int, hour: Schema.Int, closed: people, open: people }))
})
export type Doors = typeof Doors.Type

/** People who travel together, and one person on several trips, are one voice: so many voices there are. */
const voices = (reports: ReadonlyArray<DoorReport>): number => {
  const group = new Map<string, string>()
  const find = (name: string): string => {
    let root = name
    for (let up = group.get(root); up !== undefined && up !== root; up = group.get(root)) root = up
    return root
  }
  for (const { person, trip } of reports) {
    for (const name of [`p${person}`, `t${trip}`]) if (!group.has(name)) group.set(name, name)
    group.set(find(`p${person}`), find(`t${trip}`))
  }
  return new Set(reports.map(({ person }) => find(`p${person}`))).size
}

const distance = (a: number, b: number): number => {
  const apart = Math.abs(a - b)
  return Math.min(apart, WEEK - apart)
}

/** What the reports of one place come to; `undefined` where too few people say the same. */
export const doorsOf = (reports: ReadonlyArray<DoorReport>): Doors | undefined => {
  const [shut, unlocked] = [reports.filter(({ open }) => !open), reports.filter(({ open }) => open)]
  const [closed, open] = [voices(shut), voices(unlocked)]
  if (Math.max(closed, open) < ENOUGH_REPORTS) return undefined
  const near = (of: ReadonlyArray<DoorReport>, cell: number) =>
    voices(of.filter(({ weekday, hour }) => distance(weekday * HOURS + hour, cell) <= AROUND))
  const at: Array<Doors["at"][number]> = []
  for (let cell = 0; cell < WEEK; cell++) {
    const here = { closed: near(shut, cell), open: near(unlocked, cell) }
    if (Math.max(here.closed, here.open) < ENOUGH_REPORTS) continue
    at.push({ weekday: Math.floor(cell / HOURS), hour: cell % HOURS, ...here })
  }
  const days = new Set(shut.map(({ weekday }) => weekday)).size
  const neverOpen = closed >= ENOUGH_REPORTS && unlocked.length === 0 && days > 1
  return { closed, open, ...(neverOpen ? { never_open: true as const } : {}), at }
}

/** What was found around that time: how many people, and on which weekday and hour; `undefined` where they disagree. */
export interface FoundAtDoor {
  readonly found: "open" | "closed"
  readonly people: number
  /** Absent where it was closed whenever somebody came. */
  readonly when?: { readonly weekday: number; readonly hour: number }
}

export const foundAt = (doors: Doors | undefined, zone: Zone, millis: number): FoundAtDoor | undefined => {
  if (doors === undefined) return undefined
  const { day, minute } = localTime(zone, millis)
  const when = { weekday: weekdayOf(day), hour: Math.floor(minute / 60) }
  const here = doors.at.find(({ weekday, hour }) => weekday === when.weekday && hour === when.hour)
  if (here !== undefined && here.closed !== here.open) {
    const found = here.closed > here.open ? "closed" : "open"
    const agree = here[found]
    if (agree >= ENOUGH_REPORTS) return { found, people: agree, when }
  }
  return doors.never_open === true ? { found: "closed", people: doors.closed } : undefined
}

type Hours = {
  readonly openAt: (millis: number) => Open
  readonly nextChange: (millis: number) => number | undefined
}

/** Written hours in the light of what was found: "open" becomes "unknown" where travelers found the door closed. */
export const doubting = (doors: Doors | undefined, zone: Zone, hours: Hours): Hours => {
  if (doors === undefined) return hours
  const isDoubted = (millis: number) => foundAt(doors, zone, millis)?.found === "closed"
  return {
    openAt: (millis) => {
      const open = hours.openAt(millis)
      return open === "open" && isDoubted(millis) ? "unknown" : open
    },
    nextChange: (millis) => {
      const change = hours.nextChange(millis)
      if (hours.openAt(millis) !== "open") return change
      const before = isDoubted(millis)
      const until = Math.min(change ?? Number.POSITIVE_INFINITY, millis + WEEK * HOUR)
      const next = millis + (60 - (localTime(zone, millis).minute % 60)) * MINUTE - (millis % MINUTE)
      for (let at = next; at < until; at += HOUR) if (isDoubted(at) !== before) return at
      return change
    }
  }
}
