/** Planning, step by step, over the other services. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { CityId, SessionId, SlotId, TripId, UserId } from "../../domain/ids.ts"
import type { Assembly, LockedStop } from "../../domain/itinerary/model.ts"
import { dayHours } from "../../domain/itinerary/rules.ts"
import { travelIn } from "../../domain/itinerary/travel.ts"
import { planContextOf } from "../../domain/learning-log/plan.ts"
import { archetypeOf } from "../../domain/persona/archetype.ts"
import { partyTaste } from "../../domain/persona/encode.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { modelVersion, type RankRequest } from "../../domain/ranking.ts"
import { diversifyWithMeals } from "../../domain/retrieval/meals.ts"
import { isoDate, parseIsoDate } from "../../domain/time/calendar.ts"
import { dayDecision, exploredBefore, keptStops, seedOf } from "../../domain/trip/generation.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { describedAtStops } from "../../domain/trip/moments.ts"
import { constraintIssues, dateIssues, type RequestIssue, tripDays } from "../../domain/trip/request.ts"
import { Catalog } from "../../services/catalog.ts"
import { Companions } from "../../services/companions.ts"
import { Journal } from "../../services/journal.ts"
import { Narrator } from "../../services/narrator.ts"
import { Personas } from "../../services/personas.ts"
import type { RankedOutcome } from "../../services/ranker.ts"
import { Retrieval } from "../../services/retrieval.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import {
  PlanningUnavailable,
  type PlanRefused,
  type PlanRequest,
  TripGeneration
} from "../../services/trip-generation.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { UnseededCity } from "../../services/unseeded-city.ts"
import { newId } from "../../support/new-id.ts"
import { breathe } from "../../support/slices.ts"
import { assembleInSlices } from "./assemble-in-slices.ts"
import { countHours } from "./hours-known.ts"
import { planLog } from "./plan-log.ts"
import { placesRanking } from "./ranked-places.ts"
import { refuse } from "./refuse-plan.ts"

/** Trip generation promises 8 s; rankers get what leaves room for the rest. */
const RANKING_BUDGET_MS = 4_500

/** By then the narratives are written, or the plain ones stand in; what is left is for the disk. */
const ANSWER_BUDGET_MS = 7_200

interface Plan {
  readonly assembly: Assembly
  readonly outcome: RankedOutcome
  readonly slots: TripState["slots"]
  readonly model: TripState["model"]
  readonly degraded: string | undefined
}

