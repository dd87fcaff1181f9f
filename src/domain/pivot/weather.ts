/** The weather turns: every exposed stop of the time it lasts gets a roof, in one option. */
import type { Slot } from "../plan/model.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { ChangeDraft, Finding, OptionDraft } from "./draft.ts"
import type { TimeSpan } from "./env.ts"
import { type FallbackSet, type StoredCandidate, storedFor } from "./fallbacks.ts"
import type { PivotDetail } from "./model.ts"
import { daySlots, type Gap, gapAt, type PlanSlot } from "./plan.ts"
import { replaceChange } from "./present.ts"
import { isPlanned, mayOffer, measuresOf, otherMealsOf, type Picked, pickReplacements, whyOf } from "./replace.ts"
import { CLOSED_COLUMN, type Found, isExposed, isMealSlot, suits, TRANSIT_COLUMN, WEATHER_COLUMN } from "./search.ts"
import { fitVisit, type Visit } from "./visit.ts"

/** Bad weather of which nobody says when it ends. */
const USUAL_LENGTH = 6 * 3_600_000
/** More stops than this are not replaced at once: that would be another day, not a repair. */
const MOST_AFFECTED = 4

/** From when until when the weather is what a request says it is. */
export const weatherWindow = (detail: PivotDetail | undefined, now: number): TimeSpan => {
  const said = (text: string | undefined) => (text === undefined ? Number.NaN : Date.parse(text))
  const begins = said(detail?.from)
  const from = Number.isNaN(begins) ? now : Math.max(begins, now)
  const ends = said(detail?.until)
  return { from, to: ends > from ? ends : from + USUAL_LENGTH }
}

/** Whether the weather of that time spoils a stop. */
const spoilt = (world: PivotWorld, slot: Slot, { from, to }: TimeSpan): boolean => {
  if (slot.status !== "planned" || slot.locked || slot.ends_at <= from || slot.starts_at >= to) return false
  const index = world.catalog.indexOf(slot.node_id)
  return index !== undefined && isExposed(world.env, index)
}

type Exposed = ReadonlyMap<number, ReadonlyArray<Slot>>

/** The stops that the weather spoils, day by day, of each day no more than are repaired at once. */
export const exposedStops = (world: PivotWorld, window: TimeSpan): Exposed => {
  const days = new Map<number, Array<Slot>>()
  for (const slot of world.trip.slots) {
    if (!spoilt(world, slot, window)) continue
    const day = days.get(slot.day)
    if (day === undefined) days.set(slot.day, [slot])
    else if (day.length < MOST_AFFECTED) day.push(slot)
  }
  return days
}

export interface ExposedDay {
  readonly day: ReadonlyArray<PlanSlot>
  /** Positions of the day's stops that the weather spoils; empty where it spoils none. */
  readonly affected: ReadonlyArray<number>
}

/** The first day with a stop that the weather spoils. */
export const exposedDay = (world: PivotWorld, window: TimeSpan): ExposedDay => {
  const [first] = exposedStops(world, window)
  if (first === undefined) return { day: [], affected: [] }
  const [number, stops] = first
  const day = daySlots(world.trip.slots, number, world.catalog.indexOf)
  return { day, affected: stops.map((stop) => day.findIndex((slot) => slot.id === stop.id)) }
}

/** What was kept ready for other reasons is as good a roof, if it is one. */
const RESERVE = [CLOSED_COLUMN, TRANSIT_COLUMN]

/** Places for one stop: what was kept ready as long as that lasts, then what one search finds for all options. */
class Shelters {
  readonly position: number
  readonly stored: ReadonlyArray<StoredCandidate>
  readonly #set: FallbackSet | undefined
  #reserve: ReadonlyArray<StoredCandidate> | undefined = undefined
  searched: Picked | undefined = undefined
  readonly #world: PivotWorld
  readonly #day: ReadonlyArray<PlanSlot>
  readonly #meals: ReadonlySet<string>
  readonly #now: number

  constructor(
    world: PivotWorld,
    set: FallbackSet | undefined,
    day: ReadonlyArray<PlanSlot>,
    position: number,
    now: number
  ) {
    const slot = day[position]!
    this.position = position
    this.#set = set
    this.stored = storedFor(set, slot, WEATHER_COLUMN, world.env.version) ?? []
    this.#world = world
    this.#day = day
    this.#meals = otherMealsOf(world, day, slot)
    this.#now = now
  }

