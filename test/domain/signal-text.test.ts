import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { hash128 } from "../../src/domain/basics/hash.ts"
import { type Signal, signalPayload, signalText } from "../../src/domain/signal.ts"
import { nodeOf, signalId, tripOf, userOf } from "../harness/signals.ts"

const maybe = <A>(value: A) => fc.constantFrom(null, value)

const signals: fc.Arbitrary<Signal> = fc.record({
  id: fc.nat(1000).map(signalId),
  user_id: fc.nat(1000).map(userOf),
  signal_type: fc.constantFrom("slot_accept" as const, "discovery_swipe_left" as const),
  trip_id: maybe(tripOf(1)),
  slot_id: maybe(signalId(2)),
  activity_node_id: maybe(nodeOf(3)),
  session_id: maybe(signalId(4)),
  context: fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()),
  source: fc.constantFrom("app" as const, "backfill" as const),
  weight: fc.constantFrom(1, 0.3),
  model_version: fc.option(fc.string({ unit: "grapheme" })),
  occurred_at: fc.integer({ min: 0, max: 4_102_444_800_000 })
})

describe("a signal's texts", () => {
  it("are the JSON that a reader of the journal expects, whatever is in the signal", () => {
    const receivedAt = Date.parse("2026-05-01T10:00:00.042Z")
    fc.assert(
      fc.property(signals, fc.boolean(), (signal, unverified) => {
        const text = signalText(signal)
        assert.strictEqual(text.hash, hash128(JSON.stringify(signal)))
        const expected = JSON.stringify({
          ...signal,
          occurred_at: new Date(signal.occurred_at),
          received_at: new Date(receivedAt),
          content_hash: text.hash,
          ...(unverified ? { unverified } : {})
        })
        assert.strictEqual(text.payload(receivedAt, unverified), expected)
        assert.strictEqual(signalPayload(signal, text.hash, receivedAt, unverified), expected)
      })
    )
  })

  it("hash to the same for ever, also texts longer than any before", () => {
    const hashes = new Set(["a", "ab", "abc", "abcd", "é", "日本", "😀", "x".repeat(100_000)].map(hash128))
    assert.strictEqual(hashes.size, 8)
    assert.strictEqual(hash128("abc"), "cd743eccf6df297daaf98a6adf652072")
    assert.match(hash128("x".repeat(100_000)), /^[0-9a-f]{32}$/)
  })
})
