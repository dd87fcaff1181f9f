/**
 * One place out of what several sources say of it: field by field, from whoever knows that field best, with the source
 * and licence of each. Where two say when they last looked at the hours, the later one is believed.
 */
import type { CityFileNode } from "../city-file.ts"
import type { PlaceFacts } from "../facts.ts"
import type { Provenance, SourceTier } from "../node.ts"

/** An entry of one source, as it was read, and the node that it is part of. */
export interface SourceEntry {
  readonly source: string
  readonly licence: string
  /** The key of the node's first entry: its id is made of it, and never changes. */
  readonly node_key: string
  readonly entry: CityFileNode
}

/** Who knows what best. A file of somebody's own bears its own name, and counts as `file`. */
const ORDER = {
  character: ["curated", "file", "osm", "wikivoyage", "overture", "geojson"],
  position: ["osm", "overture", "geojson", "file", "curated", "wikivoyage"],
  hours: ["osm", "curated", "file", "wikivoyage", "overture", "geojson"],
  facts: ["osm", "overture", "geojson", "wikivoyage", "file", "curated"]
} as const

type Field = keyof typeof ORDER

const rank = (field: Field, source: string): number => {
  const order: ReadonlyArray<string> = ORDER[field]
  const at = order.indexOf(source)
  return at < 0 ? order.indexOf("file") : at
}

const sorted = (field: Field, entries: ReadonlyArray<SourceEntry>): ReadonlyArray<SourceEntry> =>
  [...entries].sort((a, b) => rank(field, a.source) - rank(field, b.source) || (a.source < b.source ? -1 : 1))

const originOf = ({ source, licence, entry }: SourceEntry) => entry.provenance?.["*"] ?? { source, licence }

/** A walk through a quarter lies where its editor begins it, whatever else bears the name. */
const POSITION_OF_ITS_OWN = new Set(["neighbourhood_walk", "trail"])

const hoursOf = (entries: ReadonlyArray<SourceEntry>): SourceEntry | undefined => {
  const known = sorted("hours", entries).filter(({ entry }) => entry.opening_hours !== null)
  return known.reduce<SourceEntry | undefined>((best, one) => {
    if (best === undefined) return one
    const [a, b] = [best.entry.checked, one.entry.checked]
    return a !== undefined && b !== undefined && b > a ? one : best
  }, undefined)
}

const factsOf = (entries: ReadonlyArray<SourceEntry>): PlaceFacts =>
  Object.assign({}, ...[...sorted("facts", entries)].reverse().map(({ entry }) => entry.facts ?? {}))

/** What the entries of one node make together. With a single entry it is that entry. */
export const mergeEntries = (
  entries: ReadonlyArray<SourceEntry>
): { readonly entry: CityFileNode; readonly origin: SourceEntry } => {
  const [lead] = sorted("character", entries)
  if (lead === undefined) throw new Error("a node without entries cannot be put together")
  const key = lead.node_key
  if (entries.length === 1) return { entry: { ...lead.entry, key }, origin: lead }
  const place = POSITION_OF_ITS_OWN.has(lead.entry.category) ? lead : sorted("position", entries)[0]!
  const hours = hoursOf(entries)
  const facts = factsOf(entries)
  const provenance: Record<string, Provenance[string]> = { "*": originOf(lead) }
  const from = (field: string, one: SourceEntry | undefined) => {
    if (one !== undefined && one !== lead) provenance[field] = originOf(one)
  }
  from("position", place)
  from("opening_hours", hours)
  if (Object.keys(facts).length > 0)
    from(
      "facts",
      sorted("facts", entries).find(({ entry }) => entry.facts !== undefined)
    )
  const judged = entries.find(({ entry }) => entry.quality !== undefined)
  from("quality", judged)
  const signals = entries.flatMap(({ entry }) => entry.quality_signals ?? [])
  const { quality: _q, quality_signals: _s, ...character } = lead.entry
  return {
    origin: lead,
    entry: {
      ...character,
      key,
      lat: place.entry.lat,
      lon: place.entry.lon,
      opening_hours: hours?.entry.opening_hours ?? null,
      names: Object.assign({}, ...[...sorted("character", entries)].reverse().map(({ entry }) => entry.names ?? {})),
      facts,
      external_ids: Object.assign({}, ...[...entries].map(({ entry }) => entry.external_ids ?? {})),
      ...(entries.some(({ entry }) => entry.booking_needed === true) ? { booking_needed: true } : {}),
      source_tier: Math.min(...entries.map(({ entry }) => entry.source_tier ?? 1)) as SourceTier,
      provenance,
      ...(judged === undefined ? {} : { quality: judged.entry.quality! }),
      ...(signals.length === 0 ? {} : { quality_signals: signals })
    }
  }
}
