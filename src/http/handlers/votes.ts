/** Votes of a group on an offer: begun, cast and read through the trip's actor, which counts them. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { UserId } from "../../domain/ids.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { answerOfVoter } from "../../domain/trip/vote.ts"
import { voteView } from "../../domain/view/trip.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { makeParts } from "./trip-parts.ts"

const DEFAULT_MINUTES = 10

const here = (trip: TripState, by: UserId) => ({
  vote: voteView(trip),
  yours: trip.vote === undefined ? null : (answerOfVoter(trip.vote, by) ?? null)
})

export const layer = HttpApiBuilder.group(
  Api,
  "votes",
  Effect.fnUntraced(function* (group) {
    const { change, read, writer } = yield* makeParts
    return group.handleAll({
      open: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const { default: answer = { response: "dismiss" }, minutes = DEFAULT_MINUTES } = payload
          const asked = { pivot_id: params.pivot_id, for_ms: minutes * 60_000, default: answer }
          return here(yield* change(params.id, { _tag: "open_vote", ...who, ...asked }), who.by)
        }),

      cast: ({ params, payload, headers }) =>
        Effect.gen(function* () {
          const who = yield* writer(headers)
          const cast = { pivot_id: params.pivot_id, answer: payload }
          return here(yield* change(params.id, { _tag: "cast_vote", ...who, ...cast }), who.by)
        }),

      read: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return here(yield* read(params.id, userId), userId)
        })
    })
  })
)
