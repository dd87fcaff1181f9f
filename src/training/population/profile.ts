/** One person of the shadow population, a pure function of the seed and a number. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import { between, gaussian, pickWeighted, type Random, randomStream, whole } from "../../domain/basics/random.ts"
import type { UserId } from "../../domain/ids.ts"
import type { UserState } from "../../domain/learning-log/snapshots.ts"
import { ENCODER_VERSION, encodePersona } from "../../domain/persona/encode.ts"
import { INTERESTS } from "../../domain/persona/interests.ts"
import type { PersonaDimensions } from "../../domain/persona/persona.ts"
import type { PrimaryInterest, SocialMode, TripCount } from "../../domain/vocabulary.ts"
import { ARCHETYPES, type Archetype, tasteOf } from "./archetypes.ts"

/** Nobody has an address there, so no real person can be taken for one of ours. */
export const SHADOW_EMAIL_PATTERN = "shadow-%@overplanned.invalid"

/** Most by which a person's affinity differs from the archetype's. */
export const AFFINITY_JITTER = 0.05

export interface Profile {
  readonly n: number
  readonly id: UserId
  readonly email: string
  readonly age: number
  readonly interests: ReadonlyArray<PrimaryInterest>
  /** 0 introvert … 1 extrovert. */
  readonly personality: number
  readonly archetype: Archetype
  /** As stored and as used: jitter included. */
  readonly affinities: ReadonlyArray<number>
  readonly cuisineOpenness: number
  readonly trips: number
  /** ±15 %: how much more or less it takes than usual to make this person swipe right. */
  readonly threshold: number
  /** How often this person rates a place after a trip, 0–1. */
  readonly diligence: number
  /** Days before the day of seeding. */
  readonly joinedDaysAgo: number
}

export const shadowId = (n: number): UserId => uuidOfName("overplanned/shadow-user", String(n)) as UserId

const AGES: Readonly<Record<SocialMode, readonly [number, number]>> = {
  solo: [34, 12],
  couple: [42, 14],
  family: [40, 7],
  friends: [30, 9]
}

const SOCIABILITY: Readonly<Record<SocialMode, number>> = { solo: 0.36, couple: 0.48, family: 0.5, friends: 0.64 }

/** How often people travel; the mean times the number of people is the number of trips. */
const TRIPS = [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 9]

const SELDOM = 0.12
const OFTEN = 0.58

/** Shares no factor with the number of archetypes: few people are spread over all axes, and 300 are one of each. */
const STRIDE = 97

const clamp = (x: number, from: number, to: number) => Math.min(to, Math.max(from, x))

export const tripCountOf = (trips: number): TripCount =>
  trips <= 1 ? "first_trip" : trips <= 3 ? "returning" : "frequent"

export const profileOf = (seed: number, n: number): Profile => {
  const random: Random = randomStream("profile", seed, n)
  const archetype = ARCHETYPES[(n * STRIDE) % ARCHETYPES.length]!
  const affinities = tasteOf(archetype).map(
    (x) => Math.round((x + between(random, -AFFINITY_JITTER, AFFINITY_JITTER)) * 1e4) / 1e4
  )
  const [age, spread] = AGES[archetype.social]
  const others = new Set<PrimaryInterest>([archetype.interest])
  const more = whole(random, 1, 3)
  while (others.size <= more) {
    others.add(
      pickWeighted(random, Object.fromEntries(INTERESTS.map((i) => [i, 1])) as Record<PrimaryInterest, number>)
    )
  }
  return {
    n,
    id: shadowId(n),
    email: `shadow-${String(n).padStart(6, "0")}@overplanned.invalid`,
    age: Math.round(clamp(age + spread * gaussian(random), 18, 82)),
    interests: [...others],
    personality: Math.round(clamp(SOCIABILITY[archetype.social] + 0.22 * gaussian(random), 0, 1) * 1000) / 1000,
    archetype,
    affinities,
    cuisineOpenness:
      Math.round(clamp((archetype.interest === "food" ? 0.68 : 0.5) + 0.2 * gaussian(random), 0, 1) * 1000) / 1000,
    trips: TRIPS[Math.floor(random() * TRIPS.length)]!,
    threshold: between(random, -0.15, 0.15),
    joinedDaysAgo: whole(random, 500, 720),
    diligence: between(random, SELDOM, OFTEN)
  }
}

/** What the person said when they came; the trip count is what it was at that moment. */
export const dimensionsAfter = (profile: Profile, tripsTaken: number): PersonaDimensions => {
  const known = <A>(value: A) => ({ value, confidence: 1, source: "onboarding" })
  const { archetype } = profile
  return {
    pace_preference: known(archetype.pace),
    budget_sensitivity: known(archetype.budget),
    cuisine_openness: known(profile.cuisineOpenness),
    social_mode: known(archetype.social),
    time_orientation: known(archetype.time),
    primary_interest: known(archetype.interest),
    trip_count: known(tripCountOf(tripsTaken)),
    category_affinities: known(profile.affinities)
  }
}

/** Digits of a persona's numbers: single precision holds no more. */
const DIGITS = 1e7

/** Who a decision was for, as the runtime logs it. */
export const shadowState = (owner: Profile, members: ReadonlyArray<Profile>, tripsTaken: number): UserState => {
  const dimensions = dimensionsAfter(owner, tripsTaken)
  const vector = encodePersona({ dimensions, sequence: [], signalCount: 0 })
  return {
    encoder_version: ENCODER_VERSION,
    persona_vector: Array.from(vector, (x) => Math.round(x * DIGITS) / DIGITS),
    dimensions: { ...dimensions },
    signal_count: 0,
    sequence: [],
    members: members.map((member) => ({ user_id: member.id, signal_count: 0 }))
  }
}