export const layer = Layer.effect(
  TripGeneration,
  Effect.gen(function* () {
    const catalogs = yield* Catalog
    const unseeded = yield* UnseededCity
    const companions = yield* Companions
    const personas = yield* Personas
    const retrieval = yield* Retrieval
    const rankPlaces = yield* placesRanking
    const narrator = yield* Narrator
    const journal = yield* Journal
    const erased = yield* ErasedSubjects
    const trips = yield* TripRuntime

    // Each heavy stretch waits for a turn of the event loop of its own: nobody's pivot waits behind more than one.
    const line = yield* Semaphore.make(1)
    const alone = line.withPermits(1)
    const myTurn = alone(breathe)

    const cityOf = (slug: string) =>
      Effect.catchTags(Effect.catchTag(catalogs.city(slug), "UnknownCity", unseeded.lookUp), {
        UnknownCity: (unknown) => Effect.fail(refuse([{ path: ["city"], message: unknown.message }], unknown.seeded)),
        CatalogUnavailable: (away) => Effect.fail(new PlanningUnavailable({ message: away.message }))
      })

    /** Consent comes first: only those who named the planner a companion can be planned for. */
    const consenting = Effect.fnUntraced(function* (userId: UserId, party: ReadonlyArray<UserId>) {
      const others = [...new Set(party)].filter((one) => one !== userId)
      const named = yield* Effect.mapError(
        companions.consenting(userId, others),
        (away) => new PlanningUnavailable({ message: away.message })
      )
      const issues = others.flatMap(
        (one, index): ReadonlyArray<RequestIssue> =>
          named.has(one)
            ? []
            : [{ path: ["party", index], message: "has not named you a companion; ask them to, or invite them later" }]
      )
      if (issues.length > 0) return yield* refuse(issues)
      return [userId, ...others]
    })

    /** Ranks and assembles; the heart of creating, replanning and rescheduling. */
    const plan = Effect.fnUntraced(function* (wish: {
      readonly tripId: string
      readonly catalog: CityCatalog
      readonly people: ReadonlyArray<Persona>
      readonly startDate: string
      readonly days: number
      readonly constraints: TripState["constraints"]
      readonly vetoes: TripState["vetoes"]
      readonly locked: ReadonlyArray<LockedStop>
      readonly now: number
    }): Effect.fn.Return<Plan, PlanRefused> {
      const { catalog, people, constraints, now } = wish
      const query = partyTaste(people)
      const pool = yield* retrieval.nearest(catalog, query)
      yield* myTurn
      const days = tripDays(catalog.city.time_zone, wish.startDate, wish.days)
      const orientations = people.map((person) => person.dimensions.time_orientation.value)
      const { candidates } = diversifyWithMeals({
        catalog,
        neighbours: pool,
        constraints,
        vetoes: wish.vetoes,
        days,
        hours: dayHours(constraints, orientations)
      })
      const request: RankRequest = {
        members: people,
        candidates,
        context: {
          surface: "itinerary",
          city: catalog.city.slug,
          groupSize: people.length,
          tripDays: wish.days,
          catalogVersion: catalog.version,
          constraints
        },
        deadline: now + RANKING_BUDGET_MS,
        tripId: wish.tripId
      }
      const ranked = yield* rankPlaces(catalog.city.id as CityId, request, days)
      const assembly = yield* alone(
        assembleInSlices({
          catalog,
          travel: travelIn(catalog),
          scores: ranked.outcome.ranking.items,
          ...(ranked.coverage === undefined ? {} : { coverage: ranked.coverage }),
          days,
          constraints,
          vetoes: wish.vetoes,
          orientations,
          locked: wish.locked,
          notBefore: now,
          seed: seedOf(catalog.city.slug, wish.startDate, String(wish.days), ...people.map((person) => person.user_id))
        })
      )
      if (assembly.stops.length === 0) {
        const why = [...assembly.problems, ...assembly.relaxations]
        return yield* refuse(
          why.length === 0
            ? [{ path: ["city"], message: `nothing in ${catalog.city.name} fits these dates and constraints` }]
            : why.map((problem) => ({ path: ["constraints", problem.constraint], message: problem.message }))
        )
      }
      const { conditions } = ranked
      const ranking = describedAtStops(ranked.outcome.ranking, request, assembly.stops, days.length, conditions)
      const outcome = { ...ranked.outcome, ranking }
      const why = new Map(ranking.items.map((item) => [item.index, item.why]))
      const narration = yield* narrator.narrate({
        stops: assembly.stops.map((stop) => ({
          node: catalog.nodes[stop.index]!,
          day: stop.day,
          dayPart: stop.day_part,
          why: why.get(stop.index) ?? []
        })),
        archetype: archetypeOf(people[0]!.dimensions),
        deadline: now + ANSWER_BUDGET_MS,
        userId: people[0]!.user_id,
        tripId: wish.tripId
      })
      const version = modelVersion(outcome.ranking.model)
      const slots = assembly.stops.map((stop, at): TripState["slots"][number] => ({
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
        decision_id: dayDecision(wish.tripId, now, stop.day),
        narrative: narration.texts[at]!,
        model_version: version
      }))
      yield* countHours(catalog, slots)
      const degraded = outcome.ranking.degraded ?? narration.degraded
      return {
        assembly,
        outcome,
        slots,
        model: { ...outcome.ranking.model, source: outcome.source },
        degraded: degraded?.message
      }
    })

    const log = planLog({ journal, erased, myTurn })

    const peopleOf = (ids: ReadonlyArray<UserId>) => Effect.forEach(ids, personas.of, { concurrency: "unbounded" })

    const create = Effect.fnUntraced(function* (userId: UserId, request: PlanRequest, key: string | undefined) {
      const now = yield* Clock.currentTimeMillis
      const catalog = yield* cityOf(request.city)
      const constraints = request.constraints ?? {}
      const issues = [
        ...dateIssues(catalog.city.time_zone, request.start_date, request.days, now),
        ...constraintIssues(catalog, constraints)
      ]
      if (issues.length > 0) return yield* refuse(issues)
      const party = yield* consenting(userId, request.party ?? [])
      const people = yield* peopleOf(party)
      const id = (key === undefined ? newId(now) : uuidOfName("overplanned/trip", userId, key)) as TripId

      const made = yield* plan({
        tripId: id,
        catalog,
        people,
        startDate: request.start_date,
        days: request.days,
        constraints,
        vetoes: [],
        locked: [],
        now
      })
      const trip: TripState = {
        id,
        city_id: catalog.city.id as TripState["city_id"],
        city: catalog.city.slug,
        time_zone: catalog.city.time_zone,
        user_id: userId,
        status: "planning",
        start_date: request.start_date,
        end_date: isoDate(parseIsoDate(request.start_date)! + request.days - 1),
        epoch: newId(now) as TripState["epoch"],
        seq: 1,
        constraints,
        session_id: newId(now) as SessionId,
        model: made.model,
        catalog_version: catalog.version,
        plan_context: planContextOf({ explored: exploredBefore(people, userId, catalog), constraints, fixed: false }),
        members: party.map((one, ordinal) => ({
          user_id: one,
          role: ordinal === 0 ? "owner" : "member",
          ordinal,
          joined_at: now
        })),
        invitations: [],
        vetoes: [],
        slots: made.slots,
        relaxed: [...made.assembly.relaxations, ...made.assembly.problems],
        ...(made.degraded === undefined ? {} : { degraded: made.degraded }),
        created_at: now
      }
      yield* log({ userId, trip, catalog, people, outcome: made.outcome, now })
      const reply = yield* trips.ask(id, {
        _tag: "create",
        by: userId,
        trip,
        ...(key === undefined ? {} : { idempotency_key: key })
      })
      return reply._tag === "changed" ? reply.trip : trip
    })

    const replanned = Effect.fnUntraced(function* (
      userId: UserId,
      trip: TripState,
      startDate: string,
      days: number,
      constraints: TripState["constraints"]
    ) {
      const now = yield* Clock.currentTimeMillis
      const catalog = yield* cityOf(trip.city)
      const shift = parseIsoDate(startDate)! - parseIsoDate(trip.start_date)!
      const issues = constraintIssues(catalog, constraints)
      if (issues.length > 0) return yield* refuse(issues)
      const people = yield* peopleOf(trip.members.map((member) => member.user_id))
      const locked = keptStops(trip, catalog, now, shift).filter((stop) => stop.day >= 1 && stop.day <= days)
      const made = yield* plan({
        tripId: trip.id,
        catalog,
        people,
        startDate,
        days,
        constraints,
        vetoes: trip.vetoes,
        locked,
        now
      })
      const kept = new Set(made.slots.map((slot) => slot.id))
      const removed = trip.slots.filter((slot) => !kept.has(slot.id)).map((slot) => slot.id)
      const dates = { start_date: startDate, end_date: isoDate(parseIsoDate(startDate)! + days - 1) }
      const { slots, model } = made
      const explored = exploredBefore(people, userId, catalog)
      const fixed = trip.slots.some((slot) => slot.locked)
      const plan_context = planContextOf({ explored, constraints, fixed })
      const after = { ...trip, ...dates, slots, constraints, model, catalog_version: catalog.version, plan_context }
      yield* log({ userId, trip: after, catalog, people, outcome: made.outcome, now })
      return { made, removed, catalog, plan_context }
    })

    const ifMatch = (version: number | undefined) => (version === undefined ? {} : { if_match: version })
    const withKey = (key: string | undefined) => (key === undefined ? {} : { idempotency_key: key })

    return TripGeneration.of({
      create,
      replan: Effect.fnUntraced(function* (userId, trip, change) {
        const days = parseIsoDate(trip.end_date)! - parseIsoDate(trip.start_date)! + 1
        const constraints = change.constraints ?? trip.constraints
        const { made, removed, catalog, plan_context } = yield* replanned(
          userId,
          trip,
          trip.start_date,
          days,
          constraints
        )
        const reply = yield* trips.ask(trip.id, {
          _tag: "replan",
          by: userId,
          ...ifMatch(change.ifMatch ?? trip.seq),
          ...withKey(change.idempotencyKey),
          constraints,
          model: made.model,
          catalog_version: catalog.version,
          plan_context,
          relaxed: [...made.assembly.relaxations, ...made.assembly.problems],
          slots: made.slots,
          removed
        })
        return reply._tag === "changed" ? reply.trip : trip
      }),
      reschedule: Effect.fnUntraced(function* (userId, trip, change) {
        const first = parseIsoDate(change.startDate)
        const last = parseIsoDate(change.endDate)
        const now = yield* Clock.currentTimeMillis
        const days = first === undefined || last === undefined ? 0 : last - first + 1
        const started = trip.status === "active" && change.startDate === trip.start_date
        const issues = dateIssues(trip.time_zone, change.startDate, days, now).filter(
          (issue) => !(started && issue.path[0] === "start_date")
        )
        if (issues.length > 0) return yield* refuse(issues)
        const { made, removed, plan_context } = yield* replanned(userId, trip, change.startDate, days, trip.constraints)
        const reply = yield* trips.ask(trip.id, {
          _tag: "reschedule",
          by: userId,
          ...ifMatch(change.ifMatch ?? trip.seq),
          ...withKey(change.idempotencyKey),
          start_date: change.startDate,
          end_date: change.endDate,
          plan_context,
          slots: made.slots,
          removed
        })
        return reply._tag === "changed" ? reply.trip : trip
      })
    })
  })
)
