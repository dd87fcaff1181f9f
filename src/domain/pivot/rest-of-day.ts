/**
 * One answer for all that is left of a day: every stop that cannot be as planned gets another place, in one option, each judged with
 * the one before it replaced. Beside it stand single answers for the first of them.
 */
import { isExposed } from "../itinerary/places.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { ChangeDraft, Finding, OptionDraft } from "./draft.ts"
import { type FallbackSet, type StoredCandidate, storedFor } from "./fallbacks.ts"
import type { MoodWish } from "./moods.ts"
import type { Found } from "./pick.ts"
import { type Gap, gapAt, type PlanSlot } from "./plan.ts"
import { replaceChange } from "./present.ts"
import {
  isPlanned,
  mayOffer,
  measuresOf,
  otherMealsOf,
  type Picked,
  pickReplacements,
  replaceSlot,
  whyOf
} from "./replace.ts"
import { CLOSED_COLUMN, isMealSlot, suits, TRANSIT_COLUMN, WEATHER_COLUMN } from "./search.ts"
import { fitVisit, type Visit } from "./visit.ts"

/** What cannot be as planned, and what is looked for in its place. */
export interface Upset {
  /** Positions of the day's stops, in order. */
  readonly affected: ReadonlyArray<number>
  readonly column: number
  readonly mood?: MoodWish
  /** What is said of stops for which nothing was found, and of those that a single answer leaves. */
  readonly words: (stops: number) => { readonly stay: string; readonly left: string }
  /** What else the package does to the day, where it replaced so many minutes. */
  readonly besides?: (replaced: ReadonlyArray<ChangeDraft>) => ReadonlyArray<ChangeDraft>
}

/** What was kept ready for other reasons is as good, if it passes. */
const RESERVE = [CLOSED_COLUMN, TRANSIT_COLUMN]

/** Places for one stop: what was kept ready as long as that lasts, then what a search finds. */
class Replacements {
  readonly position: number
  readonly stored: ReadonlyArray<StoredCandidate>
  searched: Picked | undefined = undefined
  readonly #column: number
  readonly #mood: MoodWish | undefined
  readonly #set: FallbackSet | undefined
  #reserve: ReadonlyArray<StoredCandidate> | undefined = undefined
  readonly #world: PivotWorld
  readonly #day: ReadonlyArray<PlanSlot>
  readonly #meals: ReadonlySet<string>
  readonly #now: number

  constructor(
    world: PivotWorld,
    set: FallbackSet | undefined,
    day: ReadonlyArray<PlanSlot>,
    position: number,
    { column, mood }: Upset,
    now: number
  ) {
    const slot = day[position]!
    this.position = position
    this.#set = set
    this.#column = column
    this.#mood = mood
    this.stored = storedFor(set, slot, column, world.env.version) ?? []
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
      this.#column,
      this.#mood,
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
    if (this.#column !== WEATHER_COLUMN) return []
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
    return suits(env, live, this.#column, index, visit, meal, this.#meals) === undefined ? visit : undefined
  }
}

/** Everything that was eligible for any of the stops, best first. */
const consideredOf = (
  replacements: ReadonlyArray<Replacements>,
  single: Finding["candidates"]
): Finding["candidates"] => {
  const scores = new Map<number, number>()
  for (const { stored, searched } of replacements) {
    for (const { index, score } of searched?.considered ?? stored) scores.set(index, score)
  }
  for (const { index, score } of single) if (!scores.has(index)) scores.set(index, score)
  return [...scores].map(([index, score]) => ({ index, score })).sort((a, b) => b.score - a.score || a.index - b.index)
}

/** The one option for all of them; undefined where not one finds a place. */
const packageOf = (
  world: PivotWorld,
  day: ReadonlyArray<PlanSlot>,
  upset: Upset,
  replacements: ReadonlyArray<Replacements>,
  now: number
): OptionDraft | undefined => {
  const working = [...day]
  const changes: Array<ChangeDraft> = []
  const why: Array<string> = []
  const here = new Set<number>()
  let lead: { readonly found: Found; readonly slot: PlanSlot } | undefined
  let score = 0
  for (const places of replacements) {
    const { position } = places
    const slot = day[position]!
    const found = places.best(working, here)
    if (found === undefined) continue
    here.add(found.index)
    lead ??= { found, slot }
    score += found.score
    changes.push(replaceChange(slot.id, found.index, found.visit))
    why.push(...whyOf(world, upset.column, found, slot, gapAt(working, position, now), upset.mood))
    working[position] = { ...slot, index: found.index, starts: found.visit.arrive, ends: found.visit.leave }
  }
  if (lead === undefined) return undefined
  const replaced = changes.length
  const more = upset.besides?.(changes) ?? []
  for (const { slot_id } of more) why.push(`${nameOf(world, day, slot_id)} is dropped`)
  const stays = upset.affected.length - replaced
  if (stays > 0) why.push(upset.words(stays).stay)
  return {
    ...(replaced + more.length > 1 ? { kind: "rest_of_day", leads: true } : {}),
    changes: [...changes, ...more],
    score: score / replaced,
    why,
    index: lead.found.index,
    measures: { ...measuresOf(world, lead.found, lead.slot), slots_changed: replaced + more.length }
  }
}

const nameOf = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, id: string): string => {
  const index = day.find((slot) => slot.id === id)!.index
  return index < 0 ? "A stop" : world.catalog.nodes[index]!.name
}

/** The answer for the rest of the day, and single ones for the first stop of it that cannot be as planned. */
export const answerDay = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  upset: Upset,
  now: number
): Finding => {
  const { affected, column, mood } = upset
  const first = affected[0]!
  const replacements = affected.map((position) => new Replacements(world, set, day, position, upset, now))
  const whole =
    affected.length === 1 && upset.besides === undefined ? undefined : packageOf(world, day, upset, replacements, now)
  const many = whole?.kind === "rest_of_day" ? whole : undefined
  const single = replaceSlot(world, set, day, first, column, mood, now, many)
  const left = affected.length - 1
  const alone = single.options.map(
    (option): OptionDraft => (left > 0 ? { ...option, why: [...option.why, upset.words(left).left] } : option)
  )
  const onDemand = single.source === "on_demand" || replacements.some(({ searched }) => searched !== undefined)
  // Nothing for the first, and something for one of the others: that is what there is.
  const later = many === undefined && alone.length === 0 ? whole : undefined
  const about = later === undefined ? day[first] : day.find(({ id }) => id === later.changes[0]!.slot_id)
  return {
    slot: about,
    options: many !== undefined ? [many, ...alone] : later !== undefined ? [later] : alone,
    reasons: single.reasons,
    source: onDemand ? "on_demand" : "precomputed",
    computedAt: onDemand ? now : single.computedAt,
    candidates: consideredOf(replacements, single.candidates)
  }
}
