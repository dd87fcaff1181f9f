import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Redacted from "effect/Redacted"
import * as RedisClient from "../../../src/layers/redis/client.ts"
import { redisTraces } from "../../../src/layers/redis/traces.ts"
import { canOwnRedis, ownRedis } from "../../harness/redis.ts"

const marks = { texts: ["01890a5d-ac96-774b-bcce-b302099a8057"], ids: [], instants: [] }

describe.skipIf(!canOwnRedis())("what a Redis still says of somebody", () => {
  it.live("is found in keys and in values among thousands of others, and an absent Redis is not called clean", () =>
    Effect.gen(function* () {
      const server = yield* ownRedis
      const context = yield* Layer.build(RedisClient.layer({ url: Redacted.make(server.url) }))
      yield* Effect.gen(function* () {
        const redis = yield* Redis.Redis
        const store = yield* redisTraces
        const others = Array.from({ length: 2_500 }, (_, n) => redis.send("SET", `other ${n}`, "1"))
        yield* Effect.all(others, { concurrency: 500, discard: true })
        yield* redis.send("RPUSH", "a list", "1")
        assert.deepStrictEqual(yield* store.search(marks), [])
        yield* redis.send("SET", `ranking ${marks.texts[0]}`, "1")
        yield* redis.send("SET", "ranking", JSON.stringify({ members: marks.texts }))
        const found = yield* store.search(marks)
        assert.deepStrictEqual(found.map((one) => one.where).sort(), ["a key", "a value"])
        yield* server.pause
        assert.strictEqual((yield* Effect.flip(store.search(marks)))._tag, "StoreNotSearched")
      }).pipe(Effect.provide(context))
    }).pipe(Effect.scoped)
  )
})
