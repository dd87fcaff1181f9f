/**
 * What a shadow traveler was offered for a trip, and what they made of it: the pool, the days' choices, what was
 * swapped before leaving. Numbers only; `journey.ts` turns them into rows.
 */
import { gaussian, type Random, randomStream } from "../../domain/basics/random.ts"
import { dayPartAt } from "../../domain/time/day-part.ts"
import { instantOf } from "../../domain/time/zone.ts"
import { DAY_CANDIDATES } from "../../domain/trip/plan-records.ts"
import type { DayPart, Pace, TimeOrientation } from "../../domain/vocabulary.ts"
import { chooseFrom, type Moment, type Offer, standardise, utility } from "./choice.ts"
import { dateOf, type PlannedTrip, type Population } from "./schedule.ts"
import { affinitiesTo, travelBetween, type Weather, type World, weatherOn } from "./world.ts"

const STOPS: Readonly<Record<Pace, number>> = { leisurely: 3, moderate: 4, packed: 5 }
const DAY_BEGINS: Readonly<Record<TimeOrientation, number>> = {
  early_bird: 8 * 60,
  balanced: 9 * 60 + 30,
  night_owl: 11 * 60
}
const LATEST_START = 21 * 60 + 30
/** One stop in so many is replaced by hand before the trip. */
const SWAPPED = 0.07

/** Disruptions that a trip meets at most: each takes one more place out of what there is to choose from. */
const MOST_PIVOTS = 2

/** Places in the pool for each stop of the trip: a pool that the first days empty leaves the last ones nothing that is liked. */
const POOL_PER_STOP = 1.5

export interface Stop {
  readonly day: number
  readonly order: number
  readonly dayPart: DayPart
  readonly startsAt: number
  readonly endsAt: number
  readonly travelMinutes: number
  /** What the plan first said; differs from `offer` where it was swapped. */
  readonly first: Offer
  /** What it said when it was accepted. */
  readonly planned: Offer
  /** What it says now: a pivot may have changed it on the way. */
  offer: Offer
  /** What it felt like, chance left out. */
  felt: number
}

export interface Plan {
  readonly pool: ReadonlyArray<Offer>
  /** What the ranker said of each offer of the pool, 0–1. */
  readonly scores: ReadonlyMap<Offer, number>
  /** Cosine of the party's taste and the place. */
  readonly cosines: Float64Array
  readonly stops: ReadonlyArray<Stop>
  readonly weather: ReadonlyArray<Weather>
  readonly moments: ReadonlyArray<Moment>
}

export const partyTaste = (trip: PlannedTrip): ReadonlyArray<number> =>
  trip.members[0]!.affinities.map(
    (_, k) => trip.members.reduce((sum, m) => sum + m.affinities[k]!, 0) / trip.members.length
  )

const rounded = (x: number) => Math.round(x * 1e4) / 1e4

export const planOf = (population: Population, trip: PlannedTrip, world: World, random: Random): Plan => {
  const { archetype } = trip.members[0]!
  const cosines = affinitiesTo(world, partyTaste(trip))
  const stopsOn = Array.from({ length: trip.days }, () =>
    Math.max(2, STOPS[archetype.pace] + (random() < 0.25 ? -1 : random() < 0.2 ? 1 : 0))
  )
  const total = stopsOn.reduce((sum, k) => sum + k, 0)
  const wanted = Math.round(POOL_PER_STOP * total) + MOST_PIVOTS + DAY_CANDIDATES - Math.min(...stopsOn)
  const size = Math.min(world.places.length, wanted)
  const nearest = Array.from(cosines.keys())
    .sort((a, b) => cosines[b]! - cosines[a]! || a - b)
    .slice(0, size)
  const affinity = standardise(nearest.map((place) => cosines[place]!))
  const opinion = nearest.map((place, i) => ({
    i,
    place,
    score: 0.6 * affinity[i]! + 0.5 * world.places[place]!.appeal + 0.6 * gaussian(random)
  }))
  opinion.sort((a, b) => b.score - a.score || a.i - b.i)
  const scores = new Map<Offer, number>()
  const pool = opinion.map(({ i, place, score }, rank): Offer => {
    const offer = { place, affinity: affinity[i]!, position: rank / Math.max(1, size - 1) }
    scores.set(offer, rounded(1 / (1 + Math.exp(-score))))
    return offer
  })

  const weather = stopsOn.map((_, d) => weatherOn(population.seed, trip.city, dateOf(trip.firstDay + d)))
  const left = new Set(pool)
  const seen = new Map<string, number>()
  const stops: Array<Stop> = []
  const moments: Array<Moment> = []
  for (let d = 0; d < trip.days; d++) {
    let minute = DAY_BEGINS[archetype.time]
    const pause = Math.max(15, Math.round(((LATEST_START - minute) / stopsOn[d]! - 75) / 5) * 5)
    let before: Offer | undefined
    for (let s = 0; s < stopsOn[d]! && minute <= LATEST_START; s++) {
      const dayPart = dayPartAt(minute)
      const moment: Moment = {
        dayPart,
        weather: weather[d]!,
        budget: archetype.budget,
        progress: trip.days === 1 ? 0 : d / (trip.days - 1),
        seen: new Map(seen)
      }
      const first = chooseFrom(random, world, left, moment)
      if (first === undefined) break
      left.delete(first)
      let offer = first
      if (random() < SWAPPED && left.size > 0) {
        offer = chooseFrom(random, world, left, moment)!
        left.delete(offer)
      }
      const place = world.places[offer.place]!
      seen.set(place.category, (seen.get(place.category) ?? 0) + 1)
      const travelMinutes = before === undefined ? 0 : Math.min(90, travelBetween(world, before.place, offer.place))
      minute += travelMinutes
      const stay = Math.min(120, Math.max(20, place.minutes))
      const startsAt = instantOf(world.zone, trip.firstDay + d, minute)
      moments.push(moment)
      stops.push({
        day: d + 1,
        order: s,
        dayPart,
        startsAt,
        endsAt: startsAt + stay * 60_000,
        travelMinutes,
        first,
        planned: offer,
        offer,
        felt: utility(world, offer, moment)
      })
      before = offer
      minute += stay + pause
    }
  }
  return { pool, scores, cosines, stops, weather, moments }
}

/** The streams of a trip: one for each thing that happens, so that a change of one leaves the others as they were. */
export const streamOf = (population: Population, trip: PlannedTrip, what: string): Random =>
  randomStream(what, population.seed, trip.members[0]!.n, trip.ordinal)

/** All that stood at a stop at some time. */
export const stoodAt = (stop: Stop): ReadonlyArray<Offer> => [stop.first, stop.planned, stop.offer]

/**
 * What a day was chosen from: all that stood in it, and the best by rank that stood in no day, twenty in all. By rank, as
 * plans are logged: chosen by affinity, what was left would be the hardest there is for whoever knows the tastes, and for
 * nobody else.
 */
export const dayCandidates = (plan: Plan, day: number): ReadonlyArray<Offer> => {
  const own = new Set(plan.stops.filter((stop) => stop.day === day).flatMap(stoodAt))
  const taken = new Set(plan.stops.flatMap(({ offer, planned }) => [planned, offer]))
  const free = plan.pool.filter((offer) => !taken.has(offer) && !own.has(offer))
  const among = new Set([...own, ...free.slice(0, Math.max(0, DAY_CANDIDATES - own.size))])
  return plan.pool.filter((offer) => among.has(offer))
}
