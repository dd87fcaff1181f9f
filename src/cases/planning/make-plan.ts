/**
 * A plan, step by step: candidates near a taste, the ranking, the itinerary, the narratives, and the stops that come of them. The
 * heart of creating, replanning and rescheduling.
 */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { liveOf } from "../../domain/city/live.ts"
import type { CityId, SlotId } from "../../domain/ids.ts"
import type { Assembly, LockedStop } from "../../domain/itinerary/model.ts"
import { homeOf, ownPoints, travelAmong } from "../../domain/itinerary/own-points.ts"
import { dayHours, type TripDay } from "../../domain/itinerary/rules.ts"
import { tableOf } from "../../domain/itinerary/table-hours.ts"
import { Workspace } from "../../domain/orienteering/workspace.ts"
import { archetypeOf } from "../../domain/persona/archetype.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { modelVersion, type RankRequest } from "../../domain/ranking.ts"
import { diversifyWithMeals } from "../../domain/retrieval/meals.ts"
import type { Brought } from "../../domain/trip/brought.ts"
import { fixedStops } from "../../domain/trip/fixed.ts"
import { dayDecision, seedOf } from "../../domain/trip/generation.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { describedAtStops } from "../../domain/trip/moments.ts"
import { tripDays } from "../../domain/trip/request.ts"
import type { Narration, Narrator } from "../../services/narrator.ts"
import type { RankedOutcome } from "../../services/ranker.ts"
import type { Retrieval } from "../../services/retrieval.ts"
import type { PlanRefused } from "../../services/trip-generation.ts"
import { newId } from "../../support/new-id.ts"
import { assembleInSlices } from "./assemble-in-slices.ts"
import { countHours } from "./hours-known.ts"
import type { RankPlaces } from "./ranked-places.ts"
import { emptyPlanIssues, refuse } from "./refuse-plan.ts"

/** Of the time that a plan may wait, rankers get what leaves room for the words. */
const RANKING_SHARE = 5 / 8

export interface PlanWish {
  readonly tripId: string
  readonly catalog: CityCatalog
  readonly people: ReadonlyArray<Persona>
  readonly startDate: string
  readonly days: number
  readonly constraints: TripState["constraints"]
  readonly vetoes: TripState["vetoes"]
  readonly locked: ReadonlyArray<LockedStop>
  readonly brought: Brought
  readonly now: number
}

export interface Plan {
  readonly assembly: Assembly
  readonly outcome: RankedOutcome
  readonly slots: TripState["slots"]
  readonly model: TripState["model"]
  readonly degraded: string | undefined
}

export interface PlanParts {
  /** By then, after the asking, the narratives are written, or plain ones stand in. */
  readonly deadlineMs: number
  readonly retrieval: Retrieval["Service"]
  readonly rankPlaces: RankPlaces
  readonly narrator: Narrator["Service"]
  /** One heavy stretch at a time. */
  readonly alone: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waits for a turn of the event loop of its own. */
  readonly myTurn: Effect.Effect<void>
}

/** The places near the party's taste, mixed and open in time, as a question to the ranker. */
const rankRequest = Effect.fnUntraced(function* (
  { deadlineMs, myTurn, retrieval }: PlanParts,
  { catalog, constraints, now, people, tripId, vetoes }: PlanWish,
  days: ReadonlyArray<TripDay>,
  orientations: Parameters<typeof dayHours>[1]
) {
  const neighbours = yield* retrieval.nearest(catalog, people)
  yield* myTurn
  const hours = dayHours(constraints, orientations, tableOf(catalog.city.country))
  const { candidates } = diversifyWithMeals({ catalog, neighbours, constraints, vetoes, days, hours })
  const request: RankRequest = {
    members: people,
    candidates,
    context: {
      surface: "itinerary",
      city: catalog.city.slug,
      groupSize: people.length,
      tripDays: days.length,
      catalogVersion: catalog.version,
      constraints
    },
    deadline: now + RANKING_SHARE * deadlineMs,
    tripId
  }
  return request
})

