/**
 * What the pivot engine reads while it works: a city's columns, its hours, its travel model. Everything in it is
 * either shared memory or a function that a worker thread can build for itself from the same catalog.
 */

import { rememberPairs } from "../basics/pairs.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { usuallyClosedAt } from "../catalog/expectation.ts"
import { onFootAmong } from "../itinerary/own-points.ts"
import { type Places, placesOf } from "../itinerary/places.ts"
import type { TravelMinutes } from "../itinerary/rules.ts"
import { type TableHours, tableOf } from "../itinerary/table-hours.ts"
import { travelIn } from "../itinerary/travel.ts"
import type { ModelRef } from "../ranking.ts"
import { localTime, zoneOf } from "../time/zone.ts"
import { type Open, VIBE_DIMENSIONS } from "../vocabulary.ts"

export interface PivotEnv {
  readonly version: number
  readonly places: Places
  /** When the city eats. */
  readonly table: TableHours
  readonly matrix: Float32Array
  readonly openAt: (index: number, millis: number) => Open
  readonly nextChange: (index: number, millis: number) => number | undefined
  /** Whether places of its kind are usually closed then: asked where the hours of a place are unknown. */
  readonly usuallyClosedAt: (index: number, millis: number) => boolean
  readonly travel: TravelMinutes
  /** Minutes on foot, also where one would rather ride. */
  readonly onFoot: TravelMinutes
  /** Where the travelers sleep, as `travel` knows it. */
  readonly home?: number
  /** How alike two places are in vibe space, from -1 to 1. */
  readonly alike: (a: number, b: number) => number
  /** The local minute of the day (0–1439) of an instant in the city. */
  readonly localMinute: (millis: number) => number
}

export const pivotEnv = (catalog: CityCatalog, travel: TravelMinutes = travelIn(catalog)): PivotEnv => {
  const zone = zoneOf(catalog.city.time_zone)
  return {
    version: catalog.version,
    places: placesOf(catalog),
    table: tableOf(catalog.city.country),
    matrix: catalog.matrix,
    openAt: (index, millis) => catalog.openAt(index, millis),
    nextChange: (index, millis) => catalog.nextChange(index, millis),
    usuallyClosedAt: (index, millis) => usuallyClosedAt(catalog, index, millis),
    travel,
    onFoot: onFootAmong(catalog, []),
    alike: rememberPairs(catalog.nodes.length, (a, b) => {
      let sum = 0
      for (let i = 0; i < VIBE_DIMENSIONS; i++) {
        sum += catalog.matrix[a * VIBE_DIMENSIONS + i]! * catalog.matrix[b * VIBE_DIMENSIONS + i]!
      }
      return sum
    }),
    // A zone that the runtime does not know is read as UTC: the catalog's loader has refused such a city before.
    localMinute: (millis) =>
      zone === undefined ? Math.floor((((millis / 60_000) % 1440) + 1440) % 1440) : localTime(zone, millis).minute
  }
}

export interface PivotSettings {
  /** Options of an offer. */
  readonly options: number
  /** Candidates kept per slot and trigger: more than are offered, because some fall when they are verified again. */
  readonly stored: number
  readonly horizonMs: number
  readonly offerTtlMs: number
  /** Longest that the search for a mood outside of the palette may take. */
  readonly moodSearchMs: number
}

export const PIVOT_SETTINGS: PivotSettings = {
  options: 3,
  stored: 6,
  horizonMs: 36 * 3_600_000,
  offerTtlMs: 10 * 60_000,
  moodSearchMs: 20
}

/** Who answers pivots: the rules of this folder. Rises when their choices change. */
export const PIVOT_MODEL: ModelRef = { name: "pivot_engine", version: "4" }
