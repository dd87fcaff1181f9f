import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import * as QdrantIndex from "../../../src/layers/qdrant/vector-index.ts"
import { VectorIndex } from "../../../src/services/vector-index.ts"
import { fakeQdrant } from "../../fakes/qdrant.ts"

const vector = (at: number) => Float32Array.from({ length: 64 }, (_, i) => (i === at % 64 ? 1 : 0.01))
const point = (i: number) => ({ id: uuidOfName("q", `${i}`), vector: vector(i), city: "seattle" })
const indexOn = (url: string, apiKey?: string) =>
  Effect.map(
    Layer.build(QdrantIndex.layer({ url, ...(apiKey === undefined ? {} : { apiKey: Redacted.make(apiKey) }) })),
    Context.get(VectorIndex)
  )
const problemOf = <A>(effect: Effect.Effect<A, { readonly message: string }>) =>
  Effect.map(Effect.result(effect), (result) => (Result.isFailure(result) ? result.failure.message : "no problem"))

describe("the Qdrant index", () => {
  it.live("makes its collections and payload indexes once, writes in batches, and shows its key", () =>
    Effect.gen(function* () {
      const server = yield* fakeQdrant
      const index = yield* indexOn(server.url, "secret")
      yield* index.upsert(
        "vibe_embedding",
        Array.from({ length: 600 }, (_, i) => point(i))
      )
      yield* index.search("vibe_embedding", vector(3), 5, "seattle")
      const count = (verb: string) => server.requests.filter((request) => request.verb === verb).length
      assert.deepStrictEqual([count("PUT points"), count("PUT index"), count("POST points/query")], [3, 1, 1])
      assert.deepStrictEqual(Object.keys(server.collections.get("vibe_embedding")!.indexed), ["city"])
      assert.isTrue(server.requests.every(({ key }) => key === "secret"))
      const again = yield* indexOn(server.url)
      assert.strictEqual(yield* again.count("vibe_embedding", "seattle"), 600)
      assert.strictEqual(count("PUT index"), 1)
    }).pipe(Effect.scoped)
  )

  it.live("asks again when the server stumbles, and not when the request is wrong", () =>
    Effect.gen(function* () {
      const server = yield* fakeQdrant
      const index = yield* indexOn(server.url)
      server.next({ drop: true }, { status: 503 })
      yield* index.upsert("vibe_embedding", [point(1)])
      server.next({ status: 500 })
      assert.strictEqual((yield* index.search("vibe_embedding", vector(1), 1, "seattle"))[0]?.id, point(1).id)
      const before = server.requests.length
      server.always({ status: 403 })
      assert.include(yield* problemOf(index.count("vibe_embedding", "seattle")), "QDRANT_API_KEY")
      assert.strictEqual(server.requests.length, before + 1)
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong with a collection of another kind", () =>
    Effect.gen(function* () {
      const server = yield* fakeQdrant
      server.collections.set("vibe_embedding", { size: 32, indexed: {}, points: new Map() })
      const index = yield* indexOn(server.url)
      assert.include(yield* problemOf(index.upsert("vibe_embedding", [point(1)])), "reindex")
    }).pipe(Effect.scoped)
  )

  it.live("gives up on a server that hangs, then leaves it alone", () =>
    Effect.gen(function* () {
      const server = yield* fakeQdrant
      const index = yield* indexOn(server.url)
      yield* index.upsert("vibe_embedding", [point(1)])
      server.always({ hang: true })
      const search = index.search("vibe_embedding", vector(1), 1, "seattle")
      const before = Date.now()
      assert.include(yield* problemOf(search), "Qdrant could not search")
      assert.isBelow(Date.now() - before, 30_000)
      server.always({ status: 500 })
      for (let i = 0; i < 5; i++) yield* problemOf(search)
      const asked = server.requests.length
      yield* problemOf(search)
      assert.strictEqual(server.requests.length, asked)
    }).pipe(Effect.scoped)
  )

  it.live("does not stop the start of a house whose Qdrant is down", () =>
    Effect.gen(function* () {
      const index = yield* indexOn("http://127.0.0.1:9")
      assert.include(yield* problemOf(index.count("vibe_embedding", "seattle")), "QDRANT_URL")
    }).pipe(Effect.scoped)
  )
})
