/** Who ranks and who writes: the local ranker always, Claude where there is a key, trained models where one is registered. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import * as Anthropic from "../layers/anthropic/llm.ts"
import * as MemoryCache from "../layers/memory/cache.ts"
import * as OnnxRankers from "../layers/onnx/trained-rankers.ts"
import * as PostgresCostGuard from "../layers/postgres/cost-guard.ts"
import * as PostgresModelRegistry from "../layers/postgres/model-registry.ts"
import * as RedisCache from "../layers/redis/cache.ts"
import { Cache } from "../services/cache.ts"
import type { CostGuard } from "../services/cost-guard.ts"
import { Llm } from "../services/llm.ts"
import { LlmRanker } from "../services/llm-ranker.ts"
import { ModelRegistry } from "../services/model-registry.ts"
import { Narrator } from "../services/narrator.ts"
import { LocalRanker } from "../services/ranker.ts"
import * as RankingDesk from "../services/ranking-desk.ts"
import { RankingWarmer } from "../services/ranking-warmer.ts"

export const costs = Layer.unwrap(
  Effect.map(Config, (settings) =>
    PostgresCostGuard.layer({
      dailyBudgetUsd: settings.LLM_DAILY_BUDGET_USD,
      userDailyBudgetUsd: settings.LLM_USER_DAILY_BUDGET_USD
    })
  )
)

const llm = Layer.unwrap(
  Effect.map(
    Config,
    (settings): Layer.Layer<Llm, never, CostGuard> =>
      settings.ANTHROPIC_API_KEY === undefined
        ? Llm.layerNotConfigured({ haiku: settings.LLM_MODEL_FAST, sonnet: settings.LLM_MODEL_CAREFUL })
        : Anthropic.layer({
            apiKey: settings.ANTHROPIC_API_KEY,
            ...(settings.ANTHROPIC_BASE_URL === undefined ? {} : { baseUrl: settings.ANTHROPIC_BASE_URL }),
            models: { haiku: settings.LLM_MODEL_FAST, sonnet: settings.LLM_MODEL_CAREFUL },
            timeoutMs: settings.LLM_TIMEOUT,
            maxConcurrent: settings.LLM_MAX_CONCURRENT
          })
  )
)

const cache = Layer.unwrap(
  Effect.map(Config, (settings) =>
    Cache.layer({ ttl: settings.CACHE_TTL }).pipe(
      Layer.provide(
        settings.REDIS_URL === undefined
          ? MemoryCache.layer({ maxEntries: settings.CACHE_MAX_ENTRIES })
          : RedisCache.layer({ url: settings.REDIS_URL, keyPrefix: "overplanned:" })
      )
    )
  )
)

const trained = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const registry = yield* ModelRegistry
    return OnnxRankers.layer({
      modelsDir: settings.MODELS_DIR ?? join(settings.OVERPLANNED_DATA_DIR, "models"),
      registered: registry.list
    })
  })
)

export const registry = PostgresModelRegistry.layer

/** The desk, the narrator and the warmer; the ledger is shared with the operators' view of it. */
export const minds = Layer.mergeAll(RankingDesk.layer, Narrator.layer, RankingWarmer.layer).pipe(
  Layer.provide(Layer.mergeAll(LocalRanker.layer, LlmRanker.layer, trained)),
  Layer.provide(Layer.mergeAll(cache, llm))
)
