/**
 * What a trip keeps ready: for every slot of the coming hours and every reason to change, places that were verified
 * for that hour. A few kilobytes of typed arrays per trip, worked out slot by slot off the turn, and off the loop.
 */

import type { CityCatalog } from "../catalog/city-catalog.ts"
import { exclusionOf } from "../itinerary/exclusion.ts"
import { RETIRED } from "../itinerary/places.ts"
import { BUDGET_TIER } from "../itinerary/rules.ts"
import type { TripState } from "../trip/model.ts"
import type { LiveCity, PivotEnv, PivotSettings } from "./env.ts"
import { gapAt, type PlanSlot, planSlot } from "./plan.ts"
import { COLUMNS, openSearch, type Party, pickFor } from "./search.ts"

export interface FallbackSet {
  readonly stateVersion: number
  readonly catalogVersion: number
  readonly computedAt: number
  readonly stored: number
  readonly slotIds: ReadonlyArray<string>
  /** What each slot was when its fallbacks were computed: a slot that differs has none. */
  readonly slotNodes: Int32Array
  readonly slotStarts: Float64Array
  /** Slots × columns × `stored`: node indexes, `NO_NODE` where there is none further. */
  readonly nodes: Uint16Array | Uint32Array
  /** The same, scores of 0…1 as 0…65535. */
  readonly scores: Uint16Array
}

/** Everything the computation needs besides the city: plain data, so that it can be sent to a worker. */
export interface FallbackInput {
  readonly stateVersion: number
  /** Days with slots inside the horizon, whole, since a slot is judged with its neighbours. */
  readonly days: ReadonlyArray<ReadonlyArray<PlanSlot>>
  readonly planned: ReadonlyArray<number>
  readonly allowed: Uint8Array
  readonly tastes: ReadonlyArray<Float32Array>
  readonly live: LiveCity
  readonly now: number
  readonly until: number
  readonly stored: number
}

/** Nodes that may be offered to this trip at all. */
export const allowedNodes = (
  env: PivotEnv,
  catalog: CityCatalog,
  trip: Pick<TripState, "constraints" | "vetoes">
): Uint8Array => {
  const excluded = exclusionOf(catalog, trip.constraints, trip.vetoes)
  const cap = trip.constraints.budget === undefined ? 4 : BUDGET_TIER[trip.constraints.budget]
  const { count, flags, price } = env.places
  const allowed = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    if ((flags[i]! & RETIRED) === 0 && price[i]! <= cap && excluded(i) === undefined) allowed[i] = 1
  }
  return allowed
}

export const plannedNodes = (trip: Pick<TripState, "slots">, catalog: Pick<CityCatalog, "indexOf">): Array<number> => {
  const out: Array<number> = []
  for (const slot of trip.slots) {
    const index = catalog.indexOf(slot.node_id)
    if (index !== undefined) out.push(index)
  }
  return out
}

/** Whether fallbacks make sense for a slot: still ahead (or under way), within the horizon. */
export const wanted = (slot: PlanSlot, now: number, until: number): boolean =>
  !slot.past && slot.ends > now && slot.starts < until

export const fallbackInput = (
  trip: TripState,
  catalog: CityCatalog,
  env: PivotEnv,
  tastes: ReadonlyArray<Float32Array>,
  live: LiveCity,
  now: number,
  settings: PivotSettings
): FallbackInput => {
  const until = now + settings.horizonMs
  const byDay = new Map<number, Array<PlanSlot>>()
  for (const slot of trip.slots) {
    if (slot.status === "skipped") continue
    const packed = planSlot(slot, catalog.indexOf)
    const day = byDay.get(slot.day)
    if (day === undefined) byDay.set(slot.day, [packed])
    else day.push(packed)
  }
  return {
    stateVersion: trip.seq,
    days: [...byDay.values()].filter((day) => day.some((slot) => wanted(slot, now, until))),
    planned: plannedNodes(trip, catalog),
    allowed: allowedNodes(env, catalog, trip),
    tastes,
    live,
    now,
    until,
    stored: settings.stored
  }
}

export interface FallbackRun {
  /** One per slot; each takes a fraction of a millisecond. */
  readonly steps: ReadonlyArray<() => void>
  /** The set, once every step has run. */
  readonly result: () => FallbackSet
}

const noNode = (nodes: Uint16Array | Uint32Array): number => (nodes instanceof Uint16Array ? 0xffff : 0xffffffff)

