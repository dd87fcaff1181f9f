/** Trips from wishes: who comes along, the plan, its log, and then the trip's own actor, which keeps it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { SessionId, TripId, UserId } from "../../domain/ids.ts"
import { planContextOf } from "../../domain/learning-log/plan.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { isoDate, parseIsoDate } from "../../domain/time/calendar.ts"
import { type BringChange, type Brought, broughtTo, firstBrought, lockedIssues } from "../../domain/trip/brought.ts"
import { asTheyWere, exploredBefore, keptStops } from "../../domain/trip/generation.ts"
import type { TripState } from "../../domain/trip/model.ts"
import type { PlanLogEntry } from "../../domain/trip/plan-log.ts"
import { constraintIssues, dateIssues, type RequestIssue } from "../../domain/trip/request.ts"
import { Catalog } from "../../services/catalog.ts"
import { Companions } from "../../services/companions.ts"
import { Narrator } from "../../services/narrator.ts"
import { Personas } from "../../services/personas.ts"
import { Retrieval } from "../../services/retrieval.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { PlanningUnavailable, type PlanRequest, TripGeneration } from "../../services/trip-generation.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { UnseededCity } from "../../services/unseeded-city.ts"
import { newId } from "../../support/new-id.ts"
import { breathe } from "../../support/slices.ts"
import { type Plan, planMaker } from "./make-plan.ts"
import { planLog } from "./plan-log.ts"
import { placesRanking } from "./ranked-places.ts"
import { refuse } from "./refuse-plan.ts"

export interface TripGeneratorOptions {
  /** Longest that a plan waits for others to rank and word it. */
  readonly deadlineMs: number
}

