/**
 * When places of a kind are usually open in a city, learnt from those whose hours are known. An expectation is a word of
 * its own: it warns, and never claims that a door is open.
 */
import * as Schema from "effect/Schema"
import { dayNumber, weekdayOf } from "../time/calendar.ts"
import { instantOf, localTime, type Zone, zoneOf } from "../time/zone.ts"
import { type Category, categoryWords } from "./category.ts"
import type { CityCatalog } from "./city-catalog.ts"

/** With fewer known hours of a kind, each of them would be a rule. */
const FEWEST_KNOWN = 6
/** From this share on, open or closed is the usual thing. */
const USUAL = 0.75

/** Places of a kind that are asked: more would say the same and take longer than anybody should wait. */
const MOST_ASKED = 40
const HOURS = 24

/** Share of the places of a kind that are open, by weekday (0 is Monday) and hour. */
interface UsualWeek {
  readonly known: number
  readonly open: Float32Array
}

/** An expectation as it is told: a warning, never a claim. */
export const Expected = Schema.Struct({
  usually: Schema.Literals(["open", "closed"]),
  /** On how many places of the city it rests. */
  known: Schema.Int,
  text: Schema.String
}).annotate({ identifier: "Expected" })

export interface Expectation {
  readonly usually: "open" | "closed"
  /** Places of that kind whose hours are known here: what the expectation rests on. */
  readonly known: number
  /** 0 is Monday; set where such places are closed for the whole of that day, as museums are. */
  readonly closedDay?: number
}

const WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"]

/** A week without holidays in most countries: what is usual shows in it. */
const ORDINARY_MONDAY = dayNumber(2026, 3, 9)

const learn = (catalog: CityCatalog, zone: Zone, category: Category): UsualWeek => {
  const open = new Float32Array(7 * HOURS)
  let known = 0
  for (let index = 0; index < catalog.nodes.length && known < MOST_ASKED; index++) {
    const node = catalog.nodes[index]!
    if (node.category !== category || node.opening_hours === null || catalog.retired(index)) continue
    known++
    for (let hour = 0; hour < open.length; hour++) {
      // In the middle of the hour: what opens at half past nine is not open at nine.
      const at = instantOf(zone, ORDINARY_MONDAY + Math.floor(hour / HOURS), (hour % HOURS) * 60 + 30)
      if (catalog.openAt(index, at) === "open") open[hour]!++
    }
  }
  if (known > 0) for (let hour = 0; hour < open.length; hour++) open[hour]! /= known
  return { known, open }
}

const learnt = new WeakMap<CityCatalog, Map<Category, UsualWeek>>()

/** Learnt when it is first asked for, a kind at a time, once per version of the catalog. */
const weekOf = (catalog: CityCatalog, zone: Zone, category: Category): UsualWeek => {
  let weeks = learnt.get(catalog)
  if (weeks === undefined) {
    weeks = new Map()
    learnt.set(catalog, weeks)
  }
  let week = weeks.get(category)
  if (week === undefined) {
    week = learn(catalog, zone, category)
    weeks.set(category, week)
  }
  return week
}

/** What is usual for a place of this kind at this instant; `undefined` where too little is known, or nothing is usual. */
export const expectationAt = (catalog: CityCatalog, index: number, millis: number): Expectation | undefined => {
  const node = catalog.nodes[index]
  const zone = node === undefined ? undefined : zoneOf(node.time_zone)
  if (node === undefined || zone === undefined) return undefined
  const week = weekOf(catalog, zone, node.category)
  if (week.known < FEWEST_KNOWN) return undefined
  const { day, minute } = localTime(zone, millis)
  const weekday = weekdayOf(day)
  const share = week.open[weekday * HOURS + Math.floor(minute / 60)]!
  if (share >= USUAL) return { usually: "open", known: week.known }
  if (share > 1 - USUAL) return undefined
  const ofDay = week.open.subarray(weekday * HOURS, (weekday + 1) * HOURS)
  const wholeDay = ofDay.every((one) => one <= 1 - USUAL)
  return { usually: "closed", known: week.known, ...(wholeDay ? { closedDay: weekday } : {}) }
}

/** Whether places of that kind are usually closed at this instant: what plans and offers go by where nobody knows. */
export const usuallyClosedAt = (catalog: CityCatalog, index: number, millis: number): boolean => {
  const node = catalog.nodes[index]
  const zone = node === undefined ? undefined : zoneOf(node.time_zone)
  if (node === undefined || zone === undefined) return false
  const week = weekOf(catalog, zone, node.category)
  if (week.known < FEWEST_KNOWN) return false
  const { day, minute } = localTime(zone, millis)
  return week.open[weekdayOf(day) * HOURS + Math.floor(minute / 60)]! <= 1 - USUAL
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Hours = Pick<CityCatalog, "openAt" | "nextChange">

/**
 * The hours of a city with what is usual in place of what nobody knows: closed where such places usually are. It is for planning
 * alone: whoever says whether a place is open asks the catalog.
 */
export const expectedHours = (catalog: CityCatalog, hours: Hours): Hours => ({
  openAt: (index, millis) => {
    const open = hours.openAt(index, millis)
    return open === "unknown" && usuallyClosedAt(catalog, index, millis) ? "closed" : open
  },
  nextChange: (index, millis) => {
    const change = hours.nextChange(index, millis)
    const zone = zoneOf(catalog.nodes[index]?.time_zone ?? "")
    if (zone === undefined || hours.openAt(index, millis) !== "unknown") return change
    const before = usuallyClosedAt(catalog, index, millis)
    // What is usual is known by the hour; where it stays so for a day, it stays so.
    const until = Math.min(change ?? Number.POSITIVE_INFINITY, millis + 24 * HOUR)
    const next = millis + (60 - (localTime(zone, millis).minute % 60)) * MINUTE - (millis % MINUTE)
    for (let at = next; at < until; at += HOUR) if (usuallyClosedAt(catalog, index, at) !== before) return at
    return change
  }
})

/** The expectation in a sentence, for a place whose own hours nobody knows. */
export const expectationSaying = (
  category: Category,
  { usually, closedDay }: Expectation,
  when = "at that time"
): string => {
  const kind = categoryWords(category)
  const many =
    category === "zoo_aquarium"
      ? "zoos and aquariums"
      : /[^aeiou]y$/.test(kind)
        ? `${kind.slice(0, -1)}ies`
        : /(s|ch|sh)$/.test(kind)
          ? `${kind}es`
          : `${kind}s`
  const name = many.charAt(0).toUpperCase() + many.slice(1)
  if (usually === "open") return `${name} here are usually open ${when}; not confirmed for this one.`
  return closedDay === undefined
    ? `${name} here are usually closed ${when}; not confirmed for this one.`
    : `${name} here are usually closed on ${WEEKDAYS[closedDay]}; not confirmed for this one.`
}
