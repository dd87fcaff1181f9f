/** `CitySeeder` over the sources there are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Bounds } from "../domain/catalog/city-file.ts"
import { cityIdOf } from "../domain/catalog/node.ts"
import type { AuthorNames } from "../services/author-names.ts"
import { CatalogStore } from "../services/catalog-store.ts"
import {
  CitySeeder,
  type SeedError,
  type SeedProgress,
  SeedRefused,
  type SeedRequest,
  type SeedSource,
  type SeedSummary
} from "../services/city-seeder.ts"
import { Overpass } from "../services/overpass.ts"
import type { PlacesSource } from "../services/places-source.ts"
import type { PostSourceKind, PostSources } from "../services/post-sources.ts"
import type { VectorIndex } from "../services/vector-index.ts"
import type { WalkTables } from "../services/walk-tables.ts"
import { curatedCities, fromCurated, fromFile, fromSynthetic } from "./city-files.ts"
import { seedTransit } from "./gtfs/seed-transit.ts"
import { joinSources } from "./join-sources.ts"
import { fromOpenData, type OpenSource } from "./open/open-city.ts"
import { fromOsm } from "./osm/osm-city.ts"
import { fromPlaces } from "./places-city.ts"
import { ratePlaces } from "./places-ratings.ts"
import { type SeedInput, seedCity } from "./seed-city.ts"
import { seedFromSources, seedPosts } from "./seed-posts.ts"
import { seedWalks } from "./seed-walks.ts"

/** Sources that speak of places which others speak of, too. Made-up ones are nobody's, and those of a service are not kept. */
const JOINED: ReadonlySet<SeedSource> = new Set(["curated", "file", "osm", "geojson", "overture", "wikivoyage"])

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/

const fileOf = (request: SeedRequest, what: string) =>
  request.file === undefined
    ? Effect.fail(
        new SeedRefused({ message: `The source \`${request.source}\` needs ${what}: name it with --file <path>.` })
      )
    : Effect.succeed(request.file)

/** What the city was taken to be before: by an earlier seeding, else by our own catalog. */
const knownCity = Effect.fnUntraced(function* (slug: string) {
  const saved = yield* (yield* CatalogStore).city(slug)
  if (saved !== undefined) return saved
  return curatedCities().includes(slug) ? (yield* fromCurated(slug, 0)).city : undefined
})

/** Without a file, a server of Overpass is asked for the city's box. */
const extractFor = Effect.fnUntraced(function* (request: SeedRequest, known: Bounds | undefined) {
  const overpass = yield* Overpass
  if (!overpass.configured) {
    return yield* fileOf(
      request,
      "an extract of OpenStreetMap, an .osm.pbf or an answer of Overpass in JSON, or a server of Overpass (OVERPASS_URL)"
    )
  }
  const bounds = request.bounds ?? known
  if (bounds === undefined) {
    return yield* new SeedRefused({
      message: `Nobody knows yet where ${request.city} lies: say so with --bounds south,west,north,east, or give an extract with --file.`
    })
  }
  return yield* Effect.mapError(overpass.extract(bounds), ({ message }) => new SeedRefused({ message }))
})

const osm = Effect.fnUntraced(function* (request: SeedRequest, onProgress: SeedProgress | undefined) {
  if (!SLUG.test(request.city)) {
    return yield* new SeedRefused({
      message: `"${request.city.slice(0, 64)}" cannot name a city: use lower-case words joined by hyphens.`
    })
  }
  const known = yield* knownCity(request.city)
  const file = request.file ?? (yield* extractFor(request, known?.bounds))
  return yield* fromOsm({ ...request, file }, known, onProgress)
})

const openData = Effect.fnUntraced(function* (
  source: OpenSource,
  request: SeedRequest,
  onProgress: SeedProgress | undefined
) {
  if (!SLUG.test(request.city)) {
    return yield* new SeedRefused({
      message: `"${request.city.slice(0, 64)}" cannot name a city: use lower-case words joined by hyphens.`
    })
  }
  const file = yield* fileOf(request, "a file of it")
  return yield* fromOpenData(source, { ...request, file }, yield* knownCity(request.city), onProgress)
})

