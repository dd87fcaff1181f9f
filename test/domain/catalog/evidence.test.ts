import { assert, describe, it } from "@effect/vitest"
import { crossReference } from "../../../src/domain/catalog/evidence.ts"
import type { QualitySignal } from "../../../src/domain/catalog/node.ts"
import { fc } from "../../support/properties.ts"

const signal = (
  voice: "local" | "tourist",
  score: number,
  mentions: number,
  avoid_mentions = 0,
  source: string = voice
): QualitySignal => ({
  source,
  kind: "posts",
  voice,
  mentions,
  score,
  avoid_mentions,
  last_seen: null,
  quotes: [],
  licence: null
})

const anySignal = fc
  .record({
    kind: fc.constantFrom("local" as const, "tourist" as const),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    mentions: fc.integer({ min: 0, max: 200 }),
    avoid: fc.integer({ min: 0, max: 50 }),
    source: fc.string({ minLength: 1, maxLength: 6 })
  })
  .map(
    ({ kind, score, mentions, avoid, source }): QualitySignal => ({ ...signal(kind, score, mentions, avoid), source })
  )

describe("the overrated detector", () => {
  it("flags what tourist lists praise and locals do not", () => {
    const verdict = crossReference([signal("local", 0.3, 12), signal("tourist", 0.92, 40)])
    assert.strictEqual(verdict.overrated_flag, true)
    assert.isAbove(verdict.overrated_confidence, 0.5)
    assert.strictEqual(verdict.reasons.length, 2)
  })

  it("does not flag what both love, nor what only locals know", () => {
    assert.strictEqual(crossReference([signal("local", 0.85, 20), signal("tourist", 0.9, 30)]).overrated_flag, false)
    const quiet = crossReference([signal("local", 0.85, 20)])
    assert.strictEqual(quiet.overrated_flag, false)
    assert.isNull(quiet.summary.tourist)
  })

  it("takes recurring warnings of locals seriously, and a single one not", () => {
    const with_ = (avoid: number) =>
      crossReference([signal("local", 0.6, 10, avoid), signal("tourist", 0.85, 20)]).overrated_flag
    assert.strictEqual(with_(0), false)
    assert.strictEqual(with_(1), false)
    assert.strictEqual(with_(5), true)
  })

  it("abstains when nobody local speaks, or hardly anybody on either side", () => {
    for (const signals of [
      [],
      [signal("tourist", 0.95, 100)],
      [signal("local", 0.1, 2), signal("tourist", 0.95, 100)],
      [signal("local", 0.1, 50), signal("tourist", 0.95, 2)]
    ]) {
      const verdict = crossReference(signals)
      assert.isNull(verdict.overrated_flag)
      assert.strictEqual(verdict.overrated_confidence, 0)
      assert.isAtLeast(verdict.reasons.length, 1)
    }
    assert.isNull(crossReference([signal("local", 0.9, 2)]).cross_ref_confidence)
  })

  it("is not shouted down by one loud source", () => {
    const verdict = crossReference([
      signal("local", 0.1, 5000, 0, "one angry forum"),
      signal("local", 0.9, 30, 0, "blog a"),
      signal("local", 0.9, 30, 0, "blog b"),
      signal("tourist", 0.9, 30)
    ])
    assert.strictEqual(verdict.overrated_flag, false)
  })

  it("trusts two sides that are heard more than one, and sources that agree more than sources at odds", () => {
    const both = crossReference([signal("local", 0.8, 10), signal("tourist", 0.8, 10)]).cross_ref_confidence!
    const one = crossReference([signal("local", 0.8, 10)]).cross_ref_confidence!
    const odds = crossReference([
      signal("local", 0.2, 10, 0, "a"),
      signal("local", 1, 10, 0, "b"),
      signal("tourist", 0.8, 10)
    ]).cross_ref_confidence!
    assert.isAbove(both, one)
    assert.isAbove(both, odds)
  })

  it("does not depend on the order of the signals and stays within its ranges", () => {
    fc.assert(
      fc.property(fc.array(anySignal, { maxLength: 8 }), (signals) => {
        const verdict = crossReference(signals)
        const again = crossReference([...signals].reverse())
        assert.strictEqual(again.overrated_flag, verdict.overrated_flag)
        assert.strictEqual(again.cross_ref_confidence, verdict.cross_ref_confidence)
        assert.isTrue(verdict.overrated_confidence >= 0 && verdict.overrated_confidence <= 1)
        const confidence = verdict.cross_ref_confidence
        assert.isTrue(confidence === null || (confidence >= 0 && confidence <= 1))
        assert.strictEqual(verdict.overrated_confidence === 0, verdict.overrated_flag === null)
      })
    )
  })

  it("never becomes kinder because more locals warn", () => {
    fc.assert(
      fc.property(fc.array(anySignal, { maxLength: 6 }), fc.integer({ min: 1, max: 20 }), (signals, more) => {
        const before = crossReference(signals)
        const worse = signals.map((s) => (s.voice === "local" ? { ...s, avoid_mentions: s.avoid_mentions + more } : s))
        if (before.overrated_flag === true) assert.strictEqual(crossReference(worse).overrated_flag, true)
      })
    )
  })
})
