import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import * as MemoryCache from "../../../src/layers/memory/cache.ts"
import { Cache } from "../../../src/services/cache.ts"

const cacheOf = (maxEntries: number) =>
  SharedCache.layer({ ttl: "10 minutes" }).pipe(Layer.provide(MemoryCache.layer({ maxEntries })))

describe("the cache in this process", () => {
  it.effect("never holds more than it may, and keeps what is used", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      for (let i = 0; i < 3; i++) yield* cache.set(`${i}`, Schema.Finite, i)
      yield* cache.get("0", Schema.Finite)
      yield* cache.set("3", Schema.Finite, 3)
      assert.deepStrictEqual(yield* cache.present(["0", "1", "2", "3"]), new Set(["0", "2", "3"]))
    }).pipe(Effect.provide(cacheOf(3)))
  )

  it.effect("forgets what is too old", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      yield* cache.set("old", Schema.Finite, 1)
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(yield* cache.get("old", Schema.Finite), 1)
      yield* TestClock.adjust("2 minutes")
      assert.isUndefined(yield* cache.get("old", Schema.Finite))
    }).pipe(Effect.provide(cacheOf(3)))
  )
})
