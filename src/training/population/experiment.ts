/** The experiment log of a trip: plans made, edited and accepted, and what was known at each of those moments. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import { between, shuffled, uuidFrom } from "../../domain/basics/random.ts"
import {
  type EventContext,
  type PlanEventType,
  type PlanPayload,
  planContextOf,
  planPayload
} from "../../domain/learning-log/plan.ts"
import { constraintsKnown, personaSnapshot } from "../../domain/learning-log/snapshots.ts"
import { ENCODER_VERSION } from "../../domain/persona/encode.ts"
import type { TripConstraints } from "../../domain/plan/model.ts"
import type { Offer } from "./choice.ts"
import type { Journey } from "./journey.ts"
import { SHADOW_MODEL_VERSION } from "./model.ts"
import { type Stop, streamOf } from "./plan.ts"
import { dimensionsAfter, type Profile } from "./profile.ts"
import { dateOf, millisOf, type PlannedTrip, type Population } from "./schedule.ts"
import type { Rows } from "./tables.ts"
import type { World } from "./world.ts"

const HOUR = 3_600_000
/** One plan in so many was the second one: the first did not please. */
const SECOND_THOUGHTS = 0.08
const CHANGED_MIND = 0.25

/** Versions below 1 are of the catalog's made-up past: the city as it was before it was first seeded here. */
const PAST_VERSIONS = [
  { version: -1, daysAgo: 800, share: 0.8 },
  { version: 0, daysAgo: 300, share: 0.93 }
] as const

const catalogVersionAt = (population: Population, at: number): number =>
  at < millisOf(population.today - PAST_VERSIONS[1].daysAgo) ? PAST_VERSIONS[0].version : PAST_VERSIONS[1].version

export const writeCatalogPast = (rows: Rows, population: Population, world: World): void => {
  for (const { version, daysAgo, share } of PAST_VERSIONS) {
    rows.add("exp.catalog_snapshots", {
      id: uuidOfName("overplanned/shadow-catalog", world.city.id, String(version)),
      city_id: world.city.id,
      catalog_version: version,
      valid_from: new Date(millisOf(population.today - daysAgo)),
      nodes: Math.floor(world.places.length * share),
      digest: uuidOfName("overplanned/shadow-digest", world.city.id, String(version)),
      summary: { origin: "shadow" },
      created_at: new Date(millisOf(population.today - daysAgo))
    })
  }
}

/** The persona when the person came, and after each trip that is over. */
export const writePersonaPast = (
  rows: Rows,
  population: Population,
  profile: Profile,
  trips: ReadonlyArray<PlannedTrip>
): void => {
  const moments = [
    millisOf(population.today - profile.joinedDaysAgo),
    ...trips
      .filter((trip) => ["completed", "shortened"].includes(trip.status))
      .map((trip) => millisOf(trip.firstDay + trip.days) + HOUR)
  ]
  moments.forEach((at, taken) => {
    rows.add("exp.persona_snapshots", {
      id: uuidOfName("overplanned/shadow-persona", profile.id, String(taken)),
      user_id: profile.id,
      valid_from: new Date(at),
      persona: personaSnapshot(dimensionsAfter(profile, taken)),
      encoder_version: ENCODER_VERSION,
      source: "backfill",
      created_at: new Date(at)
    })
  })
}

export const logPlan = (rows: Rows, journey: Journey): void => {
  const { trip, plan, world, plannedAt, acceptedAt } = journey
  const random = streamOf(journey.population, trip, "experiment")
  const owner = trip.members[0]!
  const idOf = (offer: Offer) => world.places[offer.place]!.id
  const pivoted = new Map(journey.pivots.map((pivot) => [pivot.stop, pivot.planned]))
  const atAcceptance = (stop: Stop) => pivoted.get(stop) ?? stop.offer
  const explored = journey.explored !== undefined && journey.explored < plannedAt
  const context: EventContext = {
    policy_version_id: SHADOW_MODEL_VERSION,
    ...planContextOf({ explored, constraints: journey.constraints, fixed: false })
  }
  const event = <T extends PlanEventType>(type: T, planId: string, at: number, payload: PlanPayload<T>) => {
    rows.add("exp.events", {
      event_id: uuidFrom(random, at),
      event_type: type,
      unit_id: owner.id,
      plan_id: planId,
      timestamp: new Date(at),
      context,
      payload: planPayload(type, payload),
      created_at: new Date(at)
    })
  }
  const slotsOf = (offerOf: (stop: Stop) => Offer) =>
    plan.stops.map((stop) => ({
      day: stop.day,
      order: stop.order,
      node_id: idOf(offerOf(stop)),
      starts_at: stop.startsAt,
      ends_at: stop.endsAt
    }))
  const described = (offerOf: (stop: Stop) => Offer, at: number) => ({
    trip_id: journey.id,
    city: trip.city,
    catalog_version: catalogVersionAt(journey.population, at),
    start_date: dateOf(trip.firstDay),
    end_date: dateOf(trip.firstDay + trip.days - 1),
    party: trip.members.map((member) => member.id),
    slots: slotsOf(offerOf)
  })
  const knowing = (at: number, constraints: TripConstraints) => {
    rows.add("exp.constraint_snapshots", {
      id: uuidFrom(random, at),
      trip_id: journey.id,
      valid_from: new Date(at),
      constraints: constraintsKnown({ constraints }),
      created_at: new Date(at)
    })
  }
  if (random() < SECOND_THOUGHTS) {
    const at = Math.floor(plannedAt - between(random, 0.5, 12) * HOUR)
    const others = shuffled(random, plan.pool)
    knowing(at, { ...journey.constraints, pace: "moderate" })
    event(
      "plan_generated",
      uuidFrom(random, at),
      at,
      described((stop) => others[plan.stops.indexOf(stop)]!, at)
    )
  }
  knowing(plannedAt, journey.constraints)
  event(
    "plan_generated",
    journey.session,
    plannedAt,
    described((stop) => stop.first, plannedAt)
  )
  if (trip.status === "planning" || (trip.status === "cancelled" && random() < 0.6)) return
  const swaps = plan.stops.filter((stop) => stop.first !== atAcceptance(stop))
  swaps.forEach((stop, i) => {
    const at = Math.floor(plannedAt + ((acceptedAt - plannedAt) * (i + 1)) / (swaps.length + 1))
    event("plan_edited", journey.session, at, {
      edit: "swap",
      trip_id: journey.id,
      slot_id: journey.slotIds.get(stop)!,
      day: stop.day,
      order: stop.order,
      from: idOf(stop.first),
      to: idOf(atAcceptance(stop))
    })
  })
  event("plan_accepted", journey.session, acceptedAt, { trip_id: journey.id, slots: slotsOf(atAcceptance) })
  // Whoever joins a plan to what is known today, rather than then, learns this from the future.
  if (random() < CHANGED_MIND) {
    const day_end = random() < 0.5 ? "21:00" : "23:00"
    knowing(Math.floor(acceptedAt + between(random, 1, 6) * HOUR), { ...journey.constraints, day_end })
  }
}
