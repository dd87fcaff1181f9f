/**
 * The search for what could stand in a slot's place: a pool of places around it, what each is worth for each reason
 * to change, and whether each fits. Verdicts are shared by all triggers, so a place is checked once per slot.
 */
import { categoryIndex } from "../catalog/category.ts"
import { isWet, type LiveCity } from "../city/live.ts"
import { NOWHERE } from "../itinerary/own-points.ts"
import { HOURS_KNOWN, isExposed, MEAL } from "../itinerary/places.ts"
import { mealAt } from "../itinerary/rules.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import { type Deadline, NO_DEADLINE } from "./deadline.ts"
import type { PivotEnv } from "./env.ts"
import { MOODS, moodTable } from "./moods.ts"
import { type Gap, minutesBetween, type PlanSlot } from "./plan.ts"
import { type HeldRankings, likedAs, momentOf, type Said } from "./ranked.ts"
import { ceilGrid, fitVisit, goesAt, leastStay, type Misfit, type Visit } from "./visit.ts"

/** The columns of a fallback set. */
export const COLUMNS = ["venue_closed", "weather", "transit", ...MOODS] as const
export const CLOSED_COLUMN = 0
export const WEATHER_COLUMN = 1
export const TRANSIT_COLUMN = 2
export const MOOD_COLUMN = 3
const HUNGRY = MOOD_COLUMN + MOODS.indexOf("hungry")

const FOOD: ReadonlySet<number> = new Set(
  (["restaurant", "street_food", "food_hall", "cafe", "bakery", "dessert", "market"] as const).map(categoryIndex)
)

const MINUTE = 60_000

/** A party as a search through one city sees it: what of it they like, and what is out of the question. */
export interface PartyInCity {
  readonly tastes: ReadonlyArray<ArrayLike<number>>
  /** 1 for nodes that may be offered: not retired, not vetoed, not avoided, within the budget. */
  readonly allowed: Uint8Array
  /** Nodes that the plan visits already. */
  readonly planned: ReadonlySet<number>
  /** What was ranked for the moments of the trip; absent where nothing is held. */
  readonly ranked: HeldRankings | undefined
  /** By moment, how well a node is liked: worked out when first asked, NaN until then. */
  readonly likings: Map<string, Float32Array>
}

const dotWith = (vector: ArrayLike<number>, matrix: Float32Array, index: number): number => {
  const base = index * VIBE_DIMENSIONS
  let sum = 0
  for (let i = 0; i < VIBE_DIMENSIONS; i++) sum += vector[i]! * matrix[base + i]!
  return sum
}

/** How a group likes a place, at the moment that `said` is of: the mean, pulled down by whoever likes it least. */
export const likingFor = (
  env: PivotEnv,
  tastes: ReadonlyArray<ArrayLike<number>>,
  index: number,
  said: ReadonlyArray<Said> | undefined
): number => {
  let sum = 0
  let least = 1
  for (let m = 0; m < tastes.length; m++) {
    const taste = Math.max(0, dotWith(tastes[m]!, env.matrix, index))
    const like = said === undefined ? taste : likedAs(taste, said[m]?.get(index))
    sum += like
    if (like < least) least = like
  }
  const n = tastes.length
  return n === 0 ? 0.5 : n === 1 ? sum : 0.6 * (sum / n) + 0.4 * least
}

const likingOf = ({ env, liking, party, said }: SlotSearch, index: number): number => {
  const known = liking[index]!
  if (!Number.isNaN(known)) return known
  const fresh = likingFor(env, party.tastes, index, said)
  liking[index] = fresh
  return fresh
}

/** Slots of one moment share what they find out. */
const likingsAt = (env: PivotEnv, { likings }: PartyInCity, moment: string): Float32Array => {
  let liking = likings.get(moment)
  if (liking === undefined) {
    liking = new Float32Array(env.places.count).fill(Number.NaN)
    likings.set(moment, liking)
  }
  return liking
}

/** What the slot is to the day: a meal must stay a meal, and a walk must not become a second lunch. */
export const isMealSlot = (env: PivotEnv, slot: PlanSlot): boolean =>
  slot.index >= 0 &&
  (env.places.flags[slot.index]! & MEAL) !== 0 &&
  mealAt(env.table, env.localMinute(slot.starts)) !== undefined

