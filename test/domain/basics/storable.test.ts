/** What can be stored is judged alike wherever it is asked, and what is mended can be stored. */
import { assert, describe, it } from "@effect/vitest"
import { isStorableNumber, isStorableText, madeStorable, unstorableIn } from "../../../src/domain/basics/storable.ts"
import { fc } from "../../support/properties.ts"

const text = fc.oneof(
  fc.constantFrom("\u0000", "\ud800", "\udfff", "a\udc00b", "\\u0000", "\\\\ud800", "😀", '"', "[1e-99", ":1e400", ""),
  fc.string({ unit: "binary" }),
  fc.string()
)
const number = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, 1e-45, 1.1e-38, 1.2e-38, 3.4e38, 3.5e38, -1e300, 1e21, 1e-7, 0.1, -42),
  fc.double({ noNaN: true, noDefaultInfinity: true })
)
const json = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(text, tie("any"), { maxKeys: 4 })
  )
})).any

/** The same judgement, made the long way. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === "string") return isStorableText(value)
  if (typeof value === "number") return isStorableNumber(value)
  if (typeof value !== "object" || value === null) return true
  return Object.entries(value).every(([name, one]) => isStorableText(name) && isStorable(one))
}

describe("what can be stored", () => {
  it("is text without NUL and halves of characters", () => {
    for (const good of ["", "a", "é", "😀", "\\u0000", "\u0001", "\uffff"]) assert.isTrue(isStorableText(good), good)
    for (const bad of ["\u0000", "a\u0000", "\ud83d", "\ude00", "\ude00\ud83d"]) assert.isFalse(isStorableText(bad))
  })

  it("is a number that single precision can tell from zero and from infinity", () => {
    for (const good of [0, -0, 1, -1.5, 1.2e-38, -3.4e38, 2 ** 53]) assert.isTrue(isStorableNumber(good), String(good))
    for (const bad of [5e-324, -1e-45, 3.5e38, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.isFalse(isStorableNumber(bad), String(bad))
    }
  })

  it("is found in a JSON text as it is in the value", () => {
    let refused = 0
    fc.assert(
      fc.property(json, (value) => {
        const found = unstorableIn(JSON.stringify(value)) === undefined
        assert.strictEqual(found, isStorable(value), JSON.stringify(value))
        if (!found) refused++
      }),
      { numRuns: 3_000 }
    )
    assert.isAbove(refused, 300)
  })

  it("is what is left when something is made storable, and what was storable stays as it was", () => {
    fc.assert(
      fc.property(json, (value) => {
        const mended = madeStorable(value)
        assert.isUndefined(unstorableIn(JSON.stringify(mended)))
        if (isStorable(value)) assert.strictEqual(JSON.stringify(mended), JSON.stringify(value))
      }),
      { numRuns: 2_000 }
    )
  })
})
