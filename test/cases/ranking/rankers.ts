/** What the tests of ranking services are put together from: the real services over a loopback Claude. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as NoArbiter from "../../../src/cases/absent/no-arbiter.ts"
import * as NoLlm from "../../../src/cases/absent/no-llm.ts"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import * as ClaudeArbiter from "../../../src/cases/ranking/claude-arbiter.ts"
import * as ClaudeRanker from "../../../src/cases/ranking/claude-ranker.ts"
import * as ClaudeWarmer from "../../../src/cases/ranking/claude-warmer.ts"
import * as LocalRanking from "../../../src/cases/ranking/local-ranker.ts"
import * as RankingDesk from "../../../src/cases/ranking/ranking-desk.ts"
import { placeAmong } from "../../../src/domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { rankLocally } from "../../../src/domain/rankers/local.ts"
import type { Ranking, RankRequest } from "../../../src/domain/ranking.ts"
import * as AnthropicLlm from "../../../src/layers/anthropic/llm.ts"
import * as MemoryCache from "../../../src/layers/memory/cache.ts"
import * as MemoryVectorIndex from "../../../src/layers/memory/vector-index.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { BudgetSpent, CostGuard } from "../../../src/services/cost-guard.ts"
import type { Ranker } from "../../../src/services/ranker.ts"
import { TrainedRankers } from "../../../src/services/trained-rankers.ts"
import { catalogOf } from "../../domain/rankers/fixtures.ts"
import type { FakeAnthropic } from "../../fakes/anthropic.ts"

const MODELS = { haiku: "claude-haiku-4-5", sonnet: "claude-sonnet-4-5" }

/** A purse that counts calls and can be emptied. */
export const purse = () => {
  const state = { left: Number.POSITIVE_INFINITY, owners: [] as Array<string | undefined>, background: 0 }
  const layer = Layer.succeed(CostGuard, {
    reserve: (call) =>
      Effect.suspend(() => {
        if (state.left <= 0)
          return Effect.fail(new BudgetSpent({ scope: "everybody", message: "The budget is spent." }))
        state.left--
        state.owners.push(call.userId)
        if (call.background === true) state.background++
        return Effect.succeed({ id: "r", day: "2026-01-01", model: call.model, reservedMicros: call.mostMicros })
      }),
    settle: () => Effect.void,
    reset: Effect.succeed(0),
    report: () => Effect.die("not asked for here")
  })
  return { state, layer }
}

export const catalogLayer = (nodes: ReadonlyArray<ActivityNode>) => {
  const catalog = catalogOf(nodes)
  return Layer.succeed(Catalog, {
    city: () => Effect.succeed(catalog),
    resident: (slug) => (slug === catalog.city.slug ? catalog : undefined),
    place: (nodeId) => placeAmong([catalog], nodeId),
    places: () => Effect.succeed(new Map()),
    cities: Effect.succeed([]),
    refresh: () => Effect.succeed(catalog),
    onChange: () => () => {}
  } as Catalog["Service"])
}

export const deskLayer = (options: {
  readonly nodes: ReadonlyArray<ActivityNode>
  readonly server?: FakeAnthropic
  readonly trained?: Partial<TrainedRankers["Service"]>
  readonly guard?: Layer.Layer<CostGuard>
  readonly shadowCpuShare?: number
  /** Whether the careful model is asked where nobody is sure. */
  readonly arbiter?: boolean
}) => {
  const llm =
    options.server === undefined
      ? NoLlm.layer(MODELS)
      : AnthropicLlm.layer({
          apiKey: Redacted.make("test-key"),
          baseUrl: options.server.url,
          models: MODELS,
          timeoutMs: 6_000,
          maxConcurrent: 8
        }).pipe(Layer.provide(options.guard ?? purse().layer))
  const trained = Layer.succeed(TrainedRankers, {
    production: () => undefined,
    shadow: () => undefined,
    armOf: () => undefined,
    encoder: () => undefined,
    encodedBy: () => undefined,
    refresh: Effect.void,
    ...options.trained
  })
  return Layer.mergeAll(
    RankingDesk.layer({ shadowCpuShare: options.shadowCpuShare ?? 1 }).pipe(
      Layer.provide(options.arbiter === true ? ClaudeArbiter.layer : NoArbiter.layer)
    ),
    ClaudeWarmer.layer({ enabled: true, ttl: "24 hours" })
  ).pipe(
    Layer.provideMerge(ClaudeRanker.layer),
    Layer.provideMerge(llm),
    Layer.provideMerge(
      Layer.mergeAll(
        LocalRanking.layer,
        trained,
        catalogLayer(options.nodes),
        MemoryVectorIndex.layer,
        SharedCache.layer({ ttl: "1 hour" }).pipe(Layer.provide(MemoryCache.layer({ maxEntries: 1_000 })))
      )
    )
  )
}

/** A trained model that turns the local order around and remembers for whom it was asked. */
export const reversing = (
  name: string,
  more: { confidence?: number; answer?: (r: RankRequest) => Ranking["items"] } = {}
) => {
  const asked: Array<RankRequest> = []
  const ranker: Ranker = {
    kind: "ml",
    model: { name, version: "7" },
    rank: (request) =>
      Effect.sync(() => {
        asked.push(request)
        const items =
          more.answer?.(request) ??
          rankLocally(request)
            .items.toReversed()
            .map((item, i) => ({ ...item, score: 1 - i / 1000 }))
        return { model: ranker.model, items, confidence: more.confidence ?? 0.7, latencyMs: 1 }
      })
  }
  return { asked, ranker }
}
