/**
 * What a pivot's option is described by, wherever it is told of: offers, their log, data sets, the shadow population and
 * the models that are trained on them. The order is that of a model's columns: append only.
 *
 * | name | range | meaning |
 * |---|---|---|
 * | affinity | −1…1 | cosine of the party's taste and the place that one would be at |
 * | affinity_planned | −1…1 | the same for the place that the plan says |
 * | distance_km | 0… | from the planned place to the other |
 * | price_mismatch | 0…1.5 | by how much it is too dear for the budget, 0 where it is not |
 * | weather_fit | 0…1 | how little the weather of that time spoils it |
 * | day_part_fit | 0 or 1 | one goes there at that part of the day |
 * | same_category | 0 or 1 | it is of the planned place's category |
 *
 * An option that brings no new place is described by the place that stays.
 */
import { distanceKm, type Position } from "../basics/geo.ts"
import type { Budget, DayPart } from "../vocabulary.ts"

export const PIVOT_FEATURES = [
  "affinity",
  "affinity_planned",
  "distance_km",
  "price_mismatch",
  "weather_fit",
  "day_part_fit",
  "same_category"
] as const

export type PivotFeatureName = (typeof PIVOT_FEATURES)[number]
export type PivotFeatures = Readonly<Record<PivotFeatureName, number>>

/** What is left of it where nobody's taste was known: no number stands for that. */
export type TastelessFeatures = Omit<PivotFeatures, "affinity" | "affinity_planned">

export const withoutTaste = ({ affinity: _, affinity_planned: __, ...rest }: PivotFeatures): TastelessFeatures => rest

/** Four decimals, as they are logged: what is trained on and what is served are the same number. */
const rounded = (value: number) => Math.round(value * 1e4) / 1e4

/** The party's taste in the features, as that of one of them alone. */
export type OwnTaste = Pick<PivotFeatures, "affinity" | "affinity_planned">

export const ownTaste = ({ affinity, affinity_planned }: OwnTaste): OwnTaste => ({
  affinity: rounded(affinity),
  affinity_planned: rounded(affinity_planned)
})

/** How much each weather spoils an outing where the place is wholly at its mercy. */
export const SPOILS = {
  sunny: 0,
  cloudy: 0.05,
  heat: 0.35,
  cold: 0.35,
  wind: 0.35,
  snow: 0.6,
  rain: 0.7,
  storm: 1
} as const
export type SpoilingWeather = keyof typeof SPOILS

const WANTED_PRICE: Readonly<Record<Budget, number>> = { low: 1, mid: 2, high: 3 }

/** By how much a price of 0 to 4 is too dear; 0 where it is not. */
export const priceMismatch = (price: number, budget: Budget): number => Math.max(0, price - WANTED_PRICE[budget]) / 2

/** A place as the features see it. */
export interface PivotPlace extends Position {
  readonly category: string
  readonly price: number
  readonly weatherSensitivity: number
  readonly dayParts: ReadonlyArray<DayPart>
  /** Cosine of the party's taste and the place. */
  readonly affinity: number
}

export interface PivotMoment {
  readonly budget: Budget
  readonly weather: SpoilingWeather
  /** Of the arrival. */
  readonly dayPart: DayPart
}

export const pivotFeatures = (place: PivotPlace, planned: PivotPlace, moment: PivotMoment): PivotFeatures => ({
  affinity: rounded(place.affinity),
  affinity_planned: rounded(planned.affinity),
  distance_km: rounded(distanceKm(planned, place)),
  price_mismatch: rounded(priceMismatch(place.price, moment.budget)),
  weather_fit: rounded(1 - SPOILS[moment.weather] * place.weatherSensitivity),
  day_part_fit: place.dayParts.includes(moment.dayPart) ? 1 : 0,
  same_category: place.category === planned.category ? 1 : 0
})
