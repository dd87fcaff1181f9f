/** Trips over HTTP: each route asks the trip's actor or the planner, and shows what came of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { wordsNotIn } from "../../domain/basics/words.ts"
import { VIBE_TAGS } from "../../domain/catalog/taxonomy.ts"
import type { SlotId, TripId, UserId } from "../../domain/ids.ts"
import { type PivotRequest, readOffer } from "../../domain/pivot/model.ts"
import type { Veto } from "../../domain/plan/model.ts"
import { modelVersion } from "../../domain/ranking.ts"
import type { TripCommand } from "../../domain/trip/commands.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { TripGeneration } from "../../services/trip-generation.ts"
import { TripLinks } from "../../services/trip-links.ts"
import { TripList } from "../../services/trip-list.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Unprocessable } from "../api/problems.ts"
import type { PivotAnswer, SlotAction, TripPatch } from "../api/trips.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { accountDeleted, orUnavailable } from "./refusals.ts"
import { makeParts, type Parts, type Writer, whereIn } from "./trip-parts.ts"
import { planningProblem } from "./trip-problems.ts"

/** How long an invitation waits for its answer. */
const INVITATION_MS = 14 * 86_400_000

const DEFAULT_PAGE = 50

const slotCommand = (
  who: Writer,
  slot_id: SlotId,
  payload: Exclude<typeof SlotAction.Type, { readonly action: "move" }>
): TripCommand => {
  if (payload.action === "report") return { _tag: "report_door", by: who.by, slot_id, open: payload.open }
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
  const unknown = wordsNotIn(VIBE_TAGS, tags, ["tags"], "a vibe tag")
  if (unknown.length > 0) {
    const detail = unknown.map(({ message }) => message).join("; ")
    return yield* new Unprocessable({ detail, errors: unknown })
  }
})

/** New dates or something else to go around, and a new status, in this order. */
const redating = ({ change: ask, read }: Parts, planning: TripGeneration["Service"]) =>
  Effect.fnUntraced(function* (id: TripId, payload: typeof TripPatch.Type, who: Writer) {
    let trip = yield* read(id, who.by)
    const { end_date, fixed, lodging, start_date } = payload
    const isRedated = start_date !== undefined || end_date !== undefined
    const isBrought = fixed !== undefined || lodging !== undefined
    const change = {
      ...(fixed === undefined ? {} : { fixed }),
      ...(lodging === undefined ? {} : { lodging }),
      ...(who.if_match === undefined ? {} : { ifMatch: who.if_match }),
      ...(who.idempotency_key === undefined ? {} : { idempotencyKey: `${who.idempotency_key}/dates` })
    }
    if (isRedated) {
      const dates = { startDate: start_date ?? trip.start_date, endDate: end_date ?? trip.end_date }
      trip = yield* Effect.mapError(planning.reschedule(who.by, trip, { ...change, ...dates }), planningProblem)
    } else if (isBrought) {
      trip = yield* Effect.mapError(planning.replan(who.by, trip, change), planningProblem)
    }
    if (payload.status !== undefined) {
      // After new dates, the version that the caller read is the one before them.
      const { if_match: _, ...unconditionally } = who
      const based = isRedated || isBrought ? unconditionally : who
      trip = yield* ask(id, { _tag: "set_status", ...based, status: payload.status })
    }
    return trip
  })

const answerOf = (payload: typeof PivotAnswer.Type) => ({
  response: payload.response,
  ...(payload.response === "accept"
    ? { option_id: payload.option_id }
    : payload.reason === undefined
      ? {}
      : { intention: payload.reason }),
  ...(payload.said_at === undefined ? {} : { said_at: Date.parse(payload.said_at) })
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

const leaving = ({ change, read, writer }: Parts, links: TripLinks["Service"]) =>
  Effect.fnUntraced(function* (
    { id, user_id }: { readonly id: TripId; readonly user_id: UserId },
    headers: { readonly "if-match"?: string }
  ) {
    const who = yield* writer(headers)
    // Whoever is sent away must not come back by a link that still lies around: those go first, or nobody does.
    const isSentAway = user_id !== who.by && (yield* read(id, who.by)).user_id === who.by
    if (isSentAway) yield* orUnavailable(links.revokeInvitations(id))
    yield* change(id, { _tag: "leave", ...who, user_id })
  })

const changingSlot =
  ({ change, read, showChange, writer }: Parts) =>
  (request: {
    readonly params: { readonly id: TripId; readonly slot_id: SlotId }
    readonly payload: typeof SlotAction.Type
    readonly headers: { readonly "if-match"?: string }
  }) =>
    Effect.gen(function* () {
      const { headers, params, payload } = request
      const who = yield* writer(headers)
      const before = yield* read(params.id, who.by)
      const command: TripCommand =
        payload.action === "move"
          ? { _tag: "move_stop", ...who, slot_id: params.slot_id, ...(yield* whereIn(before, payload)) }
          : slotCommand(who, params.slot_id, payload)
      return yield* showChange(before, yield* change(params.id, command))
    })

const ownVetoes =
  ({ read, vetoesOf }: Parts) =>
  ({ params }: { readonly params: { readonly id: TripId } }) =>
    Effect.gen(function* () {
      const { userId } = yield* CurrentCaller
      return yield* vetoesOf(yield* read(params.id, userId), userId)
    })

const vetoing =
  ({ against, change, writer }: Parts) =>
  ({ params, payload }: { readonly params: { readonly id: TripId }; readonly payload: Omit<Veto, "user_id"> }) =>
    Effect.gen(function* () {
      const who = yield* writer()
      yield* knownTags(payload.tags)
      const trip = yield* change(params.id, { _tag: "set_vetoes", ...who, ...payload })
      return { ...payload, affected_slots: yield* against(trip, payload) }
    })

interface VetoEdit {
  readonly add?: Partial<Omit<Veto, "user_id">>
  readonly remove?: Partial<Omit<Veto, "user_id">>
}

const editingVetoes =
  ({ change, vetoesOf, writer }: Parts) =>
  ({ params, payload }: { readonly params: { readonly id: TripId }; readonly payload: VetoEdit }) =>
    Effect.gen(function* () {
      const who = yield* writer()
      const { add, remove } = payload
      yield* knownTags([...(add?.tags ?? []), ...(remove?.tags ?? [])])
      const whole = (part: VetoEdit["add"]) => ({ node_ids: part?.node_ids ?? [], tags: part?.tags ?? [] })
      const command = { _tag: "edit_vetoes", ...who, add: whole(add), remove: whole(remove) } as const
      return yield* vetoesOf(yield* change(params.id, command), who.by)
    })

export const layer = HttpApiBuilder.group(
  Api,
  "trips",
  Effect.fnUntraced(function* (group) {
    const parts = yield* makeParts
    const { show, showChange, change, read, writer } = parts
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

      delete: ({ params, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          yield* change(params.id, { _tag: "delete_trip", ...who })
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

      vetoes: ownVetoes(parts),

      veto: vetoing(parts),
      editVetoes: editingVetoes(parts),

      changeSlot: changingSlot(parts),

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
