import { assert, describe, it } from "@effect/vitest"
import { type ArmRecord, armOf, GUARD, guardsOf, verdictOf } from "../../../src/domain/learning/traffic.ts"

const model = { name: "bpr", version: "2026-05-01.1" }
const travelers = Array.from({ length: 4_000 }, (_, i) => `traveler ${i}`)

describe("shares of travelers", () => {
  it("are as large as they say, and who has a model at a small share has it at every larger one", () => {
    const having = (percent: number) => new Set(travelers.filter((one) => armOf(one, model, percent) === "candidate"))
    const [ten, forty, all] = [having(10), having(40), having(100)]
    assert.isTrue(ten.size > 320 && ten.size < 480, `${ten.size} of 4000`)
    assert.isTrue([...ten].every((one) => forty.has(one)))
    assert.strictEqual(all.size, travelers.length)
  })

  it("are others for another version: nobody is the one who tries out everything", () => {
    const next = { ...model, version: "2026-06-01.1" }
    const both = travelers.filter(
      (one) => armOf(one, model, 10) === "candidate" && armOf(one, next, 10) === "candidate"
    )
    assert.isBelow(both.length, 100)
  })
})

describe("guards", () => {
  const record = (more: Partial<ArmRecord> = {}): ArmRecord => ({
    decisions: 500,
    judged: 2_000,
    judgedBy: 300,
    turnedDown: 400,
    offers: 200,
    offeredTo: 200,
    dismissed: 60,
    failed: 0,
    p95LatencyMs: 30,
    ...more
  })
  const of = (candidate: Partial<ArmRecord>, control: Partial<ArmRecord> | undefined = {}) => {
    const guards = guardsOf(record(candidate), control === undefined ? undefined : record(control))
    return [
      verdictOf(guards),
      guards
        .filter(({ verdict }) => verdict !== "fine")
        .map(({ what }) => what)
        .join(" ")
    ]
  }

  it("find nothing where both sides do alike, or the new one does better", () => {
    assert.deepEqual(of({}), ["fine", ""])
    assert.deepEqual(of({ turnedDown: 200, dismissed: 10 }), ["fine", ""])
  })

  it("take back what is turned down more often for sure, and hold what may be", () => {
    assert.deepEqual(of({ turnedDown: 700 }), ["roll_back", "skips"])
    assert.deepEqual(of({ turnedDown: 510 }), ["halt", "skips"])
    assert.deepEqual(of({ dismissed: 130 }), ["roll_back", "dismissals"])
  })

  it("count people, not answers: one who turns down everything is one, as are a few", () => {
    for (const few of [1, GUARD.leastPeople - 1]) {
      for (const turnedDown of [700, 2_000]) {
        assert.deepEqual(of({ judgedBy: few, turnedDown }), ["fine", ""])
        assert.deepEqual(of({ turnedDown }, { judgedBy: few }), ["fine", ""])
      }
      assert.deepEqual(of({ judged: 60, judgedBy: few, turnedDown: 60 }), ["fine", ""])
      assert.deepEqual(of({ offeredTo: few, dismissed: 200 }), ["fine", ""])
      const [skips] = guardsOf(record({ judgedBy: few, turnedDown: 2_000 }), record())
      assert.match(skips!.says, new RegExp(`^${few} and 300 people answered: .* below ${GUARD.leastPeople}\\.$`))
    }
    assert.deepEqual(of({ judgedBy: GUARD.leastPeople, turnedDown: 2_000 }), ["roll_back", "skips"])
  })

  it("are not surer of all or none than of nearly all or none", () => {
    const all = guardsOf(record({ judged: 60, judgedBy: 20, turnedDown: 60 }), record({ turnedDown: 0 }))
    assert.match(all[0]!.says, /100\.0 % of 60 .* ± [1-9]/)
    assert.deepEqual(
      of({ judgedBy: 12, judged: 60, turnedDown: 60 }, { judgedBy: 12, judged: 60, turnedDown: 44 })[0],
      "halt"
    )
  })

  it("say nothing of a handful, and need no other side for slowness and failures", () => {
    assert.deepEqual(of({ judged: GUARD.leastJudged - 1, turnedDown: 59 }), ["fine", ""])
    assert.deepEqual(of({ p95LatencyMs: 400 }, undefined), ["roll_back", "latency"])
    assert.deepEqual(of({ failed: 25 }), ["roll_back", "errors"])
    assert.deepEqual(of({ decisions: 10, failed: 10 }), ["fine", ""])
  })
})
