import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isUuid, uuidV7, uuidV7FromHex, uuidV7Millis } from "../../src/domain/ids.ts"

const millis = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const random = fc.uint8Array({ minLength: 10, maxLength: 10 })

describe("version 7 ids", () => {
  it("are UUIDs that carry their instant, whatever the random bytes", () => {
    fc.assert(
      fc.property(millis, random, (at, bytes) => {
        const id = uuidV7(at, bytes)
        assert.isTrue(isUuid(id))
        assert.strictEqual(id[14], "7")
        assert.strictEqual(uuidV7Millis(id), at)
      })
    )
  })

  it("are the same kind of UUID when made from hexadecimal digits", () => {
    const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 20, maxLength: 40 })
    fc.assert(
      fc.property(millis, hex, fc.integer({ min: 0, max: 1 }), (at, digits, from) => {
        const id = uuidV7FromHex(at, digits, from)
        assert.isTrue(isUuid(id))
        assert.strictEqual(id[14], "7")
        assert.strictEqual(uuidV7Millis(id), at)
      })
    )
  })

  it("sort by the instant they were made at", () => {
    fc.assert(
      fc.property(millis, millis, random, random, (a, b, x, y) => {
        if (a !== b) assert.strictEqual(uuidV7(a, x) < uuidV7(b, y), a < b)
      })
    )
  })
})
