/** What every cache promises, whatever store is behind it. */
import { assert, type Vitest } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SharedCache from "../../src/cases/answers/shared-cache.ts"
import * as MemoryCache from "../../src/layers/memory/cache.ts"
import * as RedisCache from "../../src/layers/redis/cache.ts"
import { Cache } from "../../src/services/cache.ts"
import { contractSuite } from "../harness/contract.ts"
import { freshPrefix } from "../harness/redis.ts"

const Value = Schema.Struct({ answer: Schema.Finite })

const suite = (it: Vitest.MethodsNonLive<Cache>) => {
  it.effect("keeps what it is given", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      assert.isUndefined(yield* cache.get("nothing", Value))
      yield* cache.set("one", Value, { answer: 42 })
      assert.deepStrictEqual(yield* cache.get("one", Value), { answer: 42 })
      assert.deepStrictEqual(yield* cache.present(["nothing", "one"]), new Set(["one"]))
      assert.deepStrictEqual(yield* cache.present([]), new Set())
    })
  )

  it.effect("takes what no longer fits for a miss", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      yield* cache.set("shape", Schema.String, "an older shape")
      assert.isUndefined(yield* cache.get("shape", Value))
      const { value, hit } = yield* cache.getOrCompute("shape", Value, Effect.succeed({ answer: 1 }))
      assert.deepStrictEqual([value, hit], [{ answer: 1 }, false])
      assert.deepStrictEqual(yield* cache.get("shape", Value), { answer: 1 })
    })
  )

  it.effect("computes once for a stampede", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      let computed = 0
      const slow = Effect.sync(() => ({ answer: ++computed })).pipe(Effect.delay(20))
      const results = yield* Effect.all(
        Array.from({ length: 50 }, () => cache.getOrCompute("stampede", Value, slow)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(computed, 1)
      assert.strictEqual(results.filter(({ hit }) => !hit).length, 1)
      assert.isTrue((yield* cache.getOrCompute("stampede", Value, slow)).hit)
      assert.strictEqual(computed, 1)
    })
  )

  it.effect("hands a failure to everybody who waits, and does not keep it", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const failing = Effect.fail("no luck").pipe(Effect.delay(5))
      const results = yield* Effect.all(
        Array.from({ length: 5 }, () => Effect.result(cache.getOrCompute("failing", Value, failing))),
        { concurrency: "unbounded" }
      )
      for (const result of results) assert.isTrue(Result.isFailure(result) && result.failure === "no luck")
      assert.isFalse((yield* cache.getOrCompute("failing", Value, Effect.succeed({ answer: 2 }))).hit)
    })
  )

  it.effect("lets another one compute when the one who did walks away", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const started = yield* Deferred.make<void>()
      const first = yield* cache
        .getOrCompute("left", Value, Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        .pipe(Effect.forkChild)
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(cache.getOrCompute("left", Value, Effect.succeed({ answer: 3 })))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual((yield* Fiber.join(second)).value, { answer: 3 })
    })
  )
}

await contractSuite(
  "Cache",
  {
    memory: {
      layer: SharedCache.layer({ ttl: "1 minute" }).pipe(Layer.provide(MemoryCache.layer({ maxEntries: 100 })))
    },
    redis: {
      needs: "redis",
      layer: ({ url }) =>
        SharedCache.layer({ ttl: "1 minute", patience: "2 seconds" }).pipe(
          Layer.provide(RedisCache.layer({ url: Redacted.make(url), keyPrefix: freshPrefix() }))
        )
    }
  },
  suite
)
