/** Whom a plan can choose from: the ranked places and what is wished for besides, each with its score and standing. */

import { CALM_CITY, type LiveCity } from "../city/live.ts"
import { Workspace } from "../orienteering/workspace.ts"
import { exclusionOf } from "./exclusion.ts"
import { announcedHours } from "./live-hours.ts"
import type { AssemblyInput } from "./model.ts"
import { MEAL, type Places, placesOf, RETIRED } from "./places.ts"
import { BUDGET_TIER } from "./rules.ts"
import type { Hours } from "./windows.ts"

/** Minutes between two candidates. */
export type Between = (from: number, to: number) => number

export type Standing = "offered" | "dearer" | "out"

export interface Candidates {
  readonly input: AssemblyInput
  readonly places: Places
  readonly count: number
  /** Node index of each candidate, and the other way round. */
  readonly indexes: Int32Array
  readonly candidateOf: ReadonlyMap<number, number>
  /** The rankers' score, and the same on a scale of 0 to 1 with ties decided by the seed. */
  readonly scores: Float64Array
  readonly values: Float64Array
  /** Whether one may go there, could where nothing within the budget fits, or may not. */
  readonly standing: ReadonlyArray<Standing>
  readonly between: Between
  /** When places are open, by their hours and by what is announced. */
  readonly hours: Hours
  readonly live: LiveCity
  /** Where days begin and end; never chosen. */
  readonly home: number | undefined
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

const MOST_MINUTES = 32_000

const travelTable = (input: AssemblyInput, indexes: Int32Array, memory: Workspace): Between => {
  const n = indexes.length
  const cache = memory.int16(n * n).fill(-1)
  const at = input.days[0]?.noon ?? 0
  return (from, to) => {
    const known = cache[from * n + to]!
    if (known >= 0) return known
    const minutes = Math.min(MOST_MINUTES, Math.ceil(input.travel(indexes[from]!, indexes[to]!, at)))
    cache[from * n + to] = minutes
    return minutes
  }
}

export const candidatesOf = (input: AssemblyInput, memory: Workspace = new Workspace()): Candidates => {
  const { catalog, constraints, live = CALM_CITY } = input
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
  if (input.home !== undefined) add(input.home, best)

  const indexes = Int32Array.from(candidateOf.keys())
  const scores = Float64Array.from(indexes, (index) => scoreOf.get(index)!)
  const low = scores.reduce((min, score) => Math.min(min, score), Number.POSITIVE_INFINITY)
  const span = best - low
  const cap = constraints.budget === undefined ? 4 : BUDGET_TIER[constraints.budget]
  return {
    input,
    places,
    count: indexes.length,
    indexes,
    candidateOf,
    scores,
    values: scores.map((score, c) => (span > 0 ? (score - low) / span : 1) + JITTER * jitter(input.seed, indexes[c]!)),
    standing: Array.from(indexes, (index) =>
      index < 0 || (places.flags[index]! & RETIRED) !== 0 || excluded(index) !== undefined
        ? "out"
        : places.price[index]! > cap
          ? "dearer"
          : "offered"
    ),
    hours: announcedHours(catalog, live),
    live,
    between: travelTable(input, indexes, memory),
    home: input.home === undefined ? undefined : candidateOf.get(input.home)
  }
}

export const feeds = ({ places, indexes }: Candidates, candidate: number): boolean =>
  (places.flags[indexes[candidate]!]! & MEAL) !== 0

/** Whether it is the travelers' own, and no place of the catalog. */
export const isOwn = ({ indexes }: Candidates, candidate: number): boolean => indexes[candidate]! < 0

export const nameOf = ({ input, indexes }: Candidates, candidate: number): string =>
  input.catalog.nodes[indexes[candidate]!]!.name
