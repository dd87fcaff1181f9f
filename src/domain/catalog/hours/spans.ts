/** Time ranges whose ends may be uncertain, as spans of minutes. */
import type { SunEvent } from "./lexer.ts"
import type { TimeSpan } from "./model.ts"

/** A time of day; what the sun decides lies between two. */
export interface Clock {
  readonly event: SunEvent | undefined
  readonly earliest: number
  readonly latest: number
}

const DAY = 1440

/** The end of a range, moved to the next day where it lies before its beginning. */
export const normalise = (from: Clock, to: Clock): Clock => {
  const certain = from.event === undefined && to.event === undefined
  const wraps = certain ? to.latest <= from.latest : to.earliest < from.earliest
  return wraps ? { ...to, earliest: to.earliest + DAY, latest: to.latest + DAY } : to
}

/** What lies between: unknown from the earliest beginning to the latest end, certain within. */
export const spansBetween = (from: Clock, to: Clock): ReadonlyArray<TimeSpan> => {
  const certain = { from: from.latest, to: to.earliest, uncertain: false }
  if (from.event === undefined && to.event === undefined) return [certain]
  const whole = { from: Math.max(0, from.earliest), to: to.latest, uncertain: true }
  return certain.from < certain.to ? [whole, certain] : [whole]
}

/**
 * An end that nobody wrote down (`17:00+`): unknown for as long as such a place might stay open. The guesses are those
 * of the reference evaluator: eight hours from late evening, ten from the evening, else till midnight.
 */
export const openEnd = (from: Clock, dayOfRange: 0 | 1): TimeSpan => {
  const start = from.earliest
  const guess = start >= 22 * 60 ? start + 8 * 60 : start >= 17 * 60 ? start + 10 * 60 : DAY
  return { from: Math.max(0, start), to: Math.min(guess, DAY * (1 + dayOfRange) + DAY), uncertain: true }
}
