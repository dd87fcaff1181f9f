// Trips under way in made-up cities: assembled, then given the shape that their actor holds.

import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { CALM_CITY } from "../../src/domain/city/live.ts"
import type { ChosenOption, DecisionSlate } from "../../src/domain/decisions.ts"
import type { CityId, NodeId, OptionId, PivotId, SlotId, TripId, UserId } from "../../src/domain/ids.ts"
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import type { AssemblyInput } from "../../src/domain/itinerary/model.ts"
import { vibeQuery } from "../../src/domain/persona/encode.ts"
import { findPivot } from "../../src/domain/pivot/answer.ts"
import type { OfferIds, PivotWorld, Refused } from "../../src/domain/pivot/answer-model.ts"
import { PIVOT_SETTINGS, pivotEnv } from "../../src/domain/pivot/env.ts"
import type { FallbackSet } from "../../src/domain/pivot/fallbacks.ts"
import { type Offer, type PivotRequest, readOffer } from "../../src/domain/pivot/model.ts"
import { applyChanges } from "../../src/domain/pivot/move-day.ts"
import { makeOffer } from "../../src/domain/pivot/offer.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { type PlanningCity, randomOf, scoresFor } from "./generated-city.ts"

export const START = "2026-05-01"

export const idsFor = (name: string): OfferIds => ({
  pivot_id: uuidOfName("pivot", name) as PivotId,
  option: (position) => uuidOfName("option", name, `${position}`) as OptionId
})

export const tasteOf = (seed: number): Float32Array => {
  const random = randomOf(seed)
  return vibeQuery(Float32Array.from({ length: 128 }, () => Math.max(0, random() * 2 - 1)))
}

export const tripIn = (
  city: PlanningCity,
  seed: number,
  days: number,
  more: Partial<AssemblyInput> = {},
  start = START
): TripState => {
  const input: AssemblyInput = {
    catalog: city,
    travel: city.travel,
    scores: scoresFor(city, randomOf(seed)),
    days: city.tripDays(start, days),
    constraints: {},
    vetoes: [],
    orientations: [],
    locked: [],
    // Thousands of trips are made by tests: what they are tried on need not be the best of plans.
    effort: 0.05,
    seed,
    ...more
  }
  const out = assemble(input)
  const name = `trip-${seed}`
  return {
    id: uuidOfName(name) as TripId,
    city_id: city.city.id as CityId,
    city: city.city.slug,
    time_zone: city.city.time_zone,
    user_id: uuidOfName("user", name) as UserId,
    status: "active",
    start_date: start,
    end_date: input.days.at(-1)!.date,
    epoch: uuidOfName("epoch", name),
    seq: 1,
    constraints: input.constraints,
    session_id: uuidOfName("session", name) as TripState["session_id"],
    model: { name: "local_ranker", version: "1", source: "local" },
    catalog_version: city.version,
    members: [],
    invitations: [],
    vetoes: input.vetoes.map((veto) => ({ ...veto, user_id: uuidOfName("user", name) as UserId })),
    slots: out.stops.map((stop) => ({
      id: (stop.slot_id ?? uuidOfName(name, `${stop.day}`, `${stop.order}`)) as SlotId,
      day: stop.day,
      order: stop.order,
      node_id: stop.node_id as NodeId,
      day_part: stop.day_part,
      starts_at: stop.starts_at,
      ends_at: stop.ends_at,
      travel_minutes: stop.travel_minutes,
      locked: stop.locked,
      status: "planned",
      score: stop.score,
      model_version: "local_ranker:1"
    })),
    relaxed: out.relaxations,
    created_at: 0
  }
}

const envs = new WeakMap<PlanningCity, PivotWorld["env"]>()

export const worldOf = (
  city: PlanningCity,
  trip: TripState,
  seed: number,
  more: Partial<PivotWorld> = {}
): PivotWorld => {
  let env = envs.get(city)
  if (env === undefined) {
    env = pivotEnv(city, city.travel)
    envs.set(city, env)
  }
  return {
    trip,
    catalog: city,
    env,
    tastes: [tasteOf(seed)],
    live: CALM_CITY,
    budget: "mid",
    weather: [],
    settings: PIVOT_SETTINGS,
    ...more
  }
}

/** An offer as a client reads it, and what is logged about it. */
export interface Answered {
  readonly _tag: "offer"
  readonly offer: Offer
  readonly chosen: ReadonlyArray<ChosenOption>
  readonly slate: DecisionSlate
}

export const answerPivot = (
  world: PivotWorld,
  set: FallbackSet | undefined,
  request: PivotRequest,
  now: number,
  ids: OfferIds
): Answered | Refused => {
  const found = findPivot(world, set, request, now)
  if ("_tag" in found) return found
  const { text, chosen, slate } = makeOffer(world, request, found, now, ids)
  return { _tag: "offer", offer: readOffer(text), chosen, slate }
}

/** What accepting an option does to the plan, or why it cannot be. */
export const acceptOption = (world: PivotWorld, offer: Offer, optionId: OptionId, now: number) => {
  const { changes, score } = offer.options.find((one) => one.option_id === optionId)!
  return applyChanges(world, { changes, trigger: offer.trigger, score, model: offer.model, now })
}
