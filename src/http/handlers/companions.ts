/** Who might travel well with whom. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { modelVersion } from "../../domain/ranking.ts"
import { CompanionSuggestions } from "../../services/companion-suggestions.ts"
import { Api } from "../api/api.ts"
import { MOST_SUGGESTIONS } from "../api/companions.ts"
import { CurrentCaller } from "../api/identity.ts"
import { NotFound } from "../api/problems.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { orUnavailable } from "./refusals.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "companions",
  Effect.fnUntraced(function* (group) {
    const companions = yield* CompanionSuggestions
    return group.handleAll({
      suggestions: () =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { missing, model, mutual, open, suggestions } = yield* orUnavailable(
            companions.of(userId, MOST_SUGGESTIONS)
          )
          const scope = yield* RequestScope
          scope.modelVersion = modelVersion(model)
          return { open, missing, suggestions, mutual }
        }),

      open: ({ payload: { open } }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          yield* orUnavailable(companions.set(userId, open))
          return { open }
        }),

      answer: ({ params, payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const answered = yield* orUnavailable(companions.answer(userId, params.suggested_id, payload.answer))
          if (answered !== undefined) return answered
          return yield* new NotFound({
            detail: "No such traveler is suggested to you: they may have closed themselves to it, or left."
          })
        })
    })
  })
)
