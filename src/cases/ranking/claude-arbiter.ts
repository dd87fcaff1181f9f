/** Has the careful model compare two orders, within the deadline and the budget of who waits. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  preferred,
  VERDICT_INSTRUCTIONS,
  VERDICT_TOKENS,
  VerdictAnswer,
  verdictQuestion
} from "../../domain/rankers/verdict.ts"
import { Arbiter } from "../../services/arbiter.ts"
import { Llm } from "../../services/llm.ts"

/** What is left of the deadline when it has not answered: enough to assemble a trip with what there is. */
const HEDGE_MS = 400

export const layer = Layer.effect(
  Arbiter,
  Effect.map(Llm, (llm) => ({
    between: (request, orders) => {
      if (!llm.configured) return Effect.succeed(undefined)
      const question = verdictQuestion(request, orders)
      const owner = request.members[0]?.user_id
      return llm
        .ask({
          purpose: "arbitrate",
          model: "sonnet",
          instructions: VERDICT_INSTRUCTIONS,
          data: question.data,
          answer: VerdictAnswer,
          maxOutputTokens: VERDICT_TOKENS,
          deadline: request.deadline - HEDGE_MS,
          ...(owner === undefined ? {} : { userId: owner }),
          ...(request.tripId === undefined ? {} : { tripId: request.tripId })
        })
        .pipe(
          Effect.map(({ better }) => preferred(question, better)),
          Effect.catch((error) =>
            Effect.as(Effect.logDebug(`The careful model did not judge: ${error.message}`), undefined)
          )
        )
    }
  }))
)
