/** From an entry of a city file to a node with its evidence, all defaults filled in and all derived fields worked out. */
import * as Result from "effect/Result"
import { categoryInfo } from "./category.ts"
import type { CityFileNode, CityInfo, EditorialQuality } from "./city-file.ts"
import { vibeEmbeddingOf } from "./embedding.ts"
import { type CrossReference, crossReference } from "./evidence.ts"
import { parseHours } from "./hours/hours.ts"
import { type ActivityNode, cityIdOf, type EditorJudgement, nodeIdOf, type QualitySignal, type Voice } from "./node.ts"
import { TAXONOMY_VERSION, tagIndex } from "./taxonomy.ts"

/** How far an editor's scores lie from what many people would say: a quarter of the scale, as a standard deviation. */
const EDITOR_UNCERTAINTY = 0.25

export interface AssembledNode {
  readonly node: ActivityNode
  readonly signals: ReadonlyArray<QualitySignal>
  /** `null` where no editor has judged it. */
  readonly judgement: EditorJudgement | null
  readonly evidence: CrossReference
  /** What was put right rather than refused, in words. */
  readonly notes: ReadonlyArray<string>
}

export interface FileOrigin {
  readonly source: string
  readonly licence: string
}

/** What an editor wrote of a place, as a judgement: it is one opinion, however much was read for it. */
const editorJudgement = (quality: EditorialQuality, origin: FileOrigin): EditorJudgement => {
  const opinion = (voice: Voice) => {
    const said = quality[voice]
    return said === undefined ? null : { score: said.score, note: said.note ?? null }
  }
  return {
    source: origin.source,
    licence: origin.licence,
    local: opinion("local"),
    tourist: opinion("tourist"),
    warning: quality.avoid ?? null,
    uncertainty: EDITOR_UNCERTAINTY
  }
}

/** Hours that cannot be read are unknown hours: the place goes in without them. */
const readableHours = (text: string | null, country: string) => {
  if (text === null) return { hours: null, note: undefined }
  const parsed = parseHours(text, country)
  if (Result.isSuccess(parsed)) return { hours: text, note: undefined }
  const { message, at } = parsed.failure
  return { hours: null, note: `opening hours "${text}" left out: ${message} (at character ${at + 1})` }
}

/** As many digits as a 32-bit float has: more of them would only be bytes on the wire. */
const sevenDigits = (x: number) => Math.round(x * 1e7) / 1e7

/** The same record with its keys in order: what was put together in another order is the same content. */
const ordered = <A>(value: A): A =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : (Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, ordered(one)])
      ) as A)

export const assembleNode = (city: CityInfo, origin: FileOrigin, entry: CityFileNode): AssembledNode => {
  const info = categoryInfo(entry.category)
  const tags = Object.keys(entry.vibes).sort((a, b) => entry.vibes[b]! - entry.vibes[a]! || tagIndex(a)! - tagIndex(b)!)
  const weights = tags.map((tag) => entry.vibes[tag]!)
  const signals = entry.quality_signals ?? []
  const judgement = entry.quality === undefined ? null : editorJudgement(entry.quality, origin)
  const evidence = crossReference(signals, judgement)
  const { hours, note } = readableHours(entry.opening_hours, city.country)
  const node: ActivityNode = {
    id: nodeIdOf(city.slug, entry.key),
    city_id: cityIdOf(city.slug),
    name: entry.name,
    neighbourhood: entry.neighbourhood,
    category: entry.category,
    lat: entry.lat,
    lon: entry.lon,
    time_zone: city.time_zone,
    opening_hours: hours,
    price_tier: entry.price_tier,
    setting: entry.setting ?? info.setting,
    weather_sensitivity: entry.weather_sensitivity ?? info.weather_sensitivity,
    typical_minutes: entry.typical_minutes ?? info.typical_minutes,
    booking_needed: entry.booking_needed ?? false,
    day_parts: entry.day_parts ?? info.day_parts,
    vibe_tags: tags,
    vibe_weights: weights,
    vibe_embedding: Array.from(vibeEmbeddingOf(tags, weights), sevenDigits),
    taxonomy_version: TAXONOMY_VERSION,
    quality_signals: entry.source_tier === 4 ? { ...evidence.summary, places_fallback: true } : evidence.summary,
    cross_ref_confidence: evidence.cross_ref_confidence,
    overrated_flag: evidence.overrated_flag,
    source_tier: entry.source_tier ?? 1,
    source: origin.source,
    provenance: ordered(entry.provenance ?? { "*": { source: origin.source, licence: origin.licence } }),
    ...(entry.names === undefined ? {} : { names: ordered(entry.names) }),
    ...(entry.facts === undefined ? {} : { facts: ordered(entry.facts) }),
    ...(entry.external_ids === undefined ? {} : { external_ids: ordered(entry.external_ids) })
  }
  return { node, signals, judgement, evidence, notes: note === undefined ? [] : [note] }
}