export const startFallbacks = (input: FallbackInput, env: PivotEnv): FallbackRun => {
  const { stored, now, until } = input
  const targets = input.days.flatMap((day) =>
    day.flatMap((slot, position) => (wanted(slot, now, until) ? [{ day, position, slot }] : []))
  )
  const cells = targets.length * COLUMNS.length * stored
  const nodes = env.places.count < 0xffff ? new Uint16Array(cells) : new Uint32Array(cells)
  nodes.fill(noNode(nodes))
  const scores = new Uint16Array(cells)
  const party: Party = {
    tastes: input.tastes,
    allowed: input.allowed,
    planned: new Set(input.planned),
    liking: new Float32Array(env.places.count).fill(Number.NaN)
  }
  return {
    steps: targets.map(({ day, position }, at) => () => {
      const search = openSearch(env, input.live, party, day, position, gapAt(day, position, now))
      for (let column = 0; column < COLUMNS.length; column++) {
        const base = (at * COLUMNS.length + column) * stored
        pickFor(search, column, stored).forEach(({ index, score }, i) => {
          nodes[base + i] = index
          scores[base + i] = Math.round(score * 0xffff)
        })
      }
    }),
    result: () => ({
      stateVersion: input.stateVersion,
      catalogVersion: env.version,
      computedAt: now,
      stored,
      slotIds: targets.map(({ slot }) => slot.id),
      slotNodes: Int32Array.from(targets, ({ slot }) => slot.index),
      slotStarts: Float64Array.from(targets, ({ slot }) => slot.starts),
      nodes,
      scores
    })
  }
}

export const computeFallbacks = (input: FallbackInput, env: PivotEnv): FallbackSet => {
  const run = startFallbacks(input, env)
  for (const step of run.steps) step()
  return run.result()
}

export interface StoredCandidate {
  readonly index: number
  readonly score: number
}

/** Where a slot's fallbacks are in the set; -1 where it has none, or they were made for another plan or catalog. */
const keptAt = (set: FallbackSet | undefined, slot: PlanSlot, catalogVersion: number): number => {
  if (set === undefined || set.catalogVersion !== catalogVersion) return -1
  const at = set.slotIds.indexOf(slot.id)
  return at >= 0 && set.slotNodes[at] === slot.index && set.slotStarts[at] === slot.starts ? at : -1
}

/** What is kept for a slot and a column; `undefined` where the set is stale for it, and has to be worked out anew. */
export const storedFor = (
  set: FallbackSet | undefined,
  slot: PlanSlot,
  column: number,
  catalogVersion: number
): ReadonlyArray<StoredCandidate> | undefined => {
  const at = keptAt(set, slot, catalogVersion)
  if (set === undefined || at < 0) return undefined
  const base = (at * COLUMNS.length + column) * set.stored
  const none = noNode(set.nodes)
  const out: Array<StoredCandidate> = []
  for (let i = 0; i < set.stored; i++) {
    const index = set.nodes[base + i]!
    if (index === none) break
    out.push({ index, score: set.scores[base + i]! / 0xffff })
  }
  return out
}

/** Whether a place is kept ready for any of its slots. */
export const holdsNode = (set: FallbackSet, index: number): boolean => set.nodes.includes(index)

/** Bytes of memory that a set takes, its strings aside (they are the trip's own). */
export const bytesOf = (set: FallbackSet): number =>
  set.nodes.byteLength +
  set.scores.byteLength +
  set.slotNodes.byteLength +
  set.slotStarts.byteLength +
  8 * set.slotIds.length

/** How many of these slots have at least `least` options that are not stale and still `usable`, column by column. */
export const coverageOf = (
  set: FallbackSet | undefined,
  slots: ReadonlyArray<PlanSlot>,
  catalogVersion: number,
  least: number,
  usable: (index: number, slot: PlanSlot) => boolean = () => true
): ReadonlyArray<number> => {
  const covered = COLUMNS.map(() => 0)
  if (set === undefined || least > set.stored) return covered
  const none = noNode(set.nodes)
  for (const slot of slots) {
    const at = keptAt(set, slot, catalogVersion)
    if (at < 0) continue
    for (let column = 0; column < COLUMNS.length; column++) {
      const base = (at * COLUMNS.length + column) * set.stored
      let left = least
      for (let i = 0; i < set.stored && left > 0 && set.nodes[base + i] !== none; i++) {
        if (usable(set.nodes[base + i]!, slot)) left--
      }
      if (left === 0) covered[column]!++
    }
  }
  return covered
}
