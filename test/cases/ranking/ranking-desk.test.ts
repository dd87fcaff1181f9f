import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rankLocally } from "../../../src/domain/rankers/local.ts"
import type { Ranking, RankRequest } from "../../../src/domain/ranking.ts"
import type { Surface } from "../../../src/domain/vocabulary.ts"
import { type Ranker, RankerUnavailable, RankingDesk } from "../../../src/services/ranker.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { fakeAnthropic } from "../../fakes/anthropic.ts"
import { fc } from "../../support/properties.ts"
import { deskLayer, reversing as model, purse } from "./rankers.ts"

const nodes = places(200)
const LLM = { name: "llm_ranker", version: "claude-haiku-4-5" }
const LOCAL = { name: "local_ranker", version: "1" }

const rank = (asked: RankRequest) => Effect.flatMap(RankingDesk, (desk) => desk.rank(asked))
const soon = () => ({ deadline: Date.now() + 8_000 })
const whole = (ranking: Ranking) =>
  assert.deepStrictEqual(
    ranking.items.map(({ index }) => index).toSorted((a, b) => a - b),
    nodes.map((_, i) => i)
  )

const party = (counts: ReadonlyArray<number>) =>
  counts.map((signalCount, i) => traveler(`${i}`, "food", { signalCount }))

describe("the gate", () => {
  it.live("never lets a trained model rank where anybody has fewer than 20 signals, whatever else is true", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const few = places(12)
      const production = model("trained")
      const shadow = model("shadow")
      const trained = { production: () => production.ranker, shadow: () => shadow.ranker }
      const layers = {
        withClaude: deskLayer({ nodes: few, server, trained }),
        withBrokenClaude: deskLayer({ nodes: few, server, trained, guard: spent() }),
        withoutClaude: deskLayer({ nodes: few, trained })
      }
      for (const layer of Object.values(layers)) {
        yield* Effect.gen(function* () {
          const desk = yield* RankingDesk
          const run = Effect.runPromiseWith(yield* Effect.context<never>())
          yield* Effect.promise(() =>
            fc.assert(
              fc.asyncProperty(
                fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
                fc.constantFrom<Surface>("itinerary", "swap", "pivot", "discovery"),
                async (counts, surface) => {
                  const cold = counts.length === 0 || counts.some((count) => count < 20)
                  const before = { production: production.asked.length, shadow: shadow.asked.length }
                  const members = counts.map((signalCount, i) => traveler(`${i}`, "food", { signalCount }))
                  const {
                    ranking,
                    source,
                    shadow: beside
                  } = await run(
                    desk.rank({
                      ...request([traveler("any")], few, { context: { surface }, ...soon() }),
                      members
                    })
                  )
                  assert.strictEqual(production.asked.length - before.production, cold ? 0 : 1)
                  // A shadow that a busy machine did not come to in time is not waited for.
                  assert.isAtMost(shadow.asked.length - before.shadow, cold ? 0 : 1)
                  if (cold) {
                    assert.notStrictEqual(source, "ml")
                    assert.isUndefined(beside)
                    assert.notStrictEqual(ranking.model.name, "trained")
                  }
                  assert.strictEqual(ranking.items.length, 12)
                }
              ),
              { numRuns: 60 }
            )
          )
          for (const counts of [[], [19], [20, 19], [100, 0]])
            assert.notStrictEqual(desk.inForce(party(counts)).name, "trained")
          assert.strictEqual(desk.inForce(party([20, 45])).name, "trained")
        }).pipe(Effect.provide(layer))
      }
    }).pipe(Effect.scoped)
  )
})

const spent = () => {
  const { layer, state } = purse()
  state.left = 0
  return layer
}

