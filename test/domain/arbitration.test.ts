import { assert, describe, it } from "@effect/vitest"
import {
  ARBITRATION_TABLE,
  type ArbitrationInput,
  type ArbitrationRule,
  arbitrate,
  momentumOf
} from "../../src/domain/arbitration.ts"
import { tagVector, vibeEmbedding } from "../../src/domain/catalog/embedding.ts"

const warm = [25]
const calm = { holds: false, mlContinues: false, llmContinues: false }
const plain = { tourist: 0.2, local: 0.8 }
const ask = (ml: number, llm: number, more: Partial<ArbitrationInput> = {}): ArbitrationInput => ({
  signalCounts: warm,
  ml: { confidence: ml },
  llm: { confidence: llm },
  llmPick: plain,
  momentum: calm,
  ...more
})
const carriedOn = { holds: true, mlContinues: true, llmContinues: false }

/** Every row of the table, each with an input for which only the order of the rows decides. */
const cases: ReadonlyArray<[string, ArbitrationInput, "ml" | "llm" | "local", ArbitrationRule]> = [
  ["pinned: both sure, warm", ask(0.85, 0.82), "ml", "agreement"],
  ["pinned: a cold traveler", ask(0.85, 0.45, { signalCounts: [3] }), "llm", "cold"],
  ["pinned: a tourist favourite", ask(0.6, 0.88, { llmPick: { tourist: 0.9, local: 0.2 } }), "ml", "popularity_bias"],
  ["19 signals are cold", ask(0.9, 0.1, { signalCounts: [19] }), "llm", "cold"],
  ["20 signals are warm", ask(0.9, 0.1, { signalCounts: [20] }), "ml", "trained_by_default"],
  ["one cold member makes the group cold", ask(0.9, 0.9, { signalCounts: [400, 19, 30] }), "llm", "cold"],
  ["nobody at all is cold", ask(0.9, 0.9, { signalCounts: [] }), "llm", "cold"],
  ["cold without an LLM", ask(0.9, 0.1, { signalCounts: [0], fallback: "local" }), "local", "cold"],
  ["exactly 0.15 apart agrees", ask(0.7, 0.85), "ml", "agreement"],
  ["0.1501 apart does not", ask(0.6, 0.7501), "ml", "trained_by_default"],
  ["bias at its very edge", ask(0.3, 0.9, { llmPick: { tourist: 0.7, local: 0.4 } }), "ml", "popularity_bias"],
  ["tourists alone are no bias", ask(0.3, 0.9, { llmPick: { tourist: 0.9, local: 0.41 } }), "llm", "confident_llm"],
  [
    "little local talk alone is no bias",
    ask(0.3, 0.9, { llmPick: { tourist: 0.69, local: 0 } }),
    "llm",
    "confident_llm"
  ],
  ["momentum comes before a confident LLM", ask(0.3, 0.9, { momentum: carriedOn }), "ml", "sequence_momentum"],
  [
    "momentum that both go on with decides nothing",
    ask(0.3, 0.9, { momentum: { ...carriedOn, llmContinues: true } }),
    "llm",
    "confident_llm"
  ],
  [
    "momentum that neither goes on with decides nothing",
    ask(0.3, 0.9, { momentum: { holds: true, mlContinues: false, llmContinues: false } }),
    "llm",
    "confident_llm"
  ],
  ["a sure LLM beats an unsure model", ask(0.49, 0.8), "llm", "confident_llm"],
  ["a model at 0.5 is not unsure", ask(0.5, 0.95), "ml", "trained_by_default"],
  ["an LLM at 0.79 is not sure", ask(0.3, 0.79), "ml", "trained_by_default"],
  ["cold comes before everything", ask(0.6, 0.6, { signalCounts: [1], momentum: carriedOn }), "llm", "cold"]
]

describe("arbitration", () => {
  for (const [name, input, choice, rule] of cases) {
    it(name, () => {
      const decision = arbitrate(input)
      assert.deepStrictEqual([decision.choice, decision.rule], [choice, rule])
      assert.match(decision.reason, /^[A-Z].+\.$/)
    })
  }

  it("has a case for every row", () => {
    const seen = new Set(cases.map(([, , , rule]) => rule))
    assert.deepStrictEqual(
      ARBITRATION_TABLE.map((row) => row.rule).filter((rule) => !seen.has(rule)),
      []
    )
  })

  it("sees momentum only in three accepted places that are all alike", () => {
    const ramen = vibeEmbedding({ comfort_food: 1, street_food: 0.3 })
    const noodles = vibeEmbedding({ comfort_food: 1, street_food: 0.5 })
    const hike = tagVector("hiking")
    assert.deepStrictEqual(momentumOf([hike, ramen, noodles, ramen], noodles, hike), {
      holds: true,
      mlContinues: true,
      llmContinues: false
    })
    assert.isFalse(momentumOf([ramen, hike, ramen], noodles, hike).holds)
    assert.isFalse(momentumOf([ramen, noodles], noodles, hike).holds)
  })
})
