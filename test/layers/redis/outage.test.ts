import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import * as RedisCache from "../../../src/layers/redis/cache.ts"
import { Cache } from "../../../src/services/cache.ts"
import { canOwnRedis, ownRedis } from "../../harness/redis.ts"

/** Who waited for it would wait for ever; a busy machine takes its time. */
const SOON_MS = 15_000

const pause = Schedule.spaced("100 millis")

const cacheOn = (url: string) =>
  Effect.map(
    Layer.build(
      SharedCache.layer({ ttl: "1 minute" }).pipe(Layer.provide(RedisCache.layer({ url: Redacted.make(url) })))
    ),
    Context.get(Cache)
  )

const quick = <A, E, R>(effect: Effect.Effect<A, E, R>, within: number) =>
  Effect.gen(function* () {
    const before = performance.now()
    const result = yield* effect
    assert.isBelow(performance.now() - before, within)
    return result
  })

describe.skipIf(!canOwnRedis())("a Redis that fails", () => {
  it.live("is slower, not broken: killed, hung, and back", () =>
    Effect.gen(function* () {
      const redis = yield* ownRedis
      const cache = yield* cacheOn(redis.url)
      yield* cache.set("kept", Schema.Finite, 1)
      assert.strictEqual(yield* cache.get("kept", Schema.Finite), 1)
      yield* redis.pause
      for (let i = 0; i < 3; i++) {
        const { value } = yield* quick(cache.getOrCompute("hung", Schema.Finite, Effect.succeed(i)), SOON_MS)
        assert.strictEqual(value, i)
      }
      // By now nobody waits for it any more: whoever waited would do so each time, a busy machine is quick once.
      let shortest = Number.POSITIVE_INFINITY
      for (let i = 0; i < 10; i++) {
        const before = performance.now()
        yield* cache.getOrCompute("hung", Schema.Finite, Effect.succeed(9))
        shortest = Math.min(shortest, performance.now() - before)
      }
      assert.isBelow(shortest, 100)
      yield* redis.resume
      yield* redis.kill
      yield* quick(cache.getOrCompute("dead", Schema.Finite, Effect.succeed(1)), SOON_MS)
      yield* redis.restart
      yield* Effect.gen(function* () {
        yield* cache.set("back", Schema.Finite, 5)
        return yield* cache.get("back", Schema.Finite)
      }).pipe(Effect.repeat({ until: (found) => found === 5, schedule: pause }), Effect.timeout("60 seconds"))
    }).pipe(Effect.scoped)
  )

  it.live("does not stop the start", () =>
    Effect.gen(function* () {
      const cache = yield* quick(cacheOn("redis://127.0.0.1:1"), SOON_MS)
      assert.strictEqual((yield* cache.getOrCompute("x", Schema.Finite, Effect.succeed(7))).value, 7)
    }).pipe(Effect.scoped)
  )
})