/** What planning leans on, and the steps that all its ways share. */
const planning = Effect.fnUntraced(function* ({ deadlineMs }: TripGeneratorOptions) {
  const catalogs = yield* Catalog
  const unseeded = yield* UnseededCity
  const companions = yield* Companions
  const personas = yield* Personas
  const retrieval = yield* Retrieval
  const rankPlaces = yield* placesRanking
  const narrator = yield* Narrator
  const erased = yield* ErasedSubjects
  const trips = yield* TripRuntime

  // Each heavy stretch waits for a turn of the event loop of its own: nobody's pivot waits behind more than one.
  const line = yield* Semaphore.make(1)
  const alone = line.withPermits(1)
  const myTurn = alone(breathe)

  return {
    trips,
    plan: planMaker({ deadlineMs, retrieval, rankPlaces, narrator, alone, myTurn }),
    logOf: planLog({ erased, myTurn }),
    peopleOf: (ids: ReadonlyArray<UserId>) => Effect.forEach(ids, personas.of, { concurrency: "unbounded" }),
    cityOf: (slug: string) =>
      Effect.catchTags(Effect.catchTag(catalogs.city(slug), "UnknownCity", unseeded.lookUp), {
        UnknownCity: (unknown) => Effect.fail(refuse([{ path: ["city"], message: unknown.message }], unknown.seeded)),
        CatalogUnavailable: (away) => Effect.fail(new PlanningUnavailable({ message: away.message }))
      }),
    /** Consent comes first: only those who named the planner a companion can be planned for. */
    consenting: Effect.fnUntraced(function* (userId: UserId, party: ReadonlyArray<UserId>) {
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
  }
})

type Planning = Effect.Success<ReturnType<typeof planning>>

const ifMatch = (version: number | undefined) => (version === undefined ? {} : { if_match: version })
const withKey = (key: string | undefined) => (key === undefined ? {} : { idempotency_key: key })

interface NewTrip {
  readonly id: TripId
  readonly userId: UserId
  readonly request: PlanRequest
  readonly catalog: CityCatalog
  readonly party: ReadonlyArray<UserId>
  readonly people: ReadonlyArray<Persona>
  readonly brought: Brought
  readonly made: Plan
  readonly now: number
}

const isAny = ({ fixed }: Brought): boolean => fixed.length > 0

/** The trip as it begins its life. */
const newTrip = ({ brought, catalog, id, made, now, party, people, request, userId }: NewTrip): TripState => {
  const constraints = request.constraints ?? {}
  return {
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
    plan_context: planContextOf({
      explored: exploredBefore(people, userId, catalog),
      constraints,
      fixed: isAny(brought)
    }),
    ...(brought.fixed.length === 0 ? {} : { fixed: brought.fixed }),
    ...(brought.lodging === undefined ? {} : { lodging: brought.lodging }),
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
}

/** The trip as it is now; nothing where it is not there yet. */
const standing = ({ trips }: Planning, id: TripId, by: UserId) =>
  trips.ask(id, { _tag: "read", by }).pipe(
    Effect.map((reply) => (reply._tag === "trip" ? reply.trip : undefined)),
    Effect.catchTag("TripNotFound", () => Effect.succeed(undefined))
  )

const begin = (
  { trips }: Planning,
  first: { readonly by: UserId; readonly trip: TripState; readonly log?: ReadonlyArray<PlanLogEntry> },
  key: string | undefined
) =>
  Effect.map(trips.ask(first.trip.id, { _tag: "create", ...first, ...withKey(key) }), (reply) =>
    reply._tag === "changed" ? reply.trip : first.trip
  )

const creating = (parts: Planning): TripGeneration["Service"]["create"] => {
  const { cityOf, consenting, logOf, peopleOf, plan } = parts
  return Effect.fnUntraced(function* (userId, request, key) {
    const now = yield* Clock.currentTimeMillis
    const catalog = yield* cityOf(request.city)
    const constraints = request.constraints ?? {}
    const issues = [
      ...dateIssues(catalog.city.time_zone, request.start_date, request.days, now),
      ...constraintIssues(catalog, constraints)
    ]
    if (issues.length > 0) return yield* refuse(issues)
    const bounds = { catalog, startDate: request.start_date, days: request.days }
    const { brought, issues: wrong } = firstBrought(request, bounds, () => newId(now))
    if (wrong.length > 0) return yield* refuse(wrong)
    const party = yield* consenting(userId, request.party ?? [])
    const people = yield* peopleOf(party)
    const id = (key === undefined ? newId(now) : uuidOfName("overplanned/trip", userId, key)) as TripId
    // A trip that began under this key before is not planned again: nobody would be shown that plan.
    const before = key === undefined ? undefined : yield* standing(parts, id, userId)
    if (before !== undefined) return yield* begin(parts, { by: userId, trip: before }, key)
    const made = yield* plan({
      tripId: id,
      catalog,
      people,
      startDate: request.start_date,
      days: request.days,
      constraints,
      vetoes: [],
      locked: [],
      brought,
      now
    })
    const trip = newTrip({ id, userId, request, catalog, party, people, brought, made, now })
    const log = yield* logOf({ userId, trip, catalog, people, outcome: made.outcome, now })
    return yield* begin(parts, { by: userId, trip, log }, key)
  })
}

interface NewPlan extends BringChange {
  readonly startDate: string
  readonly days: number
  readonly constraints: TripState["constraints"]
  readonly ifMatch?: number | undefined
}

/** A trip planned anew around what stays: bookings, and what is past. */
const replanning = ({ cityOf, logOf, peopleOf, plan }: Planning) =>
  Effect.fnUntraced(function* (userId: UserId, trip: TripState, change: NewPlan) {
    const { constraints, days, startDate } = change
    const now = yield* Clock.currentTimeMillis
    const catalog = yield* cityOf(trip.city)
    const shift = parseIsoDate(startDate)! - parseIsoDate(trip.start_date)!
    const kept = keptStops(trip, catalog, now, shift)
    const { brought, issues: wrong } = broughtTo(trip, change, { catalog, startDate, days }, () => newId(now))
    const issues = [...constraintIssues(catalog, constraints), ...wrong, ...lockedIssues(catalog, kept, days, now)]
    if (issues.length > 0) return yield* refuse(issues)
    const people = yield* peopleOf(trip.members.map((member) => member.user_id))
    const locked = kept.filter((stop) => stop.day >= 1 && stop.day <= days)
    const made = yield* plan({
      tripId: trip.id,
      catalog,
      people,
      startDate,
      days,
      constraints,
      vetoes: trip.vetoes,
      locked,
      brought,
      now
    })
    const stays = new Set(made.slots.map((slot) => slot.id))
    const removed = trip.slots.filter((slot) => !stays.has(slot.id)).map((slot) => slot.id)
    const dates = { start_date: startDate, end_date: isoDate(parseIsoDate(startDate)! + days - 1) }
    const slots = asTheyWere(made.slots, trip.slots)
    const { model } = made
    const explored = exploredBefore(people, userId, catalog)
    const isFixed = isAny(brought) || trip.slots.some((slot) => slot.locked)
    const plan_context = planContextOf({ explored, constraints, fixed: isFixed })
    // The trip takes the plan at this version or refuses it.
    const seq = (change.ifMatch ?? trip.seq) + 1
    const { fixed, lodging = null } = brought
    const { lodging: _, ...before } = trip
    const after = {
      ...before,
      ...dates,
      seq,
      slots,
      constraints,
      model,
      catalog_version: catalog.version,
      plan_context,
      fixed,
      ...(lodging === null ? {} : { lodging })
    }
    const log = yield* logOf({ userId, trip: after, catalog, people, outcome: made.outcome, now })
    const changed = { plan_context, fixed: isAny(brought) ? fixed : null, lodging, slots, removed, log }
    return { made, catalog, changed }
  })

type Replan = ReturnType<typeof replanning>

const replan = ({ trips }: Planning, replanned: Replan): TripGeneration["Service"]["replan"] =>
  Effect.fnUntraced(function* (userId, trip, change) {
    const days = parseIsoDate(trip.end_date)! - parseIsoDate(trip.start_date)! + 1
    const constraints = change.constraints ?? trip.constraints
    const wish = { ...change, startDate: trip.start_date, days, constraints }
    const { catalog, changed, made } = yield* replanned(userId, trip, wish)
    const reply = yield* trips.ask(trip.id, {
      _tag: "replan",
      by: userId,
      ...ifMatch(change.ifMatch ?? trip.seq),
      ...withKey(change.idempotencyKey),
      constraints,
      model: made.model,
      catalog_version: catalog.version,
      relaxed: [...made.assembly.relaxations, ...made.assembly.problems],
      ...changed
    })
    return reply._tag === "changed" ? reply.trip : trip
  })

const reschedule = ({ trips }: Planning, replanned: Replan): TripGeneration["Service"]["reschedule"] =>
  Effect.fnUntraced(function* (userId, trip, change) {
    const first = parseIsoDate(change.startDate)
    const last = parseIsoDate(change.endDate)
    const now = yield* Clock.currentTimeMillis
    const days = first === undefined || last === undefined ? 0 : last - first + 1
    const started = trip.status === "active" && change.startDate === trip.start_date
    const issues = dateIssues(trip.time_zone, change.startDate, days, now).filter(
      (issue) => !(started && issue.path[0] === "start_date")
    )
    if (issues.length > 0) return yield* refuse(issues)
    const { changed, made } = yield* replanned(userId, trip, { ...change, days, constraints: trip.constraints })
    const reply = yield* trips.ask(trip.id, {
      _tag: "reschedule",
      by: userId,
      ...ifMatch(change.ifMatch ?? trip.seq),
      ...withKey(change.idempotencyKey),
      start_date: change.startDate,
      end_date: change.endDate,
      relaxed: [...made.assembly.relaxations, ...made.assembly.problems],
      ...changed
    })
    return reply._tag === "changed" ? reply.trip : trip
  })

export const layer = (options: TripGeneratorOptions) =>
  Layer.effect(
    TripGeneration,
    Effect.map(planning(options), (parts) => {
      const replanned = replanning(parts)
      return TripGeneration.of({
        create: creating(parts),
        replan: replan(parts, replanned),
        reschedule: reschedule(parts, replanned)
      })
    })
  )
