/**
 * What makes a day good, as terms with weights: each one can be read, logged and turned. The unit is the difference
 * between the best and the least liked candidate.
 */

export interface PlanWeights {
  /** How much the travelers like a place. */
  readonly taste: number
  /** A stop more, whatever it is: nobody asked for an empty day. */
  readonly full: number
  /** Having lunch, and having dinner, at the hours at which the city eats. */
  readonly meal: number
  /** A coffee or a bakery first thing in the morning. */
  readonly breakfast: number
  /** Known to be open, and not only not known to be closed. */
  readonly open: number
  /** Of unknown hours, and at a time at which such places are usually closed: what it loses. */
  readonly unlikely: number
  /** Where bad weather is announced and would spoil it: what it loses. */
  readonly exposed: number
  /** Each need of the party that is touched there and known to be met. */
  readonly fit: number
  /** A view at sunset. */
  readonly sunset: number
  /** A minute on the way; on the way to a meal, which one takes where one is. */
  readonly way: number
  readonly wayToMeal: number
  /** A minute on the way, after as many in a day as its pace has (`PACE`): so many times as much more. */
  readonly far: number
  /** A minute of waiting, after those that are a pause. */
  readonly wait: number
  /** A minute more of it, after so many that it is a hole in the day. */
  readonly hole: number
  /** A meal straight after a breakfast, a coffee or another meal. */
  readonly sated: number
  /** Two exhausting stops in a row. */
  readonly strain: number
  /** Another stop of a category on the same day, and in the trip. */
  readonly sameDay: number
  readonly sameTrip: number
  /** Everybody's share grows alike: what favourites, and what is a member's own, are worth, wearing off. */
  readonly share: number
  /** A day that has a favourite of a member. */
  readonly daily: number
}

export const WEIGHTS: PlanWeights = {
  taste: 1.34,
  full: 0.5,
  meal: 2.2,
  breakfast: 0.7,
  open: 0.12,
  unlikely: 1.2,
  exposed: 2,
  fit: 0.5,
  sunset: 0.2,
  way: 0.048,
  wayToMeal: 0.048,
  far: 2,
  wait: 0.0072,
  hole: 0.01,
  sated: 0.3,
  strain: 0.08,
  sameDay: 0.05,
  sameTrip: 0.005,
  share: 0.15,
  daily: 0.9
}

/** A must-see comes before everything that can be added up. */
export const MUST_WORTH = 20

/** Minutes of waiting that are a pause. */
export const PAUSE_MINUTES = 25

/** Minutes of waiting that are a hole. */
export const HOLE_MINUTES = 75

/** What a stop is worth, by term: why it is there. */
export type Worth = Partial<
  Record<"taste" | "full" | "must" | "meal" | "breakfast" | "open" | "unlikely" | "exposed" | "fit" | "sunset", number>
>

export const sumOf = (worth: Worth): number => Object.values(worth).reduce((sum, part) => sum + part, 0)
