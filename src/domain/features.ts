/**
 * What a ranker sees of a candidate, by name. The order of `FEATURES` is the order of the columns that a trained model
 * is fed with, and the names are logged with every decision: append only, and raise `FEATURES_VERSION` for any other
 * change.
 *
 * | name | range | meaning |
 * |---|---|---|
 * | affinity | −1…1 | cosine of the party's taste (mean of the members) and the place |
 * | affinity_least | −1…1 | the same for the member who likes the place least |
 * | similarity | −1…1 | cosine with the vector that retrieved the candidate |
 * | local_score, tourist_score | 0…1 | how well locals and tourists think of it; 0.5 where nobody has said |
 * | local_voice, tourist_voice | 0…1 | how many of them were counted, saturating |
 * | avoid_share | 0…1 | share of local mentions that tell others to stay away |
 * | overrated | 0…1 | confidence that it is overrated, by degrees where posts speak of it; 0 where it is not, or nobody can tell |
 * | evidence | 0…1 | how well sources agree; 0.5 where that is unknown |
 * | source_tier | 0…1 | 1 local experts, 0 places fallback |
 * | price_fit | 0…1 | the price against the budget wanted |
 * | pace_fit | 0…1 | the length of a visit against the pace wanted |
 * | day_part_fit | 0…1 | one goes there at this part of the day; 0.5 where only at the part beside it; 1 where no part is asked for |
 * | weather_fit | 0…1 | how little the weather spoils it |
 * | social_fit | 0…1 | how well it suits the party; 0.5 where its tags do not say |
 * | category_balance | −1…1 | what the members' history says of the category |
 * | novelty | 0 or 1 | 0 where a member passed or visited this place before |
 * | group_size, day_of_trip, position_in_trip | 0…1 | the situation, scaled |
 * | signal_count | 0…1 | of the member with the fewest, saturating |
 * | editor_local, editor_tourist | 0…1 | what an editor of ours judges of either side; 0.5 where none did |
 * | editor_local_voice, editor_tourist_voice | 0…1 | how much that judgement weighs by its uncertainty; 0 where none did |
 * | editor_warning | 0 or 1 | the editor warns visitors of it |
 *
 * The scores are the best guess of all evidence, an editor's judgement as its prior; the voices count rows alone, so that
 * one editor and fifty posts are told apart.
 */
import { categoryIndex } from "./catalog/category.ts"
import { standing, weightOfJudgement } from "./catalog/standing.ts"
import { tagIndex } from "./catalog/taxonomy.ts"
import { meanTaste, vibeQuery } from "./persona/encode.ts"
import type { Persona } from "./persona/persona.ts"
import type { Candidate, RankRequest } from "./ranking.ts"
import { DAY_PARTS } from "./time/day-part.ts"
import {
  type Budget,
  COLD_BELOW_SIGNALS,
  type DayPart,
  type Pace,
  type SocialMode,
  VIBE_DIMENSIONS
} from "./vocabulary.ts"

export const FEATURES_VERSION = "3"

export const FEATURES = [
  "affinity",
  "affinity_least",
  "similarity",
  "local_score",
  "tourist_score",
  "local_voice",
  "tourist_voice",
  "avoid_share",
  "overrated",
  "evidence",
  "source_tier",
  "price_fit",
  "pace_fit",
  "day_part_fit",
  "weather_fit",
  "social_fit",
  "category_balance",
  "novelty",
  "group_size",
  "day_of_trip",
  "position_in_trip",
  "signal_count",
  "editor_local",
  "editor_tourist",
  "editor_local_voice",
  "editor_tourist_voice",
  "editor_warning"
] as const

export type FeatureName = (typeof FEATURES)[number]
export type Features = Readonly<Record<FeatureName, number>>

/** The party as the features see it: worked out once per request. */
export interface Party {
  /** One unit vector of vibe space per member. */
  readonly tastes: ReadonlyArray<Float32Array>
  /** Their mean, at unit length. */
  readonly taste: Float32Array
  readonly budget: Budget
  readonly pace: Pace
  readonly social: SocialMode
  /** Places that a member has judged already. */
  readonly known: ReadonlySet<string>
  readonly fewestSignals: number
  readonly balance: Float32Array
}

const CATEGORY_BALANCE_FROM = 96
/** Mentions after which one more hardly matters. */
const VOICE_HALF = 12
const MINUTES_LIKED: Readonly<Record<Pace, number>> = { leisurely: 100, moderate: 70, packed: 45 }
const PRICE_LIKED: Readonly<Record<Budget, number>> = { low: 0.8, mid: 1.9, high: 3.1 }
const BUDGETS: ReadonlyArray<Budget> = ["low", "mid", "high"]

const SOCIAL_TAGS: Readonly<Record<SocialMode, ReadonlyArray<number>>> = {
  solo: [tagIndex("solo_friendly")!],
  couple: [tagIndex("date_night")!, tagIndex("romantic")!],
  family: [tagIndex("family_friendly")!],
  friends: [tagIndex("group_friendly")!, tagIndex("lively")!]
}

/** The narrowest purse of a party decides: nobody is led where they cannot pay. */
export const budgetOf = (members: ReadonlyArray<Persona>): Budget =>
  BUDGETS.find((budget) => members.some((m) => m.dimensions.budget_sensitivity.value === budget)) ?? "mid"

/** The slowest decides the pace. */
const paceOf = (members: ReadonlyArray<Persona>): Pace =>
  (["leisurely", "moderate", "packed"] as const).find((pace) =>
    members.some((m) => m.dimensions.pace_preference.value === pace)
  ) ?? "moderate"

