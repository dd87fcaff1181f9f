/**
 * Who ranks for whom. The gate comes first: while any member is cold, no trained model is asked, in production or in the
 * shadow. Then:
 *
 * | surface | cold | warm |
 * |---|---|---|
 * | itinerary | Claude, else local | model and Claude at once, arbitrated; else whichever answered, else local |
 * | swap, discovery | an answer of Claude that is kept already, else local | model, else as for cold |
 * | pivot | local | model, else local |
 *
 * Only an itinerary waits for Claude: everything else has to be there at once. When a better ranker should have
 * answered and could not, the ranking says so in `degraded`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { type Arbitration, arbitrate, momentumOf } from "../../domain/arbitration.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { standing } from "../../domain/catalog/standing.ts"
import { isGroupCold } from "../../domain/persona/persona.ts"
import type { Candidate, Ranking, RankRequest } from "../../domain/ranking.ts"
import { COLD_BELOW_SIGNALS } from "../../domain/vocabulary.ts"
import { Catalog } from "../../services/catalog.ts"
import { type LlmRanked, LlmRanker } from "../../services/llm-ranker.ts"
import {
  gated,
  isComplete,
  LocalRanker,
  type RankedOutcome,
  type Ranker,
  RankerUnavailable,
  RankingDesk
} from "../../services/ranker.ts"
import { TrainedRankers } from "../../services/trained-rankers.ts"
import { planRanking } from "./plan-ranking.ts"

/** A model in this process answers in milliseconds; one that takes longer than this is broken. */
const MODEL_PATIENCE_MS = 1_000
/** How long an answer waits for the shadow that ran beside it. */
const SHADOW_PATIENCE_MS = 50

const rankings = Metric.counter("rankings", {
  description: "Rankings, by who answered and on which surface",
  incremental: true
})
const degradations = Metric.counter("rankings_degraded", {
  description: "Rankings that a lesser ranker answered, by reason",
  incremental: true
})

type Answer = { readonly ranking: Ranking; readonly source: RankedOutcome["source"] }

const isColdParty = (members: RankRequest["members"]) => members.length === 0 || isGroupCold(members)

type Decided = Answer & { readonly arbitration?: Arbitration }

const askModel = (ranker: Ranker, request: RankRequest): Effect.Effect<Answer, RankerUnavailable> =>
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

const answerWith = (
  local: LocalRanker["Service"],
  request: RankRequest,
  instead?: RankerUnavailable
): Effect.Effect<Answer> =>
  Effect.map(local.rank(request), (ranking) => ({
    source: "local" as const,
    ranking:
      instead === undefined || instead.reason === "cold"
        ? ranking
        : { ...ranking, degraded: { reason: instead.reason, message: instead.message } }
  }))

const vibeOf = (city: CityCatalog | undefined) => {
  return (nodeId: string): ArrayLike<number> | undefined => {
    const index = city?.indexOf(nodeId)
    return index === undefined ? undefined : city?.nodes[index]?.vibe_embedding
  }
}

const decide = (city: CityCatalog | undefined, request: RankRequest, ml: Ranking, llmRanking: Ranking): Arbitration => {
  const byIndex = new Map<number, Candidate>(request.candidates.map((c) => [c.index, c]))
  const pick = (ranking: Ranking) => byIndex.get(ranking.items[0]?.index ?? -1)?.node
  const [mlPick, llmPick] = [pick(ml), pick(llmRanking)]
  const vibe = vibeOf(city)
  const accepted = request.members
    .flatMap((member) => member.sequence.filter((item) => item.accepted))
    .sort((a, b) => a.at - b.at)
    .map((item) => vibe(item.node_id))
    .filter((vector) => vector !== undefined)
  return arbitrate({
    signalCounts: request.members.map((member) => member.signal_count),
    ml,
    llm: llmRanking,
    llmPick: {
      tourist: (llmPick === undefined ? undefined : standing(llmPick.quality_signals, "tourist")) ?? 0,
      local: (llmPick === undefined ? undefined : standing(llmPick.quality_signals, "local")) ?? 0
    },
    momentum: momentumOf(
      accepted,
      mlPick?.vibe_embedding ?? new Float32Array(),
      llmPick?.vibe_embedding ?? new Float32Array()
    )
  })
}

const coldReason = (request: RankRequest, choice: "llm" | "local"): Arbitration =>
  arbitrate({
    signalCounts: request.members.map((member) => member.signal_count),
    ml: { confidence: 0 },
    llm: { confidence: 0 },
    llmPick: { tourist: 0, local: 0 },
    momentum: { holds: false, mlContinues: false, llmContinues: false },
    fallback: choice
  })