const nothingFits = ({ problems, relaxations }: Assembly, city: string, constraints: PlanWish["constraints"]) => {
  const why = [...problems, ...relaxations]
  return refuse(
    why.length === 0
      ? [{ path: ["city"], message: `nothing in ${city} fits these dates and constraints` }]
      : emptyPlanIssues(why, constraints)
  )
}

const narrated = (
  { deadlineMs, narrator }: PlanParts,
  { catalog, now, people, tripId }: PlanWish,
  { stops }: Assembly,
  { items }: RankedOutcome["ranking"]
) => {
  const why = new Map(items.map((item) => [item.index, item.why]))
  return narrator.narrate({
    stops: stops.map((stop) => ({
      node: catalog.nodes[stop.index]!,
      day: stop.day,
      dayPart: stop.day_part,
      why: why.get(stop.index) ?? []
    })),
    archetype: archetypeOf(people[0]!.dimensions),
    deadline: now + deadlineMs,
    userId: people[0]!.user_id,
    tripId
  })
}

const slotsOf = (
  { now, tripId }: PlanWish,
  { stops }: Assembly,
  narration: Narration,
  version: string
): TripState["slots"] =>
  stops.map((stop, at) => ({
    id: stop.slot_id ?? (newId(now) as SlotId),
    day: stop.day,
    order: stop.order,
    node_id: stop.node_id,
    day_part: stop.day_part,
    starts_at: stop.starts_at,
    ends_at: stop.ends_at,
    travel_minutes: stop.travel_minutes,
    locked: stop.locked,
    status: "planned",
    score: stop.score,
    decision_id: dayDecision(tripId, now, stop.day),
    ...(stop.placed_by === undefined ? {} : { placed_by: stop.placed_by }),
    narrative: narration.texts[at]!,
    model_version: version
  }))

export const planMaker = (parts: PlanParts) => {
  /** Plans are assembled one at a time, and so in the same memory. */
  const workspace = new Workspace()
  return Effect.fnUntraced(function* (wish: PlanWish): Effect.fn.Return<Plan, PlanRefused> {
    const { catalog, constraints, now, people } = wish
    const days = tripDays(catalog.city.time_zone, wish.startDate, wish.days)
    const orientations = people.map((person) => person.dimensions.time_orientation.value)
    const request = yield* rankRequest(parts, wish, days, orientations)
    const ranked = yield* parts.rankPlaces(catalog.city.id as CityId, request, days)
    const home = homeOf(wish.brought)
    const assembly = yield* parts.alone(
      assembleInSlices({
        catalog,
        travel: travelAmong(catalog, ownPoints(wish.brought)),
        ...(home === undefined ? {} : { home }),
        scores: ranked.outcome.ranking.items,
        ...(ranked.conditions === undefined ? {} : { live: liveOf(ranked.conditions, catalog) }),
        ...(ranked.coverage === undefined ? {} : { coverage: ranked.coverage }),
        days,
        constraints,
        vetoes: wish.vetoes,
        orientations,
        locked: [...wish.locked, ...fixedStops(wish.brought.fixed, days)],
        notBefore: now,
        workspace,
        seed: seedOf(catalog.city.slug, wish.startDate, String(wish.days), ...people.map((person) => person.user_id))
      })
    )
    if (assembly.stops.length === 0) return yield* nothingFits(assembly, catalog.city.name, constraints)
    const ranking = describedAtStops(ranked.outcome.ranking, request, assembly.stops, days.length, ranked.conditions)
    const outcome = { ...ranked.outcome, ranking }
    const narration = yield* narrated(parts, wish, assembly, ranking)
    const slots = slotsOf(wish, assembly, narration, modelVersion(ranking.model))
    yield* countHours(catalog, slots)
    const degraded = ranking.degraded ?? narration.degraded
    return {
      assembly,
      outcome,
      slots,
      model: { ...ranking.model, source: outcome.source },
      degraded: degraded?.message
    }
  })
}
