import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeDeadlines } from "../../../src/http/middleware/deadlines.ts"
import { Machine, realMachine } from "../../../src/support/machine.ts"

describe("the deadlines of requests", () => {
  for (const [way, by] of [
    ["back", -3_600_000],
    ["forward", 3_600_000]
  ] as const)
    it.live(`hold where the clock is set ${way} by an hour meanwhile`, () =>
      Effect.gen(function* () {
        let passed = 0
        const deadlines = yield* Effect.provideService(makeDeadlines(1_000), Machine, {
          ...realMachine,
          elapsed: () => passed
        })
        const now = Date.now
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            Date.now = now
          })
        )
        let secondLate = false
        const firstLate = Promise.withResolvers<void>()
        const first = deadlines.enter({ interruptUnsafe: () => firstLate.resolve() })
        passed = 800
        const second = deadlines.enter({
          interruptUnsafe: () => {
            secondLate = true
          }
        })
        Date.now = () => now() + by
        passed = 1_200
        yield* Effect.promise(() => firstLate.promise)
        assert.isTrue(first.late)
        assert.isFalse(secondLate, "the second has six tenths of a second left")
        assert.strictEqual(deadlines.leave(second), 400)
      }).pipe(Effect.scoped)
    )
})
