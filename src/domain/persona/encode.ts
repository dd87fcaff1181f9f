/**
 * Dimensions and history as one unit vector of 128 numbers. The first half is the affinity in vibe space; the second
 * says how somebody travels. Each half has a fixed share of the length, so neither can drown the other in a cosine.
 *
 * | position | meaning |
 * |---|---|
 * | 0–63 | affinity, one number per vibe tag |
 * | 64–66 | pace: leisurely, moderate, packed |
 * | 67–69 | budget: low, mid, high |
 * | 70–71 | cuisine openness, and its opposite |
 * | 72–75 | solo, couple, family, friends |
 * | 76–78 | early bird, balanced, night owl |
 * | 79–84 | primary interest |
 * | 85–87 | first trip, returning, frequent |
 * | 88–91 | how many signals, share accepted, share accepted of the last ten, share of categories tried |
 * | 92–95 | unused, zero |
 * | 96–127 | balance of accepted and passed per category, newer counting more |
 */
import { CATEGORIES, categoryIndex } from "../catalog/category.ts"
import { COLD_BELOW_SIGNALS, PERSONA_DIMENSIONS, VIBE_DIMENSIONS } from "../vocabulary.ts"
import { VALUES } from "./dimensions.ts"
import type { Persona, PersonaDimensions, SequenceItem } from "./persona.ts"

/** Rises whenever the layout or its weights change: vectors of different versions do not compare. */
export const ENCODER_VERSION = "deterministic-1"

/** Share of the squared length that taste has; the rest is how one travels. */
const TASTE_SHARE = 0.75
const TRAVEL_FROM = 64
const HISTORY_FROM = 88
const CATEGORY_FROM = 96
/** Items back after which an accepted or passed node counts half. */
const HALF_LIFE_ITEMS = 15
/** A balance is divided by the evidence plus this, so that one skip does not condemn a category. */
const PRIOR_EVIDENCE = 2

const put = (out: Float64Array, at: number, values: ReadonlyArray<string>, value: string, confidence: number) => {
  // A value nobody is sure of spreads over all of them.
  for (let i = 0; i < values.length; i++) {
    out[at + i] = (values[i] === value ? confidence : 0) + (1 - confidence) / values.length
  }
}

const history = (out: Float64Array, sequence: ReadonlyArray<SequenceItem>, signalCount: number) => {
  const share = (items: ReadonlyArray<SequenceItem>) =>
    items.length === 0 ? 0.5 : items.filter((item) => item.accepted).length / items.length
  const balance = new Float64Array(CATEGORIES.length)
  const evidence = new Float64Array(CATEGORIES.length)
  const tried = new Set<number>()
  for (let i = 0; i < sequence.length; i++) {
    const item = sequence[i]!
    if (item.category === undefined) continue
    const category = categoryIndex(item.category)
    const weight = 0.5 ** ((sequence.length - 1 - i) / HALF_LIFE_ITEMS)
    balance[category]! += item.accepted ? weight : -weight
    evidence[category]! += weight
    if (item.accepted) tried.add(category)
  }
  out[HISTORY_FROM] = signalCount / (signalCount + COLD_BELOW_SIGNALS)
  out[HISTORY_FROM + 1] = share(sequence)
  out[HISTORY_FROM + 2] = share(sequence.slice(-10))
  out[HISTORY_FROM + 3] = tried.size / CATEGORIES.length
  for (let i = 0; i < CATEGORIES.length; i++) out[CATEGORY_FROM + i] = balance[i]! / (evidence[i]! + PRIOR_EVIDENCE)
}

const writeScaled = (to: Float32Array, from: Float64Array, begin: number, end: number, share: number) => {
  let square = 0
  for (let i = begin; i < end; i++) square += from[i]! * from[i]!
  const scale = square === 0 ? 0 : Math.sqrt(share / square)
  for (let i = begin; i < end; i++) to[i] = from[i]! * scale
}

/** Where each of the eight dimensions stands in the vector, from and to; history comes after them. */
export const DIMENSION_SPANS: ReadonlyArray<readonly [name: keyof PersonaDimensions, from: number, to: number]> = [
  ["category_affinities", 0, TRAVEL_FROM],
  ["pace_preference", 64, 67],
  ["budget_sensitivity", 67, 70],
  ["cuisine_openness", 70, 72],
  ["social_mode", 72, 76],
  ["time_orientation", 76, 79],
  ["primary_interest", 79, 85],
  ["trip_count", 85, HISTORY_FROM]
]

/** The 128 numbers of persona space. The same input gives the same bits. */
export const encodePersona = (input: {
  readonly dimensions: PersonaDimensions
  readonly sequence: ReadonlyArray<SequenceItem>
  readonly signalCount: number
}): Float32Array => {
  const { dimensions: d } = input
  const raw = new Float64Array(PERSONA_DIMENSIONS)
  d.category_affinities.value.forEach((x, i) => {
    raw[i] = x
  })
  const openness = d.cuisine_openness.confidence * (d.cuisine_openness.value - 0.5) + 0.5
  put(raw, 64, VALUES.pace_preference, d.pace_preference.value, d.pace_preference.confidence)
  put(raw, 67, VALUES.budget_sensitivity, d.budget_sensitivity.value, d.budget_sensitivity.confidence)
  raw[70] = openness
  raw[71] = 1 - openness
  put(raw, 72, VALUES.social_mode, d.social_mode.value, d.social_mode.confidence)
  put(raw, 76, VALUES.time_orientation, d.time_orientation.value, d.time_orientation.confidence)
  put(raw, 79, VALUES.primary_interest, d.primary_interest.value, d.primary_interest.confidence)
  put(raw, 85, VALUES.trip_count, d.trip_count.value, d.trip_count.confidence)
  history(raw, input.sequence, input.signalCount)
  const out = new Float32Array(PERSONA_DIMENSIONS)
  writeScaled(out, raw, 0, TRAVEL_FROM, TASTE_SHARE)
  writeScaled(out, raw, TRAVEL_FROM, PERSONA_DIMENSIONS, 1 - TASTE_SHARE)
  return out
}

/** The taste in a persona vector as a unit vector of vibe space: what places are searched with. */
export const vibeQuery = (persona: Float32Array): Float32Array => {
  const out = new Float32Array(VIBE_DIMENSIONS)
  let square = 0
  for (let i = 0; i < VIBE_DIMENSIONS; i++) square += persona[i]! * persona[i]!
  if (square === 0) return out
  const scale = 1 / Math.sqrt(square)
  for (let i = 0; i < VIBE_DIMENSIONS; i++) out[i] = persona[i]! * scale
  return out
}

/** What several people like together: the mean of their tastes as a unit vector, none louder than another; of one, their own. */
export const meanTaste = (tastes: ReadonlyArray<Float32Array>): Float32Array => {
  if (tastes.length === 1) return tastes[0]!
  const mean = new Float32Array(VIBE_DIMENSIONS)
  for (const taste of tastes) for (let i = 0; i < VIBE_DIMENSIONS; i++) mean[i]! += taste[i]!
  return vibeQuery(mean)
}

/** The taste that a party has together. */
export const partyTaste = (party: ReadonlyArray<Pick<Persona, "vector">>): Float32Array =>
  meanTaste(party.map(({ vector }) => vibeQuery(vector)))
