/** Asks a trained model, behind the gate and not for longer than anybody waits; its answer is looked at before it is believed. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Ranking, RankRequest } from "../../domain/ranking.ts"
import { gated, isComplete, type Ranker, RankerUnavailable } from "../../services/ranker.ts"

/** A model in this process answers in milliseconds; one that takes longer than this is broken. */
const MODEL_PATIENCE_MS = 1_000

export interface ModelAnswer {
  readonly ranking: Ranking
  readonly source: "ml"
}

export const askModel = (ranker: Ranker, request: RankRequest): Effect.Effect<ModelAnswer, RankerUnavailable> =>
  Effect.gen(function* () {
    const left = Math.min(MODEL_PATIENCE_MS, request.deadline - (yield* Clock.currentTimeMillis))
    const ranking = yield* gated(ranker)
      .rank(request)
      .pipe(
        Effect.timeoutOrElse({
          duration: Math.max(0, left),
          orElse: () =>
            Effect.fail(
              new RankerUnavailable({ reason: "timeout", message: `The model ${ranker.model.name} took too long.` })
            )
        })
      )
    if (isComplete(ranking, request.candidates)) return { ranking, source: "ml" as const }
    return yield* new RankerUnavailable({
      reason: "malformed",
      message: `The model ${ranker.model.name} did not rank every candidate once.`
    })
  })
