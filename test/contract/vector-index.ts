/** What every vector index promises. Each test keeps to a city of its own: a server may serve the whole run. */
import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import {
  type Collection,
  collectionDimensions,
  VectorIndex,
  type VectorPoint
} from "../../src/services/vector-index.ts"

let cities = 0
const freshCity = (run: string) => `city-${run}-${cities++}`

/** Repeatable numbers in −1…1. */
const numbers = (seed: number) => {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) / 0xffffffff) * 2 - 1
  }
}

const vectorOf = (collection: Collection, next: () => number) =>
  Float32Array.from({ length: collectionDimensions[collection] }, next)

const pointsOf = (collection: Collection, city: string, count: number, seed = 7): ReadonlyArray<VectorPoint> => {
  const next = numbers(seed)
  return Array.from({ length: count }, (_, i) => ({
    id: uuidOfName(city, `${i}`),
    vector: vectorOf(collection, next),
    city
  }))
}

const cosine = (a: Float32Array, b: Float32Array) => {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return dot / Math.sqrt(aa * bb)
}

const nearest = (points: ReadonlyArray<VectorPoint>, query: Float32Array, limit: number) =>
  points
    .map((point) => ({ id: point.id, score: cosine(point.vector, query) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit)

export interface VectorIndexSuite {
  /** Makes cities of this run distinct from those that an earlier one left on a shared server. */
  readonly run: string
  /** An approximate index may miss some of the nearest: the share that it has to find. */
  readonly recall?: number
  /** Writes and searches that run at once: few where all of them wait for one session. */
  readonly together?: number
}

export const vectorIndexSuite =
  ({ run, recall = 1, together = 8 }: VectorIndexSuite) =>
  (it: Vitest.MethodsNonLive<VectorIndex>): void => {
    const agree = (
      found: ReadonlyArray<{ id: string; score: number }>,
      wanted: ReadonlyArray<{ id: string; score: number }>
    ) => {
      assert.strictEqual(found.length, wanted.length)
      const right = new Set(wanted.map(({ id }) => id))
      const hit = found.filter(({ id }) => right.has(id)).length
      assert.isAtLeast(hit, recall * wanted.length)
      for (let i = 1; i < found.length; i++) assert.isAtMost(found[i]!.score, found[i - 1]!.score + 1e-6)
      if (recall === 1) for (const [i, { score }] of found.entries()) assert.closeTo(score, wanted[i]!.score, 1e-5)
    }

    for (const collection of ["vibe_embedding", "persona_embedding"] as const) {
      it.effect(`finds the nearest of ${collection}, best first, by cosine`, () =>
        Effect.gen(function* () {
          const index = yield* VectorIndex
          const city = freshCity(run)
          const points = pointsOf(collection, city, 700)
          yield* index.upsert(collection, points)
          assert.strictEqual(yield* index.count(collection, city), 700)
          const next = numbers(99)
          for (const limit of [1, 10, 200]) {
            const query = vectorOf(collection, next)
            agree(yield* index.search(collection, query, limit, city), nearest(points, query, limit))
          }
        })
      )
    }

    it.effect("keeps cities apart, and knows an empty one", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const [one, other, empty] = [freshCity(run), freshCity(run), freshCity(run)]
        yield* index.upsert("vibe_embedding", pointsOf("vibe_embedding", one, 20))
        yield* index.upsert("vibe_embedding", pointsOf("vibe_embedding", other, 20, 8))
        const query = vectorOf("vibe_embedding", numbers(3))
        const found = yield* index.search("vibe_embedding", query, 100, one)
        assert.deepStrictEqual(
          new Set(found.map(({ id }) => id)),
          new Set(pointsOf("vibe_embedding", one, 20).map(({ id }) => id))
        )
        assert.deepStrictEqual(yield* index.search("vibe_embedding", query, 10, empty), [])
        assert.strictEqual(yield* index.count("vibe_embedding", empty), 0)
        yield* index.removeCity("vibe_embedding", one)
        assert.strictEqual(yield* index.count("vibe_embedding", one), 0)
        assert.strictEqual(yield* index.count("vibe_embedding", other), 20)
      })
    )

    it.effect("replaces a point that comes again, and forgets one that is removed", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const city = freshCity(run)
        const points = pointsOf("vibe_embedding", city, 300)
        yield* index.upsert("vibe_embedding", points)
        const moved = points.map((point, i) =>
          i % 3 === 0 ? { ...point, vector: point.vector.map((x) => -x) } : point
        )
        yield* index.upsert(
          "vibe_embedding",
          moved.filter((_, i) => i % 3 === 0)
        )
        assert.strictEqual(yield* index.count("vibe_embedding", city), 300)
        const gone = new Set(moved.filter((_, i) => i % 7 === 0).map(({ id }) => id))
        yield* index.remove("vibe_embedding", [...gone, uuidOfName("never", "there")])
        const left = moved.filter(({ id }) => !gone.has(id))
        assert.strictEqual(yield* index.count("vibe_embedding", city), left.length)
        const query = vectorOf("vibe_embedding", numbers(21))
        agree(yield* index.search("vibe_embedding", query, 40, city), nearest(left, query, 40))
      })
    )

    it.effect("moves a point to another city when it comes from there", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const [from, to] = [freshCity(run), freshCity(run)]
        const [point] = pointsOf("vibe_embedding", from, 1)
        yield* index.upsert("vibe_embedding", [point!])
        yield* index.upsert("vibe_embedding", [{ ...point!, city: to }])
        assert.strictEqual(yield* index.count("vibe_embedding", from), 0)
        assert.strictEqual((yield* index.search("vibe_embedding", point!.vector, 5, to))[0]?.id, point!.id)
      })
    )

    it.effect("refuses a vector of the wrong kind, and says what is wrong with it", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const city = freshCity(run)
        const point = { id: uuidOfName(city, "0"), city, vector: new Float32Array(3) }
        const short = yield* Effect.result(index.upsert("vibe_embedding", [point]))
        assert.isTrue(Result.isFailure(short) && short.failure.message.includes("64"))
        const broken = yield* Effect.result(
          index.search("vibe_embedding", new Float32Array(64).fill(Number.NaN), 5, city)
        )
        assert.isTrue(Result.isFailure(broken) && broken.failure.message.includes("no number"))
      })
    )

    it.effect("finds a point by its id among more than any search would give, of whatever city", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const city = freshCity(run)
        const points = pointsOf("persona_embedding", city, 300)
        yield* index.upsert("persona_embedding", points)
        const [first, second] = points.map(({ id }) => id)
        const stranger = uuidOfName(city, "nobody")
        assert.strictEqual(yield* index.countOf("persona_embedding", [first!, second!, stranger]), 2)
        yield* index.remove("persona_embedding", [first!])
        assert.strictEqual(yield* index.countOf("persona_embedding", [first!, stranger]), 0)
        assert.strictEqual(yield* index.countOf("persona_embedding", []), 0)
      })
    )

    it.effect("takes writes and searches at once, and never shows half of either", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const city = freshCity(run)
        const points = pointsOf("vibe_embedding", city, 400)
        yield* index.upsert("vibe_embedding", points)
        const known = new Set(points.map(({ id }) => id))
        const query = vectorOf("vibe_embedding", numbers(77))
        yield* Effect.all(
          [
            ...Array.from({ length: 10 }, () => index.upsert("vibe_embedding", points.slice(0, 100))),
            ...Array.from({ length: 20 }, () =>
              Effect.map(index.search("vibe_embedding", query, 20, city), (found) => {
                assert.strictEqual(new Set(found.map(({ id }) => id)).size, 20)
                for (const { id } of found) assert.isTrue(known.has(id))
              })
            )
          ],
          { concurrency: together, discard: true }
        )
      })
    )
  }
