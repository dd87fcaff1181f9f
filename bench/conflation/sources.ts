// The two sources of the benchmark: an extract of OpenStreetMap whose own links to Wikidata are hidden, and a list of items.
import { readFileSync } from "node:fs"
import { hash128 } from "../../src/domain/basics/hash.ts"
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

/** A second source made of the first: its names in one language, a little off, which the first then does not have. */
export interface Translated {
  readonly a: ReadonlyArray<Described>
  readonly b: ReadonlyArray<Described>
  readonly pairs: ReadonlyArray<LabelledPair>
  /** Items whose name is another than the first source's own. */
  readonly translated: number
}

const OTHER_NAMES = /^(int_name|alt_name.*|official_name.*)$/
/** As far as two sources put one place apart, in degrees. */
const APART = 0.0004

/** From -1 to 1, and for one text always the same. */
const shift = (text: string) => (Number.parseInt(hash128(text).slice(0, 8), 16) / 0xffffffff) * 2 - 1

/** Elements that carry a link to Wikidata become items under their names in `language`; the link is hidden, and so are those names. */
export const translatedFrom = async (path: string, language: string): Promise<Translated> => {
  const hidden = `name:${language}`
  const items = new Map<string, Described>()
  const pairs: Array<LabelledPair> = []
  const names = new Map<string, { readonly own: string; readonly said: string | undefined }>()
  const reads: ReadTags<Matched & { readonly link: string | undefined }> = (tags) => {
    const seen = Object.fromEntries(Object.entries(tags).filter(([key]) => key !== hidden && !OTHER_NAMES.test(key)))
    const reading = describe(seen)
    if (tags.name === undefined || reading === undefined || !("place" in reading)) return undefined
    const link = /^Q\d+$/.test(tags.wikidata ?? "") ? tags.wikidata : undefined
    if (link !== undefined) {
      const said = names.get(link)?.said ?? tags[hidden]
      names.set(link, { own: names.get(link)?.own ?? tags.name, said })
    }
    return { place: { ...reading.place, link } }
  }
  const bytes = readFileSync(path)
  const { places } = looksLikePbf(bytes)
    ? await new PbfReader(path, () => undefined, reads).read()
    : await readOverpassWith(path, reads)
  for (const { lat, lon, place, ref } of places) {
    const { link } = place
    if (link === undefined) continue
    pairs.push({ a: ref, b: link })
    const { own, said } = names.get(link)!
    const at = { lat: lat + APART * shift(`${link} north`), lon: lon + APART * shift(`${link} east`) }
    if (!items.has(link))
      items.set(link, { id: link, ...at, names: [said ?? own], kind: undefined, website: undefined })
  }
  return {
    a: places.map(({ lat, lon, place: { link: _, ...place }, ref }) => ({ id: ref, lat, lon, ...place })),
    b: [...items.values()],
    pairs,
    translated: [...names.values()].filter(({ own, said }) => said !== undefined && said !== own).length
  }
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
