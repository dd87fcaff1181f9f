/** Places of a city from open data of other kinds, as input of a seeding: GeoJSON, Overture, Wikivoyage. */
import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { CityInfo } from "../../domain/catalog/city-file.ts"
import type { SeedProgress } from "../../services/city-seeder.ts"
import type { Extract } from "../osm/extract.ts"
import { inputOfExtract, type Origin, refused } from "../osm/osm-city.ts"
import { readGeoJson } from "./geojson.ts"
import { readOverture } from "./overture.ts"
import { readWikivoyage } from "./wikivoyage.ts"

export type OpenSource = "geojson" | "overture" | "wikivoyage"

/** Files that are read whole. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024

const UNKNOWN_LICENCE = "licence not stated"

const ORIGINS: Readonly<Record<OpenSource, Origin>> = {
  geojson: { source: "geojson", licence: UNKNOWN_LICENCE, prefix: "geojson-", provider: "geojson" },
  overture: { source: "overture", licence: "CDLA-Permissive-2.0", prefix: "overture-", provider: "overture" },
  wikivoyage: { source: "wikivoyage", licence: "CC-BY-SA-4.0", prefix: "wikivoyage-", provider: "wikivoyage" }
}

interface Read {
  readonly extract: Extract
  readonly licence?: string | undefined
}

const readFrom = async (
  source: OpenSource,
  path: string,
  progress: (done: number, total: number) => void
): Promise<Read> => {
  if (source === "overture") return { extract: await readOverture(path, progress) }
  const { size } = statSync(path)
  if (size > MAX_TEXT_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_TEXT_BYTES} are the most`)
  return source === "geojson" ? readGeoJson(path) : { extract: readWikivoyage(path) }
}

/** The entries of a file. A licence that it does not state is said to be missing, and its places go in with that. */
export const fromOpenData = Effect.fn("fromOpenData")(function* (
  source: OpenSource,
  request: {
    readonly city: string
    readonly file: string
    readonly name?: string | undefined
    readonly limit?: number | undefined
  },
  known: CityInfo | undefined,
  onProgress?: SeedProgress
) {
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const { extract, licence } = yield* Effect.tryPromise({
    try: () => readFrom(source, request.file, (done, total) => void run(onProgress?.(done, total) ?? Effect.void)),
    catch: (cause) => refused(request.file, `${cause instanceof Error ? cause.message : String(cause)}.`)
  })
  const origin = { ...ORIGINS[source], ...(licence === undefined ? {} : { licence }) }
  const input = yield* inputOfExtract(request.file, extract, request, known, origin)
  return origin.licence === UNKNOWN_LICENCE
    ? { ...input, broken: [...(input.broken ?? []), "the file states no licence: its places are marked so"] }
    : input
})
