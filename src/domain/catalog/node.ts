/**
 * A place one can spend time at, and the evidence for it. Field names are those of the table `activity_nodes`.
 */
import * as Schema from "effect/Schema"
import { uuidOfName } from "../basics/hash.ts"
import type { CityId, NodeId } from "../ids.ts"
import { Uuid } from "../ids.ts"
import { parseIsoDate } from "../time/calendar.ts"
import { DayPart, VIBE_DIMENSIONS } from "../vocabulary.ts"
import { Category } from "./category.ts"
import { Doors } from "./doors.ts"
import { PlaceFacts } from "./facts.ts"
import { VibeTag } from "./taxonomy.ts"

const ratio = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 }))

export const Latitude = Schema.Finite.check(Schema.isBetween({ minimum: -90, maximum: 90 }))
export const Longitude = Schema.Finite.check(Schema.isBetween({ minimum: -180, maximum: 180 }))

export const Setting = Schema.Literals(["indoor", "outdoor", "mixed"])

/** 0 free · 1 cheap · 2 moderate · 3 expensive · 4 a splurge. */
export const PriceTier = Schema.Literals([0, 1, 2, 3, 4])
export type PriceTier = typeof PriceTier.Type

/** 1 local experts and blogs · 2 local forums · 3 aggregators · 4 places fallback. */
export const SourceTier = Schema.Literals([1, 2, 3, 4])
export type SourceTier = typeof SourceTier.Type

/** Who speaks: people who live there, or people who visit. */
export const Voice = Schema.Literals(["local", "tourist"])
export type Voice = typeof Voice.Type

/**
 * What kind of thing evidence is. `editor`: a judgement of ours, never counted. `posts`: documents in the table
 * `scraped_posts`. `aggregator`: what a named source says it has counted. `travelers`: people who traveled with us.
 */
export const EvidenceKind = Schema.Literals(["editor", "posts", "aggregator", "travelers"])
export type EvidenceKind = typeof EvidenceKind.Type

/** The kinds whose rows carry a count. */
const CountedKind = Schema.Literals(["posts", "aggregator", "travelers"])

/** How many quotes a signal keeps: enough to show evidence, too few to copy a source. */
const MAX_QUOTES = 3
export const MAX_QUOTE_LENGTH = 240

const SourceName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(80))

/** What one source says about a place, counted. */
export const QualitySignal = Schema.Struct({
  source: SourceName,
  kind: CountedKind,
  voice: Voice,
  mentions: count,
  /** 0 dislikes it · 1 loves it. */
  score: ratio,
  /** Mentions that tell others to stay away. */
  avoid_mentions: count,
  last_seen: Schema.NullOr(
    Schema.String.check(
      Schema.makeFilter((text: string) => parseIsoDate(text) !== undefined || "must be a date, YYYY-MM-DD")
    )
  ),
  quotes: Schema.Array(Schema.String.check(Schema.isMaxLength(MAX_QUOTE_LENGTH))).check(Schema.isMaxLength(MAX_QUOTES)),
  licence: Schema.NullOr(Schema.String)
})
export type QualitySignal = typeof QualitySignal.Type

/** How much an editor of ours thinks that one side likes a place, and in a sentence why. */
const EditorOpinion = Schema.Struct({
  score: ratio,
  note: Schema.NullOr(Schema.String.check(Schema.isMaxLength(MAX_QUOTE_LENGTH)))
})

/** The judgement of one editor. It stands for nobody but that editor, so it has an uncertainty and no count. */
export const EditorJudgement = Schema.Struct({
  source: SourceName,
  licence: Schema.String,
  local: Schema.NullOr(EditorOpinion),
  tourist: Schema.NullOr(EditorOpinion),
  /** What the editor warns visitors of. */
  warning: Schema.NullOr(Schema.String.check(Schema.isMaxLength(MAX_QUOTE_LENGTH))),
  /** The standard deviation of its scores from what many people would say. */
  uncertainty: Schema.Finite.check(Schema.isBetween({ minimum: 0.05, maximum: 0.5 }))
})
export type EditorJudgement = typeof EditorJudgement.Type

/** A signal as it is shown: whose it is, and its count as it stands in its row. */
export const CountedLine = Schema.Struct({
  kind: CountedKind,
  voice: Voice,
  source: Schema.String,
  count,
  score: ratio,
  licence: Schema.NullOr(Schema.String)
})
export type CountedLine = typeof CountedLine.Type

