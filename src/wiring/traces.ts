/** Where the erasure checker looks: everywhere that outlives the server. What a process holds in memory dies with it. */
import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { vectorTraces } from "../cases/people/vector-traces.ts"
import { Config } from "../config.ts"
import { fileTraces } from "../layers/files/traces.ts"
import { postgresTraces } from "../layers/postgres/erasure/traces.ts"
import * as RedisClient from "../layers/redis/client.ts"
import { redisTraces } from "../layers/redis/traces.ts"
import { VectorIndex } from "../services/vector-index.ts"
import { datasetTraces } from "../training/datasets/traces.ts"

export const traceStores = Effect.gen(function* () {
  const settings = yield* Config
  const index = yield* VectorIndex
  const redis =
    settings.REDIS_URL === undefined
      ? []
      : [yield* Effect.provide(redisTraces, yield* Layer.build(RedisClient.layer({ url: settings.REDIS_URL })))]
  return [
    yield* postgresTraces(settings.K_ANONYMITY),
    fileTraces(settings.OVERPLANNED_DATA_DIR),
    datasetTraces(settings.DATASETS_DIR),
    // What lies there as text, such as match events that an older release wrote with names.
    ...(existsSync(settings.DATASETS_DIR) ? [fileTraces(settings.DATASETS_DIR)] : []),
    ...(index.name === "memory" ? [] : [vectorTraces(index)]),
    ...redis
  ]
})
