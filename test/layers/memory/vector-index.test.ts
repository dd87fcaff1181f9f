import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Arena, CHUNK_ROWS } from "../../../src/layers/memory/vector-index/arena.ts"
import { kernelBytes } from "../../../src/layers/memory/vector-index/kernel.ts"
import * as MemoryVectorIndex from "../../../src/layers/memory/vector-index/layer.ts"
import { VectorIndex } from "../../../src/services/vector-index.ts"

const unit = (at: number) => Float32Array.from({ length: 64 }, (_, i) => (i === at ? 1 : 0))
const uuid = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

describe("the vector kernel", () => {
  it("is a module that every engine takes", () => {
    assert.isTrue(WebAssembly.validate(kernelBytes(64)))
    assert.isTrue(WebAssembly.validate(kernelBytes(128)))
  })

  it("reuses the chunks that a city gave back", () => {
    const arena = new Arena(64)
    const chunks = Array.from({ length: 40 }, () => arena.takeChunk())
    const size = arena.memory.buffer.byteLength
    for (const chunk of chunks) arena.giveBack(chunk)
    assert.deepStrictEqual(new Set(chunks.map(() => arena.takeChunk())), new Set(chunks))
    assert.strictEqual(arena.memory.buffer.byteLength, size)
  })
})

describe("ties", () => {
  it.effect("are broken by id, also at the end of the list and over many runs of rows", () =>
    Effect.gen(function* () {
      const index = yield* VectorIndex
      const count = CHUNK_ROWS * 3 + 5
      // Written from the last id to the first, so that the order of writing would give the wrong answer.
      yield* index.upsert(
        "vibe_embedding",
        Array.from({ length: count }, (_, i) => ({ id: uuid(count - i), city: "tie", vector: unit(i === 0 ? 1 : 0) }))
      )
      const found = yield* index.search("vibe_embedding", unit(0), 4, { city: "tie" })
      assert.deepStrictEqual(
        found.map(({ id }) => id),
        [1, 2, 3, 4].map(uuid)
      )
    }).pipe(Effect.provide(MemoryVectorIndex.layer()))
  )
})
