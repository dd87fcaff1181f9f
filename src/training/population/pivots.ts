/** Disruptions of a trip under way, what was offered instead, and why people change their plans. */

import { between, logistic, pickWeighted, shuffled, uuidFrom } from "../../domain/basics/random.ts"
import { type PivotFeatures, pivotFeatures, SPOILS } from "../../domain/pivot/features.ts"
import type { Intention, Trigger } from "../../domain/vocabulary.ts"
import { type Offer, timeToAct, utility } from "./choice.ts"
import type { Journey } from "./journey.ts"
import { dayCandidates, type Plan, type Stop, stoodAt, streamOf } from "./plan.ts"
import type { PlannedTrip, Population } from "./schedule.ts"
import type { Rows } from "./tables.ts"
import type { World } from "./world.ts"

export interface PivotOption {
  readonly offer: Offer
  readonly score: number
  readonly features: PivotFeatures
}

export interface Pivot {
  readonly stop: Stop
  readonly at: number
  readonly trigger: Trigger
  /** What the plan said until then. */
  readonly planned: Offer
  readonly options: ReadonlyArray<PivotOption>
  readonly response: "accept" | "dismiss" | "ignore"
  readonly taken: Offer | undefined
  readonly waited: number
}

/** So many trips that were begun meet a disruption, and so many of those another one. */
const DISRUPTED = 0.34
const AGAIN = 0.12
const OPTIONS = 3
const IGNORED = 0.12
/** How much a reason pushes towards taking the offer, in units of utility. */
const URGENCY: Readonly<Record<Trigger, number>> = { venue_closed: 2.4, weather: 1.2, transit: 0.8, mood: 0.4 }
/** What an offer has to overcome: plans are dear. */
const INERTIA = 1.4

export const disrupt = (input: {
  readonly population: Population
  readonly trip: PlannedTrip
  readonly world: World
  readonly plan: Plan
  readonly livedDays: number
}): ReadonlyArray<Pivot> => {
  const { population, trip, world, plan, livedDays } = input
  const random = streamOf(population, trip, "disrupt")
  const lived = plan.stops.filter((stop) => stop.day <= livedDays)
  const count = random() >= DISRUPTED ? 0 : random() < AGAIN ? 2 : 1
  return shuffled(random, lived)
    .slice(0, count)
    .flatMap((stop): ReadonlyArray<Pivot> => {
      const planned = stop.offer
      const place = world.places[planned.place]!
      const moment = plan.moments[plan.stops.indexOf(stop)]!
      const spoiled = SPOILS[moment.weather] * place.weatherSensitivity
      const trigger = pickWeighted<Trigger>(random, {
        venue_closed: 0.3,
        weather: spoiled > 0.1 ? 0.9 : 0,
        mood: 0.35,
        transit: 0.2
      })
      const own = new Set(plan.stops.flatMap(stoodAt))
      const free = dayCandidates(plan, stop.day).filter((offer) => !own.has(offer))
      const options = shuffled(random, free)
        .slice(0, OPTIONS * 2)
        .map((offer) => ({ offer, felt: utility(world, offer, moment) }))
        .sort((a, b) => plan.scores.get(b.offer)! - plan.scores.get(a.offer)!)
        .slice(0, OPTIONS)
      if (options.length === 0) return []
      const best = options.reduce((a, b) => (b.felt > a.felt ? b : a))
      const margin = best.felt - stop.felt + URGENCY[trigger] - INERTIA
      const response =
        random() < IGNORED ? "ignore" : random() < logistic(1.3 * margin) ? ("accept" as const) : ("dismiss" as const)
      const taken = response === "accept" ? best.offer : undefined
      const at = Math.floor(stop.startsAt - between(random, 20, 150) * 60_000)
      const described = options.map(({ offer }): PivotOption => {
        const other = world.places[offer.place]!
        return {
          offer,
          score: plan.scores.get(offer)!,
          features: pivotFeatures(
            { ...other, affinity: plan.cosines[offer.place]! },
            { ...place, affinity: plan.cosines[planned.place]! },
            moment
          )
        }
      })
      if (taken !== undefined) {
        stop.offer = taken
        stop.felt = best.felt
      }
      return [{ stop, at, trigger, planned, options: described, response, taken, waited: timeToAct(random, margin) }]
    })
}

/** Most reasons that one person gives in all; beyond that the person stops answering. */
export const REASONS_PER_TRIP = 4
const SAYS_WHY = 0.71
const EXPENSIVE = 3

/** Reasons for leaving a stop, by weight. A reason that cannot be has its weight moved to `other`. */
const reasons = (journey: Journey, stop: Stop, left: Offer): Readonly<Record<Intention, number>> => {
  const { trip, world, plan } = journey
  const place = world.places[left.place]!
  const moment = plan.moments[plan.stops.indexOf(stop)]!
  const wanted: Record<Intention, number> = {
    fatigue: 0.1 + 0.25 * moment.progress,
    weather: 0.3,
    curiosity: 0.25,
    schedule: 0.2,
    group_conflict: 0.2,
    price_mismatch: 0.25,
    other: 0.08
  }
  const impossible: ReadonlyArray<Intention> = [
    ...(SPOILS[moment.weather] * place.weatherSensitivity > 0.05 ? [] : (["weather"] as const)),
    ...(trip.members.length > 1 ? [] : (["group_conflict"] as const)),
    ...(place.price >= EXPENSIVE && moment.budget === "low" ? [] : (["price_mismatch"] as const))
  ]
  for (const reason of impossible) {
    wanted.other += wanted[reason]
    wanted[reason] = 0
  }
  return wanted
}

export const intend = (rows: Rows, journey: Journey): void => {
  const { trip, plan, plannedAt } = journey
  const random = streamOf(journey.population, trip, "intend")
  const pivoted = new Map(journey.pivots.map((pivot) => [pivot.stop, pivot]))
  let said = 0
  for (const stop of plan.stops) {
    const pivot = pivoted.get(stop)
    const planned = pivot?.planned ?? stop.offer
    const swapped = stop.first !== planned
    if ((!swapped && pivot?.response !== "accept") || random() > SAYS_WHY || said >= REASONS_PER_TRIP) continue
    said++
    const left = swapped ? stop.first : planned
    const at = swapped ? plannedAt + 60_000 * (said + 1) : pivot!.at + pivot!.waited
    rows.add("intention_signals", {
      id: uuidFrom(random, at),
      user_id: trip.members[0]!.id,
      trip_id: journey.id,
      slot_id: journey.slotIds.get(stop)!,
      intention: pickWeighted(random, reasons(journey, stop, left)),
      confidence: Math.round(between(random, 0.5, 0.95) * 100) / 100,
      source: "backfill",
      occurred_at: new Date(at),
      created_at: new Date(at)
    })
  }
}
