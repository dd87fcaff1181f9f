/**
 * Walks over the streets between neighbouring places, as a routing engine told them: for each place its nearest ones, packed into one
 * block of memory. Where it holds nothing, the straight line with its detour stands.
 */
import { distanceKm, type Position, WALKING_KMH } from "../basics/geo.ts"

/** Places that are asked for around each, in straight lines; a table grows with the city and never with its square. */
export const MOST_NEIGHBOURS = 198
/** Nobody walks further than this to the next stop. */
const REACH_KM = 4
/** Nobody walks faster than this; and a way that is so many times longer than the straight one is a mistake. */
const FASTEST_KMH = 12
const LONGEST_DETOUR = 12
/** Around the corner a detour of minutes is ordinary. */
const CORNER_MINUTES = 15

/** The engine's seconds as minutes; undefined where they cannot be true: negative, no number, nothing for a way, or for ever. */
export const plausibleWalk = (from: Position, to: Position, seconds: unknown): number | undefined => {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) return undefined
  const km = distanceKm(from, to)
  const minutes = seconds / 60
  const least = (km / FASTEST_KMH) * 60
  const most = (km / WALKING_KMH) * 60 * LONGEST_DETOUR + CORNER_MINUTES
  return minutes < least || minutes > most || (minutes === 0 && km > 0.02) ? undefined : minutes
}

/** The nearest places of each, nearest first, within reach. */
export const neighboursOf = (
  places: ReadonlyArray<Position>,
  at: number,
  most = MOST_NEIGHBOURS
): ReadonlyArray<number> => {
  const here = places[at]!
  const wide = REACH_KM / 111 / Math.max(0.1, Math.cos((here.lat * Math.PI) / 180))
  const near: Array<{ readonly index: number; readonly km: number }> = []
  for (const [index, place] of places.entries()) {
    if (index === at || Math.abs(place.lat - here.lat) > REACH_KM / 110 || Math.abs(place.lon - here.lon) > wide)
      continue
    const km = distanceKm(place, here)
    if (km <= REACH_KM) near.push({ index, km })
  }
  return near
    .sort((a, b) => a.km - b.km || a.index - b.index)
    .slice(0, most)
    .map(({ index }) => index)
}

export interface Walk {
  readonly to: number
  readonly minutes: number
}

/** Half minutes are as exact as one walks. */
const UNIT = 0.5
const MOST_UNITS = 0xffff

/**
 * One block: the number of places, where the walks of each begin (one more entry than places), then all destinations in ascending order
 * per place, then all times.
 */
export const packWalks = (walks: ReadonlyArray<ReadonlyArray<Walk>>): Uint8Array => {
  const count = walks.length
  const total = walks.reduce((sum, of) => sum + of.length, 0)
  const block = new Uint32Array(1 + count + 1 + 2 * total)
  block[0] = count
  let at = 0
  for (const [from, of] of walks.entries()) {
    block[1 + from] = at
    for (const { minutes, to } of [...of].sort((a, b) => a.to - b.to)) {
      block[count + 2 + at] = to
      block[count + 2 + total + at] = Math.min(MOST_UNITS, Math.round(minutes / UNIT))
      at++
    }
  }
  block[1 + count] = at
  return new Uint8Array(block.buffer)
}

/** Minutes from one place to another, where they are neighbours. */
export type WalkMinutes = (from: number, to: number) => number | undefined

/** Reads a block; undefined where it is broken. */
export const readWalks = (bytes: Uint8Array): WalkMinutes | undefined => {
  if (bytes.length < 8 || bytes.length % 4 !== 0) return undefined
  const block = new Uint32Array(bytes.slice().buffer)
  const count = block[0]!
  const total = block[1 + count]
  if (total === undefined || block.length !== count + 2 + 2 * total) return undefined
  const destinations = block.subarray(count + 2, count + 2 + total)
  const times = block.subarray(count + 2 + total)
  return (from, to) => {
    if (from >= count) return undefined
    let low = block[1 + from]!
    let high = block[2 + from]! - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const here = destinations[middle]!
      if (here === to) return times[middle]! * UNIT
      if (here < to) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}
