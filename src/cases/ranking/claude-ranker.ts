/** Claude behind the cache, with a hedge before the deadline. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { rankingKey } from "../../domain/cache-key.ts"
import {
  applyOrder,
  KeptRanking,
  LlmRankingAnswer,
  RANKING_INSTRUCTIONS,
  RANKING_TOKENS,
  rankingData,
  repair
} from "../../domain/rankers/llm.ts"
import { rankLocally } from "../../domain/rankers/local.ts"
import { type ModelRef, modelVersion, type Ranking, type RankRequest } from "../../domain/ranking.ts"
import { Cache } from "../../services/cache.ts"
import { Llm, type LlmUnavailable } from "../../services/llm.ts"
import { type LlmRanked, LlmRanker } from "../../services/llm-ranker.ts"
import { RankerUnavailable } from "../../services/ranker.ts"

/** What is left of the deadline when Claude has not answered: enough to rank locally and to assemble a trip. */
const HEDGE_MS = 400

export const layer = Layer.effect(
  LlmRanker,
  Effect.gen(function* () {
    const llm = yield* Llm
    const cache = yield* Cache
    const model: ModelRef = { name: "llm_ranker", version: llm.models.haiku }
    const keyOf = (request: RankRequest) => rankingKey(request, modelVersion(model))

    const unavailable = (error: LlmUnavailable) =>
      new RankerUnavailable({
        reason: error.reason === "not_configured" ? "unavailable" : error.reason,
        message: error.message,
        cause: error
      })

    /** Without an owner it is asked ahead of time, on nobody's personal budget. */
    const ask = (request: RankRequest, owner: string | undefined): Effect.Effect<KeptRanking, RankerUnavailable> =>
      Effect.gen(function* () {
        const answer = yield* Effect.mapError(
          llm.ask({
            purpose: "rank",
            model: "haiku",
            instructions: RANKING_INSTRUCTIONS,
            data: rankingData(request),
            answer: LlmRankingAnswer,
            maxOutputTokens: RANKING_TOKENS,
            deadline: request.deadline - HEDGE_MS,
            ...(owner === undefined ? { background: true } : { userId: owner }),
            ...(request.tripId === undefined ? {} : { tripId: request.tripId })
          }),
          unavailable
        )
        const kept = repair(answer, request.candidates)
        if (kept !== undefined) return kept
        return yield* new RankerUnavailable({
          reason: "malformed",
          message: "Claude ranked too few of the candidates, or others than were asked about; its answer was not used."
        })
      })

    const complete = (kept: KeptRanking, request: RankRequest, started: number): Ranking | undefined => {
      const items = applyOrder(kept, request.candidates, rankLocally(request).items)
      return items === undefined
        ? undefined
        : { model, items, confidence: kept.confidence, latencyMs: performance.now() - started }
    }

    const rank = (request: RankRequest) =>
      Effect.gen(function* () {
        const started = performance.now()
        const owner = request.members[0]?.user_id
        const now = yield* Clock.currentTimeMillis
        const { value, hit } = yield* cache.getOrCompute(keyOf(request), KeptRanking, ask(request, owner)).pipe(
          // Who waits for somebody else's answer has a deadline of their own.
          Effect.timeoutOrElse({
            duration: Math.max(0, request.deadline - HEDGE_MS - now),
            orElse: () =>
              Effect.fail(
                new RankerUnavailable({ reason: "timeout", message: "Claude had not ranked when time ran out." })
              )
          })
        )
        const ranking = complete(value, request, started)
        if (ranking !== undefined) return { ranking, source: hit ? ("cache" as const) : ("llm" as const) }
        const own = yield* ask(request, owner)
        return { ranking: complete(own, request, started)!, source: "llm" as const }
      })

    const kept = (request: RankRequest): Effect.Effect<LlmRanked | undefined> =>
      Effect.suspend(() => {
        const started = performance.now()
        return Effect.map(cache.get(keyOf(request), KeptRanking), (found) => {
          const ranking = found === undefined ? undefined : complete(found, request, started)
          return ranking === undefined ? undefined : { ranking, source: "cache" as const }
        })
      })

    return {
      configured: llm.configured,
      model,
      rank,
      kept,
      order: (request) =>
        Effect.map(cache.get(keyOf(request), KeptRanking), (found) => found?.items.map((item) => item.node_id)),
      keyOf,
      prepare: (request) => Effect.asVoid(cache.getOrCompute(keyOf(request), KeptRanking, ask(request, undefined)))
    }
  })
)
