/** The weather turns: every exposed stop of the time it lasts gets a roof, in one option. */

import type { PivotWorld } from "./answer-model.ts"
import type { FallbackSet } from "./fallbacks.ts"
import type { PivotDetail } from "./model.ts"
import type { ChangeDraft, Finding, OptionDraft } from "./offer.ts"
import { daySlots, gapAt, type PlanSlot, planSlot } from "./plan.ts"
import { replaceChange } from "./present.ts"
import { featuresOfFound, pickReplacements, whyOf } from "./replace.ts"
import { type Found, isExposed, WEATHER_COLUMN } from "./search.ts"

/** Bad weather of which nobody says when it ends. */
const USUAL_LENGTH = 6 * 3_600_000
/** More stops than this are not replaced at once: that would be another day, not a repair. */
const MOST_AFFECTED = 4

export const weatherEnds = (detail: PivotDetail | undefined, now: number): number => {
  const until = detail?.until === undefined ? Number.NaN : Date.parse(detail.until)
  return Number.isNaN(until) || until <= now ? now + USUAL_LENGTH : until
}

/** Whether weather that lasts until then spoils a stop that is still ahead. */
const spoilt = (world: PivotWorld, slot: PlanSlot, now: number, until: number): boolean =>
  !slot.past &&
  !slot.locked &&
  slot.ends > now &&
  slot.starts < until &&
  slot.index >= 0 &&
  isExposed(world.env, slot.index)

export interface ExposedDay {
  readonly day: ReadonlyArray<PlanSlot>
  /** Positions of the day's stops that the weather spoils; empty where it spoils none. */
  readonly affected: ReadonlyArray<number>
}

/** The first day with a stop that the weather spoils. */
export const exposedDay = (world: PivotWorld, now: number, until: number): ExposedDay => {
  const { trip, catalog } = world
  for (const slot of trip.slots) {
    if (slot.status !== "planned" || slot.ends_at <= now || slot.starts_at >= until) continue
    if (!spoilt(world, planSlot(slot, catalog.indexOf), now, until)) continue
    const day = daySlots(trip.slots, slot.day, catalog.indexOf)
    const affected = day.flatMap((other, position) => (spoilt(world, other, now, until) ? [position] : []))
    return { day, affected: affected.slice(0, MOST_AFFECTED) }
  }
  return { day: [], affected: [] }
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
    const changes: Array<ChangeDraft> = []
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
      changes.push(replaceChange(slot.id, found.index, found.visit))
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
