/**
 * The judge of itineraries. It shares no code with what makes them, and of facts only when countries eat: it reads slots, clocks and the
 * catalog, and names every hard rule that a plan breaks. Generation, replans and pivots are all held against it.
 */
import { categoryInfo } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { fitFor } from "../catalog/fits.ts"
import { isNamedBy } from "../catalog/words.ts"
import type { Relaxation, TripConstraints, Veto } from "../plan/model.ts"
import { tableOf } from "./table-hours.ts"

export interface JudgedStop {
  readonly day: number
  readonly order: number
  readonly node_id: string
  readonly starts_at: number
  readonly ends_at: number
  readonly travel_minutes: number
  readonly locked: boolean
}

export interface Violation {
  readonly rule:
    | "node"
    | "repeat"
    | "veto"
    | "avoid"
    | "unfit"
    | "closed"
    | "overlap"
    | "travel"
    | "order"
    | "hours"
    | "day_part"
    | "meal"
    | "budget"
    | "stay"
    | "locked"
    | "must"
    | "two_stops"
    | "pace"
  readonly day?: number
  readonly message: string
}

export interface JudgedTrip {
  readonly catalog: CityCatalog
  /** Minutes between two nodes; the everyday time. */
  readonly travel: (from: number, to: number, at: number) => number
  /** The local minute of day (0–1439) of an instant in the city. */
  readonly localMinute: (millis: number) => number
  readonly stops: ReadonlyArray<JudgedStop>
  readonly days: ReadonlyArray<number>
  readonly constraints: TripConstraints
  readonly vetoes: ReadonlyArray<Pick<Veto, "node_ids" | "tags">>
  /** What the plan itself says it could not keep. A rule that was bent and said so is not broken. */
  readonly relaxations: ReadonlyArray<Relaxation>
  readonly problems: ReadonlyArray<Relaxation>
}

const PARTS: Record<string, (m: number) => boolean> = {
  morning: (m) => m >= 360 && m < 660,
  midday: (m) => m >= 660 && m < 840,
  afternoon: (m) => m >= 840 && m < 1080,
  evening: (m) => m >= 1080 && m < 1320,
  night: (m) => m >= 1320 || m < 360
}

const TIERS = { low: 1, mid: 2, high: 4 }
const MOST = { leisurely: 5, moderate: 6, packed: 8 }

/** A breakfast is had beside whatever else a day holds, before this minute. */
const BREAKFAST = ["cafe", "bakery"]
const BREAKFAST_BEFORE = 660

const minutesOf = (clock: string): number => {
  const [hours, minutes] = clock.split(":")
  return Number(hours) * 60 + Number(minutes)
}

type Say = (rule: Violation["rule"], message: string) => void
type Bent = (constraint: string, day: number) => boolean

/** Whether the plan itself says that it could not keep this on that day. */
const bentIn =
  (trip: JudgedTrip): Bent =>
  (constraint, day) =>
    [...trip.relaxations, ...trip.problems].some((r) => r.constraint === constraint && (r.day ?? day) === day)

/** A stop and its place, as the rules look at them. */
interface Visit {
  readonly stop: JudgedStop
  readonly index: number
  readonly node: CityCatalog["nodes"][number]
  /** Local minute of arrival. */
  readonly minute: number
}

/** What nobody of the party wants, and what does not suit them. */
const judgeWishes = (trip: JudgedTrip, { node, stop }: Visit, bent: Bent, say: Say) => {
  const { constraints } = trip
  const named = (words: ReadonlyArray<string>) => words.some((word) => isNamedBy(node, word))
  if (trip.vetoes.some((v) => (v.node_ids as ReadonlyArray<string>).includes(stop.node_id) || named(v.tags))) {
    say("veto", `${node.name} is vetoed`)
  }
  const isMust = (constraints.must as ReadonlyArray<string> | undefined)?.includes(stop.node_id) === true
  if (named(constraints.avoid ?? []) && !(isMust && bent("avoid", stop.day))) {
    say("avoid", `${node.name} has something to avoid`)
  }
  for (const need of constraints.needs ?? []) {
    if (fitFor(node, need) === "does-not") say("unfit", `${node.name} is not fit for ${need}`)
    else if (fitFor(node, need) === "unknown" && !bent("needs", stop.day)) {
      say("unfit", `nobody knows whether ${node.name} is fit for ${need}, and the plan does not say so`)
    }
  }
  if (constraints.budget !== undefined && node.price_tier > TIERS[constraints.budget] && !bent("budget", stop.day)) {
    say("budget", `${node.name} is above the budget`)
  }
}

const minutesOfStay = (stop: JudgedStop) => (stop.ends_at - stop.starts_at) / 60_000

/** Open, long enough, and at its time of day. */
const judgeMoment = ({ catalog }: JudgedTrip, { index, minute, node, stop }: Visit, bent: Bent, say: Say) => {
  if (catalog.openAt(index, stop.starts_at) === "closed") say("closed", `${node.name} is closed at arrival`)
  const lastMinute = stop.ends_at - 60_000
  if (lastMinute > stop.starts_at && catalog.openAt(index, lastMinute) === "closed") {
    say("closed", `${node.name} closes during the visit`)
  }
  const stay = minutesOfStay(stop)
  if (stay < Math.min(15, node.typical_minutes) || stay < node.typical_minutes * 0.5 - 5) {
    say("stay", `${stay} minutes are too short for ${node.name}`)
  }
  const info = categoryInfo(node.category)
  const { dinner, lunch, own } = tableOf(catalog.city.country)
  const atTable = info.meal && [lunch, dinner].some(({ from, to }) => minute >= from && minute < to)
  // Where a country sits down at hours of its own, its places serve meals then, whatever the time of day is called.
  const suits = node.day_parts.some((part) => PARTS[part]!(minute)) || (own === true && atTable)
  if (!suits && !bent("day_part", stop.day)) {
    say("day_part", `${node.name} at minute ${minute} is at the wrong time of day`)
  }
  if (info.meal && !atTable) {
    if (!bent("meals", stop.day)) say("meal", `${node.name} at minute ${minute} is no meal time`)
  }
}