const shadowOf = (shadow: Ranker | undefined, request: RankRequest): Effect.Effect<Ranking | undefined> => {
  return shadow === undefined
    ? Effect.undefined
    : askModel(shadow, request).pipe(
        Effect.map(({ ranking }) => ranking),
        Effect.catchCause((cause) => Effect.as(Effect.logDebug("The shadow model did not answer.", cause), undefined))
      )
}

export const layer = Layer.effect(
  RankingDesk,
  Effect.gen(function* () {
    const local = yield* LocalRanker
    const llm = yield* LlmRanker
    const trained = yield* TrainedRankers
    const catalog = yield* Catalog

    const answerLocally = (request: RankRequest, instead?: RankerUnavailable) => answerWith(local, request, instead)

    const cold = (request: RankRequest): Effect.Effect<Decided> =>
      Effect.gen(function* () {
        const { surface } = request.context
        if (llm.configured && surface === "itinerary") {
          const asked = yield* Effect.result(llm.rank(request))
          if (asked._tag === "Success") return { ...asked.success, arbitration: coldReason(request, "llm") }
          return { ...(yield* answerLocally(request, asked.failure)), arbitration: coldReason(request, "local") }
        }
        const kept = llm.configured && surface !== "pivot" ? yield* llm.kept(request) : undefined
        if (kept !== undefined) return { ...kept, arbitration: coldReason(request, "llm") }
        return { ...(yield* answerLocally(request)), arbitration: coldReason(request, "local") }
      })

    const warm = (request: RankRequest, model: Ranker): Effect.Effect<Decided> =>
      Effect.gen(function* () {
        const asksLlm = llm.configured && request.context.surface === "itinerary"
        const [ml, other] = yield* Effect.all(
          [
            Effect.result(askModel(model, request)),
            asksLlm ? Effect.result(llm.rank(request)) : Effect.succeed(undefined)
          ],
          { concurrency: 2 }
        )
        if (ml._tag === "Success") {
          if (other?._tag !== "Success") return ml.success
          const city = catalog.resident(request.context.city)
          const arbitration = decide(city, request, ml.success.ranking, other.success.ranking)
          const chosen: Answer | LlmRanked = arbitration.choice === "llm" ? other.success : ml.success
          return { ...chosen, arbitration }
        }
        yield* Effect.logWarning(`The trained ranker did not answer: ${ml.failure.message}`)
        if (other?._tag === "Success") return other.success
        return yield* answerLocally(request, other?._tag === "Failure" ? other.failure : ml.failure)
      })

    const rank = (request: RankRequest): Effect.Effect<RankedOutcome> =>
      Effect.gen(function* () {
        const isCold = isColdParty(request.members)
        const model = isCold ? undefined : trained.production()
        const shadowing =
          isCold || trained.shadow() === undefined
            ? undefined
            : yield* Effect.forkChild(shadowOf(trained.shadow(), request))
        const { ranking, source, arbitration }: Decided =
          model === undefined
            ? isCold
              ? yield* cold(request)
              : // Warm, and no model is in production: nothing to arbitrate about.
                yield* Effect.map(cold(request), ({ arbitration: _, ...answer }) => answer)
            : yield* warm(request, model)
        const shadow =
          shadowing === undefined
            ? undefined
            : yield* Fiber.join(shadowing).pipe(
                Effect.timeoutOrElse({ duration: SHADOW_PATIENCE_MS, orElse: () => Effect.undefined })
              )
        yield* Metric.update(Metric.withAttributes(rankings, { source, surface: request.context.surface }), 1)
        if (ranking.degraded !== undefined) {
          yield* Metric.update(Metric.withAttributes(degradations, { reason: ranking.degraded.reason }), 1)
        }
        return {
          ranking,
          source,
          ...(arbitration === undefined ? {} : { arbitration }),
          ...(shadow === undefined ? {} : { shadow })
        }
      })

    return {
      rank,
      rankPlan: planRanking({
        local,
        llm,
        model: (members) => (isColdParty(members) ? undefined : trained.production()),
        askModel,
        rank,
        reason: (request, choice) => (isColdParty(request.members) ? coldReason(request, choice) : undefined)
      }),
      inForce: (signalCounts) => {
        const isWarm = signalCounts.length > 0 && signalCounts.every((count) => count >= COLD_BELOW_SIGNALS)
        const model = isWarm ? trained.production()?.model : undefined
        return model ?? (llm.configured ? llm.model : local.model)
      }
    }
  })
)
