import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { PivotRequest } from "../../../src/domain/pivot/model.ts"
import { plainPivot } from "../../../src/http/stream/plain-pivot.ts"

const decode = Schema.decodeUnknownResult(PivotRequest)
const uuid = "01a2b3c4-0000-7000-8000-0000000000ff"

const detail = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.constant([]),
  fc.dictionary(
    fc.constantFrom("mood", "tags", "delay_minutes", "line", "condition", "until", "other"),
    fc.oneof(
      fc.constantFrom<unknown>(
        "calm",
        "rain",
        "snow",
        "x".repeat(64),
        "x".repeat(65),
        30,
        0,
        1440,
        1441,
        1.5,
        null,
        true
      ),
      fc.array(fc.string(), { maxLength: 2 })
    ),
    { maxKeys: 2 }
  )
)

const frame = fc.record(
  {
    type: fc.constant("pivot"),
    id: fc.constant("1"),
    trigger: fc.constantFrom<unknown>("venue_closed", "weather", "mood", "transit", "nap", 3, undefined),
    slot_id: fc.constantFrom<unknown>(undefined, uuid, uuid.toUpperCase(), "", 7, null),
    detail
  },
  { requiredKeys: ["type", "trigger"] }
)

describe("a pivot read by hand", () => {
  it("is what the schema reads, and never what it refuses", () => {
    let plain = 0
    fc.assert(
      fc.property(frame, (value) => {
        const read = plainPivot(value as Record<string, unknown>)
        if (read === undefined) return
        plain++
        const decoded = decode(JSON.parse(JSON.stringify(value)))
        assert(Result.isSuccess(decoded))
        assert.deepStrictEqual(read, decoded.success)
      }),
      { numRuns: 3_000 }
    )
    assert.isAbove(plain, 100)
  })
})
