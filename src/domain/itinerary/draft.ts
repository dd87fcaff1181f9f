/** The state of an assembly between its steps: candidates, their scores, the days so far, and what was said. */
import type { Relaxation } from "../plan/model.ts"
import { type Between, type DayDraft, type Stop, stopOf } from "./day.ts"
import { exclusionOf } from "./exclusion.ts"
import type { AssemblyInput } from "./model.ts"
import { MEAL, type Places, placesOf, RETIRED } from "./places.ts"
import {
  BUDGET_TIER,
  type DayHours,
  dayHours,
  FULL_DAY_MINUTES,
  hoursOn,
  MEAL_MINUTES,
  MEAL_OVERLAP_MINUTES,
  type Meal,
  minuteAt,
  onGrid,
  PACE,
  type PaceRule
} from "./rules.ts"
import { forMeal, type Role, type Windows, windowsOf } from "./windows.ts"

export interface Draft {
  readonly input: AssemblyInput
  readonly places: Places
  readonly pace: PaceRule
  readonly hours: DayHours
  /** Node index of each candidate. */
  readonly indexes: Int32Array
  /** The rankers' score, and the same on a scale of 0 to 1 with ties decided by the seed. */
  readonly scores: Float64Array
  readonly values: Float64Array
  /** Set once a candidate is in the plan or must stay out of it. */
  readonly taken: Uint8Array
  /** Candidates best first: those within the budget, and those of a price tier above it. */
  readonly visits: ReadonlyArray<number>
  readonly meals: ReadonlyArray<number>
  readonly dearer: ReadonlyArray<number>
  readonly candidateOf: ReadonlyMap<number, number>
  readonly between: Between
  readonly days: Array<DayDraft>
  /** Stops of each category in the whole trip so far. */
  readonly categories: Uint16Array
  /** Stops so far that are a favourite of each member, and that each has no envy for. */
  readonly served: Uint16Array
  readonly owned: Uint16Array
  readonly relaxations: Array<Relaxation>
  readonly problems: Array<Relaxation>
  readonly windowCache: Array<Map<number, Windows | null>>
}

