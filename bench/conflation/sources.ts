// The two sources of the benchmark: an extract of OpenStreetMap whose own links to Wikidata are hidden, and a list of items.
import { readFileSync } from "node:fs"
import type { Described } from "../../src/domain/catalog/conflation/match.ts"
import { readTags } from "../../src/domain/catalog/osm/read.ts"
import type { Tags } from "../../src/domain/catalog/osm/rule.ts"
import type { PlacedElement, ReadTags } from "../../src/sources/osm/extract.ts"
import { readOverpassWith } from "../../src/sources/osm/read-overpass.ts"
import { looksLikePbf, PbfReader } from "../../src/sources/osm/read-pbf.ts"
import { NotMeasured } from "../benchmark.ts"

type Matched = Pick<Described, "names" | "kind" | "website" | "detail">

const NAMES =
  /^(name|name:.+|alt_name|alt_name:.+|official_name|official_name:.+|int_name|loc_name|old_name|short_name)$/
const TELLING = [
  ...["amenity", "tourism", "leisure", "historic", "shop", "natural", "man_made", "railway", "public_transport"],
  ...["aeroway", "office", "craft", "highway", "building", "place", "boundary", "route"]
]
/** Parts of a street are streets, whatever their rank. */
const wordsOf = (key: string, value: string) =>
  key === "highway" && value !== "bus_stop" ? "street" : value.replaceAll("_", " ")

/** What the matcher may see of an element: names in all languages, what it is, its website. No link to Wikidata or Wikipedia. */
const describe: ReadTags<Matched> = (tags: Tags) => {
  const names = Object.entries(tags).flatMap(([key, value]) => (NAMES.test(key) ? value.split(";") : []))
  if (names.length === 0) return undefined
  const { wikidata: _w, wikipedia: _p, ...seen } = tags
  const reading = readTags(seen)
  const told = TELLING.flatMap((key) => (seen[key] === undefined ? [] : [wordsOf(key, seen[key])])).join(" ")
  const kind =
    reading !== undefined && "place" in reading ? reading.place.kind.category : told === "" ? undefined : told
  const detail = Object.keys(seen).length
  return { place: { names, kind, website: seen.website ?? seen["contact:website"] ?? seen.url, detail } }
}

const described = ({ ref, lat, lon, place }: PlacedElement<Matched>): Described => ({ id: ref, lat, lon, ...place })

export const extractPlaces = async (path: string): Promise<ReadonlyArray<Described>> => {
  const bytes = readFileSync(path)
  if (looksLikePbf(bytes)) return (await new PbfReader(path, () => undefined, describe).read()).places.map(described)
  const extract = await readOverpassWith(path, describe).catch(() => undefined)
  if (extract === undefined) throw new NotMeasured(`${path} is neither an .osm.pbf nor an answer of Overpass.`)
  return extract.places.map(described)
}

interface Item {
  readonly wikidata?: string
  readonly id?: string
  readonly name: string
  readonly description?: string | null
  readonly lat: number
  readonly lon: number
  readonly website?: string | null
}

export const itemPlaces = (path: string): ReadonlyArray<Described> =>
  (JSON.parse(readFileSync(path, "utf8")) as ReadonlyArray<Item>).flatMap((item) => {
    const id = item.wikidata ?? item.id
    if (id === undefined || !Number.isFinite(item.lat) || !Number.isFinite(item.lon)) return []
    // An item without a label has its number for a name.
    const names = /^Q\d+$/.test(item.name) ? [] : [item.name]
    return [
      {
        id,
        lat: item.lat,
        lon: item.lon,
        names,
        kind: item.description ?? undefined,
        website: item.website ?? undefined
      }
    ]
  })

export interface LabelledPair {
  readonly a: string
  readonly b: string
}

const KINDS: Readonly<Record<string, string>> = {
  n: "node",
  w: "way",
  r: "relation",
  node: "node",
  way: "way",
  relation: "relation"
}

/** `way/12`, `w12`, `osm-way-12` and their like. */
const elementId = (text: string): string | undefined => {
  const found = /(?:^|[^a-z])(node|way|relation|n|w|r)[/:\s-]?(-?\d+)$/i.exec(text)
  return found === null ? undefined : `${KINDS[found[1]!.toLowerCase()]}/${found[2]}`
}

const textsOf = (one: unknown): ReadonlyArray<string> => {
  if (typeof one === "string") return one.split(/[\t,;]/).map((text) => text.trim())
  if (Array.isArray(one)) return one.map(String)
  if (typeof one !== "object" || one === null) return []
  const record = one as Readonly<Record<string, unknown>>
  const typed = record.type !== undefined && record.id !== undefined ? [`${record.type}/${record.id}`] : []
  return [...typed, ...Object.values(record).flatMap((value) => (typeof value === "string" ? [value] : []))]
}

/** Pairs of an element and an item, as JSON (arrays or objects, also by item or element) or as lines of two columns. */
export const labelledPairs = (path: string): ReadonlyArray<LabelledPair> => {
  const text = readFileSync(path, "utf8")
  let rows: ReadonlyArray<unknown>
  try {
    const json = JSON.parse(text) as unknown
    const list = Array.isArray(json) ? json : ((json as { readonly pairs?: unknown }).pairs ?? json)
    rows = Array.isArray(list)
      ? list
      : Object.entries(list as object).flatMap(([key, value]) =>
          (Array.isArray(value) ? value : [value]).map((one) => [key, String(one)])
        )
  } catch {
    rows = text.split("\n").map((line) => {
      try {
        return JSON.parse(line) as unknown
      } catch {
        return line
      }
    })
  }
  return rows.flatMap((row) => {
    const texts = textsOf(row)
    const a = texts.flatMap((one) => elementId(one) ?? [])[0]
    const b = texts.find((one) => /^Q\d+$/.test(one)) ?? texts.find((one) => elementId(one) === undefined && one !== "")
    return a === undefined || b === undefined ? [] : [{ a, b }]
  })
}
