/**
 * What a trip keeps ready: for every slot of the coming hours and every reason to change, places that were verified
 * for that hour. A few kilobytes of typed arrays per trip, worked out slot by slot off the turn, and off the loop.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { LiveCity } from "../city/live.ts"
import { exclusionOf } from "../itinerary/exclusion.ts"
import { RETIRED } from "../itinerary/places.ts"
import { BUDGET_TIER } from "../itinerary/rules.ts"
import type { PlannedTrip } from "../plan/model.ts"
import type { PivotEnv, PivotSettings } from "./env.ts"
import { pickFor } from "./pick.ts"
import { gapAt, isCatalogued, type PlanSlot, planSlot, withFixed } from "./plan.ts"
import type { HeldRankings } from "./ranked.ts"
import { COLUMNS, openSearch, type PartyInCity } from "./search.ts"

export interface FallbackSet {
  readonly stateVersion: number
  readonly catalogVersion: number
  readonly computedAt: number
  readonly stored: number
  /** When each slot began when its fallbacks were computed: a slot that begins at another time has none. */
  readonly starts: ReadonlyArray<number>
  /**
   * One table, because an array of its own costs more memory than what is in it. First the node of each slot (a slot
   * with another has no fallbacks), then slots × columns × `stored` node indexes, `none` where there is none further,
   * then their scores, 0…1 as 0…65535.
   */
  readonly table: Uint16Array | Uint32Array
}

/** Everything the computation needs besides the city: plain data, so that it can be sent to a worker. */
export interface FallbackInput {
  readonly stateVersion: number
  /** Days with slots inside the horizon, whole, since a slot is judged with its neighbours. */
  readonly days: ReadonlyArray<ReadonlyArray<PlanSlot>>
  readonly planned: ReadonlyArray<number>
  readonly allowed: Uint8Array
  readonly tastes: ReadonlyArray<Float32Array>
  readonly ranked: HeldRankings | undefined
  readonly live: LiveCity
  readonly now: number
  readonly until: number
  readonly stored: number
}

/** Nodes that may be offered to this trip at all. */
export const allowedNodes = (
  env: PivotEnv,
  catalog: CityCatalog,
  trip: Pick<PlannedTrip, "constraints" | "vetoes">
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

export const plannedNodes = (
  trip: Pick<PlannedTrip, "slots">,
  catalog: Pick<CityCatalog, "indexOf">
): Array<number> => {
  const out: Array<number> = []
  for (const slot of trip.slots) {
    const index = catalog.indexOf(slot.node_id)
    if (index !== undefined) out.push(index)
  }
  return out
}

/** Whether fallbacks make sense for a slot: still ahead (or under way), within the horizon. */
export const wanted = (slot: PlanSlot, now: number, until: number): boolean =>
  !slot.past && isCatalogued(slot) && slot.ends > now && slot.starts < until

export const fallbackInput = (
  trip: PlannedTrip,
  catalog: CityCatalog,
  env: PivotEnv,
  tastes: ReadonlyArray<Float32Array>,
  live: LiveCity,
  now: number,
  settings: PivotSettings,
  ranked?: HeldRankings
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
    days: [...byDay]
      .map(([day, stops]) => withFixed(stops, trip, day))
      .filter((day) => day.some((slot) => wanted(slot, now, until))),
    planned: plannedNodes(trip, catalog),
    allowed: allowedNodes(env, catalog, trip),
    tastes,
    ranked,
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

type Table = FallbackSet["table"]

/** What stands in a table where there is no node. */
const noneIn = (table: Table): number => (table instanceof Uint16Array ? 0xffff : 0xffffffff)

/** Where the options of the slot at `at` begin, and how far behind a node its score stands. */
const cellsOf = (slots: number, at: number, column: number, stored: number): number =>
  slots + (at * COLUMNS.length + column) * stored
const toScores = (slots: number, stored: number): number => slots * COLUMNS.length * stored

export const startFallbacks = (input: FallbackInput, env: PivotEnv): FallbackRun => {
  const { stored, now, until } = input
  const targets = input.days.flatMap((day) =>
    day.flatMap((slot, position) => (wanted(slot, now, until) ? [{ day, position, slot }] : []))
  )
  const slots = targets.length
  const scoresAt = toScores(slots, stored)
  const length = slots + 2 * scoresAt
  const table = env.places.count < 0xffff ? new Uint16Array(length) : new Uint32Array(length)
  table.fill(noneIn(table))
  targets.forEach(({ slot }, at) => {
    if (slot.index >= 0) table[at] = slot.index
  })
  const party: PartyInCity = {
    tastes: input.tastes,
    allowed: input.allowed,
    planned: new Set(input.planned),
    ranked: input.ranked,
    likings: new Map()
  }
  return {
    steps: targets.map(({ day, position }, at) => () => {
      const search = openSearch(env, input.live, party, day, position, gapAt(day, position, now))
      for (let column = 0; column < COLUMNS.length; column++) {
        const base = cellsOf(slots, at, column, stored)
        pickFor(search, column, stored).forEach(({ index, score }, i) => {
          table[base + i] = index
          table[base + i + scoresAt] = Math.round(score * 0xffff)
        })
      }
    }),
    result: () => ({
      stateVersion: input.stateVersion,
      catalogVersion: env.version,
      computedAt: now,
      stored,
      starts: targets.map(({ slot }) => slot.starts),
      table
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
  const { starts, table } = set
  const node = slot.index < 0 ? noneIn(table) : slot.index
  for (let at = 0; at < starts.length; at++) if (starts[at] === slot.starts && table[at] === node) return at
  return -1
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
  const { stored, starts, table } = set
  const base = cellsOf(starts.length, at, column, stored)
  const scoresAt = toScores(starts.length, stored)
  const none = noneIn(table)
  const out: Array<StoredCandidate> = []
  for (let i = base; i < base + stored; i++) {
    const index = table[i]!
    if (index === none) break
    out.push({ index, score: table[i + scoresAt]! / 0xffff })
  }
  return out
}

/** Whether a place is kept ready for any of its slots. */
export const holdsNode = ({ starts, stored, table }: FallbackSet, index: number): boolean =>
  table.subarray(starts.length, starts.length + toScores(starts.length, stored)).includes(index)

/** Bytes of memory that a set takes. */
export const bytesOf = (set: FallbackSet): number => set.table.byteLength + 8 * set.starts.length

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
  const { stored, starts, table } = set
  const none = noneIn(table)
  for (const slot of slots) {
    const at = keptAt(set, slot, catalogVersion)
    if (at < 0) continue
    for (let column = 0; column < COLUMNS.length; column++) {
      const base = cellsOf(starts.length, at, column, stored)
      let left = least
      for (let i = base; i < base + stored && left > 0 && table[i] !== none; i++) {
        if (usable(table[i]!, slot)) left--
      }
      if (left === 0) covered[column]!++
    }
  }
  return covered
}