/** A mix of two integers to [0, 1): decides between equal scores. */
const jitter = (seed: number, index: number): number => {
  let h = Math.imul(seed ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296
}

/** Larger than rounding errors, smaller than any difference a ranker means. */
const JITTER = 1e-4

const travelTable = (input: AssemblyInput, indexes: Int32Array): Between => {
  const n = indexes.length
  const cache = new Int16Array(n * n).fill(-1)
  const at = input.days[0]?.noon ?? 0
  return (from, to) => {
    const slot = from * n + to
    const known = cache[slot]!
    if (known >= 0) return known
    const minutes = Math.min(32_000, Math.ceil(input.travel(indexes[from]!, indexes[to]!, at)))
    cache[slot] = minutes
    return minutes
  }
}

export const beginDraft = (input: AssemblyInput): Draft => {
  const { catalog, constraints } = input
  const places = placesOf(catalog)
  const excluded = exclusionOf(catalog, constraints, input.vetoes)
  const candidateOf = new Map<number, number>()
  const scoreOf = new Map<number, number>()
  const add = (index: number, score: number) => {
    if (candidateOf.has(index)) return
    candidateOf.set(index, candidateOf.size)
    scoreOf.set(index, score)
  }
  for (const { index, score } of input.scores) if (index >= 0 && index < places.count) add(index, score)
  const best = input.scores.reduce((max, item) => Math.max(max, item.score), 0)
  for (const id of constraints.must ?? []) {
    const index = catalog.indexOf(id)
    if (index !== undefined) add(index, best)
  }
  for (const stop of input.locked) add(stop.index, best)

  const n = candidateOf.size
  const indexes = Int32Array.from(candidateOf.keys())
  const scores = Float64Array.from(indexes, (index) => scoreOf.get(index)!)
  const low = scores.reduce((min, score) => Math.min(min, score), Number.POSITIVE_INFINITY)
  const span = best - low
  const values = scores.map(
    (score, c) => (span > 0 ? (score - low) / span : 1) + JITTER * jitter(input.seed, indexes[c]!)
  )
  const taken = new Uint8Array(n)
  const cap = constraints.budget === undefined ? 4 : BUDGET_TIER[constraints.budget]
  const visits: Array<number> = []
  const meals: Array<number> = []
  const dearer: Array<number> = []
  const byValue = Array.from({ length: n }, (_, c) => c).sort((a, b) => values[b]! - values[a]! || a - b)
  for (const c of byValue) {
    const index = indexes[c]!
    if ((places.flags[index]! & RETIRED) !== 0 || excluded(index) !== undefined) taken[c] = 1
    else if (places.price[index]! > cap) dearer.push(c)
    else if ((places.flags[index]! & MEAL) !== 0) meals.push(c)
    else visits.push(c)
  }
  const pace = PACE[constraints.pace ?? "moderate"]
  const hours = dayHours(constraints, input.orientations)
  const draft: Draft = {
    input,
    places,
    pace,
    hours,
    indexes,
    scores,
    values,
    taken,
    visits,
    meals,
    dearer: dearer.sort((a, b) => places.price[indexes[a]!]! - places.price[indexes[b]!]! || values[b]! - values[a]!),
    candidateOf,
    between: travelTable(input, indexes),
    days: input.days.map((day) => {
      const asked = hoursOn(day, hours)
      const from =
        input.notBefore === undefined ? asked.from : Math.max(asked.from, onGrid(minuteAt(day, input.notBefore)))
      return {
        day,
        hours: { from, to: asked.to },
        buffer: pace.buffer,
        stops: [],
        arrive: [],
        latest: [],
        clash: false
      }
    }),
    categories: new Uint16Array(256),
    served: new Uint16Array(input.coverage?.members ?? 0),
    owned: new Uint16Array(input.coverage?.members ?? 0),
    relaxations: [],
    problems: [],
    windowCache: input.days.map(() => new Map())
  }
  return draft
}

/** The windows of a candidate on a day, by the day's own hours; worked out once. */
const windowsFor = (draft: Draft, day: number, candidate: number): Windows | null => {
  const cache = draft.windowCache[day]!
  let windows = cache.get(candidate)
  if (windows === undefined) {
    windows = looseWindows(draft, day, candidate, draft.days[day]!.hours, false)
    cache.set(candidate, windows)
  }
  return windows
}

/** The same with other hours, or at any time of day: for what is only tried when nothing else fits. */
export const looseWindows = (
  draft: Draft,
  day: number,
  candidate: number,
  within: DayHours,
  anyDayPart: boolean
): Windows | null =>
  windowsOf({
    places: draft.places,
    hours: draft.input.catalog,
    index: draft.indexes[candidate]!,
    day: draft.days[day]!.day,
    within,
    stay: draft.pace.stay,
    anyDayPart
  })

export const roleStop = (
  draft: Draft,
  day: number,
  candidate: number,
  role: Role,
  kind: Stop["kind"] = "free"
): Stop | undefined => {
  const windows = windowsFor(draft, day, candidate)
  if (windows === null) return undefined
  const narrowed = role === "visit" ? windows : forMeal(windows, role)
  return narrowed === null ? undefined : stopOf(candidate, role, narrowed, draft.values[candidate]!, kind)
}

/** The meals that a day is long enough to need. */
export const mealsNeeded = (day: DayDraft): ReadonlyArray<Meal> =>
  (["lunch", "dinner"] as const).filter(
    (meal) =>
      Math.min(day.hours.to, MEAL_MINUTES[meal].to + 60) - Math.max(day.hours.from, MEAL_MINUTES[meal].from) >=
      MEAL_OVERLAP_MINUTES
  )

/** The number of stops that pace and length of the day allow. */
export const mostStops = (draft: Draft, day: DayDraft): number => {
  const share = Math.min(1, Math.max(0, day.hours.to - day.hours.from) / FULL_DAY_MINUTES)
  return share <= 0 ? 0 : Math.max(2, Math.round(draft.pace.most * share))
}

const count = (draft: Draft, stop: Stop, by: 1 | -1): void => {
  const index = draft.indexes[stop.candidate]!
  draft.categories[draft.places.category[index]!]! += by
  const { coverage } = draft.input
  if (coverage === undefined) return
  const [serves, owns] = [coverage.serves(index), coverage.owns(index)]
  for (let m = 0; m < coverage.members; m++) {
    if (serves & (1 << m)) draft.served[m]! += by
    if (owns & (1 << m)) draft.owned[m]! += by
  }
}

export const take = (draft: Draft, stop: Stop): void => {
  draft.taken[stop.candidate] = 1
  count(draft, stop, 1)
}

export const release = (draft: Draft, stop: Stop): void => {
  draft.taken[stop.candidate] = 0
  count(draft, stop, -1)
}

export const nameOf = (draft: Draft, candidate: number): string =>
  draft.input.catalog.nodes[draft.indexes[candidate]!]!.name
