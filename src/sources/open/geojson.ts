/** GeoJSON whose properties are tags of OpenStreetMap, or a name and a category of ours. */
import { readFileSync } from "node:fs"
import { hash128 } from "../../domain/basics/hash.ts"
import { type Point, pointInside, type Ring } from "../../domain/basics/shapes.ts"
import { CATEGORIES, type Category } from "../../domain/catalog/category.ts"
import { placeFacts } from "../../domain/catalog/facts.ts"
import { readTags, type TaggedPlace } from "../../domain/catalog/osm/read.ts"
import { type Extract, Gathering } from "../osm/extract.ts"
import { namedPlace } from "./named-place.ts"

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const LONGEST = 4 * 1024

const tagsOf = (properties: unknown): Record<string, string> => {
  const tags: Record<string, string> = {}
  if (!isObject(properties)) return tags
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "string" ? value.length <= LONGEST : typeof value === "number" || typeof value === "boolean") {
      tags[key] = value === true ? "yes" : value === false ? "no" : String(value)
    }
  }
  return tags
}

const pointOf = (value: unknown): Point | undefined =>
  Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number"
    ? { lon: value[0], lat: value[1] }
    : undefined

const ringsOf = (polygons: ReadonlyArray<unknown>): ReadonlyArray<Ring> =>
  polygons.flatMap((polygon) =>
    (Array.isArray(polygon) ? polygon : []).map((ring: unknown) =>
      (Array.isArray(ring) ? ring : []).flatMap((point: unknown) => pointOf(point) ?? []).slice(0, -1)
    )
  )

const positionOf = (geometry: unknown): Point | undefined => {
  if (!isObject(geometry)) return undefined
  const at: ReadonlyArray<unknown> = Array.isArray(geometry.coordinates) ? geometry.coordinates : []
  switch (geometry.type) {
    case "Point":
      return pointOf(at)
    case "LineString":
    case "MultiPoint":
      return pointOf(at[Math.floor(at.length / 2)])
    case "Polygon":
      return pointInside({ rings: ringsOf([at]) })
    case "MultiPolygon":
      return pointInside({ rings: ringsOf(at) })
    default:
      return undefined
  }
}

const known = new Set<string>(CATEGORIES)

const readProperties = (tags: Readonly<Record<string, string>>) => {
  if (!known.has(tags.category ?? "")) return readTags(tags)
  return namedPlace({
    name: tags.name ?? "",
    category: tags.category as Category,
    opening_hours: tags.opening_hours ?? null,
    facts: placeFacts(tags)
  })
}

export interface GeoJsonExtract {
  readonly extract: Extract
  readonly licence: string | undefined
}

/** A collection's features; `licence` is what the collection says of itself. */
export const fromFeatures = (collection: unknown): GeoJsonExtract => {
  if (!isObject(collection) || !Array.isArray(collection.features)) {
    throw new Error("it is no FeatureCollection of GeoJSON")
  }
  const found = new Gathering<TaggedPlace>(readProperties)
  collection.features.forEach((feature: unknown, index: number) => {
    if (!isObject(feature)) {
      found.brokenAt(`feature ${index + 1} is none`)
      return
    }
    const tags = tagsOf(feature.properties)
    const place = found.read(tags)
    const at = positionOf(feature.geometry)
    // Without an id of its own, a feature is known by its name and where on earth it stands: others may be put before it.
    const id = feature.id ?? tags.id ?? hash128(JSON.stringify([place?.name, place?.kind.category, at?.lat, at?.lon]))
    if (place !== undefined) found.put("feature", String(id), place, at)
  })
  const licence = [collection.licence, collection.license].find((one) => typeof one === "string")
  return { extract: found, licence: licence as string | undefined }
}

export const readGeoJson = (path: string): GeoJsonExtract => fromFeatures(JSON.parse(readFileSync(path, "utf8")))