export interface SlotSearch {
  readonly env: PivotEnv
  readonly live: LiveCity
  readonly party: PartyInCity
  /** What was said of places for the slot's moment, member by member, and how well they are liked then. */
  readonly said: ReadonlyArray<Said> | undefined
  readonly liking: Float32Array
  readonly slot: PlanSlot
  readonly gap: Gap
  readonly meal: boolean
  /** Meals that other slots of the day are. */
  readonly otherMeals: ReadonlySet<string>
  readonly pool: Int32Array
  readonly similarity: Float32Array
  /** Minutes of travel that the place adds to the day, and minutes to it from where one is. */
  readonly detour: Float32Array
  readonly away: Float32Array
  readonly verdicts: Array<Visit | Misfit | undefined>
  /** How many places were out from the start: too far, too long, or not at that time of day. */
  readonly fallen: Readonly<Record<"unreachable" | "too_short" | "time_of_day", number>>
  readonly scores: Float32Array
  /** When it stops, with what it has verified until then. */
  readonly deadline: Deadline
}

/** Half sides of the box that is searched, in degrees of latitude: 0.8 km, 1.5 km, 4 km, 12 km, the whole city. */
const BOXES = [0.0072, 0.0135, 0.036, 0.108, Number.POSITIVE_INFINITY]
/** A box with this many places is large enough. */
const ENOUGH = 160
/** More places than this are not looked at for one slot: the nearest box holds better ones than anybody needs. */
const POOL_LIMIT = 1024

const gather = (env: PivotEnv, party: PartyInCity, centres: ReadonlyArray<number>, deadline: Deadline): Int32Array => {
  const { lat, lon, count } = env.places
  const { allowed } = party
  const pool = new Int32Array(Math.min(count, POOL_LIMIT))
  let found = 0
  for (const half of count <= POOL_LIMIT ? BOXES.slice(-1) : BOXES) {
    found = 0
    const wide = half * 1.5
    for (let i = 0; i < count && found < pool.length && !deadline.passedAt(i); i++) {
      if (allowed[i] === 0) continue
      let near = centres.length === 0
      for (let c = 0; c < centres.length; c++) {
        const centre = centres[c]!
        if (Math.abs(lat[i]! - lat[centre]!) <= half && Math.abs(lon[i]! - lon[centre]!) <= wide) {
          near = true
          break
        }
      }
      if (near && !party.planned.has(i)) pool[found++] = i
    }
    if (found >= ENOUGH || deadline.over) break
  }
  return pool.subarray(0, found)
}

export const openSearch = (
  env: PivotEnv,
  live: LiveCity,
  party: PartyInCity,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  gap: Gap,
  deadline = NO_DEADLINE
): SlotSearch => {
  const slot = day[position]!
  const centres = [...new Set([gap.from, slot.index, gap.to])].filter((index) => index >= 0)
  const around = gather(env, party, centres, deadline)
  const pool = new Int32Array(around.length)
  const similarity = new Float32Array(around.length)
  const detour = new Float32Array(around.length)
  const away = new Float32Array(around.length)
  const fallen = { unreachable: 0, too_short: 0, time_of_day: 0 }
  const direct = minutesBetween(env, gap.from, gap.to === NOWHERE ? gap.from : gap.to, gap.depart)
  const { minutes, dayParts } = env.places
  let n = 0
  for (let p = 0; p < around.length && !deadline.passedAt(p); p++) {
    const index = around[p]!
    // What cannot fit is out before anything is weighed; what may is checked in full when it is about to be chosen.
    const there = minutesBetween(env, gap.from, index, gap.depart)
    const onward = minutesBetween(env, index, gap.to, gap.depart)
    const arrive = ceilGrid(Math.max(gap.earliest, gap.depart + there * MINUTE))
    const latest = gap.deadline - onward * MINUTE
    if (arrive >= latest) fallen.unreachable++
    else if (arrive + leastStay(minutes[index]!) > latest) fallen.too_short++
    else if (!goesAt(dayParts[index]!, env.localMinute(arrive))) fallen.time_of_day++
    else {
      pool[n] = index
      similarity[n] = slot.index < 0 ? 0 : env.alike(slot.index, index)
      const begin = gap.from === NOWHERE ? minutesBetween(env, slot.index, index, gap.depart) : there
      detour[n] = Math.max(0, begin + onward - direct)
      away[n] = begin
      n++
    }
  }
  const otherMeals = new Set<string>()
  for (const other of day) {
    if (other !== slot && isMealSlot(env, other)) otherMeals.add(mealAt(env.table, env.localMinute(other.starts))!)
  }
  const moment = party.ranked === undefined ? "" : momentOf(env, slot)
  return {
    env,
    live,
    party,
    said: party.ranked?.moments.get(moment),
    liking: likingsAt(env, party, moment),
    slot,
    gap,
    meal: isMealSlot(env, slot),
    otherMeals,
    pool: pool.subarray(0, n),
    similarity,
    detour,
    away,
    verdicts: new Array(n),
    fallen,
    scores: new Float32Array(n),
    deadline
  }
}

