/** What an importer takes out of a file of OpenStreetMap: places, what was left out and why, and what it says of its city. */

import type { Point, Shape } from "../../domain/basics/shapes.ts"
import type { TaggedPlace } from "../../domain/catalog/osm/read.ts"
import type { Tags } from "../../domain/catalog/osm/rule.ts"

export type ElementKind = "node" | "way" | "relation"

export interface PlacedElement<P = TaggedPlace> extends Point {
  /** Such as `way/123`: where it can be looked up, and what its id is made of. */
  readonly ref: string
  readonly place: P
}

/** A settlement or a part of one, as a point. */
export interface Settlement extends Point {
  readonly name: string
  readonly names: ReadonlyArray<string>
  readonly place: string
}

/** A settlement, a part of one or an administrative unit, as an area. */
export interface NamedArea {
  readonly name: string
  readonly names: ReadonlyArray<string>
  /** `city`, `suburb` …, where it is tagged as one. */
  readonly place: string | undefined
  /** From 2 (countries) to 11 (the smallest); `undefined` where it is not administrative. */
  readonly level: number | undefined
  readonly shape: Shape
}

export interface Extract<P = TaggedPlace> {
  readonly places: ReadonlyArray<PlacedElement<P>>
  /** How many named elements there are in all, and how many of them were left out, by reason. */
  readonly named: number
  readonly leftOut: ReadonlyMap<string, number>
  readonly settlements: ReadonlyArray<Settlement>
  readonly areas: ReadonlyArray<NamedArea>
  /** Parts of the file that could not be read. */
  readonly broken: ReadonlyArray<string>
}

/** More places than this are no city. */
export const MOST_PLACES = 100_000
const MOST_BROKEN_TOLD = 100
export const TAG_TOO_LONG = "a tag too long to be kept was passed over"

const PARTS = /^(city|town|village|borough|suburb|quarter|neighbourhood|city_district|island|municipality|hamlet)$/

const ownNames = (tags: Tags): ReadonlyArray<string> =>
  Object.entries(tags).flatMap(([key, value]) =>
    /^(name|name:[a-z-]+|alt_name|official_name)$/i.test(key) ? [value] : []
  )

export const settlementOf = (tags: Tags): Omit<Settlement, "lat" | "lon"> | undefined =>
  tags.name !== undefined && PARTS.test(tags.place ?? "")
    ? { name: tags.name, names: ownNames(tags), place: tags.place! }
    : undefined

export const areaOfTags = (tags: Tags): Omit<NamedArea, "shape"> | undefined => {
  const level =
    tags.boundary === "administrative" && /^\d{1,2}$/.test(tags.admin_level ?? "")
      ? Number(tags.admin_level)
      : undefined
  const place = PARTS.test(tags.place ?? "") ? tags.place : undefined
  if (tags.name === undefined || (level === undefined && place === undefined)) return undefined
  // Whole countries and regions say nothing of a city, and their outlines are long.
  return level !== undefined && level < 6 ? undefined : { name: tags.name, names: ownNames(tags), place, level }
}

/** Gathers elements as they come, in whatever order, and counts what is left out. */
/** What tags are to whoever reads a file; `undefined` where they are nothing at all. */
export type ReadTags<P> = (tags: Tags) => { readonly place: P } | { readonly leftOut: string } | undefined

export class Gathering<P> {
  readonly #readTags: ReadTags<P>
  readonly places: Array<PlacedElement<P>> = []
  readonly leftOut = new Map<string, number>()
  readonly settlements: Array<Settlement> = []
  readonly areas: Array<NamedArea> = []
  readonly broken: Array<string> = []
  named = 0

  constructor(reads: ReadTags<P>) {
    this.#readTags = reads
  }

  leave(reason: string): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + 1)
  }

  brokenAt(what: string): void {
    if (this.broken.length < MOST_BROKEN_TOLD) this.broken.push(what)
  }

  /** The place that these tags make, or nothing, counted. */
  read(tags: Tags): P | undefined {
    const reading = this.#readTags(tags)
    if (tags.name !== undefined && tags.name.trim() !== "") this.named++
    if (reading === undefined) return undefined
    if ("place" in reading) return reading.place
    this.leave(reading.leftOut)
    return undefined
  }

  put(kind: string, id: number | string, place: P, at: Point | undefined): void {
    if (at === undefined) this.leave("has no position in this file")
    else if (!(Math.abs(at.lat) <= 90 && Math.abs(at.lon) <= 180)) this.leave("lies nowhere on earth")
    else if (this.places.length >= MOST_PLACES) this.leave(`is beyond the ${MOST_PLACES} places that a city may have`)
    else this.places.push({ ref: `${kind}/${id}`, lat: at.lat, lon: at.lon, place })
  }
}
