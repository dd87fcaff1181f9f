/**
 * The part of the composition root that decides who thinks: which index searches, whether Claude is asked, where
 * answers are kept, and which models rank. Each is chosen by the settings alone.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlClient } from "effect/sql/SqlClient"
import * as NoArbiter from "../cases/absent/no-arbiter.ts"
import * as NoLlm from "../cases/absent/no-llm.ts"
import * as NoTextEmbedding from "../cases/absent/no-text-embedding.ts"
import * as SharedCache from "../cases/answers/shared-cache.ts"
import * as RankingHealth from "../cases/health/ranking-health.ts"
import * as PersonaEncoders from "../cases/people/persona-encoders.ts"
import * as CachedNarrator from "../cases/planning/cached-narrator.ts"
import * as ClaudeArbiter from "../cases/ranking/claude-arbiter.ts"
import * as ClaudeRanker from "../cases/ranking/claude-ranker.ts"
import * as ClaudeWarmer from "../cases/ranking/claude-warmer.ts"
import { interactionsLoader } from "../cases/ranking/interactions-ranker.ts"
import * as LoadedTowers from "../cases/ranking/item-towers.ts"
import * as LocalRanking from "../cases/ranking/local-ranker.ts"
import { membersLoader } from "../cases/ranking/members-ranker.ts"
import * as RankingDesk from "../cases/ranking/ranking-desk.ts"
import * as RankingsAtHand from "../cases/ranking/rankings-at-hand.ts"
import { tasteLoaders } from "../cases/ranking/taste-ranker.ts"
import * as TrainedRankerDesk from "../cases/ranking/trained-rankers.ts"
import * as TwoTowerRetrieval from "../cases/ranking/two-tower-retrieval.ts"
import { Config, modelsDirOf, RANKING_MODELS } from "../config.ts"
import { INTERACTIONS_MODEL_TYPE } from "../domain/rankers/interactions.ts"
import { MEMBERS_MODEL_TYPE } from "../domain/rankers/members-model.ts"
import * as AnthropicBatches from "../layers/anthropic/batches.ts"
import * as AnthropicLlm from "../layers/anthropic/llm.ts"
import * as ModelFiles from "../layers/files/model-artefacts.ts"
import * as MemoryCache from "../layers/memory/cache.ts"
import * as MemoryVectorIndex from "../layers/memory/vector-index.ts"
import { load as loadOnnx } from "../layers/onnx/session.ts"
import * as OnnxText from "../layers/onnx/text-embedding.ts"
import * as PostgresCostGuard from "../layers/postgres/cost-guard.ts"
import * as PostgresDatasetNames from "../layers/postgres/dataset-names.ts"
import * as PostgresIndexSource from "../layers/postgres/index-source.ts"
import * as PostgresModelEmbeddings from "../layers/postgres/model-embeddings.ts"
import * as PgvectorIndex from "../layers/postgres/pgvector-index.ts"
import * as QdrantIndex from "../layers/qdrant/vector-index.ts"
import * as RedisCache from "../layers/redis/cache.ts"
import { Catalog } from "../services/catalog.ts"
import { DatasetNames } from "../services/dataset-names.ts"
import { ModelArtefacts } from "../services/model-artefacts.ts"
import { ModelEmbeddings } from "../services/model-embeddings.ts"
import { ModelRegistry } from "../services/model-registry.ts"
import { ModelRefused, RANKER_MODEL_TYPE, type RegisteredRanker } from "../services/trained-rankers.ts"
import type { VectorIndex } from "../services/vector-index.ts"
import { keepIndexUpToDate } from "../sources/reindex.ts"

/** Which index the settings choose. */
export const chosenIndex = Effect.map(Config, (settings) =>
  settings.VECTOR_INDEX !== "auto" ? settings.VECTOR_INDEX : settings.QDRANT_URL === undefined ? "memory" : "qdrant"
)

export const vectorIndex: Layer.Layer<VectorIndex, never, Config | SqlClient> = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    switch (yield* chosenIndex) {
      case "memory":
        return MemoryVectorIndex.layer
      case "pgvector":
        return PgvectorIndex.layer()
      case "qdrant":
        return QdrantIndex.layer({
          url: settings.QDRANT_URL!,
          ...(settings.QDRANT_API_KEY === undefined ? {} : { apiKey: settings.QDRANT_API_KEY })
        })
    }
  })
)

/** Beside the start: an index that is empty or behind is filled while searches use the catalog in memory; then it follows the catalogs. */
export const indexUpToDate = Layer.effectDiscard(Effect.forkScoped(keepIndexUpToDate)).pipe(
  Layer.provide(PostgresIndexSource.layer)
)

const costGuard = Layer.unwrap(
  Effect.map(Config, (settings) =>
    PostgresCostGuard.layer({
      dailyBudgetUsd: settings.LLM_DAILY_BUDGET_USD,
      userDailyBudgetUsd: settings.LLM_USER_DAILY_BUDGET_USD,
      patience: settings.LLM_LEDGER_PATIENCE
    })
  )
)

/** Claude with its cost guard; without a key, the one that refuses every question. */
export const llm = Layer.unwrap(
  Effect.map(Config, (settings) => {
    const models = { haiku: settings.LLM_MODEL_FAST, sonnet: settings.LLM_MODEL_CAREFUL }
    return settings.ANTHROPIC_API_KEY === undefined
      ? NoLlm.layer(models)
      : AnthropicLlm.layer({
          apiKey: settings.ANTHROPIC_API_KEY,
          ...(settings.ANTHROPIC_BASE_URL === undefined ? {} : { baseUrl: settings.ANTHROPIC_BASE_URL }),
          models,
          timeoutMs: settings.LLM_TIMEOUT,
          maxConcurrent: settings.LLM_MAX_CONCURRENT
        })
  })
).pipe(Layer.provideMerge(costGuard))