describe("the desk without Claude", () => {
  it.live("ranks locally for cold travelers and says why, without calling it degraded", () =>
    Effect.gen(function* () {
      const { ranking, source, arbitration } = yield* rank(request([traveler("a")], nodes))
      assert.deepStrictEqual([source, ranking.model], ["local", LOCAL])
      assert.deepInclude(arbitration, { choice: "local", rule: "cold" })
      assert.isUndefined(ranking.degraded)
      whole(ranking)
    }).pipe(Effect.provide(deskLayer({ nodes })))
  )

  it.live("lets a trained model rank for a warm traveler, and logs what the shadow would have said", () => {
    const production = model("trained")
    const shadow = model("shadow")
    return Effect.gen(function* () {
      // A shadow that a busy machine did not come to in time is not waited for: then the next decision has it.
      const outcome = yield* Effect.suspend(() =>
        rank(request([traveler("a", "food", { signalCount: 25 })], nodes, soon()))
      ).pipe(Effect.repeat({ until: ({ shadow }) => shadow !== undefined }))
      assert.deepStrictEqual([outcome.source, outcome.ranking.model.name], ["ml", "trained"])
      assert.strictEqual(outcome.shadow?.model.name, "shadow")
      whole(outcome.ranking)
    }).pipe(
      Effect.provide(
        deskLayer({ nodes, trained: { production: () => production.ranker, shadow: () => shadow.ranker } })
      )
    )
  })

  for (const [name, broken] of [
    [
      "fails",
      { ...model("m").ranker, rank: () => Effect.fail(new RankerUnavailable({ reason: "unavailable", message: "no" })) }
    ],
    [
      "ranks some candidates twice",
      model("m", { answer: (r) => rankLocally(r).items.map((item) => ({ ...item, index: 0 })) }).ranker
    ],
    ["never answers", { ...model("m").ranker, rank: () => Effect.never }]
  ] as const) {
    it.live(`ranks locally when the trained model ${name}, and says so`, () =>
      Effect.gen(function* () {
        const { ranking, source } = yield* rank(request([traveler("a", "food", { signalCount: 25 })], nodes, soon()))
        assert.strictEqual(source, "local")
        assert.isDefined(ranking.degraded)
        whole(ranking)
      }).pipe(Effect.provide(deskLayer({ nodes, trained: { production: () => broken as Ranker } })))
    )
  }
})

