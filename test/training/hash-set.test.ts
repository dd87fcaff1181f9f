import { assert, describe, it } from "@effect/vitest"
import { HashSet } from "../../src/training/datasets/hash-set.ts"

describe("a flat set of hashes", () => {
  it("knows each number once, also zero and those that differ in their lower bits alone", () => {
    const set = new HashSet()
    const hashes = [
      0,
      1 + 2 ** 40,
      2 + 2 ** 40,
      2 ** 52,
      2 ** 53 - 1,
      ...Array.from({ length: 5_000 }, (_, i) => i + 2 ** 33)
    ]
    for (const hash of hashes) assert.isTrue(set.add(hash), String(hash))
    for (const hash of hashes) assert.isFalse(set.add(hash), String(hash))
    assert.strictEqual(set.size, hashes.length)
  })

  it("keeps what it is told to", () => {
    const set = new HashSet()
    for (let i = 1; i <= 1_000; i++) set.add(i + 2 ** 45)
    const even = set.filter((hash) => hash % 2 === 0)
    assert.strictEqual(even.size, 500)
    assert.isFalse(even.add(2 + 2 ** 45))
    assert.isTrue(even.add(1 + 2 ** 45))
  })
})
