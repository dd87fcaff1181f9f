/** Trips over HTTP: each route asks the trip's actor or the planner, and shows what came of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { isVibeTag } from "../../domain/catalog/taxonomy.ts"
import type { SlotId, TripId, UserId } from "../../domain/ids.ts"
import { exclusionOf } from "../../domain/itinerary/exclusion.ts"
import { type PivotRequest, readOffer } from "../../domain/pivot/model.ts"
import type { Veto } from "../../domain/plan/model.ts"
import { modelVersion } from "../../domain/ranking.ts"
import type { TripCommand } from "../../domain/trip/commands.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { changeView, tripView } from "../../domain/view/trip.ts"
import { Catalog } from "../../services/catalog.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { TripGeneration } from "../../services/trip-generation.ts"
import { TripLinks } from "../../services/trip-links.ts"
import { TripList } from "../../services/trip-list.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Unprocessable } from "../api/problems.ts"
import type { PivotAnswer, SlotAction, TripPatch } from "../api/trips.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { makeShowing } from "../showing.ts"
import { ifMatchVersion } from "./if-match.ts"
import { accountDeleted, orUnavailable } from "./refusals.ts"
import { planningProblem, tripProblem } from "./trip-problems.ts"

/** How long an invitation waits for its answer. */
const INVITATION_MS = 14 * 86_400_000

const DEFAULT_PAGE = 50

const make = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const showing = yield* makeShowing
  const trips = yield* TripRuntime

  const answeredBy = (trip: TripState) =>
    Effect.map(RequestScope, (scope) => {
      scope.modelVersion = modelVersion(trip.model)
    })

  const show = Effect.fnUntraced(function* (trip: TripState) {
    const shown = yield* orUnavailable(showing.of(trip))
    yield* answeredBy(trip)
    return tripView(trip, shown)
  })

  const showChange = Effect.fnUntraced(function* (before: TripState, after: TripState) {
    const shown = yield* orUnavailable(showing.of(after))
    yield* answeredBy(after)
    return changeView(before.slots, after, shown)
  })

  /** The slots that go against these vetoes. */
  const against = Effect.fnUntraced(function* (trip: TripState, veto: Pick<Veto, "node_ids" | "tags">) {
    const catalog = yield* orUnavailable(catalogs.city(trip.city))
    const excluded = exclusionOf(catalog, {}, [veto])
    return trip.slots.flatMap((slot) => {
      const index = catalog.indexOf(slot.node_id)
      return index === undefined || excluded(index) === undefined ? [] : [slot.id]
    })
  })

  const ask = (id: TripId, command: TripCommand) => Effect.mapError(trips.ask(id, command), tripProblem)

  /** Asks for a change and gives the trip after it. */
  const change = (id: TripId, command: TripCommand) =>
    Effect.flatMap(ask(id, command), (reply) =>
      reply._tag === "changed" ? Effect.succeed(reply.trip) : Effect.die(`A change was answered with ${reply._tag}.`)
    )

  const read = (id: TripId, by: UserId) =>
    Effect.flatMap(ask(id, { _tag: "read", by }), (reply) =>
      reply._tag === "trip" ? Effect.succeed(reply.trip) : Effect.die(`A reading was answered with ${reply._tag}.`)
    )

  /** What every write carries: who, based on which version, under which key. */
  const writer = Effect.fnUntraced(function* (headers?: { readonly "if-match"?: string }) {
    const { userId } = yield* CurrentCaller
    const scope = yield* RequestScope
    const version = yield* ifMatchVersion(headers?.["if-match"])
    return {
      by: userId,
      ...(version === undefined ? {} : { if_match: version }),
      ...(scope.idempotencyKey === undefined ? {} : { idempotency_key: scope.idempotencyKey })
    }
  })

  return { show, showChange, against, ask, change, read, writer }
})

type Parts = Effect.Success<typeof make>
type Writer = Effect.Success<ReturnType<Parts["writer"]>>

const slotCommand = (who: Writer, slot_id: SlotId, payload: typeof SlotAction.Type): TripCommand => {
  const intention = payload.reason === undefined ? {} : { intention: payload.reason }
  switch (payload.action) {
    case "swap":
      return {
        _tag: "swap_slot",
        ...who,
        slot_id,
        ...(payload.node_id === undefined ? {} : { node_id: payload.node_id }),
        ...intention
      }
    case "remove":
      return { _tag: "remove_slot", ...who, slot_id, ...intention }
    default:
      return { _tag: "lock_slot", ...who, slot_id, locked: payload.action === "lock", ...intention }
  }
}

const knownTags = Effect.fnUntraced(function* (tags: ReadonlyArray<string>) {
  const unknown = tags.flatMap((tag, index) =>
    isVibeTag(tag) ? [] : [{ path: ["tags", index], message: `"${tag}" is not a vibe tag of the taxonomy` }]
  )
  if (unknown.length > 0) {
    const detail = unknown.map(({ message }) => message).join("; ")
    return yield* new Unprocessable({ detail, errors: unknown })
  }
})

