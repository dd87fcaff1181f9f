import { describe, expect, it } from "vitest"
import { type Evidence, GATE, productionGate, shadowGate } from "../../../src/domain/learning/promotion.ts"

const figure = (mean: number, half = 0.02) => ({ mean, lower: mean - half, upper: mean + half })

/** At least .71, against a ranker that reaches at most .68. */
const evidence: Evidence = {
  metric: "HR@5",
  candidate: { mean: 0.73, lower: 0.71, upper: 0.75 },
  incumbent: { name: "llm_ranker", mean: 0.66, lower: 0.64, upper: 0.68 },
  difference: figure(0.07),
  heldOut: { decisions: 30, people: GATE.leastPeople },
  pairs: GATE.leastPairs,
  shadowDays: GATE.leastShadowDays,
  decisions: GATE.leastDecisions,
  inShadow: figure(0.01),
  segments: [
    { name: "city=seattle", difference: figure(0.05) },
    { name: "people=new", difference: figure(-0.01) }
  ],
  required: []
}

const failing = (changed: Partial<Evidence>) =>
  productionGate({ ...evidence, ...changed }).checks.flatMap(({ passed, rule }) => (passed ? [] : [rule]))

describe("the gate for production", () => {
  it("lets .71 through against an upper bound of .68, and blocks the two swapped", () => {
    expect(productionGate(evidence).passed).toBe(true)
    const swapped = productionGate({
      ...evidence,
      candidate: evidence.incumbent,
      incumbent: { name: "bpr", ...evidence.candidate }
    })
    expect(swapped.passed).toBe(false)
    expect(swapped.checks.find(({ passed }) => !passed)!.says).toBe(
      "HR@5 is at least 0.640, that of bpr at most 0.750; the first has to be above the second."
    )
  })

  it("blocks where intervals touch, however much better the mean", () => {
    expect(failing({ candidate: { mean: 0.9, lower: 0.68, upper: 1 } })).toEqual(["apart"])
  })

  it("wants enough of everything", () => {
    expect(failing({ heldOut: { decisions: 900, people: 29 } })).toEqual(["held out"])
    expect(failing({ pairs: 499 })).toEqual(["pairs"])
    expect(failing({ shadowDays: 13 })).toEqual(["shadow"])
    expect(failing({ decisions: 999 })).toEqual(["decisions"])
  })

  it("takes no single decision for sure, however much the shadow has seen: its interval has no width", () => {
    const sure = (mean: number) => ({ mean, lower: mean, upper: mean })
    const one = {
      candidate: sure(1),
      incumbent: { name: "llm_ranker", ...sure(0) },
      difference: sure(1),
      heldOut: { decisions: 1, people: 1 },
      decisions: 5_000
    }
    expect(failing(one)).toEqual(["held out"])
    expect(productionGate({ ...evidence, ...one }).checks.find(({ passed }) => !passed)!.says).toBe(
      "1 held-out decisions of 1 travelers say so, whoever travels together counted once; at least 30 travelers are wanted."
    )
  })

  it("blocks what did worse for sure in the shadow, and what nobody answered there", () => {
    expect(failing({ inShadow: figure(-0.03) })).toEqual(["in the shadow"])
    expect(failing({ inShadow: figure(-0.01) })).toEqual([])
    expect(failing({ inShadow: undefined })).toEqual(["in the shadow"])
  })

  it("asks of a model what is asked of it besides", () => {
    const auc = (found: number) => ({ required: [{ what: "AUC", found, wanted: 0.8 }] })
    expect(failing(auc(0.79))).toEqual(["AUC"])
    expect(failing(auc(0.8))).toEqual([])
  })

  it("lets nobody be worse off by their own interval", () => {
    const segments = [...evidence.segments, { name: "people=warm", difference: figure(-0.05) }]
    expect(failing({ segments })).toEqual(["segments"])
    expect(productionGate({ ...evidence, segments }).checks.at(-1)!.says).toContain("people=warm")
  })
})

describe("the gate for the shadow", () => {
  it("asks the paired difference alone", () => {
    expect(shadowGate({ ...evidence, difference: { mean: 0.01, lower: 0.001, upper: 0.02 } }).passed).toBe(true)
    expect(shadowGate({ ...evidence, difference: { mean: 0.01, lower: 0, upper: 0.02 } }).passed).toBe(false)
  })
})
