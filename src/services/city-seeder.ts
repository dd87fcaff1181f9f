/**
 * Seeds a city, for the command line and for the administrators' job alike. Run twice it changes nothing the second
 * time; killed, the next run goes on; a bad item is left out with its reason and the others go in.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Bounds } from "../domain/catalog/city-file.ts"
import type { ItemProblem } from "../domain/catalog/validate.ts"
import type { UnknownCity } from "./catalog.ts"
import type { CatalogStoreError } from "./catalog-store.ts"
import type { VectorIndexUnavailable } from "./vector-index.ts"

export const SEED_SOURCES = [
  "curated",
  "posts",
  "reddit",
  "feed",
  "discourse",
  "pages",
  "synthetic",
  "file",
  "places",
  "osm",
  "geojson",
  "overture",
  "wikivoyage",
  "gtfs"
] as const
/** The kind of job that seeds a city. */
export const SEED_CITY = "seed_city"

export type SeedSource = (typeof SEED_SOURCES)[number]

export interface SeedRequest {
  readonly city: string
  readonly source: SeedSource
  /** Only so many items (of sources of posts: posts); what is missing is then not retired. */
  readonly limit?: number | undefined
  /** The city file of `file`, the JSON lines of `posts`, an archive of `reddit` (JSON lines, also as .zst), the extract of `osm`, the file of `geojson`, `overture` or `wikivoyage`, the feed of `gtfs`. */
  readonly file?: string | undefined
  /** What the city is called, where the extract does not say. */
  readonly name?: string | undefined
  /** Where the city lies, where no file says and nobody seeded it before: what `osm` asks Overpass for. */
  readonly bounds?: Bounds | undefined
  /** Of `synthetic`: the same seed makes the same city. */
  readonly seed?: number | undefined
}

export interface SeedSummary {
  readonly city: string
  readonly source: string
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly retired: number
  /** New entries that are places which another source had brought in already. */
  readonly joined: number
  readonly rejected: number
  /** The first hundred of them. */
  readonly rejections: ReadonlyArray<ItemProblem>
  /** What went in with something put right; the first hundred. */
  readonly notes: ReadonlyArray<ItemProblem>
  /** Named things of the source that are no places to visit, or none that could be used: how many, by reason. */
  readonly left_out: Readonly<Record<string, number>>
  /** Opening hours that could not be read, as they stand in the source; those places go in with unknown hours. */
  readonly unread_hours: ReadonlyArray<string>
  /** Parts of the file that are broken and were passed over. */
  readonly broken: ReadonlyArray<string>
  readonly catalog_version: number
  /** From the first read to the last write. */
  readonly took_ms: number
  /** Rows that the city has now, by table. */
  readonly counts: Readonly<Record<string, number>>
}

/** The request or its file cannot be used at all. */
export class SeedRefused extends Schema.TaggedError<SeedRefused>()("SeedRefused", { message: Schema.String }) {}

export type SeedError = UnknownCity | SeedRefused | CatalogStoreError | VectorIndexUnavailable

export type SeedProgress = (done: number, total: number) => Effect.Effect<void>

export class CitySeeder extends Context.Service<
  CitySeeder,
  {
    readonly seed: (request: SeedRequest, onProgress?: SeedProgress) => Effect.Effect<SeedSummary, SeedError>
    /** The cities that can be seeded from the curated files. */
    readonly curated: ReadonlyArray<string>
  }
>()("overplanned/CitySeeder") {}
