/**
 * What planning needs to know of a city's places, in columns: one typed array per property, over memory that worker
 * threads can share. Built once per catalog version and kept as long as the catalog is.
 */
import { categoryIndex, categoryInfo } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { standing } from "../catalog/standing.ts"
import { dayPartMask } from "./rules.ts"

export const MEAL = 1
export const OUTDOOR = 2
export const RETIRED = 4
export const HOURS_KNOWN = 8

/** Above this, bad weather spoils a place. */
const WEATHERPROOF = 0.35

export interface Places {
  readonly count: number
  readonly lat: Float32Array
  readonly lon: Float32Array
  readonly minutes: Uint16Array
  readonly price: Uint8Array
  readonly category: Uint8Array
  /** Parts of the day in which one goes there. */
  readonly dayParts: Uint8Array
  readonly flags: Uint8Array
  readonly weatherSensitivity: Float32Array
  /** What local evidence says, 0–1; overrated places are low. */
  readonly quality: Float32Array
  /** Numbers of neighbourhoods; equal means the same one. */
  readonly neighbourhood: Uint16Array
}

/** Whether bad weather spoils a place. */
export const isExposed = ({ places }: { readonly places: Places }, index: number): boolean =>
  (places.flags[index]! & OUTDOOR) !== 0 || places.weatherSensitivity[index]! > WEATHERPROOF

const column = {
  f32: (n: number) => new Float32Array(new SharedArrayBuffer(n * 4)),
  u16: (n: number) => new Uint16Array(new SharedArrayBuffer(n * 2)),
  u8: (n: number) => new Uint8Array(new SharedArrayBuffer(n))
}

/** A place that nobody has said anything about. */
const UNKNOWN_QUALITY = 0.4

const build = (catalog: CityCatalog): Places => {
  const n = catalog.nodes.length
  const places: Places = {
    count: n,
    lat: column.f32(n),
    lon: column.f32(n),
    minutes: column.u16(n),
    price: column.u8(n),
    category: column.u8(n),
    dayParts: column.u8(n),
    flags: column.u8(n),
    weatherSensitivity: column.f32(n),
    quality: column.f32(n),
    neighbourhood: column.u16(n)
  }
  const neighbourhoods = new Map<string, number>()
  catalog.nodes.forEach((node, i) => {
    const info = categoryInfo(node.category)
    places.lat[i] = node.lat
    places.lon[i] = node.lon
    places.minutes[i] = node.typical_minutes
    places.price[i] = node.price_tier
    places.category[i] = categoryIndex(node.category)
    places.dayParts[i] = dayPartMask(node.day_parts)
    places.flags[i] =
      (info.meal ? MEAL : 0) |
      (node.setting === "outdoor" ? OUTDOOR : 0) |
      (catalog.retired(i) ? RETIRED : 0) |
      (node.opening_hours === null ? 0 : HOURS_KNOWN)
    places.weatherSensitivity[i] = node.weather_sensitivity
    const local = standing(node.quality_signals, "local") ?? UNKNOWN_QUALITY
    places.quality[i] = node.overrated_flag === true ? local * 0.5 : local
    let number = neighbourhoods.get(node.neighbourhood)
    if (number === undefined) {
      number = neighbourhoods.size
      neighbourhoods.set(node.neighbourhood, number)
    }
    places.neighbourhood[i] = number
  })
  return places
}

const built = new WeakMap<CityCatalog, Places>()

/** The columns of a catalog. A catalog is immutable, so they are worked out once. */
export const placesOf = (catalog: CityCatalog): Places => {
  let places = built.get(catalog)
  if (places === undefined) {
    places = build(catalog)
    built.set(catalog, places)
  }
  return places
}
