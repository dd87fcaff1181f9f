import { assert, describe, it } from "@effect/vitest"
import { hash128 } from "../../src/domain/basics/hash.ts"
import { contentHash, SIGNAL, signalRecord } from "../../src/domain/records/signal.ts"
import type { Signal } from "../../src/domain/signal.ts"
import { nodeOf, signalId, tripOf, userOf } from "../harness/signals.ts"
import { fc } from "../support/properties.ts"

const maybe = <A>(value: A) => fc.constantFrom(null, value)

const sent: fc.Arbitrary<Signal> = fc.record({
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

/** Some of them as answers to a decision of ours. */
const signals: fc.Arbitrary<Signal> = fc
  .tuple(
    sent,
    fc.option(
      fc.record(
        {
          decision_id: fc.constant(signalId(9)),
          client_model_version: fc.option(fc.string({ unit: "grapheme" })),
          client_session_id: maybe(signalId(8))
        },
        { requiredKeys: ["client_model_version", "client_session_id"] }
      )
    )
  )
  .map(([signal, more]) => ({ ...signal, ...more }))

describe("a signal in the journal", () => {
  it("is read back as it was, whatever is in it, and its fields are the columns of its row", () => {
    const received_at = Date.parse("2026-05-01T10:00:00.042Z")
    fc.assert(
      fc.property(signals, fc.boolean(), (signal, unverified) => {
        const received = { signal, received_at, content_hash: contentHash(signal), unverified }
        const record = signalRecord(received)
        assert.deepStrictEqual(SIGNAL.decode(record.payload), JSON.parse(JSON.stringify(received)))
        const { occurred_at, received_at: at } = JSON.parse(record.payload)
        assert.deepStrictEqual(
          [occurred_at, at],
          [new Date(signal.occurred_at).toISOString(), "2026-05-01T10:00:00.042Z"]
        )
      })
    )
  })

  it("has the hash that earlier releases gave the same content", () => {
    const sent = {
      id: signalId(1),
      user_id: userOf(1),
      signal_type: "slot_accept",
      trip_id: tripOf(1),
      slot_id: null,
      activity_node_id: nodeOf(3),
      session_id: null,
      context: { rating: 4, day_part: "evening", note: "déjà vu" },
      source: "app",
      weight: 1,
      model_version: null,
      occurred_at: 1_777_629_600_042
    } as const
    assert.strictEqual(contentHash(sent), "4887e736bb9bc73e0b47a377bf211fa0")
    // However it is written out, it is the hash of these fields as JSON, in this order.
    const fields = Object.keys(sent) as ReadonlyArray<keyof Signal>
    fc.assert(
      fc.property(signals, (signal) => {
        const same = JSON.stringify(Object.fromEntries(fields.map((name) => [name, signal[name]])))
        assert.strictEqual(contentHash(signal), hash128(same))
      })
    )
    // What we found out about it since is no part of what its sender said.
    assert.strictEqual(contentHash({ ...sent, decision_id: signalId(9) }), contentHash(sent))
  })

  it("hash to the same for ever, also texts longer than any before", () => {
    const hashes = new Set(["a", "ab", "abc", "abcd", "é", "日本", "😀", "x".repeat(100_000)].map(hash128))
    assert.strictEqual(hashes.size, 8)
    for (const [text, hash] of [
      ["", "e02ffb889f0d35186b2fbf8306886499"],
      ["abc", "cd743eccf6df297daaf98a6adf652072"],
      ["abcde", "50a480703ab5d26a2ed65c54a23f5030"],
      ["é", "0fcef97a07c9411df0f46c32e24618ff"],
      ["x😀", "66302755a0aea50f7d579d02a4f058b4"]
    ] as const) {
      assert.strictEqual(hash128(text), hash, text)
    }
    assert.match(hash128("x".repeat(100_000)), /^[0-9a-f]{32}$/)
  })
})
