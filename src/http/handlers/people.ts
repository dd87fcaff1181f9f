/** Tastes, signals, consent. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Companions } from "../../services/companions.ts"
import { SignalIntake } from "../../services/signal-intake.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Unprocessable } from "../api/problems.ts"
import { absent } from "./absent.ts"
import { journalRefused, orUnavailable } from "./refusals.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "people",
  Effect.fnUntraced(function* (group) {
    const companions = yield* Companions
    const signals = yield* SignalIntake
    return group.handleAll({
      persona: absent,
      onboard: absent,
      export: absent,
      erase: absent,
      discovery: absent,
      companions: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return { user_ids: yield* orUnavailable(companions.namedBy(userId)) }
        }),
      setCompanions: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          if (payload.user_ids.includes(userId)) {
            return yield* new Unprocessable({ detail: "user_ids names you. You may always plan with your own tastes." })
          }
          return { user_ids: yield* orUnavailable(companions.name(userId, payload.user_ids)) }
        }),
      signals: ({ payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          return yield* signals
            .accept(userId, payload, "app")
            .pipe(
              Effect.mapError((error) =>
                error._tag === "SignalCountRefused"
                  ? new Unprocessable({ detail: error.message })
                  : journalRefused(error)
              )
            )
        })
    })
  })
)