/** Claude for what can wait a day; its costs go to the same guard. */
export const llmBatches = Layer.unwrap(
  Effect.map(Config, (settings) =>
    settings.ANTHROPIC_API_KEY === undefined || settings.POSTS_READ_BY_CLAUDE === "off"
      ? NoLlm.layerBatches(settings.LLM_MODEL_FAST)
      : AnthropicBatches.layer({
          apiKey: settings.ANTHROPIC_API_KEY,
          ...(settings.ANTHROPIC_BASE_URL === undefined ? {} : { baseUrl: settings.ANTHROPIC_BASE_URL }),
          model: settings.LLM_MODEL_FAST
        })
  )
)

export const cache = Layer.unwrap(
  Effect.map(Config, (settings) =>
    SharedCache.layer({ ttl: settings.CACHE_TTL }).pipe(
      Layer.provide(
        settings.REDIS_URL === undefined
          ? MemoryCache.layer({ maxEntries: settings.CACHE_MAX_ENTRIES })
          : RedisCache.layer({ url: settings.REDIS_URL, keyPrefix: "overplanned:" })
      )
    )
  )
)

/** What `/ready` says of index, cache and Claude. */
export const rankingHealth = RankingHealth.layer.pipe(Layer.provide(PostgresIndexSource.layer))

/** Claude's reading of a traveler, and its words as a vector, each where it is configured. */
export const personaEncoder = PersonaEncoders.layerReading.pipe(
  Layer.provide(
    Layer.unwrap(
      Effect.map(Config, ({ TEXT_EMBEDDING_MODEL: folder }) =>
        folder === undefined ? NoTextEmbedding.layer : OnnxText.layer(folder)
      )
    )
  )
)

/** Which road a registered model takes to become a ranker, by its type. */
const rankerLoaders = Effect.gen(function* () {
  const artefacts = yield* ModelArtefacts
  const parts = { artefacts, names: yield* DatasetNames, embeddings: yield* ModelEmbeddings, catalog: yield* Catalog }
  return {
    [RANKER_MODEL_TYPE]: (row: RegisteredRanker) =>
      artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null).pipe(
        Effect.mapError(({ message }) => new ModelRefused({ message })),
        Effect.flatMap((bytes) =>
          loadOnnx({ name: row.model_name, version: row.model_version }, row.artifact_path ?? "", bytes)
        ),
        Effect.map((ranker) => ({ ranker }))
      ),
    ...tasteLoaders(parts),
    [MEMBERS_MODEL_TYPE]: membersLoader(parts),
    [INTERACTIONS_MODEL_TYPE]: interactionsLoader(parts)
  }
})

/** Whose words tastes are put into at night, as soon as a version of it is in production. */
const SEQUENCE_ENCODER = "sasrec"

/** The models that the registry names, from `MODELS_DIR`. */
export const trainedRankers = Layer.unwrap(
  Effect.gen(function* () {
    const { MODELS_REFRESH_EVERY, RANKING_MODEL } = yield* Config
    const registry = yield* ModelRegistry
    return TrainedRankerDesk.layer({
      registered: registry.list,
      loaders: yield* rankerLoaders,
      ranks: RANKING_MODEL,
      rankedBefore: RANKING_MODELS,
      encodes: SEQUENCE_ENCODER,
      refreshEvery: MODELS_REFRESH_EVERY
    })
  })
).pipe(
  Layer.provide([PostgresDatasetNames.layer, PostgresModelEmbeddings.layer]),
  Layer.provide(Layer.unwrap(Effect.map(Config, (settings) => ModelFiles.layer(modelsDirOf(settings)))))
)

/** What finds the places of a city: the index, by the two towers in production where there are any. */
export const retrieval = TwoTowerRetrieval.layer.pipe(
  Layer.provide(
    Layer.unwrap(Effect.map(Config, ({ MODELS_REFRESH_EVERY }) => LoadedTowers.layer(MODELS_REFRESH_EVERY)))
  ),
  Layer.provide(Layer.unwrap(Effect.map(Config, (settings) => ModelFiles.layer(modelsDirOf(settings)))))
)

const desk = Layer.unwrap(
  Effect.map(Config, ({ SHADOW_CPU_SHARE }) => RankingDesk.layer({ shadowCpuShare: SHADOW_CPU_SHARE }))
)

/** The careful judge of what no rule decides; off unless the settings say otherwise, because it costs more. */
const arbiter = Layer.unwrap(
  Effect.map(Config, ({ ARBITRATION_BY_CLAUDE }) =>
    ARBITRATION_BY_CLAUDE === "on" ? ClaudeArbiter.layer : NoArbiter.layer
  )
)

const warmer = Layer.unwrap(
  Effect.map(Config, ({ CACHE_TTL, RANKING_WARMING }) =>
    ClaudeWarmer.layer({ enabled: RANKING_WARMING === "on", ttl: CACHE_TTL })
  )
)

/** Everything that ranks and narrates. What it still needs: the catalog, the vector index and the trained rankers. */
export const rankers = Layer.mergeAll(RankingsAtHand.layer, warmer, CachedNarrator.layer).pipe(
  Layer.provideMerge(desk.pipe(Layer.provide(arbiter))),
  Layer.provideMerge(ClaudeRanker.layer),
  Layer.provideMerge(LocalRanking.layer),
  Layer.provideMerge(llm),
  Layer.provideMerge(cache)
)
