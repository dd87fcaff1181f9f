import { assert, describe, it } from "@effect/vitest"
import { FEATURES, featureMatrix, featuresOf, partyOf } from "../../../src/domain/features.ts"
import { rankLocally } from "../../../src/domain/rankers/local.ts"
import { place, places, request, traveler } from "./fixtures.ts"

const order = (r: ReturnType<typeof rankLocally>) => r.items.map((item) => item.index)
const scoreOf = (r: ReturnType<typeof rankLocally>, index: number) => r.items.find((i) => i.index === index)!.score

describe("the local ranker", () => {
  const nodes = places(200)
  const foodie = traveler("a", "food")

  it("ranks every candidate exactly once, best first, the same way every time", () => {
    const ranking = rankLocally(request([foodie], nodes))
    assert.deepStrictEqual(new Set(order(ranking)).size, 200)
    for (let i = 1; i < 200; i++) assert.isAtLeast(ranking.items[i - 1]!.score, ranking.items[i]!.score)
    assert.deepStrictEqual(rankLocally(request([foodie], nodes)), ranking)
    for (const { score, confidence } of ranking.items) assert.isTrue(score >= 0 && confidence > 0 && confidence <= 1)
  })

  it("does not care about the order in which candidates come", () => {
    const asked = request([foodie], nodes)
    const turned = { ...asked, candidates: asked.candidates.toReversed() }
    assert.deepStrictEqual(order(rankLocally(turned)), order(rankLocally(asked)))
  })

  it("gives travelers of opposite tastes different places", () => {
    const head = (persona: typeof foodie) => new Set(order(rankLocally(request([persona], nodes))).slice(0, 20))
    const shared = [...head(foodie)].filter((index) => head(traveler("b", "outdoors")).has(index))
    assert.isBelow(shared.length, 6)
  })

  it("explains each score in tags that the traveler and the place share", () => {
    const [first] = rankLocally(request([foodie], nodes)).items
    assert.isAtLeast(first!.why.length, 1)
    assert.isTrue(first!.why.some(({ tag }) => ["comfort_food", "street_food", "adventurous_eats"].includes(tag)))
    assert.deepStrictEqual(
      first!.why.map(({ weight }) => weight),
      first!.why.map(({ weight }) => weight).toSorted((a, b) => b - a)
    )
  })

  it("prefers what locals speak well of, and marks down what is overrated or warned of", () => {
    const local = { score: 0.9, mentions: 40, sources: ["forum"] }
    const tourist = { score: 0.9, mentions: 40, sources: ["aggregator"] }
    const ranking = rankLocally(
      request(
        [foodie],
        [
          place("loved", "restaurant", { quality_signals: { local, tourist: null, avoid_mentions: 0 } }),
          place("famous", "restaurant", { quality_signals: { local: null, tourist, avoid_mentions: 0 } }),
          place("overrated", "restaurant", {
            overrated_flag: true,
            quality_signals: { local: null, tourist, avoid_mentions: 0 }
          }),
          place("warned", "restaurant", { quality_signals: { local, tourist: null, avoid_mentions: 30 } })
        ]
      )
    )
    assert.isAbove(scoreOf(ranking, 0), scoreOf(ranking, 1))
    assert.isAbove(scoreOf(ranking, 1), scoreOf(ranking, 2))
    assert.isAbove(scoreOf(ranking, 0), scoreOf(ranking, 3))
  })

  it("takes weather, part of the day, budget and what is known already into account", () => {
    const pair = [
      place("in", "museum"),
      place("out", "trail", { vibe_embedding: place("in", "museum").vibe_embedding })
    ]
    const gap = (context: object) => {
      const ranking = rankLocally(request([foodie], pair, { context }))
      return scoreOf(ranking, 0) / scoreOf(ranking, 1)
    }
    assert.isAbove(gap({ weather: "storm" }), gap({ weather: "clear" }) * 1.5)
    const cafe = [place("a", "cafe"), place("b", "cafe", { price_tier: 4 })]
    const at = (context: object) => scoreOf(rankLocally(request([foodie], cafe, { context })), 0)
    assert.isAbove(at({ dayPart: "morning" }), at({ dayPart: "night" }))
    const low = rankLocally(request([foodie], cafe, { context: { constraints: { budget: "low" } } }))
    assert.isAbove(scoreOf(low, 0), scoreOf(low, 1))
    const been = traveler("c", "food", { sequence: [{ node_id: cafe[0]!.id, accepted: true, at: 1 }] })
    assert.isBelow(scoreOf(rankLocally(request([been], cafe)), 0), scoreOf(rankLocally(request([foodie], cafe)), 0))
  })

  it("fills the documented columns, in their order", () => {
    const asked = request([foodie, traveler("d", "outdoors")], nodes)
    const features = featuresOf(asked.candidates[3]!, partyOf(asked), asked.context)
    assert.deepStrictEqual(Object.keys(features), [...FEATURES])
    assert.isAtMost(features.affinity_least, features.affinity)
    assert.deepStrictEqual(Array.from(featureMatrix([features])), Object.values(features).map(Math.fround))
    for (const value of Object.values(features)) assert.isTrue(value >= -1 && value <= 1)
  })
})
