import { describe, expect, it } from "vitest"
import { randomStream } from "../../src/domain/basics/random.ts"
import { decodeFactors, encodeFactors } from "../../src/domain/rankers/factors.ts"
import type { Slate } from "../../src/training/judge/slates.ts"
import { BprModel } from "../../src/training/learn/bpr/model.ts"
import { bprScorer, withColdPlaces } from "../../src/training/models/bpr/ranker.ts"

const WIDTH = 5
const random = randomStream("factors")
const items = Array.from({ length: 120 }, (_, i) => `place ${i}`)

/** Places whose vectors follow from their vibes, so that a place nobody was offered can be guessed. */
const vibes = new Map(
  [...items, "unseen"].map((name) => [name, Float32Array.from({ length: 8 }, () => random() - 0.5)])
)
const vectors = items.map((name) => vibes.get(name)!.subarray(0, WIDTH))

const factorsOf = (users: ReadonlyArray<string>) => {
  const model = BprModel.start(WIDTH, users.length, items.length, random)
  model.items.set(vectors.flatMap((vector) => [...vector]))
  model.users.set(Float32Array.from({ length: users.length * WIDTH }, () => random() - 0.5))
  return withColdPlaces({ users, items, model }, vibes)
}

const slate = (user: string): Slate => ({
  id: "s",
  user,
  cluster: user,
  at: 0,
  items: ["place 3", "unseen", "nowhere", "place 7"],
  taken: Uint8Array.of(1, 0, 0, 0),
  segments: {}
})

describe("a file of factors", () => {
  it("is read as it was written, however long the names in it are", () => {
    for (const name of ["a", "ab", "abc", "abcd"]) {
      const factors = factorsOf([name, "someone"])
      const bytes = encodeFactors(factors)
      for (const shift of [0, 1, 2, 3]) {
        // Within a larger buffer, as files are read.
        const within = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift)
        const read = decodeFactors(within)
        expect(read.users).toEqual(factors.users)
        expect(read.model.items).toEqual(factors.model.items)
        expect([...(bprScorer(read, vibes)(slate(name)) as ReadonlyArray<number>)]).toEqual([
          ...(bprScorer(factors, vibes)(slate(name)) as ReadonlyArray<number>)
        ])
      }
      expect(() => decodeFactors(bytes.subarray(0, bytes.length - 4))).toThrow("has not the length that it says")
    }
  })

  it("ranks for strangers by the mean of all, and places that nobody was offered by their vibe", () => {
    const factors = factorsOf(["ann", "bob"])
    const score = bprScorer(factors, vibes)
    const [ann, bob, stranger] = ["ann", "bob", "nobody"].map((user) => score(slate(user)) as ReadonlyArray<number>)
    expect(stranger![0]).toBeCloseTo((ann![0]! + bob![0]!) / 2, 5)
    const taste = factors.model.users.subarray(0, WIDTH)
    const wanted = vibes
      .get("unseen")!
      .subarray(0, WIDTH)
      .reduce((sum, x, k) => sum + x * taste[k]!, 0)
    expect(Math.abs(ann![1]! - wanted)).toBeLessThan(0.1)
    expect(ann![2]).toBe(0)
  })
})
