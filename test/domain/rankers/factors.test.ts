import { assert, describe, it } from "@effect/vitest"
import { decodeFactors, encodeFactors, type Factors, factorScorer } from "../../../src/domain/rankers/factors.ts"

/** Two kinds of places, and people who like either. */
const WIDTH = 4
const items = Array.from({ length: 40 }, (_, i) => `${i % 2 === 0 ? "even" : "odd"} ${i}`)
const sign = (i: number) => (i % 2 === 0 ? 1 : -1)
const factors: Factors = {
  users: ["likes even", "likes odd"],
  items,
  model: {
    width: WIDTH,
    users: Float32Array.of(1, 0.2, 0, 0, -1, 0.2, 0, 0),
    items: Float32Array.from(items.flatMap((_, i) => [sign(i), 0.1, 0, 0])),
    biases: new Float32Array(items.length)
  },
  cold: { inputs: 1, outputs: WIDTH + 1, weights: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0.5) }
}
const place = (id: string, vibe?: ReadonlyArray<number>) => ({ id, vibe })

describe("factors", () => {
  const { known, learnt, score, stranger } = factorScorer(factors)

  it("score what somebody likes above what they do not", () => {
    const taste = known("likes even")!
    assert.isAbove(score(taste, place("even 0")), score(taste, place("odd 1")))
    assert.isUndefined(known("nobody"))
  })

  it("learn the taste of a stranger from what they took and passed, and from either alone", () => {
    const judged = (accepted: boolean, kind: string) =>
      items
        .filter((id) => id.startsWith(kind))
        .slice(0, 5)
        .map((id) => ({ place: place(id), accepted, at: 0 }))
    for (const choices of [
      [...judged(true, "odd"), ...judged(false, "even")],
      judged(true, "odd"),
      judged(false, "even")
    ]) {
      const taste = learnt(choices)
      assert.isAbove(score(taste, place("odd 39")), score(taste, place("even 38")) + 0.5)
    }
    assert.strictEqual(learnt([]), stranger)
    assert.strictEqual(learnt([{ place: place("nowhere"), accepted: true, at: 0 }]), stranger)
  })

  it("know a place that nobody was offered by its vibe, and say nothing of one without", () => {
    const taste = known("likes odd")!
    assert.isAbove(score(taste, place("new", [-1])), score(taste, place("newer", [1])))
    assert.strictEqual(score(taste, place("unknown")), 0)
    assert.strictEqual(score(taste, place("of another kind", [1, 2])), 0)
  })

  it("are kept in a file that says what it holds, and refused in words where it does not", () => {
    const file = encodeFactors(factors)
    const again = factorScorer(decodeFactors(file))
    assert.strictEqual(
      again.score(again.known("likes odd")!, place("odd 3")),
      score(known("likes odd")!, place("odd 3"))
    )
    assert.throws(() => decodeFactors(file.subarray(0, -3)), /has not the length that it says/)
    for (const text of ["", "one", "{}\n", '{"width": 0, "users": [], "items": [], "cold": null}\n', "null\n"]) {
      assert.throws(() => decodeFactors(new TextEncoder().encode(text)), /does not say what it holds/)
    }
  })
})