/** What a place of the planned one's category is ahead by: like replaces like, unless something else is asked for. */
const LIKE_FOR_LIKE = 0.15

/** Extra travel that halves a place's worth, and what a place keeps that is no meal where one was planned. */
const HALVING_DETOUR = 45
const NO_MEAL_KEEPS = 0.4
/** Of places that are about as good, one whose hours are known comes first. */
const NO_HOURS_KEEPS = 0.94

/** The worth of a place of the pool for a column; `mood` is the fit to a mood outside of the palette. */
export const worth = (search: SlotSearch, column: number, p: number, mood: ArrayLike<number> | undefined): number => {
  const { env } = search
  const index = search.pool[p]!
  const like = likingOf(search, index)
  const quality = env.places.quality[index]!
  const alike = Math.max(0, search.similarity[p]!)
  let score: number
  if (column === CLOSED_COLUMN) score = 0.4 * alike + 0.35 * like + 0.25 * quality
  else if (column === WEATHER_COLUMN) score = 0.3 * alike + 0.4 * like + 0.3 * quality
  else if (column === TRANSIT_COLUMN) {
    const near = Math.max(0, 1 - search.detour[p]! / 30)
    score = 0.2 * alike + 0.35 * like + 0.2 * quality + 0.25 * near
  } else {
    const fit =
      mood === undefined
        ? moodTable(env.matrix)[index * MOODS.length + column - MOOD_COLUMN]!
        : Math.max(0, dotWith(mood, env.matrix, index))
    score = 0.55 * fit + 0.25 * like + 0.2 * quality
  }
  const { slot } = search
  if (column < MOOD_COLUMN && slot.index >= 0 && env.places.category[index] === env.places.category[slot.index]) {
    score += LIKE_FOR_LIKE
  }
  if (search.meal && (env.places.flags[index]! & MEAL) === 0) score *= NO_MEAL_KEEPS
  if ((env.places.flags[index]! & HOURS_KNOWN) === 0) score *= NO_HOURS_KEEPS
  return Math.min(1, Math.max(0.001, score / (1 + search.detour[p]! / HALVING_DETOUR)))
}

export type Unfit = Misfit | "weather" | "role"

/** Whether a place can never be what the column asks for, whenever one comes. */
export const barred = (env: PivotEnv, column: number, index: number, meal: boolean): Unfit | undefined => {
  const { flags, category } = env.places
  if (column === WEATHER_COLUMN && isExposed(env, index)) return "weather"
  // Who is hungry eats now, whatever the hour and whatever was planned.
  if (column === HUNGRY) return FOOD.has(category[index]!) ? undefined : "role"
  return !meal && (flags[index]! & MEAL) !== 0 ? "role" : undefined
}

/** Whether the place may be what the column asks for, given its visit: the part of the check that is not about time. */
export const suits = (
  env: PivotEnv,
  live: LiveCity,
  column: number,
  index: number,
  visit: Visit,
  meal: boolean,
  otherMeals: ReadonlySet<string>
): Unfit | undefined => {
  const bar = barred(env, column, index, meal)
  if (bar !== undefined) return bar
  if (isExposed(env, index) && isWet(live, visit.arrive, visit.leave)) return "weather"
  if (column === HUNGRY || (env.places.flags[index]! & MEAL) === 0) return undefined
  const at = mealAt(env.table, env.localMinute(visit.arrive))
  return at === undefined || otherMeals.has(at) ? "role" : undefined
}

export const verdictOf = (search: SlotSearch, p: number): Visit | Misfit => {
  let verdict = search.verdicts[p]
  if (verdict === undefined) {
    verdict = fitVisit(search.env, search.live, search.pool[p]!, search.gap)
    search.verdicts[p] = verdict
  }
  return verdict
}
