/** A city out of a file of OpenStreetMap, as input of a seeding. */
import { closeSync, openSync, readSync, statSync } from "node:fs"
import * as Effect from "effect/Effect"
import { distanceKm } from "../../domain/basics/geo.ts"
import { hash128 } from "../../domain/basics/hash.ts"
import type { CityFileNode, CityInfo } from "../../domain/catalog/city-file.ts"
import { boundsOfBoth } from "../../domain/catalog/extent.ts"
import { foldName } from "../../domain/catalog/names.ts"
import { type SeedProgress, SeedRefused } from "../../services/city-seeder.ts"
import type { SeedInput } from "../seed-city.ts"
import type { Extract, PlacedElement } from "./extract.ts"
import { readOverpass } from "./read-overpass.ts"
import { looksLikePbf, readPbf } from "./read-pbf.ts"

/** Whose the places are, and how they are named among the keys and the attributions. */
export interface Origin {
  readonly source: string
  readonly licence: string
  /** Before the reference of an element, in keys. */
  readonly prefix: string
  /** The same in provenances. */
  readonly provider: string
}

export const OSM: Origin = { source: "osm", licence: "ODbL-1.0", prefix: "osm-", provider: "openstreetmap" }

/** JSON takes ten times the room of a `.osm.pbf`, in which a larger city comes. */
const MAX_JSON_BYTES = 256 * 1024 * 1024

/** From so many of one name on, in one city, they are a chain whether or not anybody tagged it. */
const A_CHAIN = 3

const beginningOf = (path: string): Uint8Array => {
  const file = openSync(path, "r")
  try {
    const bytes = new Uint8Array(64)
    readSync(file, bytes, 0, bytes.length, 0)
    return bytes
  } finally {
    closeSync(file)
  }
}

export const refused = (path: string, why: string) =>
  new SeedRefused({ message: `${path} cannot be read as a source of places: ${why}` })

const readExtract = Effect.fnUntraced(function* (path: string, onProgress: SeedProgress | undefined) {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  return yield* Effect.tryPromise({
    try: async () => {
      const tell = (done: number, total: number) => void run(onProgress?.(done, total) ?? Effect.void)
      if (looksLikePbf(beginningOf(path))) return await readPbf(path, tell)
      const { size } = statSync(path)
      if (size > MAX_JSON_BYTES) {
        throw new Error(`it is no .osm.pbf, and an answer of Overpass has ${MAX_JSON_BYTES} bytes at most, not ${size}`)
      }
      return await readOverpass(path, (read) => tell(read, size))
    },
    catch: (cause) => refused(path, `${cause instanceof Error ? cause.message : String(cause)}.`)
  })
})

