/** One day of a trip as somebody changes it by hand: what moves, what does not, and the times that come of an order. */

import type { LiveCity } from "../city/live.ts"
import { presentOn } from "../itinerary/frame.ts"
import { NOWHERE, ownIndex } from "../itinerary/own-points.ts"
import { MEAL } from "../itinerary/places.ts"
import { type DayStop, isStuck, type RetimedStop, retime, type Stuck } from "../itinerary/retime.ts"
import {
  type DayHours,
  dayHours,
  hoursOn,
  mealMinutes,
  millisAt,
  minuteAt,
  onGrid,
  type TripDay
} from "../itinerary/rules.ts"
import { narrowed, windowsOf } from "../itinerary/windows.ts"
import type { PivotEnv } from "../pivot/env.ts"
import { openState, opensAt } from "../pivot/visit.ts"
import type { FixedThing, Slot } from "../plan/model.ts"
import { isoDate, parseIsoDate } from "../time/calendar.ts"
import { dayPartAt } from "../time/day-part.ts"
import type { TimeOrientation } from "../vocabulary.ts"
import { boundsOf } from "./fixed.ts"
import type { TripState } from "./model.ts"
import { tripDays } from "./request.ts"

const MINUTE = 60_000

export interface EditWorld {
  readonly trip: TripState
  readonly env: PivotEnv
  readonly live: LiveCity
  readonly indexOf: (nodeId: string) => number | undefined
  readonly orientations: ReadonlyArray<TimeOrientation>
  readonly now: number
}

/**
 * How much gives way to a change: nothing but times, within the hours at which one goes to each place; then how long one stays;
 * then the hour of the day, as long as a place is open.
 */
export const LEVELS = ["usual", "shorter", "any"] as const
export type Level = (typeof LEVELS)[number]

/** The hours of a place, with what is reported of the city. */
const hoursOf = ({ env, live }: EditWorld) => ({
  openAt: (index: number, at: number) => openState(env, live, index, at),
  nextChange: (index: number, at: number) => {
    let next = openState(env, live, index, at) === "closed" ? opensAt(env, live, index, at) : env.nextChange(index, at)
    for (const { from } of live.closures.get(index) ?? [])
      if (from > at && (next === undefined || from < next)) next = from
    return next
  }
})

export interface DayFacts {
  readonly day: TripDay
  /** Those of them in which the travelers are there: after an arrival, before a departure. */
  readonly hours: DayHours
  /** The first minute at which something new may begin. */
  readonly opens: number
}

export const dayFacts = (world: EditWorld, number: number): DayFacts => {
  const { trip, now } = world
  const [only] = tripDays(trip.time_zone, isoDate(parseIsoDate(trip.start_date)! + number - 1), 1)
  const day: TripDay = { ...only!, day: number }
  const usual = hoursOn(day, dayHours(trip.constraints, world.orientations, world.env.table))
  const stays = (trip.fixed ?? []).map((thing) => ({ ...thing, ...boundsOf(thing) }))
  const { from, to } = presentOn(stays, day, usual)
  const hours = { from: onGrid(from), to: Math.max(onGrid(from), to) }
  return { day, hours, opens: Math.max(usual.from, onGrid(minuteAt(day, now))) }
}

/** What says that nobody is there at an instant: an arrival that lies ahead, or a departure that is over. */
export const absenceAt = ({ trip }: EditWorld, from: number, to: number): FixedThing | undefined =>
  trip.fixed?.find(({ ends_at, kind, starts_at }) =>
    kind === "arrival" ? from < ends_at : kind === "departure" && to > starts_at
  )

export const lastDay = ({ trip }: EditWorld): number =>
  parseIsoDate(trip.end_date)! - parseIsoDate(trip.start_date)! + 1

/** The minutes at which one may arrive at a place on a day, and how long one stays then; undefined where one may not. */
export const windowsFor = (
  world: EditWorld,
  { day, hours }: DayFacts,
  index: number,
  minutes: number,
  level: Level
): { readonly stay: number; readonly arrivals: ReadonlyArray<number> } | undefined => {
  const { places, table } = world.env
  const feeds = (places.flags[index]! & MEAL) !== 0
  const asked = { places, hours: hoursOf(world), index, day, within: hours, stay: 1, minutes } as const
  if (level === "any") return windowsOf({ ...asked, parts: "any" }) ?? undefined
  if (!feeds) return windowsOf({ ...asked, parts: "usual" }) ?? undefined
  const meals = (["lunch", "dinner"] as const).flatMap((meal) => {
    const at = mealMinutes(table, day, meal)
    return narrowed(windowsOf({ ...asked, parts: table.own === true ? at : "usual" }), at) ?? []
  })
  const [first] = meals
  return first === undefined ? undefined : { stay: first.stay, arrivals: meals.flatMap(({ arrivals }) => arrivals) }
}

/** Windows with one more minute among them: where a stop is, it may stay. */
const withMinute = (arrivals: ReadonlyArray<number>, minute: number): ReadonlyArray<number> => {
  const out: Array<number> = []
  let placed = false
  for (let i = 0; i < arrivals.length; i += 2) {
    const [from, to] = [arrivals[i]!, arrivals[i + 1]!]
    if (!placed && minute < from) out.push(minute, minute)
    if (minute <= to) placed = true
    out.push(from, to)
  }
  return placed ? out : [...out, minute, minute]
}