describe("the desk with Claude", () => {
  it.live("serves a second traveler of the same archetype from the cache, without a call", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      yield* Effect.gen(function* () {
        const first = yield* rank(request([traveler("ann", "food")], nodes, soon()))
        assert.deepStrictEqual([first.source, first.ranking.model], ["llm", LLM])
        whole(first.ranking)
        const second = yield* rank(request([traveler("ben", "nightlife")], nodes, soon()))
        assert.deepStrictEqual([second.source, second.ranking.model], ["cache", LLM])
        whole(second.ranking)
        assert.strictEqual(server.calls.length, 1)
        yield* rank(request([traveler("cat", "outdoors")], nodes, soon()))
        assert.strictEqual(server.calls.length, 2)
      }).pipe(Effect.provide(deskLayer({ nodes, server })))
    }).pipe(Effect.scoped)
  )

  it.live("asks once for a stampede of the same question", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      server.slow(100)
      const outcomes = yield* Effect.all(
        Array.from({ length: 20 }, (_, i) => rank(request([traveler(`${i}`)], nodes, soon()))),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(deskLayer({ nodes, server })))
      assert.strictEqual(server.calls.length, 1)
      assert.strictEqual(outcomes.filter(({ source }) => source === "llm").length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("tells Claude tastes and places, and nobody's id", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const member = traveler("ann")
      yield* rank(request([member], nodes, { ...soon(), tripId: "0190-trip" })).pipe(
        Effect.provide(deskLayer({ nodes, server }))
      )
      const sent = JSON.stringify(server.calls[0])
      assert.include(sent, "candidates:")
      assert.notInclude(sent, member.user_id)
      assert.notInclude(sent, "0190-trip")
      for (const node of nodes) assert.notInclude(sent, node.id)
    }).pipe(Effect.scoped)
  )

  it.live("repairs what it can of an answer, and never serves an unknown or missing place", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const good = Array.from({ length: 45 }, (_, i) => ({ n: 200 - i, confidence: 0.9 }))
      server.next({
        say: {
          ranking: [{ n: 9_999, confidence: 1 }, { n: 0, confidence: 1 }, ...good, ...good, { n: 1.5, confidence: 7 }],
          confidence: 3
        }
      })
      const { ranking, source } = yield* rank(request([traveler("a")], nodes, soon())).pipe(
        Effect.provide(deskLayer({ nodes, server }))
      )
      assert.strictEqual(source, "llm")
      whole(ranking)
      assert.strictEqual(ranking.items[0]!.index, 199)
      assert.strictEqual(ranking.confidence, 1)
      for (let i = 1; i < 200; i++) assert.isAtMost(ranking.items[i]!.score, ranking.items[i - 1]!.score)
    }).pipe(Effect.scoped)
  )

  for (const [name, behaviour, reason] of [
    ["ranks too few", { say: { ranking: [{ n: 1, confidence: 1 }], confidence: 1 } }, "malformed"],
    ["answers nonsense", { say: "I would rather not" }, "malformed"],
    ["declines", { refuse: true }, "refused"],
    ["is overloaded", { status: 529 }, "unavailable"]
  ] as const) {
    it.live(`ranks locally when Claude ${name}, says so, and does not keep it`, () =>
      Effect.gen(function* () {
        const server = yield* fakeAnthropic
        server.always(behaviour)
        yield* Effect.gen(function* () {
          const { ranking, source } = yield* rank(request([traveler("a")], nodes, soon()))
          assert.deepStrictEqual([source, ranking.degraded?.reason], ["local", reason])
          whole(ranking)
          server.slow(0)
          assert.strictEqual((yield* rank(request([traveler("a")], nodes, soon()))).source, "llm")
        }).pipe(Effect.provide(deskLayer({ nodes, server })))
      }).pipe(Effect.scoped)
    )
  }

  it.live("goes on without Claude when the deadline nears", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      server.slow(60_000)
      const deadline = Date.now() + 1_200
      const { ranking, source } = yield* rank(request([traveler("a")], nodes, { deadline })).pipe(
        Effect.provide(deskLayer({ nodes, server }))
      )
      assert.isBelow(Date.now(), deadline + 20_000)
      assert.deepStrictEqual([source, ranking.degraded?.reason], ["local", "timeout"])
    }).pipe(Effect.scoped)
  )

  it.live("goes on locally in the middle of a day when the budget is spent, and says so", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { layer, state } = purse()
      state.left = 1
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* rank(request([traveler("a")], nodes, soon()))).source, "llm")
        const { ranking, source } = yield* rank(request([traveler("b", "outdoors")], nodes, soon()))
        assert.deepStrictEqual([source, ranking.degraded?.reason], ["local", "budget"])
        assert.strictEqual(server.calls.length, 1)
        assert.deepStrictEqual(state.owners, [traveler("a").user_id])
      }).pipe(Effect.provide(deskLayer({ nodes, server, guard: layer })))
    }).pipe(Effect.scoped)
  )

  it.live("never makes a swap or a pivot wait for Claude, and uses what is kept for swaps", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      yield* Effect.gen(function* () {
        const on = (surface: Surface) => rank(request([traveler("a")], nodes, { ...soon(), context: { surface } }))
        assert.strictEqual((yield* on("swap")).source, "local")
        assert.strictEqual((yield* on("pivot")).source, "local")
        assert.strictEqual(server.calls.length, 0)
        yield* on("itinerary")
        assert.strictEqual((yield* on("swap")).source, "cache")
        assert.strictEqual((yield* on("pivot")).source, "local")
        assert.strictEqual(server.calls.length, 1)
      }).pipe(Effect.provide(deskLayer({ nodes, server })))
    }).pipe(Effect.scoped)
  )

  it.live("lets the table decide when both ranked, and gives the reason", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const of = (confidence: number) => {
        const { ranker } = model("trained", { confidence })
        return rank(request([traveler("a", "food", { signalCount: 30 })], nodes, soon())).pipe(
          Effect.provide(deskLayer({ nodes, server, trained: { production: () => ranker } }))
        )
      }
      // The loopback Claude is 0.85 sure.
      const agreed = yield* of(0.8)
      assert.deepStrictEqual([agreed.source, agreed.arbitration?.rule], ["ml", "agreement"])
      const unsure = yield* of(0.3)
      assert.deepStrictEqual([unsure.source, unsure.arbitration?.rule], ["llm", "confident_llm"])
      server.always({ status: 529 })
      const alone = yield* of(0.3)
      assert.deepStrictEqual([alone.source, alone.ranking.degraded], ["ml", undefined])
    }).pipe(Effect.scoped)
  )
})
