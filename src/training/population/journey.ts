/** One trip of the shadow population: its plan, how far it went, what disrupted it, and the state that a live actor starts from. */
import { uuidOfName } from "../../domain/basics/hash.ts"
import { between, type Random, uuidFrom, whole } from "../../domain/basics/random.ts"
import type { CityId, NodeId, SessionId, SlotId, TripId } from "../../domain/ids.ts"
import type { TripConstraints } from "../../domain/plan/model.ts"
import type { TripState } from "../../domain/trip/model.ts"
import type { TripSnapshot } from "../../domain/trip/snapshot.ts"
import { SHADOW_MODEL, SHADOW_MODEL_VERSION } from "./model.ts"
import { disrupt, type Pivot } from "./pivots.ts"
import { type Plan, planOf, type Stop, streamOf } from "./plan.ts"
import { dateOf, millisOf, type PlannedTrip, type Population, type ShadowCity } from "./schedule.ts"
import type { World } from "./world.ts"

const HOUR = 3_600_000

export interface Journey {
  readonly population: Population
  readonly trip: PlannedTrip
  readonly world: World
  readonly plan: Plan
  readonly id: TripId
  readonly session: SessionId
  readonly slotIds: ReadonlyMap<Stop, SlotId>
  /** When the plan was made, and accepted. */
  readonly plannedAt: number
  readonly acceptedAt: number
  readonly constraints: TripConstraints
  /** When the owner first swiped in this city's discovery; never, where it is absent. */
  readonly explored: number | undefined
  /** Days that were lived through. */
  readonly livedDays: number
  readonly pivots: ReadonlyArray<Pivot>
}

const begun = (trip: PlannedTrip) => ["active", "completed", "shortened"].includes(trip.status)

const livedDaysOf = (population: Population, trip: PlannedTrip, random: Random): number => {
  if (trip.status === "completed") return trip.days
  if (trip.status === "active") return Math.min(trip.days, population.today - trip.firstDay)
  return trip.status === "shortened" ? whole(random, 1, trip.days - 1) : 0
}

export const journeyOf = (
  population: Population,
  trip: PlannedTrip,
  world: World,
  swiped: ReadonlyMap<ShadowCity, number> = new Map()
): Journey => {
  const owner = trip.members[0]!
  const random = streamOf(population, trip, "journey")
  const plan = planOf(population, trip, world, streamOf(population, trip, "plan"))
  const latest = Math.min(millisOf(trip.firstDay), millisOf(population.today)) - 6 * HOUR
  const plannedAt = Math.floor(latest - between(random, 1, 20) * 24 * HOUR)
  const acceptedAt = Math.floor(plannedAt + between(random, 0.3, 0.9) * (latest - plannedAt))
  const id = uuidOfName("overplanned/shadow-trip", String(owner.n), String(trip.ordinal)) as TripId
  const slotIds = new Map(plan.stops.map((stop) => [stop, uuidFrom(random, plannedAt) as SlotId]))
  const livedDays = livedDaysOf(population, trip, random)
  const pivots = begun(trip) ? disrupt({ population, trip, world, plan, livedDays }) : []
  return {
    population,
    trip,
    world,
    plan,
    id,
    session: uuidOfName("overplanned/shadow-session", String(owner.n), String(trip.ordinal)) as SessionId,
    slotIds,
    plannedAt,
    acceptedAt,
    constraints: {
      pace: owner.archetype.pace,
      budget: owner.archetype.budget,
      ...(random() < 0.2 ? { avoid: ["dive_bar"] } : {})
    },
    explored: swiped.get(trip.city),
    livedDays,
    pivots
  }
}

const slotStatus = (journey: Journey, stop: Stop): "planned" | "done" | "skipped" =>
  stop.day <= journey.livedDays ? "done" : journey.trip.status === "shortened" ? "skipped" : "planned"

export const stateOf = (journey: Journey): TripSnapshot => {
  const { trip, world, plan } = journey
  const owner = trip.members[0]!
  const state: TripState = {
    id: journey.id,
    city_id: world.city.id as CityId,
    city: world.city.slug,
    time_zone: world.city.time_zone,
    user_id: owner.id,
    status: trip.status,
    start_date: dateOf(trip.firstDay),
    end_date: dateOf(trip.firstDay + trip.days - 1),
    epoch: uuidOfName("overplanned/shadow-epoch", String(owner.n), String(trip.ordinal)),
    seq: 1,
    constraints: journey.constraints,
    session_id: journey.session,
    model: { ...SHADOW_MODEL, source: "llm" },
    catalog_version: world.version,
    members: trip.members.map((member, ordinal) => ({
      user_id: member.id,
      role: ordinal === 0 ? "owner" : "member",
      ordinal,
      joined_at: journey.plannedAt
    })),
    invitations: [],
    vetoes: [],
    slots: plan.stops.map((stop) => ({
      id: journey.slotIds.get(stop)!,
      day: stop.day,
      order: stop.order,
      node_id: world.places[stop.offer.place]!.id as NodeId,
      day_part: stop.dayPart,
      starts_at: stop.startsAt,
      ends_at: stop.endsAt,
      travel_minutes: stop.travelMinutes,
      locked: false,
      status: slotStatus(journey, stop),
      score: plan.scores.get(stop.offer)!,
      model_version: SHADOW_MODEL_VERSION
    })),
    relaxed: [],
    created_at: journey.plannedAt
  }
  return state
}
