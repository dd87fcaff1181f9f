/** Disruptions of a trip under way, and what was offered instead. */

import { between, logistic, pickWeighted, shuffled } from "../../domain/basics/random.ts"
import { type PivotFeatures, pivotFeatures, SPOILS } from "../../domain/pivot/features.ts"
import type { Trigger } from "../../domain/vocabulary.ts"
import { type Offer, timeToAct, utility } from "./choice.ts"
import { dayCandidates, type Plan, type Stop, stoodAt, streamOf } from "./plan.ts"
import type { PlannedTrip, Population } from "./schedule.ts"
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
