/** What is remembered of pairs is what it would be each time: the same for the first who asks and for all others. */
import { assert, describe, it } from "@effect/vitest"
import { rememberPairs } from "../../../src/domain/basics/pairs.ts"

const value = (a: number, b: number) => Math.sin(a * 31 + b)

describe("remembered pairs", () => {
  it("are worked out once each, also in the other order, which is another pair", () => {
    let times = 0
    const of = rememberPairs(20, (a, b) => {
      times++
      return value(a, b)
    })
    for (let round = 0; round < 3; round++) {
      for (let a = 0; a < 20; a++) {
        for (let b = 0; b < 20; b++) assert.strictEqual(of(a, b), Math.fround(value(a, b)))
      }
    }
    assert.strictEqual(times, 400)
  })

  it("come out the same where there are too many to remember", () => {
    const of = rememberPairs(100_000, value)
    assert.strictEqual(of(99_999, 3), Math.fround(value(99_999, 3)))
  })
})
