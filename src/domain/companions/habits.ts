/**
 * What somebody does on trips, in numbers: what is counted of their stops, and where little is counted what they said and
 * what their taste leans to. Three words of a scale tell hardly anybody apart; what people do differs by degrees.
 */
import { cosine } from "../catalog/embedding.ts"
import { tagIndex } from "../catalog/taxonomy.ts"
import { VALUES } from "../persona/dimensions.ts"
import type { PersonaDimensions } from "../persona/persona.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"

/** What the plans of somebody's trips come to; trips that were called off are not counted. */
export interface Counted {
  readonly days: number
  readonly stops: number
  /** Of all stops, of places with a price from 0 to 4. */
  readonly priceSum: number
  /** Of the first stop of each day, in minutes after midnight there. */
  readonly firstMinuteSum: number
  /** Days by city, and stops by neighbourhood of a city. */
  readonly cities: Readonly<Record<string, number>>
  readonly neighbourhoods: Readonly<Record<string, number>>
}

/** Each between 0 and 1. */
export interface Habits {
  /** Few stops a day … many. */
  readonly pace: number
  /** Cheap places … dear ones. */
  readonly spending: number
  /** Out early … out late. */
  readonly lateness: number
}

type Leaning = Readonly<Record<string, number>>

/** The tags that lean to one end (−) or the other (+). */
const LEANINGS: Readonly<Record<keyof Habits, Leaning>> = {
  pace: { iconic: 1, quick_stop: 1, strolling: -1, quiet: -1, serene: -1 },
  spending: { fine_art: 1, performing_arts: 1, cocktails: 1, street_food: -1, comfort_food: -1, green_space: -1 },
  lateness: { late_night: 1, live_music: 1, cocktails: 1, specialty_coffee: -1, sweet_tooth: -1 }
}

const vectorOf = (leaning: Leaning): Float64Array => {
  const vector = new Float64Array(VIBE_DIMENSIONS)
  for (const [tag, weight] of Object.entries(leaning)) {
    const at = tagIndex(tag)
    if (at === undefined) throw new Error(`"${tag}" is not a vibe tag`)
    vector[at] = weight
  }
  return vector
}

const DIRECTIONS = {
  pace: vectorOf(LEANINGS.pace),
  spending: vectorOf(LEANINGS.spending),
  lateness: vectorOf(LEANINGS.lateness)
}

/** How much of what is expected of somebody their words decide; their taste decides the rest. */
const WORDS = 0.7

/** What is expected of somebody weighs as much as so many days or stops of theirs. */
const EXPECTED_DAYS = 3
const EXPECTED_STOPS = 12

/** The ends of the scales: stops a day, the dearest price, and when the first stop of a day is. */
const FEWEST_STOPS = 2
const MOST_STOPS = 6
const DEAREST = 4
const EARLIEST_MINUTE = 7 * 60
const LATEST_MINUTE = 12 * 60

const clamp01 = (x: number) => Math.min(1, Math.max(0, x))

const scaled = (x: number, from: number, to: number) => clamp01((x - from) / (to - from))

const expected = (words: ReadonlyArray<string>, word: string, taste: ReadonlyArray<number>, name: keyof Habits) =>
  WORDS * (words.indexOf(word) / (words.length - 1)) + (1 - WORDS) * (0.5 + 0.5 * cosine(taste, DIRECTIONS[name]))

/** The mean of what was counted, drawn towards what is expected while that is little. */
const counted = (sum: number, count: number, prior: number, weight: number) => (sum + weight * prior) / (count + weight)

export const habitsOf = (dimensions: PersonaDimensions, seen: Counted): Habits => {
  const taste = dimensions.category_affinities.value
  const pace = expected(VALUES.pace_preference, dimensions.pace_preference.value, taste, "pace")
  const spending = expected(VALUES.budget_sensitivity, dimensions.budget_sensitivity.value, taste, "spending")
  const lateness = expected(VALUES.time_orientation, dimensions.time_orientation.value, taste, "lateness")
  const { days, stops } = seen
  const busy = days === 0 ? 0 : days * scaled(stops / days, FEWEST_STOPS, MOST_STOPS)
  const late = days === 0 ? 0 : days * scaled(seen.firstMinuteSum / days, EARLIEST_MINUTE, LATEST_MINUTE)
  return {
    pace: counted(busy, days, pace, EXPECTED_DAYS),
    spending: counted(seen.priceSum / DEAREST, stops, spending, EXPECTED_STOPS),
    lateness: counted(late, days, lateness, EXPECTED_DAYS)
  }
}

const totalOf = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** The share that two have in common of where each of them was. */
const sharedOf = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): number => {
  const [all, others] = [totalOf(a), totalOf(b)]
  if (all === 0 || others === 0) return 0
  return Object.entries(a).reduce((sum, [name, n]) => sum + Math.min(n / all, (b[name] ?? 0) / others), 0)
}

/** How much of a common place counts as the city, and how much as the same corners of it. */
const CITY_SHARE = 0.6

export const commonGround = (a: Counted, b: Counted): number =>
  CITY_SHARE * sharedOf(a.cities, b.cities) + (1 - CITY_SHARE) * sharedOf(a.neighbourhoods, b.neighbourhoods)
