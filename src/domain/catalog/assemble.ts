/** From an entry of a city file to a node with its evidence, all defaults filled in and all derived fields worked out. */
import * as Result from "effect/Result"
import { categoryInfo } from "./category.ts"
import type { CityFileNode, CityInfo, EditorialQuality } from "./city-file.ts"
import { vibeEmbeddingOf } from "./embedding.ts"
import { type CrossReference, crossReference } from "./evidence.ts"
import { parseHours } from "./hours/hours.ts"
import { type ActivityNode, cityIdOf, nodeIdOf, type QualitySignal } from "./node.ts"
import { TAXONOMY_VERSION, tagIndex } from "./taxonomy.ts"

/** An editor's judgement sums up what the editor has read and heard: it counts as this many mentions. */
export const JUDGEMENT_MENTIONS = 8
/** A warning that locals commonly give: half of them. */
export const JUDGEMENT_AVOID_MENTIONS = 4

export interface AssembledNode {
  readonly node: ActivityNode
  readonly signals: ReadonlyArray<QualitySignal>
  readonly evidence: CrossReference
  /** What was put right rather than refused, in words. */
  readonly notes: ReadonlyArray<string>
}

export interface FileOrigin {
  readonly source: string
  readonly licence: string
}

export const editorialSignals = (quality: EditorialQuality, origin: FileOrigin): ReadonlyArray<QualitySignal> =>
  (["local", "tourist"] as const).flatMap((kind): ReadonlyArray<QualitySignal> => {
    const judgement = quality[kind]
    if (judgement === undefined) return []
    const avoid = kind === "local" && quality.avoid !== undefined
    const quotes = [judgement.note, avoid ? quality.avoid : undefined].filter((quote) => quote !== undefined)
    return [
      {
        source: origin.source,
        kind,
        mentions: JUDGEMENT_MENTIONS,
        score: judgement.score,
        avoid_mentions: avoid ? JUDGEMENT_AVOID_MENTIONS : 0,
        last_seen: null,
        quotes,
        licence: origin.licence
      }
    ]
  })

/** Hours that cannot be read are unknown hours: the place goes in without them. */
const readableHours = (text: string | null, country: string) => {
  if (text === null) return { hours: null, note: undefined }
  const parsed = parseHours(text, country)
  if (Result.isSuccess(parsed)) return { hours: text, note: undefined }
  const { message, at } = parsed.failure
  return { hours: null, note: `opening hours "${text.slice(0, 60)}" left out: ${message} (at character ${at + 1})` }
}

/** As many digits as a 32-bit float has: more of them would only be bytes on the wire. */
const sevenDigits = (x: number) => Math.round(x * 1e7) / 1e7

export const assembleNode = (city: CityInfo, origin: FileOrigin, entry: CityFileNode): AssembledNode => {
  const info = categoryInfo(entry.category)
  const tags = Object.keys(entry.vibes).sort((a, b) => entry.vibes[b]! - entry.vibes[a]! || tagIndex(a)! - tagIndex(b)!)
  const weights = tags.map((tag) => entry.vibes[tag]!)
  const signals = entry.quality_signals ?? (entry.quality === undefined ? [] : editorialSignals(entry.quality, origin))
  const evidence = crossReference(signals)
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
    provenance: entry.provenance ?? { "*": { source: origin.source, licence: origin.licence } }
  }
  return { node, signals, evidence, notes: note === undefined ? [] : [note] }
}
