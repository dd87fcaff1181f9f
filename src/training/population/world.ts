/** What the shadow population meets in a city: its places as numbers, and the weather of each day. */

import { entryOf } from "../../domain/basics/entry-of.ts"
import { DEFAULT_TRAVEL_MODEL, estimateTravel } from "../../domain/basics/geo.ts"
import { pickWeighted, randomStream } from "../../domain/basics/random.ts"
import type { Category } from "../../domain/catalog/category.ts"
import type { City, CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { standing } from "../../domain/catalog/standing.ts"
import { type Zone, zoneOf } from "../../domain/time/zone.ts"
import type { DayPart } from "../../domain/vocabulary.ts"
import { VIBE_DIMENSIONS } from "../../domain/vocabulary.ts"

export interface Place {
  readonly id: string
  readonly category: Category
  readonly price: number
  readonly minutes: number
  readonly outdoor: boolean
  readonly weatherSensitivity: number
  readonly dayParts: ReadonlyArray<DayPart>
  readonly lat: number
  readonly lon: number
  /** How well people speak of it, standardised over the city. */
  readonly appeal: number
}

export interface World {
  readonly city: City
  readonly zone: Zone
  readonly version: number
  readonly places: ReadonlyArray<Place>
  /** `places.length` × 64. */
  readonly vibes: Float32Array
}

export const WEATHERS = ["sunny", "cloudy", "rain", "storm", "heat", "snow"] as const
export type Weather = (typeof WEATHERS)[number]

const CLIMATE: Readonly<Record<string, Readonly<Record<Weather, number>>>> = {
  "mexico-city": { sunny: 50, cloudy: 18, rain: 20, storm: 6, heat: 6, snow: 0 },
  seattle: { sunny: 28, cloudy: 34, rain: 32, storm: 2, heat: 3, snow: 1 }
}
const TEMPERATE: Readonly<Record<Weather, number>> = { sunny: 44, cloudy: 24, rain: 20, storm: 3, heat: 6, snow: 3 }

/** The weather of a city on a date: the same for everybody who is there. */
export const weatherOn = (seed: number, city: string, date: string): Weather =>
  pickWeighted(randomStream("weather", seed, city, date), entryOf(CLIMATE, city) ?? TEMPERATE)

const standardised = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
  return values.map((x) => (deviation === 0 ? 0 : (x - mean) / deviation))
}

export const worldOf = (catalog: CityCatalog, seed: number): World => {
  const live = catalog.nodes.map((_, i) => i).filter((i) => !catalog.retired(i))
  const zone = zoneOf(catalog.city.time_zone)
  if (zone === undefined) throw new Error(`"${catalog.city.time_zone}" of ${catalog.city.slug} is not a time zone`)
  const vibes = new Float32Array(live.length * VIBE_DIMENSIONS)
  live.forEach((from, to) => {
    vibes.set(catalog.matrix.subarray(from * VIBE_DIMENSIONS, (from + 1) * VIBE_DIMENSIONS), to * VIBE_DIMENSIONS)
  })
  const spoken = live.map((i) => {
    const said = catalog.nodes[i]!.quality_signals
    // What nobody wrote down draws people too: a part of the appeal is a place's own, the same for everybody.
    const hidden = randomStream("appeal", seed, catalog.nodes[i]!.id)()
    return (standing(said, "local") ?? 0.5) * 0.6 + (standing(said, "tourist") ?? 0.5) * 0.2 + hidden * 0.5
  })
  const appeal = standardised(spoken)
  return {
    city: catalog.city,
    zone,
    version: catalog.version,
    vibes,
    places: live.map((i, at) => {
      const node = catalog.nodes[i]!
      return {
        id: node.id,
        category: node.category,
        price: node.price_tier,
        minutes: node.typical_minutes,
        outdoor: node.setting === "outdoor" || node.category === "sport",
        weatherSensitivity: node.weather_sensitivity,
        dayParts: node.day_parts,
        lat: node.lat,
        lon: node.lon,
        appeal: appeal[at]!
      }
    })
  }
}

/** Cosine of a taste and each place. */
export const affinitiesTo = (world: World, taste: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(world.places.length)
  let square = 0
  for (let k = 0; k < VIBE_DIMENSIONS; k++) square += taste[k]! * taste[k]!
  const scale = square === 0 ? 0 : 1 / Math.sqrt(square)
  for (let i = 0; i < out.length; i++) {
    let dot = 0
    for (let k = 0; k < VIBE_DIMENSIONS; k++) dot += world.vibes[i * VIBE_DIMENSIONS + k]! * taste[k]!
    out[i] = dot * scale
  }
  return out
}

export const travelBetween = (world: World, from: number, to: number): number =>
  estimateTravel(world.city.travel ?? DEFAULT_TRAVEL_MODEL, world.places[from]!, world.places[to]!).minutes
