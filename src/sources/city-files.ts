/** Where the entries of a seeding come from: the curated files of this repository, a file of somebody's own, or thin air. */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CityInfo } from "../domain/catalog/city-file.ts"
import {
  MAX_SYNTHETIC_NODES,
  SYNTHETIC_LICENCE,
  SYNTHETIC_SOURCE,
  syntheticNodes
} from "../domain/catalog/synthetic.ts"
import { decodeHeader, decodeNodes } from "../domain/catalog/validate.ts"
import { UnknownCity } from "../services/catalog.ts"
import { SeedRefused } from "../services/city-seeder.ts"
import type { SeedInput } from "./seed-city.ts"

const FOLDER = fileURLToPath(new URL("../../data/cities/", import.meta.url))

/** A city of a hundred thousand places is under 100 MB as JSON. */
const MAX_FILE_BYTES = 256 * 1024 * 1024

/** The slugs of the curated cities. */
export const curatedCities = (): ReadonlyArray<string> =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort()

const readJson = (path: string): Effect.Effect<unknown, SeedRefused> =>
  Effect.try({
    try: () => {
      const { size } = statSync(path)
      if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes; ${MAX_FILE_BYTES} are the most`)
      return JSON.parse(readFileSync(path, "utf8")) as unknown
    },
    catch: (cause) =>
      new SeedRefused({
        message: `${path} cannot be read as a city file: ${cause instanceof Error ? cause.message : String(cause)}. See data/cities/README.md for the format.`
      })
  })

/** A city file as input of a seeding; with a limit, its first entries. */
export const fromFile = Effect.fnUntraced(function* (path: string, limit?: number) {
  const header = decodeHeader(yield* readJson(path))
  if (Result.isFailure(header)) {
    return yield* new SeedRefused({ message: `${path} is not a city file: ${header.failure}` })
  }
  const { city, source, licence, nodes: all } = header.success
  const wanted = limit === undefined ? all : all.slice(0, limit)
  const { nodes, rejected } = decodeNodes(wanted)
  const input: SeedInput = {
    city,
    source,
    licence,
    nodes,
    total: wanted.length,
    complete: wanted.length === all.length,
    rejected
  }
  return input
})

const unknown = (city: string) =>
  new UnknownCity({
    city: city.slice(0, 64),
    seeded: curatedCities(),
    message: `There is no curated catalog of "${city.slice(0, 64)}". Curated are: ${curatedCities().join(", ")}. Another city can be seeded from a file (--source file --file <path>).`
  })

export const fromCurated = (slug: string, limit?: number): Effect.Effect<SeedInput, UnknownCity | SeedRefused> =>
  curatedCities().includes(slug) ? fromFile(`${FOLDER}${slug}.json`, limit) : Effect.fail(unknown(slug))

/** How many places a made-up catalog has when nobody says. */
const DEFAULT_SYNTHETIC_NODES = 1000

/** A place on the map for cities that are wholly made up: the size and the streets of Seattle. */
const nowhere = (slug: string): CityInfo => ({
  slug,
  name: `Synthetic city ${slug.slice("synthetic-".length)}`,
  country: "US",
  time_zone: "America/Los_Angeles",
  bounds: { south: 47.49, west: -122.46, north: 47.74, east: -122.22 },
  centre: { lat: 47.6062, lon: -122.3321 }
})

/**
 * Made-up places: in a curated city beside its real ones, or in a city of their own, whose slug must then begin with
 * `synthetic-` so that nobody takes it for a real one.
 */
export const fromSynthetic = Effect.fnUntraced(function* (slug: string, limit = DEFAULT_SYNTHETIC_NODES, seed = 1) {
  const count = Math.min(limit, MAX_SYNTHETIC_NODES)
  const known = curatedCities().includes(slug)
  if (!known && !/^synthetic-[a-z0-9-]{1,50}$/.test(slug)) return yield* unknown(slug)
  const city = known ? (yield* fromCurated(slug, 0)).city : nowhere(slug)
  const input: SeedInput = {
    city,
    source: SYNTHETIC_SOURCE,
    licence: SYNTHETIC_LICENCE,
    nodes: syntheticNodes(city, count, seed),
    total: count,
    complete: true,
    rejected: []
  }
  return input
})