/** Brands and names that occur again and again. */
const chainsOf = (places: ReadonlyArray<PlacedElement>): ReadonlySet<string> => {
  const counts = new Map<string, number>()
  for (const { place } of places) {
    const name = `${place.kind.category}|${foldName(place.name)}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, count]) => count >= A_CHAIN).map(([name]) => name))
}

const LONGEST_KEY = 100

/** A key of the letters that keys are made of; what had to be left out is told apart by its hash. */
const keyOf = (prefix: string, ref: string): string => {
  const plain = ref
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
  const key = `${prefix}${plain}`
  const same = /^[a-z0-9]+\/-?[a-z0-9-]+$/.test(ref) && !ref.includes("/-") && key.length <= LONGEST_KEY
  return same ? key : `${key.slice(0, LONGEST_KEY - 17)}-${hash128(ref).slice(0, 16)}`
}

const SIGHTS = new Set(["historic_site", "landmark", "temple", "park", "garden", "viewpoint"])

const entryOf = (
  { ref, lat, lon, place }: PlacedElement,
  neighbourhood: string,
  chains: ReadonlySet<string>,
  { licence, prefix, provider, source }: Origin
): CityFileNode => {
  const { category, setting, minutes } = place.kind
  const { brand, brand_wikidata } = place.facts
  // Three memorials of one name are three memorials.
  const repeated = !SIGHTS.has(category) && chains.has(`${category}|${foldName(place.name)}`)
  const chain = brand !== undefined || brand_wikidata !== undefined || repeated
  return {
    key: keyOf(prefix, ref),
    name: place.name,
    neighbourhood: neighbourhood.slice(0, 120),
    category,
    lat,
    lon,
    opening_hours: place.opening_hours,
    price_tier: place.price_tier,
    vibes: place.vibes,
    ...(setting === undefined ? {} : { setting }),
    ...(minutes === undefined ? {} : { typical_minutes: minutes }),
    ...(place.booking_needed ? { booking_needed: true } : {}),
    names: place.names,
    facts: chain ? { ...place.facts, chain: true } : place.facts,
    external_ids: { ...place.external_ids, [source]: ref },
    ...(place.checked === undefined ? {} : { checked: place.checked }),
    source_tier: 3,
    provenance: { "*": { source: `${provider}:${ref}`, licence } }
  }
}

const byRef = (a: PlacedElement, b: PlacedElement) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0)

/** The entries of an extract; `known` is what the city is already taken to be, where it was seeded before. */
export const inputOfExtract = Effect.fnUntraced(function* (
  path: string,
  extract: Extract,
  request: { readonly city: string; readonly name?: string | undefined; readonly limit?: number | undefined },
  known: CityInfo | undefined,
  origin: Origin
) {
  if (extract.places.length === 0) {
    const why = extract.broken[0] ?? "there is no named place in it that one could visit"
    return yield* refused(path, `${why}.`)
  }
  // The borders of all countries and time zones take twenty megabytes: they are loaded where a city is looked for.
  const { cityOfExtract, REACH_KM } = yield* Effect.promise(() => import("./city-facts.ts"))
  const found = cityOfExtract(extract, request.city, request.name)
  if (found === undefined) {
    return yield* refused(path, "its places lie in no country, so neither time zone nor holidays are known.")
  }
  const city =
    known === undefined
      ? found.city
      : { ...known, ...widened(known, found.city), ...(request.name === undefined ? {} : { name: request.name }) }
  const away = distanceKm(found.city.centre, city.centre)
  const all = found.places.filter((place) => distanceKm(place, city.centre) <= REACH_KM).sort(byRef)
  if (all.length === 0) {
    const why = `its places lie ${Math.round(away)} km from the ${city.name} that is known here: a city of the same name needs one of its own (--city)`
    return yield* refused(path, `${why}.`)
  }
  const chains = chainsOf(all)
  const beyond = extract.places.length - all.length
  const leftOut = new Map(extract.leftOut)
  if (beyond > 0) leftOut.set(`lies more than ${REACH_KM} km from ${city.name}`, beyond)
  const wanted = request.limit === undefined ? all : all.slice(0, request.limit)
  const input: SeedInput = {
    city,
    source: origin.source,
    licence: origin.licence,
    nodes: wanted.map((one) => entryOf(one, found.neighbourhoodOf(one), chains, origin)),
    total: wanted.length,
    // A file with broken parts does not say that what is missing from it is gone.
    complete: wanted.length === all.length && extract.broken.length === 0,
    covered: found.city.bounds,
    rejected: [],
    leftOut: Object.fromEntries([...leftOut].sort((a, b) => b[1] - a[1])),
    broken: extract.broken
  }
  return input
})

/** A city that is known keeps what it is; only its box grows to hold what the extract has. */
const widened = (known: CityInfo, found: CityInfo): Partial<CityInfo> => {
  const bounds = boundsOfBoth(known.bounds, found.bounds)
  const { languages, currency } = found
  return {
    bounds,
    ...(known.languages !== undefined || languages === undefined ? {} : { languages }),
    ...(known.currency !== undefined || currency === undefined ? {} : { currency })
  }
}

export const fromOsm = Effect.fn("fromOsm")(function* (
  request: {
    readonly city: string
    readonly file: string
    readonly name?: string | undefined
    readonly limit?: number | undefined
  },
  known: CityInfo | undefined,
  onProgress?: SeedProgress
) {
  return yield* inputOfExtract(request.file, yield* readExtract(request.file, onProgress), request, known, OSM)
})