const inputOf = (
  request: SeedRequest & { readonly source: Exclude<SeedSource, "gtfs" | "posts" | PostSourceKind> },
  onProgress: SeedProgress | undefined
): Effect.Effect<SeedInput, SeedError, CatalogStore | Overpass | PlacesSource> => {
  switch (request.source) {
    case "curated":
      return fromCurated(request.city, request.limit)
    case "synthetic":
      return fromSynthetic(request.city, request.limit, request.seed)
    case "osm":
      return osm(request, onProgress)
    case "geojson":
    case "overture":
    case "wikivoyage":
      return openData(request.source, request, onProgress)
    case "places":
      return fromPlaces(request.city, curatedCities(), request.limit)
    case "file":
      return Effect.gen(function* () {
        if (request.file === undefined) {
          return yield* new SeedRefused({ message: "The source `file` needs a city file: name it with --file <path>." })
        }
        const input = yield* fromFile(request.file, request.limit)
        if (input.city.slug === request.city) return input
        return yield* new SeedRefused({
          message: `${request.file} is a catalog of "${input.city.slug}", not of "${request.city.slice(0, 64)}". Name that city, or another file.`
        })
      })
  }
}

/** A city that other sources describe is not filled from a places service: its stars are taken as the word of visitors. */
const stars = Effect.fnUntraced(function* (slug: string) {
  const store = yield* CatalogStore
  const city = yield* store.city(slug)
  if (city === undefined || (yield* store.sourceEntries(cityIdOf(slug))).length === 0) return undefined
  return yield* ratePlaces(city, yield* store.known(cityIdOf(slug)))
})

const isPostSource = (source: SeedSource): source is PostSourceKind =>
  source === "reddit" || source === "feed" || source === "discourse" || source === "pages"

const posts = Effect.fnUntraced(function* (request: SeedRequest, onProgress: SeedProgress | undefined) {
  if (isPostSource(request.source)) return yield* seedFromSources({ ...request, source: request.source })
  if (request.file === undefined) {
    return yield* new SeedRefused({
      message: "The source `posts` needs a file with one post per line, as JSON: name it with --file <path>."
    })
  }
  if ((yield* knownCity(request.city)) === undefined) yield* fromCurated(request.city, 0)
  return yield* seedPosts(request.city, request.file, request.limit, onProgress)
})

/** The summary, with what is said of the walks between the city's places. */
const withWalks = (summary: SeedSummary) =>
  Effect.map(seedWalks(cityIdOf(summary.city)), (said) =>
    said === undefined ? summary : { ...summary, notes: [...summary.notes, { item: "ways", reason: said }] }
  )

const lines = (request: SeedRequest) =>
  Effect.flatMap(fileOf(request, "a feed, as the ZIP archive that its agency gives out"), (file) =>
    seedTransit(request.city, file)
  )

const seed = Effect.fnUntraced(function* (request: SeedRequest, onProgress: SeedProgress | undefined) {
  const { source } = request
  if (source === "gtfs") return yield* lines(request)
  if (source === "posts" || isPostSource(source)) return yield* posts(request, onProgress)
  const rated = source === "places" ? yield* stars(request.city) : undefined
  if (rated !== undefined) return rated
  const input = yield* inputOf({ ...request, source }, onProgress)
  return yield* withWalks(yield* seedCity(JOINED.has(source) ? yield* joinSources(input) : input, onProgress))
})

export const layer = Layer.effect(
  CitySeeder,
  Effect.gen(function* () {
    const services = yield* Effect.context<
      AuthorNames | CatalogStore | Overpass | VectorIndex | PlacesSource | PostSources | WalkTables
    >()
    return CitySeeder.of({
      curated: curatedCities(),
      seed: (request, onProgress) => Effect.provideContext(seed(request, onProgress), services)
    })
  })
)