/** Where a field's value comes from, by field name; `*` stands for all fields that are not named. */
export const Provenance = Schema.Record(Schema.String, Schema.Struct({ source: Schema.String, licence: Schema.String }))
export type Provenance = typeof Provenance.Type

const SideSummary = Schema.Struct({
  score: ratio,
  mentions: count,
  sources: Schema.Array(Schema.String),
  /** As how many voices it counts where scores are put together; left out where that is `mentions`. Never shown. */
  weight: Schema.optionalKey(Schema.Finite)
})

/** The derived summary kept on the node; the tables `quality_signals` and `editor_judgements` are the truth. */
export const QualitySummary = Schema.Struct({
  /** Counted evidence alone; what an editor thinks stands apart. */
  local: Schema.NullOr(SideSummary),
  tourist: Schema.NullOr(SideSummary),
  avoid_mentions: count,
  /** Of those, how many count where scores are put together; left out where all of them do. Never shown. */
  avoid_weight: Schema.optionalKey(Schema.Finite),
  /** How far posts and what was known before them call it overrated, 0–1; left out where no posts are known. Never shown. */
  overrated: Schema.optionalKey(ratio),
  lines: Schema.optionalKey(Schema.Array(CountedLine)),
  editor: Schema.optionalKey(EditorJudgement),
  /** Whose word `overrated_flag` rests on, where it is set. */
  flagged_by: Schema.optionalKey(Schema.Literals(["editor", "sources"])),
  /** Why the detector says so, or why it says nothing; left out where nobody speaks of it. */
  reasons: Schema.optionalKey(Schema.Array(Schema.String)),
  /** What travelers of ours found at its door; the table `door_reports` is the truth. */
  doors: Schema.optionalKey(Doors),
  /** Set where nothing is known but what a places service says. */
  places_fallback: Schema.optionalKey(Schema.Literal(true))
})
export type QualitySummary = typeof QualitySummary.Type

/** Names by language, `local` being the one on the door; also `alt_name` and its like. */
export const Names = Schema.Record(Schema.String, Schema.String.check(Schema.isMaxLength(200)))
export type Names = typeof Names.Type

/** What the place is called elsewhere, by whom: `osm`, `wikidata` … */
export const ExternalIds = Schema.Record(Schema.String, Schema.String.check(Schema.isMaxLength(300)))
export type ExternalIds = typeof ExternalIds.Type

export const ActivityNode = Schema.Struct({
  id: Uuid.pipe(Schema.brand("NodeId")),
  city_id: Uuid.pipe(Schema.brand("CityId")),
  name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)),
  neighbourhood: Schema.String.check(Schema.isMaxLength(120)),
  category: Category,
  lat: Latitude,
  lon: Longitude,
  time_zone: Schema.String,
  /** OSM syntax; `null` where nobody knows, which is the normal case. */
  opening_hours: Schema.NullOr(Schema.String.check(Schema.isMaxLength(1000))),
  price_tier: PriceTier,
  setting: Setting,
  weather_sensitivity: ratio,
  typical_minutes: Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 1440 })),
  booking_needed: Schema.Boolean,
  /** When one goes there. */
  day_parts: Schema.Array(DayPart),
  vibe_tags: Schema.Array(VibeTag),
  vibe_weights: Schema.Array(ratio),
  vibe_embedding: Schema.Array(Schema.Finite).check(
    Schema.isMinLength(VIBE_DIMENSIONS),
    Schema.isMaxLength(VIBE_DIMENSIONS)
  ),
  taxonomy_version: Schema.String,
  quality_signals: QualitySummary,
  /** `null` where the evidence is too thin to say. */
  cross_ref_confidence: Schema.NullOr(ratio),
  /** `null` where the detector abstains. */
  overrated_flag: Schema.NullOr(Schema.Boolean),
  source_tier: SourceTier,
  /** `curated`, `posts`, `synthetic`, `places`, or the name of an imported file. */
  source: Schema.String,
  provenance: Provenance,
  names: Schema.optionalKey(Names),
  facts: Schema.optionalKey(PlaceFacts),
  external_ids: Schema.optionalKey(ExternalIds)
})
export type ActivityNode = typeof ActivityNode.Type

/** The id of a city: the same on every machine. */
export const cityIdOf = (slug: string): CityId => uuidOfName("overplanned/city", slug) as CityId

/** The id of a node of a catalog file: the same on every machine and at every seeding. */
export const nodeIdOf = (citySlug: string, key: string): NodeId =>
  uuidOfName("overplanned/node", citySlug, key) as NodeId
