/**
 * The ranker that is always there: taste × quality × local evidence × context, what is overrated penalised. Every
 * factor is a feature that is logged, and every score is explained in the tags that the party and the place share.
 */
import { VIBE_TAGS } from "../catalog/taxonomy.ts"
import { type Features, featuresOf, type Party, partyOf } from "../features.ts"
import type { Candidate, ModelRef, RankRequest, Reason, Scored } from "../ranking.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"

export const LOCAL_MODEL: ModelRef = { name: "local_ranker", version: "1" }

/** Two travelers whose tastes differ get different places: taste alone spans a factor of thirty. */
const TASTE_POWER = 1.5
const TASTE_FLOOR = 0.1
/** What a certainly overrated place keeps of its score. */
const OVERRATED_KEEPS = 0.35
/** What a place keeps that a member knows already: rarely wrong, rarely wanted. */
const KNOWN_KEEPS = 0.5
const WRONG_DAY_PART_KEEPS = 0.45

/** The factor that a fit of 0…1 stands for, where nothing fitting keeps `least`. */
const between = (least: number, fit: number) => least + (1 - least) * fit

/** What is counted and what an editor judges, heard together. */
const together = (counted: number, editor: number) => counted + editor - counted * editor

/** An editor's warning weighs as one given by this share of the locals. */
const WARNING_SHARE = 0.5

export const localScore = (f: Features): number => {
  const taste = Math.max(0.02, (f.affinity + TASTE_FLOOR) / (1 + TASTE_FLOOR)) ** TASTE_POWER
  const locals = together(f.local_voice, f.editor_local_voice)
  const visitors = together(f.tourist_voice, f.editor_tourist_voice)
  const warned = Math.max(f.avoid_share, WARNING_SHARE * f.editor_warning)
  const trust = locals / (locals + 0.5 * visitors + 0.1)
  const quality = between(0.55, trust * f.local_score + (1 - trust) * f.tourist_score)
  const local = between(0.7, locals * f.local_score * (1 - warned)) * between(0.9, f.source_tier)
  const context =
    between(0.6, f.price_fit) *
    between(0.85, f.pace_fit) *
    between(0.8, f.social_fit) *
    between(0.25, f.weather_fit) *
    between(WRONG_DAY_PART_KEEPS, f.day_part_fit) *
    (1 + 0.25 * f.category_balance)
  const doubt = (1 - (1 - OVERRATED_KEEPS) * f.overrated) * between(0.75, 1 - warned)
  return taste * quality * local * context * doubt * (f.novelty === 1 ? 1 : KNOWN_KEEPS)
}

/** The three tags that party and place share most, strongest first. */
const sharedMost = (taste: ArrayLike<number>, place: ArrayLike<number>): ReadonlyArray<Reason> => {
  const best = [-1, -1, -1]
  const weights = [0, 0, 0]
  for (let i = 0; i < VIBE_DIMENSIONS; i++) {
    const weight = taste[i]! * place[i]!
    if (weight <= weights[2]!) continue
    let at = 2
    while (at > 0 && weight > weights[at - 1]!) {
      weights[at] = weights[at - 1]!
      best[at] = best[at - 1]!
      at--
    }
    weights[at] = weight
    best[at] = i
  }
  return best.flatMap((tag, i) => (tag < 0 ? [] : [{ tag: VIBE_TAGS[tag]!, weight: weights[i]! }]))
}

const confidenceOf = (f: Features): number =>
  Math.min(0.95, 0.25 + 0.3 * together(f.local_voice, f.editor_local_voice) + 0.25 * f.evidence + 0.15 * f.signal_count)

export const byScore = (a: Scored, b: Scored): number => b.score - a.score || a.index - b.index

export const scoreLocally = (candidate: Candidate, party: Party, context: RankRequest["context"]): Scored => {
  const features = featuresOf(candidate, party, context)
  return {
    index: candidate.index,
    score: localScore(features),
    confidence: confidenceOf(features),
    features,
    why: sharedMost(party.taste, candidate.node.vibe_embedding)
  }
}

/** How many of the best decide how sure a ranking is. */
const HEAD = 10

export const headConfidence = (items: ReadonlyArray<Scored>): number => {
  const head = items.slice(0, HEAD)
  return head.length === 0 ? 0 : head.reduce((sum, item) => sum + item.confidence, 0) / head.length
}

/** Every candidate once, best first; ties by position in the catalog. The same request gives the same answer. */
export const rankLocally = (
  request: Pick<RankRequest, "members" | "candidates" | "context">
): { readonly items: ReadonlyArray<Scored>; readonly confidence: number } => {
  const party = partyOf(request)
  const items = request.candidates.map((candidate) => scoreLocally(candidate, party, request.context)).sort(byScore)
  return { items, confidence: headConfidence(items) }
}
