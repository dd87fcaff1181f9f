/** Devices that are told of offers while the app is closed, and what is answered from their notifications. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import { minuteOf, timeOf } from "../../domain/push/quiet.ts"
import { PushSender } from "../../services/push-sender.ts"
import { type PushDevice, PushSubscriptions } from "../../services/push-subscriptions.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { NotFound, Unprocessable } from "../api/problems.ts"
import { orUnavailable } from "./refusals.ts"
import { makeParts } from "./trip-parts.ts"

const shown = ({ created_at, endpoint, id, quiet }: PushDevice) => ({
  id,
  service: new URL(endpoint).host,
  quiet: quiet === undefined ? null : { from: timeOf(quiet.from), until: timeOf(quiet.until) },
  created_at: new Date(created_at).toISOString()
})

const devices = HttpApiBuilder.group(
  Api,
  "push",
  Effect.fnUntraced(function* (group) {
    const subscriptions = yield* PushSubscriptions
    const sender = yield* PushSender
    return group.handleAll({
      key: () => Effect.map(orUnavailable(subscriptions.keys), ({ publicKey }) => ({ public_key: publicKey })),

      mine: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return { subscriptions: (yield* orUnavailable(subscriptions.of([userId]))).map(shown) }
        }),

      subscribe: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { endpoint, keys, quiet } = payload
          const refused = sender.refusal(endpoint)
          if (refused !== undefined) {
            return yield* new Unprocessable({ detail: refused, errors: [{ path: ["endpoint"], message: refused }] })
          }
          const device = {
            user_id: userId,
            endpoint,
            p256dh: keys.p256dh,
            auth: keys.auth,
            quiet: quiet ? { from: minuteOf(quiet.from), until: minuteOf(quiet.until) } : undefined,
            created_at: yield* Clock.currentTimeMillis
          }
          return shown(yield* orUnavailable(subscriptions.keep(device)))
        }),

      unsubscribe: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          if (!(yield* orUnavailable(subscriptions.forget(userId, params.subscription_id)))) {
            return yield* new NotFound({ detail: "You have no such device: it may have been forgotten already." })
          }
        })
    })
  })
)

const noNote = new NotFound({
  detail: "This notification is too old to be answered. Open the trip to see how it stands."
})

const answers = HttpApiBuilder.group(
  Api,
  "pushAnswers",
  Effect.fnUntraced(function* (group) {
    const { change, read } = yield* makeParts
    const subscriptions = yield* PushSubscriptions
    const erased = yield* ErasedSubjects
    return group.handleAll({
      answer: ({ payload }) =>
        Effect.gen(function* () {
          const { answer, code } = payload
          const note = yield* orUnavailable(subscriptions.noted(code, yield* Clock.currentTimeMillis))
          if (note === undefined || erased.has(note.user_id)) return yield* noNote
          const { pivot_id, trip_id, user_id: by } = note
          const { vote } = yield* read(trip_id, by)
          const voted = vote?.pivot_id === pivot_id
          // A browser sends again what a cut connection left open: whoever said the same before is answered the same.
          const idempotency_key = ["push", pivot_id, answer.response === "accept" ? answer.option_id : "dismiss"].join(
            " "
          )
          const after = yield* change(
            trip_id,
            voted
              ? { _tag: "cast_vote", by, pivot_id, answer }
              : { _tag: "respond_pivot", by, pivot_id, ...answer, idempotency_key }
          )
          return { state_version: after.seq, voted }
        })
    })
  })
)

export const layer = Layer.merge(devices, answers)
