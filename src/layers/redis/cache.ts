/** The cache's store in Redis, shared by all nodes. */
import * as Layer from "effect/Layer"
import { type BackingPersistence, layerBackingRedis } from "effect/persistence/Persistence"
import { layer as clientLayer, type RedisClientOptions } from "./client.ts"

export const layer = (options: RedisClientOptions): Layer.Layer<BackingPersistence> =>
  layerBackingRedis.pipe(Layer.provide(clientLayer(options)))
