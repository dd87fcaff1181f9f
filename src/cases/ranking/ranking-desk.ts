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
 * Where no rule of the arbitration decides and neither is sure, the careful model may be asked, if the settings say so.
 *
 * Only an itinerary waits for Claude: everything else has to be there at once. When a better ranker should have
 * answered and could not, the ranking says so in `degraded`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { type Arbitration, arbitrate, isEdgeCase, judged, momentumOf } from "../../domain/arbitration.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { standing } from "../../domain/catalog/standing.ts"
import type { LoggedArbitration } from "../../domain/decisions.ts"
import { isGroupCold } from "../../domain/persona/persona.ts"
import { type Candidate, modelVersion, type Ranking, type RankRequest } from "../../domain/ranking.ts"
import { Arbiter } from "../../services/arbiter.ts"
import { Catalog } from "../../services/catalog.ts"
import { type LlmRanked, LlmRanker } from "../../services/llm-ranker.ts"
import {
  LocalRanker,
  type RankedOutcome,
  type Ranker,
  type RankerUnavailable,
  RankingDesk
} from "../../services/ranker.ts"
import { TrainedRankers } from "../../services/trained-rankers.ts"
import { askModel } from "./ask-model.ts"
import { planRanking } from "./plan-ranking.ts"
import { monotonic, shadowing } from "./shadow.ts"

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

type Decided = Answer & {
  readonly arbitration?: LoggedArbitration
  /** A model should have ranked and could not. */
  readonly failed?: boolean
}

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

/** Places of an order that are kept where a judge compared two. */
const KEPT_OF_AN_ORDER = 20

const orderOf = (request: RankRequest, { items, model }: Ranking) => {
  const ids = new Map(request.candidates.map(({ index, node }) => [index, node.id as string]))
  return {
    ranker: modelVersion(model),
    node_ids: items.slice(0, KEPT_OF_AN_ORDER).flatMap(({ index }) => ids.get(index) ?? [])
  }
}

/** What the rules say, or the careful judge where they say nothing. */
const arbitrated = Effect.fnUntraced(function* (
  arbiter: Arbiter["Service"],
  city: CityCatalog | undefined,
  request: RankRequest,
  orders: { readonly ml: Ranking; readonly llm: Ranking }
): Effect.fn.Return<LoggedArbitration> {
  const byRule = decide(city, request, orders.ml, orders.llm)
  if (!isEdgeCase(orders, byRule)) return byRule
  const choice = yield* arbiter.between(request, orders)
  if (choice === undefined) return byRule
  return {
    ...judged(orders, choice),
    orders: { ml: orderOf(request, orders.ml), llm: orderOf(request, orders.llm) }
  }
})

/** How a party is answered that is cold, and one that is not. */
const answersOf = (
  local: LocalRanker["Service"],
  llm: LlmRanker["Service"],
  catalog: Catalog["Service"],
  arbiter: Arbiter["Service"]
) => {
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
        const arbitration = yield* arbitrated(arbiter, city, request, {
          ml: ml.success.ranking,
          llm: other.success.ranking
        })
        const chosen: Answer | LlmRanked = arbitration.choice === "llm" ? other.success : ml.success
        return { ...chosen, arbitration }
      }
      yield* Effect.logWarning(`The trained ranker did not answer: ${ml.failure.message}`)
      if (other?._tag === "Success") return { ...other.success, failed: true }
      const own = yield* answerLocally(request, other?._tag === "Failure" ? other.failure : ml.failure)
      return { ...own, failed: true }
    })

  return { cold, warm }
}

export interface DeskOptions {
  /** Share of one core that the model in the shadow may use. */
  readonly shadowCpuShare: number
}

export const layer = (options: DeskOptions) => Layer.effect(RankingDesk, make(options))

const make = ({ shadowCpuShare }: DeskOptions) =>
  Effect.gen(function* () {
    const local = yield* LocalRanker
    const llm = yield* LlmRanker
    const trained = yield* TrainedRankers
    const catalog = yield* Catalog
    const arbiter = yield* Arbiter

    const beginShadow = shadowing({ shadow: trained.shadow, cpuShare: shadowCpuShare, now: yield* monotonic })

    /** Who ranks for a party is who ranks for the one that asks. */
    const modelFor = (members: RankRequest["members"]): Ranker | undefined =>
      isColdParty(members) ? undefined : trained.production(members[0]!.user_id)

    /** Of a party that a model could rank for: which side of its comparison it is on, and whether the model failed it. */
    const trialOf = (members: RankRequest["members"], failed: boolean): Pick<RankedOutcome, "trial"> => {
      const side = isColdParty(members) ? undefined : trained.armOf(members[0]!.user_id)
      return side === undefined ? {} : { trial: { ...side, failed } }
    }

    const { cold, warm } = answersOf(local, llm, catalog, arbiter)

    const decideFor = (request: RankRequest): Effect.Effect<RankedOutcome> =>
      Effect.gen(function* () {
        const isCold = isColdParty(request.members)
        const model = modelFor(request.members)
        const { ranking, source, arbitration, failed }: Decided =
          model === undefined
            ? isCold
              ? yield* cold(request)
              : // Warm, and no model ranks for them: nothing to arbitrate about.
                yield* Effect.map(cold(request), ({ arbitration: _, ...answer }) => answer)
            : yield* warm(request, model)
        yield* Metric.update(Metric.withAttributes(rankings, { source, surface: request.context.surface }), 1)
        if (ranking.degraded !== undefined) {
          yield* Metric.update(Metric.withAttributes(degradations, { reason: ranking.degraded.reason }), 1)
        }
        return {
          ranking,
          source,
          ...(arbitration === undefined ? {} : { arbitration }),
          ...trialOf(request.members, failed === true)
        }
      })

    const rank = (request: RankRequest): Effect.Effect<RankedOutcome> =>
      Effect.gen(function* () {
        const beside = yield* beginShadow(request, (ranker) =>
          Effect.map(askModel(ranker, request), ({ ranking }) => ranking)
        )
        const outcome = yield* decideFor(request)
        const shadow = yield* beside.joined
        return shadow === undefined ? outcome : { ...outcome, shadow }
      })

    return RankingDesk.of({
      rank,
      rankPlan: planRanking({
        local,
        llm,
        model: modelFor,
        rank: decideFor,
        beginShadow,
        trial: trialOf,
        reason: (request, choice) => (isColdParty(request.members) ? coldReason(request, choice) : undefined)
      }),
      inForce: (members) => {
        const isWarm = members.length > 0 && !isGroupCold(members)
        const model = isWarm ? trained.production(members[0]!.user_id)?.model : undefined
        return model ?? (llm.configured ? llm.model : local.model)
      }
    })
  })