/** Within the hours that the day is to have. */
const judgeHours = ({ constraints, localMinute }: JudgedTrip, { minute, node, stop }: Visit, bent: Bent, say: Say) => {
  if (constraints.day_start === undefined || constraints.day_end === undefined) return
  const from = minutesOf(constraints.day_start)
  const length = (minutesOf(constraints.day_end) - from + 1440) % 1440 || 1440
  const since = (minute - from + 1440) % 1440
  const stay = minutesOfStay(stop)
  // A clock that changes during the visit makes it longer or shorter than it looks.
  const looks = (localMinute(stop.ends_at - 60_000) + 1 - minute + 1440) % 1440
  const change = ((looks - stay + 720 + 1440) % 1440) - 720
  if (since + stay + change > length && !bent("day_start", stop.day) && !bent("day_end", stop.day)) {
    say("hours", `${node.name} lies outside the hours of the day`)
  }
}

/** From one stop to the next, in time and truly told. */
const judgeWays = (trip: JudgedTrip, stops: ReadonlyArray<JudgedStop>, say: Say) => {
  for (let i = 1; i < stops.length; i++) {
    const before = stops[i - 1]!
    const stop = stops[i]!
    if (before.locked && stop.locked) continue
    const from = trip.catalog.indexOf(before.node_id)
    const to = trip.catalog.indexOf(stop.node_id)
    if (from === undefined || to === undefined) continue
    if (stop.starts_at < before.ends_at) say("overlap", `stop ${i} begins before stop ${i - 1} ends`)
    const needed = trip.travel(from, to, before.ends_at)
    if (stop.starts_at - before.ends_at < needed * 60_000) {
      say("travel", `stop ${i} cannot be reached: ${Math.ceil(needed)} minutes of travel`)
    }
    if (Math.abs(stop.travel_minutes - needed) > 1) say("travel", `stop ${i} misstates its travel`)
  }
}

/** Neither empty nor crammed, and no more meals than people eat. */
const judgeDay = (
  { catalog, constraints, localMinute }: JudgedTrip,
  stops: ReadonlyArray<JudgedStop>,
  day: number,
  bent: Bent,
  say: Say
) => {
  const must = new Set<string>(constraints.must ?? [])
  if (stops.some((stop, i) => stop.order !== i)) say("order", `the order of day ${day} has gaps`)
  if (stops.length < 2 && !bent("two_stops", day)) say("two_stops", `day ${day} has ${stops.length} stops`)
  const chosen = stops.filter((stop) => !stop.locked && !must.has(stop.node_id))
  const breakfast = chosen.some(
    (stop) =>
      localMinute(stop.starts_at) < BREAKFAST_BEFORE &&
      BREAKFAST.includes(catalog.nodes[catalog.indexOf(stop.node_id) ?? -1]?.category ?? "")
  )
  const free = chosen.length - (breakfast ? 1 : 0)
  if (free > MOST[constraints.pace ?? "moderate"]) say("pace", `day ${day} has ${free} stops`)
  const meals = stops.filter((stop) => {
    const index = catalog.indexOf(stop.node_id)
    return index !== undefined && !stop.locked && categoryInfo(catalog.nodes[index]!.category).meal
  })
  if (meals.length > 2 && !bent("meals", day)) say("meal", `day ${day} has ${meals.length} meals`)
}

export const validateItinerary = (trip: JudgedTrip): ReadonlyArray<Violation> => {
  const { catalog } = trip
  const found: Array<Violation> = []
  const bent = bentIn(trip)
  const sayOf =
    (day: number): Say =>
    (rule, message) =>
      found.push({ rule, day, message })
  const seen = new Set<string>()
  for (const stop of trip.stops) {
    const say = sayOf(stop.day)
    const index = catalog.indexOf(stop.node_id)
    const node = index === undefined ? undefined : catalog.nodes[index]
    if (index === undefined || node === undefined) {
      say("node", `${stop.node_id} is not in the catalog`)
      continue
    }
    if (seen.has(stop.node_id)) say("repeat", `${node.name} is visited twice`)
    seen.add(stop.node_id)
    if (stop.locked) continue
    if (catalog.retired(index)) say("node", `${node.name} is retired`)
    const visit = { stop, index, node, minute: trip.localMinute(stop.starts_at) }
    judgeWishes(trip, visit, bent, say)
    judgeMoment(trip, visit, bent, say)
    judgeHours(trip, visit, bent, say)
  }
  for (const day of trip.days) {
    const stops = trip.stops.filter((stop) => stop.day === day)
    judgeDay(trip, stops, day, bent, sayOf(day))
    judgeWays(trip, stops, sayOf(day))
  }
  const missing = [...new Set<string>(trip.constraints.must ?? [])].filter((id) => !seen.has(id))
  if (missing.length > trip.problems.filter((p) => p.constraint === "must").length) {
    found.push({ rule: "must", message: `must-sees are missing and not each is accounted for: ${missing.join(", ")}` })
  }
  return found
}
