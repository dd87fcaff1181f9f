/**
 * The file a city's catalog is written in by hand or by an importer (`data/cities/<slug>.json`), and what an entry
 * of it becomes. The format is explained with an example in `data/cities/README.md`.
 */
import * as Schema from "effect/Schema"
import { DayPart } from "../vocabulary.ts"
import { Category } from "./category.ts"
import { PlaceFacts } from "./facts.ts"
import {
  ExternalIds,
  Latitude,
  Longitude,
  MAX_QUOTE_LENGTH,
  Names,
  PriceTier,
  Provenance,
  QualitySignal,
  Setting,
  SourceTier
} from "./node.ts"
import { isVibeTag } from "./taxonomy.ts"

const ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const weight = Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))

const CitySlug = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,63}$/, { message: "must be lower-case words joined by hyphens" })
)

export const Bounds = Schema.Struct({ south: Latitude, west: Longitude, north: Latitude, east: Longitude })
export type Bounds = typeof Bounds.Type

export const Point = Schema.Struct({ lat: Latitude, lon: Longitude })

/** How one gets around: what the great-circle travel model needs to know of a city. */
const Transit = Schema.Struct({
  /** Speed over ground between two stops, detours not counted. */
  transit_kmh: Schema.Finite.check(Schema.isBetween({ minimum: 5, maximum: 80 })),
  /** Walking to the stop, waiting, walking from it. */
  overhead_minutes: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 60 })),
  /** How much longer a street is than the crow's flight (hills, water, grid). */
  detour: Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 3 }))
})

export const CityInfo = Schema.Struct({
  slug: CitySlug,
  name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)),
  /** ISO 3166 alpha-2; decides which days are public holidays. */
  country: Schema.String.check(Schema.isPattern(/^[A-Z]{2}$/)),
  time_zone: Schema.String.check(Schema.isPattern(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/)),
  bounds: Bounds,
  centre: Point,
  transit: Schema.optionalKey(Transit),
  /** ISO 639 codes of what is spoken there, and the ISO 4217 code of what one pays with. */
  languages: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isPattern(/^[a-z]{2,3}$/)))),
  currency: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/)))
})
export type CityInfo = typeof CityInfo.Type

/** An editor's judgement: how much this side likes the place, and one sentence why. */
const Judgement = Schema.Struct({
  score: ratio,
  note: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(MAX_QUOTE_LENGTH)))
})

export const EditorialQuality = Schema.Struct({
  local: Schema.optionalKey(Judgement),
  /** Present exactly when tourist lists name the place. */
  tourist: Schema.optionalKey(Judgement),
  /** What locals warn visitors of, where they commonly do. */
  avoid: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(MAX_QUOTE_LENGTH)))
})
export type EditorialQuality = typeof EditorialQuality.Type

/** A record schema passes over keys it does not know; a tag that does not exist must be heard of. */
const Vibes = Schema.Record(Schema.String, weight).check(
  Schema.makeFilter((vibes: Readonly<Record<string, number>>) => {
    const unknown = Object.keys(vibes).filter((tag) => !isVibeTag(tag))
    return unknown.length === 0 || `no such vibe tag: ${unknown.join(", ")}`
  })
)

/** A file may pass on what a source has counted. Posts and travelers are counted in our own tables or not at all. */
const FileSignal = QualitySignal.check(
  Schema.makeFilter(({ kind }) => kind === "aggregator" || `a file cannot claim evidence of kind ${kind}`)
)

export const CityFileNode = Schema.Struct({
  /** Names the node within its city for ever: its id is made of it. */
  key: Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,99}$/)),
  name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)),
  neighbourhood: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(120)),
  category: Category,
  lat: Latitude,
  lon: Longitude,
  opening_hours: Schema.NullOr(Schema.String.check(Schema.isMaxLength(1000))),
  price_tier: PriceTier,
  vibes: Vibes,
  /** From here on: left out where the category's default is right. */
  setting: Schema.optionalKey(Setting),
  weather_sensitivity: Schema.optionalKey(ratio),
  typical_minutes: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 1440 }))),
  day_parts: Schema.optionalKey(Schema.Array(DayPart)),
  booking_needed: Schema.optionalKey(Schema.Boolean),
  names: Schema.optionalKey(Names),
  facts: Schema.optionalKey(PlaceFacts),
  external_ids: Schema.optionalKey(ExternalIds),
  /** When the source last looked whether what it says is still so. */
  checked: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/))),
  source_tier: Schema.optionalKey(SourceTier),
  provenance: Schema.optionalKey(Provenance),
  /** Editorial judgement (curated files) or full signals (imports, generated data); one of them. */
  quality: Schema.optionalKey(EditorialQuality),
  quality_signals: Schema.optionalKey(Schema.Array(FileSignal))
})
export type CityFileNode = typeof CityFileNode.Type

const CITY_FILE_FORMAT = "overplanned/city@1"

/** The file without its nodes decoded: they are decoded one by one, so that a bad one is rejected alone. */
export const CityFileHeader = Schema.Struct({
  format: Schema.Literal(CITY_FILE_FORMAT),
  /** `curated`, `synthetic`, or where an import comes from. */
  source: Schema.String.check(Schema.isPattern(/^[a-z0-9][a-z0-9:_-]{0,39}$/)),
  licence: Schema.String.check(Schema.isMinLength(1)),
  city: CityInfo,
  nodes: Schema.Array(Schema.Unknown)
})
export type CityFileHeader = typeof CityFileHeader.Type

export interface CityFile extends Omit<CityFileHeader, "nodes"> {
  readonly nodes: ReadonlyArray<CityFileNode>
}
