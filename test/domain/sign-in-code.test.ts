import { assert, describe, it } from "@effect/vitest"
import { readSpoken, spokenOf, writtenSpoken } from "../../src/domain/basics/spoken.ts"
import { CODE_LENGTH, networkOf } from "../../src/domain/sign-in-code.ts"
import { fc } from "../support/properties.ts"

describe("a code to sign in by", () => {
  it("is read however people type it, and is nothing where it cannot be one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: CODE_LENGTH, maxLength: CODE_LENGTH }), (random) => {
        const code = spokenOf(random)
        assert.match(writtenSpoken(code), /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
        const typed = ` ${writtenSpoken(code).toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replace("-", " ")}`
        assert.strictEqual(readSpoken(CODE_LENGTH, typed), code)
      })
    )
    for (const typed of ["", "K7QM3XP", "K7QM3XPDD", "K7QM-3XP!", "K7QM-3XPU"]) {
      assert.isUndefined(readSpoken(CODE_LENGTH, typed), typed)
    }
  })

  it("is guessed by a network of IPv6 as by one address, however it is written", () => {
    const same = ["2001:db8:1:2::1", "2001:0db8:0001:0002:ffff:0000:0000:0009", "2001:DB8:1:2:3:4:5:6"]
    assert.deepStrictEqual([...new Set(same.map(networkOf))], ["2001:db8:1:2"])
    assert.strictEqual(networkOf("2001:db8::7"), "2001:db8:0:0")
    assert.notStrictEqual(networkOf("2001:db8:1:3::1"), networkOf("2001:db8:1:2::1"))
  })

  it("is guessed by each address of IPv4 for itself, also one that is written as IPv6", () => {
    for (const address of [
      "203.0.113.7",
      "::ffff:203.0.113.7",
      "0000:0000:0000:0000:0000:ffff:cb00:7107",
      "::1",
      "unknown"
    ]) {
      assert.strictEqual(networkOf(address), address)
    }
  })
})
