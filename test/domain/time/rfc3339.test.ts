import { assert, describe, it } from "@effect/vitest"
import { rfc3339 } from "../../../src/domain/time/rfc3339.ts"
import { fc } from "../../support/properties.ts"

describe("an instant in text", () => {
  it("is what Date writes", () => {
    const any = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })
    const minute = fc.integer({ min: 20_000_000, max: 40_000_000 }).map((n) => n * 60_000)
    const near = fc.tuple(minute, fc.integer({ min: 0, max: 3 * 86_400_000 })).map(([at, more]) => at + more)
    fc.assert(
      fc.property(fc.array(fc.oneof(any, minute, near), { minLength: 1, maxLength: 40 }), (instants) => {
        for (const at of instants) assert.strictEqual(rfc3339(at), new Date(at).toISOString())
      }),
      { numRuns: 500 }
    )
  })
})
