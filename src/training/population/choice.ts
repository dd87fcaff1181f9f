/**
 * How a shadow traveler chooses: a logit over what is on offer. Taste counts most, then what everybody likes, then the
 * moment (time of day, weather, price), where in the list it stood, and how much of the same there was already. Chance
 * is as large as the rest, so that the data can be learnt from and is no echo of what generated it.
 */

import { gumbel, logistic, type Random } from "../../domain/basics/random.ts"
import { priceMismatch, SPOILS } from "../../domain/pivot/features.ts"
import type { Budget, DayPart } from "../../domain/vocabulary.ts"
import type { Weather, World } from "./world.ts"

/** Weights in units of the noise (a standard Gumbel). */
export const CHOICE = {
  affinity: 1.25,
  appeal: 0.6,
  dayPart: 0.7,
  weather: 1.2,
  price: 0.6,
  /** From the first place of the list to its last. */
  position: 0.8,
  /** For each one of the same category that was chosen before. */
  sameAgain: 0.3,
  /** For a visit of two hours on the last day, against the first. */
  tired: 0.5
} as const

/** What somebody feels about a place before the moment comes into it. */
export interface Offer {
  /** Index among the world's places. */
  readonly place: number
  /** Standardised within the offer. */
  readonly affinity: number
  /** 0 the first of the list … 1 the last. */
  readonly position: number
}

export interface Moment {
  readonly dayPart: DayPart
  readonly weather: Weather
  readonly budget: Budget
  /** 0 first day … 1 last day. */
  readonly progress: number
  readonly seen: ReadonlyMap<string, number>
}

/** Utility without chance. */
export const utility = (world: World, offer: Offer, moment: Moment): number => {
  const place = world.places[offer.place]!
  return (
    CHOICE.affinity * offer.affinity +
    CHOICE.appeal * place.appeal +
    (place.dayParts.includes(moment.dayPart) ? CHOICE.dayPart : 0) -
    CHOICE.weather * SPOILS[moment.weather] * place.weatherSensitivity -
    CHOICE.price * priceMismatch(place.price, moment.budget) -
    CHOICE.position * offer.position -
    CHOICE.sameAgain * (moment.seen.get(place.category) ?? 0) -
    CHOICE.tired * moment.progress * Math.min(1, place.minutes / 120)
  )
}

/** The offer taken; `undefined` where there is none. */
export const chooseFrom = (
  random: Random,
  world: World,
  offers: Iterable<Offer>,
  moment: Moment
): Offer | undefined => {
  let best: Offer | undefined
  let most = Number.NEGATIVE_INFINITY
  for (const offer of offers) {
    const felt = utility(world, offer, moment) + gumbel(random)
    if (felt > most) {
      most = felt
      best = offer
    }
  }
  return best
}

/** Probability of saying yes to one thing on its own. */
export const acceptance = (felt: number, needed: number): number => logistic(felt - needed)

/** Milliseconds until somebody acts: quick where the feeling is strong, either way. */
export const timeToAct = (random: Random, felt: number): number =>
  Math.round(600 + (9_000 / (1 + Math.abs(felt))) * (-Math.log(1 - random() * 0.999) * 0.6 + 0.3))

export const standardise = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const mean = values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length)
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length))
  return values.map((x) => (deviation < 1e-9 ? 0 : (x - mean) / deviation))
}
