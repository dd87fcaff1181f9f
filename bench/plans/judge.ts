/**
 * What a stranger would say of a plan: is it possible, does one eat when the city eats, how much of the day is spent
 * on the way or waiting, how much of it is certain. It reads slots, clocks and the catalog, and shares no code with
 * what makes plans.
 */
import { expectationAt } from "../../src/domain/catalog/expectation.ts"
import { fitFor } from "../../src/domain/catalog/fits.ts"
import type { PlannedStop } from "../../src/domain/itinerary/model.ts"
import type { JudgedInput } from "./trips.ts"

export interface DayVerdict {
  /** Minutes on the way, and as the crow flies in kilometres. */
  readonly way: number
  readonly km: number
  /** Whether every meal that the day is out for has its place, at the hours at which the city eats. */
  readonly fed: boolean
  /** Minutes between stops that nothing fills, of each gap. */
  readonly gaps: ReadonlyArray<number>
  readonly minutes: number
  readonly stops: number
  /** Minutes from the beginning of the traveler's day to the first stop. */
  readonly idle: number
  /** Whether there is something to eat or a coffee before eleven; absent on days that begin at ten or later. */
  readonly breakfast?: boolean
}

export interface Verdict {
  readonly faults: ReadonlyArray<string>
  readonly days: ReadonlyArray<DayVerdict>
  /** Stops that are known to be open, and stops of which hours are known at all or not. */
  readonly open: number
  /** Stops of unknown hours that begin when such places are usually closed there. */
  readonly unlikely: number
  readonly stops: number
  readonly taste: number
}

/** When a city sits down: arrivals from and to, in minutes of the clock. */
const TABLE: Readonly<
  Record<string, { readonly lunch: readonly [number, number]; readonly dinner: readonly [number, number] }>
> = {
  JP: { lunch: [660, 840], dinner: [1050, 1260] },
  MX: { lunch: [810, 990], dinner: [1140, 1320] }
}
const ELSEWHERE = { lunch: [690, 870], dinner: [1050, 1290] } as const

const EATING = new Set(["restaurant", "street_food", "food_hall"])
/** Coffee, or something to eat, before eleven, for whoever is out before ten. */
const MORNING = new Set([...EATING, "cafe", "bakery"])
const MINUTE = 60_000
/** A pause after a stop that nobody calls free time. */
const PAUSE = 15

const kmBetween = (a: { lat: number; lon: number }, b: { lat: number; lon: number }): number => {
  const x = (a.lon - b.lon) * 111.32 * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180)
  return Math.hypot(x, (a.lat - b.lat) * 110.57)
}

const within = (minute: number, [from, to]: readonly [number, number]): boolean => minute >= from && minute < to

const dayOf = (
  { city, input }: JudgedInput,
  day: number,
  stops: ReadonlyArray<PlannedStop>,
  say: (text: string) => void
) => {
  const table = TABLE[city.city.country] ?? ELSEWHERE
  const ends = { early_bird: [480, 1260], balanced: [540, 1320], night_owl: [630, 1440] } as const
  const hours = input.orientations.map((one) => ends[one])
  const side = (at: 0 | 1) => Math.round(hours.reduce((sum, one) => sum + one[at], 0) / hours.length / 30) * 30
  const [from, to] = [side(0), side(1)]
  let way = 0
  let km = 0
  const gaps: Array<number> = []
  const eaten = { lunch: false, dinner: false }
  for (const [i, stop] of stops.entries()) {
    const node = city.nodes[stop.index]!
    const minute = city.localMinute(stop.starts_at)
    if (EATING.has(node.category)) {
      if (within(minute, table.lunch)) eaten.lunch = true
      else if (within(minute, table.dinner)) eaten.dinner = true
      else if (!stop.locked) say(`day ${day}: ${node.name} is no meal at minute ${minute}`)
    }
    const before = stops[i - 1]
    if (before === undefined) continue
    const needed = Math.ceil(city.travel(before.index, stop.index, before.ends_at))
    way += needed
    km += kmBetween(city.nodes[before.index]!, node)
    gaps.push(Math.max(0, (stop.starts_at - before.ends_at) / MINUTE - needed - PAUSE))
  }
  const first = stops[0]
  const last = stops.at(-1)
  const minutes = first === undefined ? 0 : (last!.ends_at - first.starts_at) / MINUTE
  return {
    way,
    km,
    // A day is out for a meal when it has an hour and a half of its hours.
    fed:
      (eaten.lunch || Math.min(to, table.lunch[1]) - Math.max(from, table.lunch[0]) < 90) &&
      (eaten.dinner || Math.min(to, table.dinner[1]) - Math.max(from, table.dinner[0]) < 90),
    gaps,
    minutes,
    stops: stops.length,
    ...(from < 600
      ? {
          breakfast: stops.some(
            (stop) => MORNING.has(city.nodes[stop.index]!.category) && city.localMinute(stop.starts_at) < 660
          )
        }
      : {}),
    idle: first === undefined ? 0 : Math.max(0, city.localMinute(first.starts_at) - from)
  }
}

export const judge = (trip: JudgedInput, stops: ReadonlyArray<PlannedStop>): Verdict => {
  const { city, input } = trip
  const faults: Array<string> = []
  const seen = new Set<number>()
  let [open, unlikely] = [0, 0]
  const scores = input.scores.map((one) => one.score)
  const [low, high] = [Math.min(...scores), Math.max(...scores)]
  const scoreOf = new Map(input.scores.map((one) => [one.index, (one.score - low) / (high - low || 1)]))
  let taste = 0
  for (const stop of stops) {
    const node = city.nodes[stop.index]!
    if (seen.has(stop.index)) faults.push(`${node.name} is visited twice`)
    seen.add(stop.index)
    taste += scoreOf.get(stop.index) ?? 0
    const states = new Set<string>()
    for (let at = stop.starts_at; at < stop.ends_at; at += 5 * MINUTE) states.add(city.openAt(stop.index, at))
    if (states.size === 1 && states.has("open")) open++
    if (states.has("unknown") && expectationAt(city, stop.index, stop.starts_at)?.usually === "closed") unlikely++
    for (const need of input.constraints.needs ?? []) {
      if (fitFor(node, need) === "does-not" && !stop.locked) faults.push(`${node.name} is not fit for ${need}`)
    }
    if (states.has("closed") && !stop.locked) faults.push(`${node.name} is closed during the visit`)
  }
  for (const [i, stop] of stops.entries()) {
    const before = stops[i - 1]
    if (before === undefined || before.day !== stop.day || (before.locked && stop.locked)) continue
    const needed = Math.ceil(city.travel(before.index, stop.index, before.ends_at)) * MINUTE
    if (before.ends_at + needed > stop.starts_at)
      faults.push(`${city.nodes[stop.index]!.name} cannot be reached in time`)
  }
  for (const booking of input.locked) {
    if (!stops.some((stop) => stop.index === booking.index && stop.starts_at === booking.starts_at)) {
      faults.push("a fixed stop was moved or lost")
    }
  }
  const mistimed: Array<string> = []
  const days = input.days.map(({ day }) =>
    dayOf(
      trip,
      day,
      stops.filter((stop) => stop.day === day),
      (text) => mistimed.push(text)
    )
  )
  return { faults, days, open, unlikely, stops: stops.length, taste }
}
