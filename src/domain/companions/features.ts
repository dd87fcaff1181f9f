/** How alike people who might travel together are, in numbers from 0 to 1. */
import { cosine } from "../catalog/embedding.ts"
import type { PersonaDimensions } from "../persona/persona.ts"
import { type Counted, commonGround, type Habits } from "./habits.ts"

export const MATCH_FEATURES = [
  "interest_score",
  "age_score",
  "personality_score",
  "pace_score",
  "budget_score",
  "time_score",
  "location_overlap"
] as const
export type MatchFeature = (typeof MATCH_FEATURES)[number]
export type MatchFeatures = Readonly<Record<MatchFeature, number>>

/** What of somebody has a say in who travels well with them. */
export interface Traveler {
  readonly age: number
  readonly interests: ReadonlyArray<string>
  readonly personality: number
  readonly dimensions: PersonaDimensions
  readonly seen: Counted
  readonly habits: Habits
}

const rounded = (x: number) => Math.round(x * 1e4) / 1e4

const jaccard = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  const all = new Set([...a, ...b])
  return all.size === 0 ? 0 : a.filter((one) => b.includes(one)).length / all.size
}

/** Years apart at which the score has fallen to a third. */
const AGE_SCALE = 12

const pairFeatures = (a: Traveler, b: Traveler): Record<MatchFeature, number> => {
  const [x, y] = [a.dimensions, b.dimensions]
  return {
    interest_score:
      0.4 * jaccard(a.interests, b.interests) +
      0.6 * Math.max(0, cosine(x.category_affinities.value, y.category_affinities.value)),
    age_score: Math.exp(-Math.abs(a.age - b.age) / AGE_SCALE),
    personality_score: 1 - Math.abs(a.personality - b.personality),
    pace_score: 1 - Math.abs(a.habits.pace - b.habits.pace),
    budget_score: 1 - Math.abs(a.habits.spending - b.habits.spending),
    time_score: 1 - Math.abs(a.habits.lateness - b.habits.lateness),
    location_overlap: commonGround(a.seen, b.seen)
  }
}

/** Of a group: the mean over its pairs, so that one who fits nobody is felt by all. */
export const matchFeatures = (people: ReadonlyArray<Traveler>): MatchFeatures => {
  const sums = Object.fromEntries(MATCH_FEATURES.map((name) => [name, 0])) as Record<MatchFeature, number>
  let pairs = 0
  for (let i = 0; i < people.length; i++) {
    for (let j = i + 1; j < people.length; j++) {
      const one = pairFeatures(people[i]!, people[j]!)
      for (const name of MATCH_FEATURES) sums[name] += one[name]
      pairs++
    }
  }
  for (const name of MATCH_FEATURES) sums[name] = rounded(sums[name] / pairs)
  return sums
}
