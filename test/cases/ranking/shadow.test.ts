import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { shadowBudget } from "../../../src/cases/ranking/shadow.ts"
import { rankLocally } from "../../../src/domain/rankers/local.ts"
import type { Ranker } from "../../../src/services/ranker.ts"
import { RankerUnavailable, RankingDesk } from "../../../src/services/ranker.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { deskLayer } from "./rankers.ts"

const nodes = places(40)
const MOMENTS = [
  { dayPart: "morning", dayOfTrip: 1, positionInTrip: 0, weather: "clear" },
  { dayPart: "afternoon", dayOfTrip: 1, positionInTrip: 0.5, weather: "rain" }
] as const

const ranker = (name: string, answer?: Ranker["rank"]) => {
  const asked: Array<number> = []
  const made: Ranker = {
    kind: "ml",
    model: { name, version: "1" },
    rank: (one) =>
      Effect.suspend(() => {
        asked.push(one.members.length)
        if (answer !== undefined) return answer(one)
        const items = rankLocally(one).items.toReversed()
        return Effect.succeed({
          model: made.model,
          items: items.map((item, i) => ({ ...item, score: 1 - i / 100 })),
          confidence: 0.5,
          latencyMs: 1
        })
      })
  }
  return { asked, made }
}

const warm = (...names: ReadonlyArray<string>) => names.map((name) => traveler(name, "food", { signalCount: 30 }))
const soon = () => ({ deadline: Date.now() + 8_000 })
const plan = (members: ReturnType<typeof warm>) =>
  Effect.flatMap(RankingDesk, (desk) => desk.rankPlan(request(members, nodes, soon()), MOMENTS))

describe("a model in the shadow", () => {
  it.live("ranks all of a trip beside who serves it, for one and for several, and is never served", () => {
    const shadow = ranker("beside")
    return Effect.gen(function* () {
      for (const members of [warm("a"), warm("a", "b")]) {
        const outcome = yield* plan(members)
        assert.strictEqual(outcome.ranking.model.name, "local_ranker")
        assert.strictEqual(outcome.shadow?.model.name, "beside")
        assert.strictEqual(outcome.shadow?.items.length, nodes.length)
      }
      assert.deepStrictEqual(shadow.asked, [1, 1, 2, 2])
    }).pipe(Effect.provide(deskLayer({ nodes, trained: { shadow: () => shadow.made } })))
  })

  it.live("never sees a party of which anybody is cold", () => {
    const shadow = ranker("beside")
    return Effect.gen(function* () {
      const outcome = yield* plan([...warm("a"), traveler("b", "food", { signalCount: 19 })])
      assert.isUndefined(outcome.shadow)
      assert.isEmpty(shadow.asked)
    }).pipe(Effect.provide(deskLayer({ nodes, trained: { shadow: () => shadow.made } })))
  })

  for (const [how, answer] of [
    ["never answers", () => Effect.never],
    ["fails", () => Effect.fail(new RankerUnavailable({ reason: "unavailable", message: "no" }))],
    ["crashes", () => Effect.die(new Error("a bug"))]
  ] as const) {
    it.live(`changes nothing where it ${how}`, () => {
      const shadow = ranker("beside", answer)
      return Effect.gen(function* () {
        const began = performance.now()
        const outcome = yield* plan(warm("a"))
        assert.isUndefined(outcome.shadow)
        assert.strictEqual(outcome.ranking.items.length, nodes.length)
        assert.isUndefined(outcome.ranking.degraded)
        assert.isBelow(performance.now() - began, 10_000)
      }).pipe(Effect.provide(deskLayer({ nodes, trained: { shadow: () => shadow.made } })))
    })
  }

  it.live("is left out where it may use nothing of the processor", () => {
    const shadow = ranker("beside")
    return Effect.gen(function* () {
      assert.isUndefined((yield* plan(warm("a"))).shadow)
      assert.isEmpty(shadow.asked)
    }).pipe(Effect.provide(deskLayer({ nodes, trained: { shadow: () => shadow.made }, shadowCpuShare: 0 })))
  })

  it("has its share of the time that passes, and no more", () => {
    let now = 0
    const budget = shadowBudget(0.1, () => now)
    assert.isTrue(budget.affords())
    budget.spend(1_500)
    assert.isFalse(budget.affords())
    now += 4_999
    assert.isFalse(budget.affords())
    now += 10
    assert.isTrue(budget.affords())
    // Days of rest buy no days of work.
    now += 86_400_000
    budget.affords()
    budget.spend(1_000)
    assert.isFalse(budget.affords())
  })
})

describe("a party that a model may rank for", () => {
  const model = { name: "candidate", version: "1" }
  const side = (arm: "candidate" | "control") => ({ armOf: () => ({ arm, of: model }) })
  const candidate = ranker("candidate")

  it.live("is logged with its side and with who failed it; a cold one has no side", () => {
    const broken = ranker("candidate", () =>
      Effect.fail(new RankerUnavailable({ reason: "unavailable", message: "no" }))
    )
    const trial = (members: ReturnType<typeof warm>, trained: Parameters<typeof deskLayer>[0]["trained"]) =>
      plan(members).pipe(
        Effect.map(({ ranking, trial }) => [ranking.model.name, trial?.arm, trial?.failed]),
        Effect.provide(deskLayer({ nodes, trained: trained! }))
      )
    return Effect.gen(function* () {
      for (const members of [warm("a"), warm("a", "b")]) {
        const has = { production: () => candidate.made, ...side("candidate") }
        assert.deepStrictEqual(yield* trial(members, has), ["candidate", "candidate", false])
        const fails = { production: () => broken.made, ...side("candidate") }
        assert.deepStrictEqual(yield* trial(members, fails), ["local_ranker", "candidate", true])
        const not = { production: () => undefined, ...side("control") }
        assert.deepStrictEqual(yield* trial(members, not), ["local_ranker", "control", false])
      }
      // Whoever serves is asked about each of a party alone; the shadow about all of them together.
      assert.deepStrictEqual([...new Set(candidate.asked)], [1])
      const cold = [traveler("a", "food", { signalCount: 3 })]
      const has = { production: () => candidate.made, ...side("candidate") }
      assert.deepStrictEqual(yield* trial(cold, has), ["local_ranker", undefined, undefined])
    })
  })
})
