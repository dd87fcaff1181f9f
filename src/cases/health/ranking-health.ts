/**
 * How index, cache and Claude are doing. None of them is ever `down`: each has something to fall back on, so its absence
 * only makes answers slower or plainer.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Cache } from "../../services/cache.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { Llm } from "../../services/llm.ts"
import { VectorIndex } from "../../services/vector-index.ts"

/** Below the patience of the desk that asks, which would take silence for `down`. */
const PATIENCE = "800 millis"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const index = yield* VectorIndex
    const cache = yield* Cache
    const llm = yield* Llm

    yield* health.register(
      "vector_index",
      index.count("vibe_embedding", "").pipe(
        Effect.timeout(PATIENCE),
        Effect.as<DependencyHealth>({ name: "vector_index", status: "up", detail: index.name }),
        Effect.catch((error) =>
          Effect.succeed<DependencyHealth>({
            name: "vector_index",
            status: "degraded",
            detail: `${index.name}: ${error._tag === "TimeoutError" ? "does not answer" : error.message}`,
            fix: "Searches use the catalog in memory meanwhile. Check QDRANT_URL or the database, whichever holds the index."
          })
        )
      )
    )
    yield* health.register(
      "cache",
      Effect.map(
        cache.reachable,
        (reachable): DependencyHealth =>
          reachable
            ? { name: "cache", status: "up", detail: "answers" }
            : {
                name: "cache",
                status: "degraded",
                detail: "does not answer",
                fix: "Every ranking is worked out anew meanwhile. Check that the server of REDIS_URL is up."
              }
      )
    )
    yield* health.register(
      "claude",
      Effect.map(llm.state, (state): DependencyHealth => {
        switch (state) {
          case "answering":
            return { name: "claude", status: "up", detail: llm.models.haiku }
          case "not_configured":
            return { name: "claude", status: "up", detail: "not configured: the local ranker answers" }
          case "left_alone":
            return {
              name: "claude",
              status: "degraded",
              detail: "failed several times in a row and is left alone for a while",
              fix: "The local ranker answers meanwhile. Check ANTHROPIC_API_KEY, the network, and the provider's status page."
            }
        }
      })
    )
  })
)
