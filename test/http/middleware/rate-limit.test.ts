import { assert, describe, it } from "@effect/vitest"
import { RateLimiter } from "../../../src/http/middleware/rate-limit.ts"

const MINUTE = 60_000

describe("requests per minute", () => {
  it("pass up to the limit, then have to wait, and pass again when the window has moved on", () => {
    const limiter = new RateLimiter(3)
    const start = 10 * MINUTE
    for (let i = 0; i < 3; i++) assert.strictEqual(limiter.take("a", start + i), 0)
    const wait = limiter.take("a", start + 10)
    assert.isAbove(wait, 0)
    assert.isAtMost(wait, 60)
    assert.strictEqual(limiter.take("a", start + 3 * MINUTE), 0)
  })

  it("do not start afresh at the turn of the minute", () => {
    const limiter = new RateLimiter(10)
    const turn = 10 * MINUTE
    for (let i = 0; i < 10; i++) assert.strictEqual(limiter.take("a", turn - 1000 + i), 0)
    assert.isAbove(limiter.take("a", turn + 1), 0)
  })

  it("are counted for each key", () => {
    const limiter = new RateLimiter(1)
    assert.strictEqual(limiter.take("a", 0), 0)
    assert.strictEqual(limiter.take("b", 0), 0)
    assert.isAbove(limiter.take("a", 1), 0)
  })

  it("cost a bounded number of keys, and the rest share one", () => {
    const limiter = new RateLimiter(2)
    for (let i = 0; i < 100_000; i++) limiter.take(`made up ${i}`, 0)
    assert.strictEqual(limiter.take("late 1", 1), 0)
    assert.strictEqual(limiter.take("late 2", 1), 0)
    assert.isAbove(limiter.take("late 3", 1), 0)
    assert.strictEqual(limiter.take("made up 7", 1), 0)
  })
})
