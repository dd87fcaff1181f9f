/**
 * How a persona learns while its traveler travels: one signal in, new dimensions out, with an account of what moved
 * and why. Pure: the same signals in the same order give the same persona.
 */
import type { Category } from "../catalog/category.ts"
import { explain } from "../catalog/embedding.ts"
import { VIBE_TAGS } from "../catalog/taxonomy.ts"
import type { Budget, DayPart, PrimaryInterest, SignalType, TimeOrientation } from "../vocabulary.ts"
import type { DimensionName } from "./dimensions.ts"
import { interestOf } from "./interests.ts"
import type { Dimension, PersonaDimensions } from "./persona.ts"

/** A signal and the place it is about, as far as the persona cares. */
export interface Evidence {
  readonly signal_type: SignalType
  /** 1.0 from the app, 0.3 from backfill. */
  readonly weight: number
  readonly occurred_at: number
  readonly node: {
    readonly id: string
    readonly category: Category
    readonly price_tier: number
    readonly vibe: ArrayLike<number>
  }
  readonly time_to_action_ms?: number
  readonly day_part?: DayPart
  /** 1–5, of a `post_trip_rating`. */
  readonly rating?: number
}

export interface PersonaChange {
  readonly dimension: DimensionName
  readonly tag?: string
  readonly from: number | string
  readonly to: number | string
  readonly because: string
}

export interface PersonaUpdate {
  readonly dimensions: PersonaDimensions
  readonly changes: ReadonlyArray<PersonaChange>
}

/** What each kind of signal says about a place, −1…1 and a little beyond. Unlisted kinds say nothing. */
const STRENGTH: Readonly<Partial<Record<SignalType, number>>> = {
  thumbs_up: 1.2,
  slot_accept: 1,
  pivot_accept: 0.8,
  discovery_swipe_right: 0.6,
  pivot_dismiss: -0.3,
  discovery_swipe_left: -0.4,
  slot_skip: -0.6,
  slot_swap: -0.7,
  thumbs_down: -1.2
}

/** Somebody who passes within this time did not need to think about it. */
const FAST_SKIP_MS = 3_000
const SLOW_SKIP_MS = 10_000
const FAST_SKIP_FACTOR = 1.8
/** Age after which a signal moves the taste half as much. */
const HALF_LIFE_MS = 60 * 86_400_000
/** The first signals teach most; a known taste drifts slowly, but never stands still. */
const FIRST_STEP = 0.35
const LAST_STEP = 0.06
const STEP_HALVES_AFTER = 20
/** Tags named in the account of one signal. */
const TOLD_TAGS = 3

/** −1.2…1.2: how much the traveler liked it; 0 where the signal says nothing about the place. */
export const strengthOf = (evidence: Omit<Evidence, "node" | "occurred_at" | "weight">): number => {
  if (evidence.signal_type === "post_trip_rating") {
    return evidence.rating === undefined ? 0 : 0.6 * (Math.min(5, Math.max(1, evidence.rating)) - 3)
  }
  const strength = STRENGTH[evidence.signal_type] ?? 0
  const passed = evidence.signal_type === "slot_skip" || evidence.signal_type === "discovery_swipe_left"
  if (!passed || evidence.time_to_action_ms === undefined) return strength
  const slowness = (evidence.time_to_action_ms - FAST_SKIP_MS) / (SLOW_SKIP_MS - FAST_SKIP_MS)
  return strength * (1 + (FAST_SKIP_FACTOR - 1) * (1 - Math.min(1, Math.max(0, slowness))))
}

/** Evidence for or against a value: agreement makes it surer, contradiction less sure, and a lost value is replaced. */
const CONFIRM = 0.03
const DOUBT = 0.02
const LOST_BELOW = 0.08
const ADOPTED_AT = 0.25

const nudge = <A extends string>(dimension: Dimension<A>, seen: A, by: number): Dimension<A> => {
  if (dimension.value === seen) {
    return { ...dimension, confidence: dimension.confidence + CONFIRM * by * (1 - dimension.confidence) }
  }
  const confidence = dimension.confidence - DOUBT * by
  return confidence < LOST_BELOW
    ? { value: seen, confidence: ADOPTED_AT, source: "signals" }
    : { ...dimension, confidence }
}

const budgetOf = (priceTier: number): Budget | undefined =>
  priceTier === 1 ? "low" : priceTier === 2 ? "mid" : priceTier >= 3 ? "high" : undefined

const orientationOf = (dayPart: DayPart | undefined): TimeOrientation | undefined =>
  dayPart === "morning" ? "early_bird" : dayPart === "night" ? "night_owl" : undefined

const reasonOf = (evidence: Evidence): string => {
  const seconds = evidence.time_to_action_ms === undefined ? "" : ` after ${evidence.time_to_action_ms / 1000} s`
  return `${evidence.signal_type} of ${evidence.node.id}${seconds}`
}

/** `signalCount` is how many signals counted before this one; `now` in Unix milliseconds. */
export const updatePersona = (
  dimensions: PersonaDimensions,
  evidence: Evidence,
  state: { readonly signalCount: number; readonly now: number }
): PersonaUpdate => {
  const strength = strengthOf(evidence)
  if (strength === 0) return { dimensions, changes: [] }
  const because = reasonOf(evidence)
  const recency = 0.5 ** (Math.max(0, state.now - evidence.occurred_at) / HALF_LIFE_MS)
  const step = Math.max(LAST_STEP, FIRST_STEP * 0.5 ** (state.signalCount / STEP_HALVES_AFTER))
  const force = step * strength * recency * evidence.weight

  const before = dimensions.category_affinities
  const moved = Float32Array.from(before.value, (x, i) => x + force * (evidence.node.vibe[i] ?? 0))
  const length = Math.sqrt(moved.reduce((sum, x) => sum + x * x, 0))
  // Bounded, so that a thousand accepts of one kind do not make the taste deaf to the next signal.
  if (length > 1) for (let i = 0; i < moved.length; i++) moved[i]! /= length
  const changes: Array<PersonaChange> = explain(evidence.node.vibe, TOLD_TAGS).map(({ tag }) => {
    const at = VIBE_TAGS.indexOf(tag)
    return { dimension: "category_affinities", tag, from: before.value[at] ?? 0, to: moved[at]!, because }
  })
  const next: { -readonly [D in DimensionName]: PersonaDimensions[D] } = {
    ...dimensions,
    category_affinities: {
      value: Array.from(moved),
      confidence: before.confidence + CONFIRM * Math.abs(force) * (1 - before.confidence),
      source: "signals"
    }
  }
  if (strength > 0) {
    const by = strength * recency * evidence.weight
    const budget = budgetOf(evidence.node.price_tier)
    const orientation = orientationOf(evidence.day_part)
    const interest: PrimaryInterest = interestOf(evidence.node.category)
    next.primary_interest = nudge(dimensions.primary_interest, interest, by)
    if (budget !== undefined) next.budget_sensitivity = nudge(dimensions.budget_sensitivity, budget, by)
    if (orientation !== undefined) next.time_orientation = nudge(dimensions.time_orientation, orientation, by)
    for (const name of ["primary_interest", "budget_sensitivity", "time_orientation"] as const) {
      if (next[name].value !== dimensions[name].value) {
        changes.push({ dimension: name, from: dimensions[name].value, to: next[name].value, because })
      }
    }
  }
  return { dimensions: next, changes }
}
