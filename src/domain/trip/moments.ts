/**
 * The moments of a trip that places compete for: each part of each day. What a ranker is told of the situation (which day,
 * which part of it, how far into the trip, which weather) is told of one of them.
 */
import { RANKED_DAYS } from "../cache-key.ts"
import type { CityConditions } from "../city/model.ts"
import { featuresOf, partyOf } from "../features.ts"
import type { TripDay } from "../itinerary/rules.ts"
import type { Ranking, RankingContext, RankMoment, RankRequest } from "../ranking.ts"
import { DAY_PART_MINUTES, DAY_PARTS } from "../time/day-part.ts"
import type { DayPart } from "../vocabulary.ts"

const MINUTE = 60_000
const NOON_MINUTES = 720

type Weather = NonNullable<RankingContext["weather"]>

/** From what spoils least to what spoils most. */
const WEATHERS: ReadonlyArray<Weather> = ["clear", "cold", "heat", "snow", "rain", "storm"]

/** The worst weather that is announced for that time. */
const weatherBetween = (conditions: CityConditions | undefined, from: number, to: number): Weather => {
  let worst = 0
  for (const event of conditions?.events ?? []) {
    if (event.kind !== "weather" || event.from >= to || event.until <= from) continue
    worst = Math.max(worst, WEATHERS.indexOf(event.condition as Weather))
  }
  return WEATHERS[worst]!
}

/** 0 at the start of the trip, towards 1 at its end. */
const positionOf = (day: number, dayPart: DayPart, days: number): number =>
  (day - 1 + DAY_PARTS.indexOf(dayPart) / DAY_PARTS.length) / days

/** The parts of the first days; later days are ranked like the last of these. */
export const momentsOf = (
  days: ReadonlyArray<TripDay>,
  conditions: CityConditions | undefined
): ReadonlyArray<RankMoment> =>
  days.slice(0, RANKED_DAYS).flatMap(({ day, noon }) =>
    DAY_PARTS.map((dayPart) => {
      const { from, to } = DAY_PART_MINUTES[dayPart]
      const at = (minute: number) => noon + (minute - NOON_MINUTES) * MINUTE
      return {
        dayPart,
        dayOfTrip: day,
        positionInTrip: positionOf(day, dayPart, days.length),
        weather: weatherBetween(conditions, at(from), at(to))
      }
    })
  )

interface Stop {
  readonly index: number
  readonly day: number
  readonly day_part: DayPart
  readonly starts_at: number
  readonly ends_at: number
}

/**
 * The same ranking with the features of the moments that were competed for: what was picked is described at its stop, and
 * what was not is dealt out over the stops in order of rank, so that each pick stands among others at its own moment.
 */
export const describedAtStops = (
  ranking: Ranking,
  request: Pick<RankRequest, "members" | "candidates" | "context">,
  stops: ReadonlyArray<Stop>,
  days: number,
  conditions: CityConditions | undefined
): Ranking => {
  if (stops.length === 0) return ranking
  const party = partyOf(request)
  const candidates = new Map(request.candidates.map((candidate) => [candidate.index, candidate]))
  const contexts = stops.map(
    (stop): RankingContext => ({
      ...request.context,
      dayPart: stop.day_part,
      dayOfTrip: stop.day,
      positionInTrip: positionOf(stop.day, stop.day_part, days),
      weather: weatherBetween(conditions, stop.starts_at, stop.ends_at)
    })
  )
  const picked = new Map(stops.map((stop, at) => [stop.index, contexts[at]!]))
  let dealt = 0
  return {
    ...ranking,
    items: ranking.items.map((item) => {
      const candidate = candidates.get(item.index)
      if (candidate === undefined) return item
      const context = picked.get(item.index) ?? contexts[dealt++ % contexts.length]!
      return { ...item, features: featuresOf(candidate, party, context) }
    })
  }
}