  /** The best that is not taken, timed for the day as it is by now. */
  best(working: ReadonlyArray<PlanSlot>, taken: ReadonlySet<number>): Found | undefined {
    const gap = gapAt(working, this.position, this.#now)
    const kept = this.#kept(this.stored, gap, taken) ?? this.#kept(this.#reserved(), gap, taken)
    if (kept !== undefined) return kept
    this.searched ??= pickReplacements(
      this.#world,
      undefined,
      this.#day,
      this.position,
      WEATHER_COLUMN,
      undefined,
      this.#now
    )
    // Another stop before it is another way to it.
    const asFound = working[this.position - 1] === this.#day[this.position - 1]
    for (const found of this.searched.found) {
      if (taken.has(found.index)) continue
      if (asFound) return found
      const visit = this.#visit(found.index, gap)
      if (visit !== undefined) return { ...found, visit }
    }
    return undefined
  }

  #reserved(): ReadonlyArray<StoredCandidate> {
    const { env } = this.#world
    this.#reserve ??= RESERVE.flatMap(
      (column) => storedFor(this.#set, this.#day[this.position]!, column, env.version) ?? []
    ).filter(({ index }) => !isExposed(env, index))
    return this.#reserve
  }

  #kept(candidates: ReadonlyArray<StoredCandidate>, gap: Gap, taken: ReadonlySet<number>): Found | undefined {
    for (const { index, score } of candidates) {
      if (taken.has(index) || !mayOffer(this.#world, index) || isPlanned(this.#world, index)) continue
      const visit = this.#visit(index, gap)
      if (visit !== undefined) return { index, score, visit }
    }
    return undefined
  }

  #visit(index: number, gap: Gap): Visit | undefined {
    const { env, live } = this.#world
    const visit = fitVisit(env, live, index, gap)
    if (typeof visit === "string") return undefined
    const meal = isMealSlot(env, this.#day[this.position]!)
    return suits(env, live, WEATHER_COLUMN, index, visit, meal, this.#meals) === undefined ? visit : undefined
  }
}

/** Everything that was eligible for any of the stops, best first. */
const consideredOf = (shelters: ReadonlyArray<Shelters>): Finding["candidates"] => {
  const scores = new Map<number, number>()
  for (const { stored, searched } of shelters) {
    for (const { index, score } of searched?.considered ?? stored) scores.set(index, score)
  }
  return [...scores].map(([index, score]) => ({ index, score })).sort((a, b) => b.score - a.score || a.index - b.index)
}

const exposedWords = (stays: number): string =>
  stays === 1
    ? "1 exposed stop stays as it is: nothing sheltered fits in its place"
    : `${stays} exposed stops stay as they are: nothing sheltered fits in their place`

/** Each option replaces every affected stop, one after the other, each judged with the one before it replaced. */
export const shelterDay = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  affected: ReadonlyArray<number>,
  now: number
): Finding => {
  const shelters = affected.map((position) => new Shelters(world, set, day, position, now))
  const used = new Set<number>()
  const options: Array<OptionDraft> = []
  for (let round = 0; round < world.settings.options; round++) {
    const working = [...day]
    const changes: Array<ChangeDraft> = []
    const why: Array<string> = []
    const here = new Set(used)
    let lead: { readonly found: Found; readonly slot: PlanSlot } | undefined
    let score = 0
    for (const places of shelters) {
      const { position } = places
      const slot = day[position]!
      const found = places.best(working, here)
      if (found === undefined) continue
      here.add(found.index)
      lead ??= { found, slot }
      score += found.score
      changes.push(replaceChange(slot.id, found.index, found.visit))
      why.push(...whyOf(world, WEATHER_COLUMN, found, slot, gapAt(working, position, now), undefined))
      working[position] = { ...slot, index: found.index, starts: found.visit.arrive, ends: found.visit.leave }
    }
    if (lead === undefined) break
    for (const index of here) used.add(index)
    const stays = affected.length - changes.length
    if (stays > 0) why.push(exposedWords(stays))
    options.push({
      changes,
      score: score / changes.length,
      why,
      index: lead.found.index,
      measures: { ...measuresOf(world, lead.found, lead.slot), slots_changed: changes.length }
    })
  }
  const onDemand = shelters.some(({ searched }) => searched !== undefined)
  return {
    slot: day[affected[0]!],
    options,
    reasons: shelters[0]!.searched?.reasons ?? [],
    source: onDemand ? "on_demand" : "precomputed",
    computedAt: onDemand ? now : set!.computedAt,
    candidates: consideredOf(shelters)
  }
}
