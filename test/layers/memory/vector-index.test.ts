import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as MemoryVectorIndex from "../../../src/layers/memory/vector-index.ts"
import { MEMORY_INDEX_POINTS, VectorIndex } from "../../../src/services/vector-index.ts"

const unit = (at: number) => Float32Array.from({ length: 64 }, (_, i) => (i === at ? 1 : 0))
const uuid = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

/** As many points as the index is for, the last one alone being like `unit(0)`, each of the others less than the one before. */
const largest = Array.from({ length: MEMORY_INDEX_POINTS }, (_, i) => ({
  id: uuid(i),
  city: "large",
  vector:
    i === MEMORY_INDEX_POINTS - 1 ? unit(0) : Float32Array.from({ length: 64 }, (_, n) => (n === 0 ? 1 : (i + 1) / 1e4))
}))

describe("the index in memory", () => {
  it.effect("breaks ties by id, also at the end of the list and over many blocks of rows", () =>
    Effect.gen(function* () {
      const index = yield* VectorIndex
      const count = 3_100
      // Written from the last id to the first, so that the order of writing would give the wrong answer.
      yield* index.upsert(
        "vibe_embedding",
        Array.from({ length: count }, (_, i) => ({ id: uuid(count - i), city: "tie", vector: unit(i === 0 ? 1 : 0) }))
      )
      const found = yield* index.search("vibe_embedding", unit(0), 4, "tie")
      assert.deepStrictEqual(
        found.map(({ id }) => id),
        [1, 2, 3, 4].map(uuid)
      )
    }).pipe(Effect.provide(MemoryVectorIndex.layer))
  )

  it.live("lets others have their turns while it searches a large city, and its writers wait for that", () =>
    Effect.gen(function* () {
      const index = yield* VectorIndex
      yield* index.upsert("vibe_embedding", largest)
      let turns = 0
      const others = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.sync(() => turns++),
            Effect.yieldNow
          )
        )
      )
      const search = yield* Effect.forkChild(index.search("vibe_embedding", unit(0), 3, "large"))
      yield* Effect.yieldNow
      // In the middle of the search everything that it would find is taken away.
      yield* index.removeCity("vibe_embedding", "large")
      const before = turns
      assert.deepStrictEqual(
        (yield* Fiber.join(search)).map(({ id }) => id),
        [uuid(MEMORY_INDEX_POINTS - 1), uuid(0), uuid(1)]
      )
      assert.isAtLeast(before, 2)
      assert.deepStrictEqual(yield* index.search("vibe_embedding", unit(0), 3, "large"), [])
      yield* Fiber.interrupt(others)
    }).pipe(Effect.provide(MemoryVectorIndex.layer))
  )
})
