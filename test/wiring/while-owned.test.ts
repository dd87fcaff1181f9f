/** What belongs to owning trips runs while this server owns them, each time that it does. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NobodyElse from "../../src/cases/absent/nobody-else.ts"
import { Ownership, type Standing } from "../../src/services/ownership.ts"
import { whileOwned } from "../../src/wiring/while-owned.ts"

const OWNER: Standing = { is: "owner", epoch: 1, awaits: [] }
const LEAVING: Standing = { is: "leaving", finishing: true }
const FOLLOWER: Standing = { is: "follower", owner: undefined }

/** A server whose place is set by the test, and how often the work began and ended there. */
const placed = (first: Standing) => {
  let standing = first
  const listeners = new Set<() => void>()
  const seen = { began: 0, ended: 0 }
  const work = Layer.effectDiscard(
    Effect.acquireRelease(
      Effect.sync(() => seen.began++),
      () => Effect.sync(() => seen.ended++)
    )
  )
  const ownership = Layer.effect(
    Ownership,
    Effect.map(Ownership, (one) =>
      Ownership.of({
        ...one,
        standing: () => standing,
        onMoved: (listener) => {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        }
      })
    )
  ).pipe(Layer.provide(NobodyElse.layer))
  /** Moves, and lets whoever heard of it do what they do. */
  const move = (next: Standing) =>
    Effect.gen(function* () {
      standing = next
      for (const listener of listeners) listener()
      for (let i = 0; i < 50; i++) yield* Effect.yieldNow
      return { ...seen }
    })
  return { seen, move, layer: whileOwned(work).pipe(Layer.provide(ownership)) }
}

describe("what belongs to owning trips", () => {
  it.effect("ends when the place is given away, and begins again when it comes back", () =>
    Effect.gen(function* () {
      const { layer, move, seen } = placed(OWNER)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(layer)
          assert.deepStrictEqual(seen, { began: 1, ended: 0 })
          assert.deepStrictEqual(yield* move(LEAVING), { began: 1, ended: 1 })
          assert.deepStrictEqual(yield* move(OWNER), { began: 2, ended: 1 })
          assert.deepStrictEqual(yield* move(FOLLOWER), { began: 2, ended: 2 })
        })
      )
      assert.deepStrictEqual(seen, { began: 2, ended: 2 })
    })
  )

  it.effect("begins once a server that follows owns, and ends with it", () =>
    Effect.gen(function* () {
      const { layer, move, seen } = placed(FOLLOWER)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Layer.build(layer)
          assert.deepStrictEqual(seen, { began: 0, ended: 0 })
          assert.deepStrictEqual(yield* move(OWNER), { began: 1, ended: 0 })
        })
      )
      assert.deepStrictEqual(seen, { began: 1, ended: 1 })
    })
  )
})
