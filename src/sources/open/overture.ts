/** Places of the Overture Maps release, from a Parquet file of its public columns, a few thousand rows at a time. */
import type { Point } from "../../domain/basics/shapes.ts"
import { type PlaceFacts, placeFacts } from "../../domain/catalog/facts.ts"
import type { TaggedPlace } from "../../domain/catalog/osm/read.ts"
import { type Extract, Gathering } from "../osm/extract.ts"
import { namedPlace } from "./named-place.ts"
import { overtureCategory } from "./overture-categories.ts"

/** Rows that are held at a time. */
const PAGE = 4_000
/** Below this the release itself doubts that the place exists. */
const SURE_ENOUGH = 0.5
const COLUMNS = [
  ...["id", "geometry", "names", "categories", "taxonomy", "basic_category", "confidence", "websites", "brand"],
  ...["operating_status", "bbox"]
]

type Row = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** A point as hyparquet gives it: as GeoJSON, or as well-known binary where the file does not say that it is a geometry. */
const pointOf = ({ geometry, bbox }: Row): Point | undefined => {
  if (isRecord(geometry) && Array.isArray(geometry.coordinates)) {
    const [lon, lat] = geometry.coordinates as ReadonlyArray<unknown>
    if (typeof lon === "number" && typeof lat === "number") return { lat, lon }
  }
  if (geometry instanceof Uint8Array && geometry.length >= 21) {
    const view = new DataView(geometry.buffer, geometry.byteOffset, geometry.byteLength)
    const little = view.getUint8(0) === 1
    if (view.getUint32(1, little) % 1000 === 1)
      return { lon: view.getFloat64(5, little), lat: view.getFloat64(13, little) }
  }
  if (!isRecord(bbox)) return undefined
  const [lat, lon] = [Number(bbox.ymin), Number(bbox.xmin)]
  return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : undefined
}

const namesOf = (names: unknown): Readonly<Record<string, string>> => {
  const common = isRecord(names) ? names.common : undefined
  const entries: ReadonlyArray<readonly [string, unknown]> = Array.isArray(common)
    ? common.flatMap((one) => (isRecord(one) ? [[String(one.key), one.value] as const] : []))
    : isRecord(common)
      ? Object.entries(common)
      : []
  return Object.fromEntries(
    entries.filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[1].length <= 200)
  )
}

const factsOf = ({ websites, brand }: Row): PlaceFacts => {
  const website = Array.isArray(websites) ? textOf(websites[0]) : undefined
  const names = isRecord(brand) && isRecord(brand.names) ? textOf(brand.names.primary) : undefined
  const wikidata = isRecord(brand) ? textOf(brand.wikidata) : undefined
  return placeFacts({
    ...(website === undefined ? {} : { website }),
    ...(names === undefined ? {} : { brand: names }),
    ...(wikidata === undefined ? {} : { "brand:wikidata": wikidata })
  })
}

const textsOf = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? [])

/** Older releases say it in `categories`, newer ones in `taxonomy`, whose hierarchy ends with what is most exact. */
const categoriesOf = ({ basic_category, categories, taxonomy }: Row): ReadonlyArray<string> => {
  const [old, now]: ReadonlyArray<Row> = [categories, taxonomy].map((one) => (isRecord(one) ? one : {}))
  return [
    ...[...textsOf(now?.primary), ...textsOf(old?.primary), ...textsOf(now?.hierarchy).toReversed()],
    ...[...textsOf(basic_category), ...textsOf(now?.alternates), ...textsOf(old?.alternate)]
  ]
}

const readRow = (row: Row) => {
  const { names, confidence, operating_status } = row
  const said = categoriesOf(row)
  const category = overtureCategory(said)
  const name = isRecord(names) ? textOf(names.primary) : undefined
  if (category === undefined) return { leftOut: `is no place to visit (${(said[0] ?? "no category").slice(0, 40)})` }
  if (operating_status !== undefined && operating_status !== null && operating_status !== "open") {
    return { leftOut: `is not in use (${String(operating_status).slice(0, 40)})` }
  }
  if (typeof confidence === "number" && confidence < SURE_ENOUGH)
    return { leftOut: "may not exist, by the release's own confidence" }
  return namedPlace({ name: name ?? "", names: namesOf(names), category, facts: factsOf(row) })
}

export const readOverture = async (path: string, progress: (done: number, total: number) => void): Promise<Extract> => {
  // Loaded where they are needed: a start reads no such file.
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet")
  const { compressors } = await import("hyparquet-compressors")
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const total = Number(metadata.num_rows)
  const there = new Set(metadata.schema.map(({ name }) => name))
  const columns = COLUMNS.filter((name) => there.has(name))
  if (!there.has("names") || !there.has("id")) throw new Error("it lacks the columns id and names of Overture's places")
  let row: Row = {}
  const found = new Gathering<TaggedPlace>(() => readRow(row))
  for (let from = 0; from < total; from += PAGE) {
    progress(from, total)
    const to = Math.min(total, from + PAGE)
    try {
      for (row of (await parquetReadObjects({
        file,
        metadata,
        columns,
        compressors,
        rowStart: from,
        rowEnd: to,
        // Text is marked as such in the file; what is not marked is bytes, as positions are.
        utf8: false
      })) as ReadonlyArray<Row>) {
        const named = isRecord(row.names) && typeof row.names.primary === "string"
        const place = found.read(named ? { name: String((row.names as Row).primary) } : {})
        if (place !== undefined) found.put("place", String(row.id), place, pointOf(row))
      }
    } catch (cause) {
      found.brokenAt(
        `rows ${from + 1} to ${to} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
      )
    }
  }
  return found
}