/** New dates and a new status, in this order. */
const redating = ({ change, read }: Parts, planning: TripGeneration["Service"]) =>
  Effect.fnUntraced(function* (id: TripId, payload: typeof TripPatch.Type, who: Writer) {
    let trip = yield* read(id, who.by)
    if (payload.start_date !== undefined || payload.end_date !== undefined) {
      trip = yield* planning
        .reschedule(who.by, trip, {
          startDate: payload.start_date ?? trip.start_date,
          endDate: payload.end_date ?? trip.end_date,
          ...(who.if_match === undefined ? {} : { ifMatch: who.if_match }),
          ...(who.idempotency_key === undefined ? {} : { idempotencyKey: `${who.idempotency_key}/dates` })
        })
        .pipe(Effect.mapError(planningProblem))
    }
    if (payload.status !== undefined) {
      // After new dates, the version that the caller read is the one before them.
      const { if_match: _, ...unconditionally } = who
      const based = payload.start_date === undefined && payload.end_date === undefined ? who : unconditionally
      trip = yield* change(id, { _tag: "set_status", ...based, status: payload.status })
    }
    return trip
  })

const answerOf = (payload: typeof PivotAnswer.Type) => ({
  response: payload.response,
  ...(payload.response === "accept"
    ? { option_id: payload.option_id }
    : payload.reason === undefined
      ? {}
      : { intention: payload.reason })
})

/** Advice: nothing of the trip changes. */
const advise = Effect.fnUntraced(function* ({ ask }: Parts, id: TripId, payload: PivotRequest) {
  const scope = yield* RequestScope
  const { userId } = yield* CurrentCaller
  const reply = yield* ask(id, {
    _tag: "request_pivot",
    by: userId,
    request: payload,
    ...(scope.idempotencyKey === undefined ? {} : { request_id: scope.idempotencyKey })
  })
  if (reply._tag !== "offered") return yield* Effect.die(`A pivot was answered with ${reply._tag}.`)
  const offer = readOffer(reply.offer)
  scope.modelVersion = modelVersion(offer.model)
  return offer
})

const pageOf = Effect.fnUntraced(function* (list: TripList["Service"], after: string | undefined, limit: number) {
  const { userId } = yield* CurrentCaller
  const mine = yield* orUnavailable(list.mine(userId, { after, limit }))
  return { trips: mine, next_cursor: mine.length < limit ? null : mine.at(-1)!.id }
})

/** What a new plan is based on, and under which key it is asked for. */
const basisOf = (who: Writer) => ({
  ...(who.if_match === undefined ? {} : { ifMatch: who.if_match }),
  ...(who.idempotency_key === undefined ? {} : { idempotencyKey: who.idempotency_key })
})

const leaving = ({ change, writer }: Parts, links: TripLinks["Service"]) =>
  Effect.fnUntraced(function* (
    { id, user_id }: { readonly id: TripId; readonly user_id: UserId },
    headers: { readonly "if-match"?: string }
  ) {
    const who = yield* writer(headers)
    yield* change(id, { _tag: "leave", ...who, user_id })
    // Whoever is sent away must not come back by a link that still lies around.
    if (user_id !== who.by) yield* orUnavailable(links.revokeInvitations(id))
  })

export const layer = HttpApiBuilder.group(
  Api,
  "trips",
  Effect.fnUntraced(function* (group) {
    const parts = yield* make
    const { show, showChange, against, change, read, writer } = parts
    const planning = yield* TripGeneration
    const redate = redating(parts, planning)
    const leave = leaving(parts, yield* TripLinks)
    const list = yield* TripList
    const erased = yield* ErasedSubjects

    return group.handleAll({
      create: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { idempotencyKey } = yield* RequestScope
          const trip = yield* Effect.mapError(planning.create(userId, payload, idempotencyKey), planningProblem)
          return yield* show(trip)
        }),

      list: ({ query }) => pageOf(list, query.cursor, query.limit ?? DEFAULT_PAGE),

      read: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* show(yield* read(params.id, userId))
        }),

      change: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          return yield* show(yield* redate(params.id, payload, who))
        }),

      invite: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          if (erased.has(payload.user_id)) return yield* new Unprocessable({ detail: accountDeleted("user_id") })
          const expires_at = (yield* Clock.currentTimeMillis) + INVITATION_MS
          return yield* show(yield* change(params.id, { _tag: "invite", ...who, user_id: payload.user_id, expires_at }))
        }),

      join: ({ params }) =>
        Effect.gen(function* () {
          const who = yield* writer()
          return yield* show(yield* change(params.id, { _tag: "join", ...who }))
        }),

      leave: ({ params, headers }) => leave(params, headers),

      replan: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const trip = yield* read(params.id, who.by)
          const after = yield* planning
            .replan(who.by, trip, {
              ...(payload.constraints === undefined ? {} : { constraints: payload.constraints }),
              ...basisOf(who)
            })
            .pipe(Effect.mapError(planningProblem))
          return yield* show(after)
        }),

      veto: ({ params, payload }) =>
        Effect.gen(function* () {
          const who = yield* writer()
          yield* knownTags(payload.tags)
          const trip = yield* change(params.id, { _tag: "set_vetoes", ...who, ...payload })
          return { ...payload, affected_slots: yield* against(trip, payload) }
        }),

      changeSlot: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const before = yield* read(params.id, who.by)
          return yield* showChange(before, yield* change(params.id, slotCommand(who, params.slot_id, payload)))
        }),

      pivot: ({ params, payload }) => advise(parts, params.id, payload),

      answerPivot: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const before = yield* read(params.id, who.by)
          const after = yield* change(params.id, {
            _tag: "respond_pivot",
            ...who,
            pivot_id: params.pivot_id,
            ...answerOf(payload)
          })
          return yield* showChange(before, after)
        })
    })
  })
)
