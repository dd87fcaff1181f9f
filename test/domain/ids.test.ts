import { assert, describe, it } from "@effect/vitest"
import { isUuid, uuidV7 } from "../../src/domain/ids.ts"
import { fc } from "../support/properties.ts"

const millis = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const random = fc.uint8Array({ minLength: 10, maxLength: 10 })

describe("version 7 ids", () => {
  it("are UUIDs that carry their instant, whatever the random bytes", () => {
    fc.assert(
      fc.property(millis, random, (at, bytes) => {
        const id = uuidV7(at, bytes)
        assert.isTrue(isUuid(id))
        assert.strictEqual(id[14], "7")
        assert.strictEqual(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), at)
      })
    )
  })

  it("take their random part from anywhere in a page of bytes, digit by digit", () => {
    const page = fc.uint8Array({ minLength: 30, maxLength: 30 })
    fc.assert(
      fc.property(millis, page, fc.integer({ min: 0, max: 20 }), (at, bytes, from) => {
        const own = bytes.slice(from, from + 10)
        const hex = (byte: number) => byte.toString(16).padStart(2, "0")
        const time = at.toString(16).padStart(12, "0")
        const rest = Array.from(own, (byte, i) =>
          hex(i === 0 ? (byte & 0x0f) | 0x70 : i === 2 ? (byte & 0x3f) | 0x80 : byte)
        )
        const digits = time + rest.join("")
        const laidOut = [
          digits.slice(0, 8),
          digits.slice(8, 12),
          digits.slice(12, 16),
          digits.slice(16, 20),
          digits.slice(20)
        ]
        assert.strictEqual(uuidV7(at, bytes, from), laidOut.join("-"))
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