const pinnedStop = (id: string, index: number, starts: number, ends: number): DayStop => ({
  id,
  index,
  stay: ends - starts,
  arrivals: [starts, starts],
  wanted: starts,
  pinned: true
})

/** The shortest that a stay is cut to for the sake of another stop. */
const SHORTER = 0.6

const stopOf = (world: EditWorld, facts: DayFacts, slot: Slot, level: Level): DayStop => {
  const index = world.indexOf(slot.node_id) ?? NOWHERE
  const starts = minuteAt(facts.day, slot.starts_at)
  const ends = minuteAt(facts.day, slot.ends_at)
  if (slot.locked || slot.status !== "planned" || slot.starts_at <= world.now || index < 0) {
    return pinnedStop(slot.id, index, starts, ends)
  }
  const whole = ends - starts
  const minutes = level === "usual" ? whole : Math.max(15, Math.round((whole * SHORTER) / 5) * 5)
  const found = windowsFor(world, facts, index, minutes, level)
  return {
    id: slot.id,
    index,
    stay: minutes,
    // A stay of other minutes than the windows are for would not fit them.
    arrivals: withMinute(found === undefined || found.stay < minutes ? [] : found.arrivals, starts),
    wanted: starts,
    pinned: false
  }
}

/** The stops of a day in order of time, with what is the travelers' own; without those that are left out. */
export const stopsOn = (
  world: EditWorld,
  facts: DayFacts,
  level: Level,
  without: ReadonlySet<string> = new Set()
): ReadonlyArray<DayStop> => {
  const { fixed = [], slots } = world.trip
  const stops = slots
    .filter((slot) => slot.day === facts.day.day && slot.status !== "skipped" && !without.has(slot.id))
    .map((slot) => stopOf(world, facts, slot, level))
  const own = fixed.flatMap((thing, k) =>
    thing.day !== facts.day.day || without.has(thing.id)
      ? []
      : [pinnedStop(thing.id, ownIndex(k), minuteAt(facts.day, thing.starts_at), minuteAt(facts.day, thing.ends_at))]
  )
  return [...stops, ...own].sort((a, b) => a.wanted - b.wanted)
}

/** Times for stops in this order. */
export const timesOf = (
  { env }: EditWorld,
  { day, opens }: DayFacts,
  stops: ReadonlyArray<DayStop>
): ReadonlyArray<RetimedStop> | Stuck =>
  retime(stops, {
    travel: (from, to) => (from === NOWHERE || to === NOWHERE || from === to ? 0 : env.travel(from, to, day.noon)),
    opens,
    home: env.home
  })

/** The slots of a day as its new times have them: those that differ from what they were, and what is new. */
export const slotsOf = (
  { env, trip }: EditWorld,
  { day }: DayFacts,
  times: ReadonlyArray<RetimedStop>,
  fresh: ReadonlyMap<
    string,
    Omit<Slot, "day" | "order" | "day_part" | "starts_at" | "ends_at" | "travel_minutes">
  > = new Map()
): ReadonlyArray<Slot> => {
  const known = new Map<string, Slot>(trip.slots.map((slot) => [slot.id, slot]))
  let order = 0
  return times.flatMap(({ ends, starts, stop, way }): ReadonlyArray<Slot> => {
    const before = known.get(stop.id)
    const kept = before ?? fresh.get(stop.id)
    if (kept === undefined) return []
    const starts_at = stop.pinned && before !== undefined ? before.starts_at : millisAt(day, starts)
    const slot: Slot = {
      ...kept,
      day: day.day,
      order: order++,
      day_part: dayPartAt(env.localMinute(starts_at)),
      starts_at,
      ends_at: stop.pinned && before !== undefined ? before.ends_at : millisAt(day, ends),
      travel_minutes: way
    }
    return before !== undefined && sameTimes(before, slot) ? [] : [slot]
  })
}

const sameTimes = (a: Slot, b: Slot): boolean =>
  a.day === b.day &&
  a.order === b.order &&
  a.starts_at === b.starts_at &&
  a.ends_at === b.ends_at &&
  a.travel_minutes === b.travel_minutes

/** A day from which something goes: what follows keeps its time, and has another way to it. */
export const closedUp = (world: EditWorld, facts: DayFacts, without: ReadonlySet<string>): ReadonlyArray<Slot> => {
  const times = timesOf(world, facts, stopsOn(world, facts, "usual", without))
  return isStuck(times) ? [] : slotsOf(world, facts, times)
}

export const minutesMoved = (times: ReadonlyArray<RetimedStop>): number =>
  times.reduce((sum, { starts, stop }) => sum + (stop.pinned ? 0 : Math.abs(starts - stop.wanted)), 0)

export const waysOf = (times: ReadonlyArray<RetimedStop>): number => times.reduce((sum, { way }) => sum + way, 0)

/** Whether a place is not closed for the whole of a visit. */
export const isOpenFor = ({ env, live }: EditWorld, index: number, from: number, to: number): boolean => {
  for (let at = from; at < to; at += 15 * MINUTE) if (openState(env, live, index, at) === "closed") return false
  return openState(env, live, index, to - MINUTE) !== "closed"
}
