/** Plans changed by hand: each route asks the trip's actor and shows what came of it. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { TripCommand } from "../../domain/trip/commands.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { makeParts, momentIn, whereIn } from "./trip-parts.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "edits",
  Effect.fnUntraced(function* (group) {
    const { ask, change, read, showChange, writer } = yield* makeParts

    return group.handleAll({
      add: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const before = yield* read(params.id, who.by)
          const what = "own" in payload ? { own: payload.own } : { node_id: payload.node_id }
          const where = yield* whereIn(before, payload)
          return yield* showChange(before, yield* change(params.id, { _tag: "add_stop", ...who, ...what, ...where }))
        }),

      choices: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const reply = yield* ask(params.id, { _tag: "choices", by: userId, slot_id: params.slot_id })
          return reply._tag === "choices"
            ? reply.choices
            : yield* Effect.die(`Choices were answered with ${reply._tag}.`)
        }),

      reorder: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const before = yield* read(params.id, who.by)
          const command: TripCommand = { _tag: "reorder_day", ...who, day: params.day, slot_ids: payload.slot_ids }
          return yield* showChange(before, yield* change(params.id, command))
        }),

      undo: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const before = yield* read(params.id, who.by)
          return yield* showChange(before, yield* change(params.id, { _tag: "undo", ...who, ...payload }))
        }),

      fits: ({ params, query }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const trip = yield* read(params.id, userId)
          const moment = yield* momentIn(trip, query.at)
          const reply = yield* ask(params.id, { _tag: "fits", by: userId, minutes: query.minutes, ...moment })
          return reply._tag === "fits" ? reply.fits : yield* Effect.die(`Fits were answered with ${reply._tag}.`)
        })
    })
  })
)
