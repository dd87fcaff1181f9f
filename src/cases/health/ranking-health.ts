/**
 * How index, cache and Claude are doing. None of them is ever `down`: each has something to fall back on, so its absence
 * only makes answers slower or plainer.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Cache } from "../../services/cache.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { IndexSource } from "../../services/index-source.ts"
import { Llm } from "../../services/llm.ts"
import { MEMORY_INDEX_POINTS, VectorIndex } from "../../services/vector-index.ts"

/** Below the patience of the desk that asks, which would take silence for `down`. */
const PATIENCE = "800 millis"
/** A database that does not answer says nothing about an index in memory. */
const COUNTING_PATIENCE = "400 millis"
/** Cities do not outgrow the index from one moment to the next. */
const COUNTED_EVERY = "1 minute"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const index = yield* VectorIndex
    const cache = yield* Cache
    const llm = yield* Llm
    const source = yield* IndexSource

    /** The largest city, where the index in memory is not meant for as many places; nothing where nobody can tell. */
    const tooLarge = yield* Effect.cachedWithTTL(
      source.cities.pipe(
        Effect.map((cities) => cities.toSorted((a, b) => b.live - a.live)[0]),
        Effect.map((city) => (city !== undefined && city.live > MEMORY_INDEX_POINTS ? city : undefined)),
        Effect.timeout(COUNTING_PATIENCE),
        Effect.orElseSucceed(() => undefined)
      ),
      COUNTED_EVERY
    )

    const searched = Effect.gen(function* () {
      yield* index.count("vibe_embedding", "")
      const city = index.name === "memory" ? yield* tooLarge : undefined
      if (city === undefined) return { name: "vector_index", status: "up", detail: index.name } as const
      return {
        name: "vector_index",
        status: "degraded",
        detail: `memory: ${city.slug} has ${city.live} places, and the index in memory is for ${MEMORY_INDEX_POINTS}`,
        fix: "Set VECTOR_INDEX to qdrant or pgvector: searching more in this process slows everybody down."
      } as const
    })

    yield* health.register(
      "vector_index",
      searched.pipe(
        Effect.timeout(PATIENCE),
        Effect.map((one): DependencyHealth => one),
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
