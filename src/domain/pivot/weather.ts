/** The weather turns: every exposed stop of the time it lasts gets a roof, in one option. */

import type { Slot } from "../trip/model.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { TimeSpan } from "./env.ts"
import type { FallbackSet } from "./fallbacks.ts"
import type { Change, PivotDetail } from "./model.ts"
import type { Finding, OptionDraft } from "./offer.ts"
import { daySlots, gapAt, type PlanSlot } from "./plan.ts"
import { replaceChange } from "./present.ts"
import { featuresOfFound, pickReplacements, whyOf } from "./replace.ts"
import { type Found, isExposed, WEATHER_COLUMN } from "./search.ts"

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

/** The stops that the weather spoils, day by day, of each day no more than are repaired at once. */
export const exposedStops = (world: PivotWorld, window: TimeSpan): ReadonlyMap<number, ReadonlyArray<Slot>> => {
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

/** Each option replaces every affected stop, one after the other, each judged with the one before it replaced. */
export const shelterDay = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  day: ReadonlyArray<PlanSlot>,
  affected: ReadonlyArray<number>,
  now: number
): Finding => {
  const used = new Set<number>()
  const options: Array<OptionDraft> = []
  const candidates = new Map<number, number>()
  let first: ReturnType<typeof pickReplacements> | undefined
  let source: Finding["source"] = "precomputed"
  for (let round = 0; round < world.settings.options; round++) {
    const working = [...day]
    const changes: Array<Change> = []
    const placed: Array<{ readonly found: Found; readonly why: ReadonlyArray<string>; readonly slot: PlanSlot }> = []
    const here = new Set(used)
    for (const position of affected) {
      const slot = working[position]!
      const picked = pickReplacements(world, set, working, position, WEATHER_COLUMN, undefined, now, here, 1)
      first ??= picked
      if (picked.source === "on_demand") source = "on_demand"
      for (const { index, score } of picked.considered) candidates.set(index, score)
      const found = picked.found[0]
      if (found === undefined) continue
      here.add(found.index)
      changes.push(replaceChange(world.catalog, slot.id, found.index, found.visit))
      placed.push({ found, slot, why: whyOf(world, WEATHER_COLUMN, found, gapAt(working, position, now), undefined) })
      working[position] = { ...slot, index: found.index, starts: found.visit.arrive, ends: found.visit.leave }
    }
    if (placed.length === 0) break
    for (const { found } of placed) used.add(found.index)
    const lead = placed[0]!
    const stays = affected.length - placed.length
    options.push({
      changes,
      score: placed.reduce((sum, { found }) => sum + found.score, 0) / placed.length,
      why: [
        ...placed.flatMap(({ why }) => why),
        ...(stays === 0 ? [] : [`${stays} exposed stops stay as they are: nothing sheltered fits in their place`])
      ],
      index: lead.found.index,
      features: { ...featuresOfFound(world, lead.found, lead.slot), slots_changed: placed.length }
    })
  }
  return {
    slot: day[affected[0]!],
    options,
    reasons: first?.reasons ?? [],
    source,
    computedAt: source === "precomputed" ? (first?.computedAt ?? now) : now,
    candidates: [...candidates]
      .map(([index, score]) => ({ index, score }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
  }
}
