/** Why people change their plans, as far as they say so. */
import { between, pickWeighted, uuidFrom } from "../../domain/basics/random.ts"
import { SPOILS } from "../../domain/pivot/features.ts"
import type { Intention } from "../../domain/vocabulary.ts"
import type { Offer } from "./choice.ts"
import type { Journey } from "./journey.ts"
import { type Stop, streamOf } from "./plan.ts"
import type { Rows } from "./tables.ts"

/** Most reasons that one person gives in all; beyond that the person stops answering. */
const REASONS_PER_TRIP = 4
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
