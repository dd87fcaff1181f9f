/** What trips that came to their end say of a traveler. */
import type { TripCount } from "../vocabulary.ts"
import { VALUES } from "./dimensions.ts"
import type { PersonaDimensions } from "./persona.ts"

/** What a dimension names as its source when trips were counted. */
export const TRIPS_SOURCE = "trips"

/** Counted, but only what was travelled with us: whoever says more about themselves is believed. */
const COUNTED_CONFIDENCE = 0.9

/** Trips that came to their end, from which on somebody is what the word says on their next one. */
const RETURNING_FROM = 1
const FREQUENT_FROM = 3

const wordFor = (ended: number): TripCount =>
  ended >= FREQUENT_FROM ? "frequent" : ended >= RETURNING_FROM ? "returning" : "first_trip"

/** The same dimensions, by identity, where nothing moves: nobody becomes less travelled. */
export const withTrips = (dimensions: PersonaDimensions, ended: number): PersonaDimensions => {
  const value = wordFor(ended)
  const rank = (word: TripCount) => VALUES.trip_count.indexOf(word)
  return rank(value) <= rank(dimensions.trip_count.value)
    ? dimensions
    : { ...dimensions, trip_count: { value, confidence: COUNTED_CONFIDENCE, source: TRIPS_SOURCE } }
}