export const partyOf = (request: Pick<RankRequest, "members" | "context">): Party => {
  const { members, context } = request
  const tastes = members.map((member) => vibeQuery(member.vector))
  const size = Math.max(members.length, context.groupSize)
  const stated = members[0]?.dimensions.social_mode.value ?? "solo"
  const balance = new Float32Array(32)
  for (const member of members) {
    for (let i = 0; i < 32; i++) balance[i]! += member.vector[CATEGORY_BALANCE_FROM + i]! / members.length
  }
  return {
    tastes,
    taste: meanTaste(tastes),
    budget: context.constraints?.budget ?? budgetOf(members),
    pace: context.constraints?.pace ?? paceOf(members),
    social: size === 1 ? stated : stated === "solo" ? (size === 2 ? "couple" : "friends") : stated,
    known: new Set(members.flatMap((member) => member.sequence.map((item) => item.node_id))),
    fewestSignals: members.length === 0 ? 0 : Math.min(...members.map((member) => member.signal_count)),
    balance
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < VIBE_DIMENSIONS; i++) sum += a[i]! * b[i]!
  return sum
}

const voice = (mentions: number): number => mentions / (mentions + VOICE_HALF)
const clamp01 = (x: number) => Math.min(1, Math.max(0, x))

const weatherFit = (candidate: Candidate, weather: RankRequest["context"]["weather"]): number => {
  if (weather === undefined || weather === "clear") return 1
  const severity = weather === "storm" ? 1 : weather === "rain" || weather === "snow" ? 0.85 : 0.6
  return 1 - severity * candidate.node.weather_sensitivity
}

/** What one goes to in the morning is not wrong at noon. */
const dayPartFit = (parts: ReadonlyArray<DayPart>, wanted: DayPart): number => {
  if (parts.includes(wanted)) return 1
  const at = DAY_PARTS.indexOf(wanted)
  return parts.some((part) => Math.abs(DAY_PARTS.indexOf(part) - at) === 1) ? 0.5 : 0
}

const socialFit = (candidate: Candidate, social: SocialMode): number => {
  let most = 0
  for (const tag of SOCIAL_TAGS[social]) most = Math.max(most, candidate.node.vibe_embedding[tag] ?? 0)
  return clamp01(0.5 + most)
}

export const featuresOf = (candidate: Candidate, party: Party, context: RankRequest["context"]): Features => {
  const { node } = candidate
  const { local, tourist, editor } = node.quality_signals
  const weight = editor === undefined ? 0 : voice(weightOfJudgement(editor.uncertainty))
  let least = 1
  for (const taste of party.tastes) least = Math.min(least, dot(taste, node.vibe_embedding))
  const dayPart = context.dayPart
  return {
    affinity: dot(party.taste, node.vibe_embedding),
    affinity_least: party.tastes.length === 0 ? 0 : least,
    similarity: candidate.similarity,
    local_score: standing(node.quality_signals, "local") ?? 0.5,
    tourist_score: standing(node.quality_signals, "tourist") ?? 0.5,
    local_voice: voice(local?.weight ?? local?.mentions ?? 0),
    tourist_voice: voice(tourist?.weight ?? tourist?.mentions ?? 0),
    avoid_share: clamp01(
      (node.quality_signals.avoid_weight ?? node.quality_signals.avoid_mentions) /
        Math.max(1, local?.weight ?? local?.mentions ?? 0)
    ),
    overrated:
      node.quality_signals.overrated ?? (node.overrated_flag === true ? (node.cross_ref_confidence ?? 0.6) : 0),
    evidence: node.cross_ref_confidence ?? 0.5,
    source_tier: (4 - node.source_tier) / 3,
    price_fit: node.price_tier === 0 ? 1 : 1 - clamp01(Math.abs(node.price_tier - PRICE_LIKED[party.budget]) / 3),
    pace_fit: 1 - clamp01(Math.abs(node.typical_minutes - MINUTES_LIKED[party.pace]) / 180),
    day_part_fit: dayPart === undefined ? 1 : dayPartFit(node.day_parts, dayPart),
    weather_fit: weatherFit(candidate, context.weather),
    social_fit: socialFit(candidate, party.social),
    category_balance: Math.max(-1, Math.min(1, 4 * party.balance[categoryIndex(node.category)]!)),
    novelty: party.known.has(node.id) ? 0 : 1,
    group_size: clamp01(context.groupSize / 8),
    day_of_trip: clamp01((context.dayOfTrip ?? 1) / 14),
    position_in_trip: clamp01(context.positionInTrip ?? 0),
    signal_count: party.fewestSignals / (party.fewestSignals + COLD_BELOW_SIGNALS),
    editor_local: editor?.local?.score ?? 0.5,
    editor_tourist: editor?.tourist?.score ?? 0.5,
    editor_local_voice: editor?.local == null ? 0 : weight,
    editor_tourist_voice: editor?.tourist == null ? 0 : weight,
    editor_warning: editor?.warning == null ? 0 : 1
  }
}

/** Rows of features, one per candidate, as a trained model takes them. */
export const featureMatrix = (rows: ReadonlyArray<Features>): Float32Array => {
  const out = new Float32Array(rows.length * FEATURES.length)
  for (let row = 0; row < rows.length; row++) {
    for (let i = 0; i < FEATURES.length; i++) out[row * FEATURES.length + i] = rows[row]![FEATURES[i]!]
  }
  return out
}
