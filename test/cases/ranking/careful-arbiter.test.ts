/** The careful model, asked where a trained model and Claude disagree, no rule decides and neither is sure. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { RankRequest } from "../../../src/domain/ranking.ts"
import { RankingDesk } from "../../../src/services/ranker.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { type FakeAnthropic, fakeAnthropic } from "../../fakes/anthropic.ts"
import { deskLayer, reversing } from "./rankers.ts"

const nodes = places(200)
const rank = (asked: RankRequest) => Effect.flatMap(RankingDesk, (desk) => desk.rank(asked))
/** Time enough for a busy machine. */
const soon = () => ({ deadline: Date.now() + 60_000 })

describe("where no rule decides and neither is sure", () => {
  const SONNET = "claude-sonnet-4-5"
  const unsure = (arbiter: boolean, server: FakeAnthropic, more: Partial<RankRequest> = {}) => {
    const { ranker } = reversing("trained", { confidence: 0.2 })
    server.always((call) => {
      const said = server.sensible(call)
      const ranking = "say" in said && (said.say as { ranking?: unknown }).ranking
      return ranking === undefined ? said : { say: { ranking, confidence: 0.6 } }
    })
    const asked = { ...request([traveler("a", "food", { signalCount: 30 })], nodes, soon()), ...more }
    return rank(asked).pipe(
      Effect.provide(deskLayer({ nodes, server, arbiter, trained: { production: () => ranker } }))
    )
  }
  const judges = ({ calls }: FakeAnthropic) => calls.filter((call) => call.model === SONNET)

  it.live("has the careful model compare both orders without their names, and keeps both with its word", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { arbitration, ranking, source } = yield* unsure(true, server)
      const [call, ...others] = judges(server)
      assert.lengthOf(others, 0)
      assert.match(call!.user, /order A: [\d ]+\norder B: [\d ]+/)
      const said = JSON.stringify(call)
      for (const name of ["trained", "llm_ranker", traveler("a").user_id, nodes[0]!.id]) assert.notInclude(said, name)
      assert.deepInclude(arbitration, { rule: "careful_model", choice: source === "ml" ? "ml" : "llm" })
      assert.strictEqual(arbitration?.orders?.ml.ranker, "trained:7")
      assert.strictEqual(arbitration?.orders?.llm.ranker, "llm_ranker:claude-haiku-4-5")
      const chosen = arbitration!.orders![source === "ml" ? "ml" : "llm"]
      assert.deepStrictEqual(
        chosen.node_ids,
        ranking.items.slice(0, 20).map(({ index }) => nodes[index]!.id as string)
      )
      assert.notDeepEqual(arbitration!.orders!.ml.node_ids, arbitration!.orders!.llm.node_ids)
    }).pipe(Effect.scoped)
  )

  it.live("takes the order that it prefers, whichever stood first", () =>
    Effect.gen(function* () {
      const chosen = new Map<string, string>()
      for (const better of ["A", "B"]) {
        const server = yield* fakeAnthropic
        const sensible = server.sensible
        const asked = Effect.suspend(() =>
          unsure(true, {
            ...server,
            sensible: (call) => (call.model === SONNET ? { say: { better } } : sensible(call))
          })
        )
        chosen.set(better, (yield* asked).source)
      }
      assert.deepStrictEqual([...chosen.values()].toSorted(), ["llm", "ml"])
    }).pipe(Effect.scoped)
  )

  it.live("asks nobody unless it is wanted, and nobody who is sure", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { arbitration, source } = yield* unsure(false, server)
      assert.deepStrictEqual([source, arbitration?.rule], ["ml", "trained_by_default"])
      const sure = reversing("trained", { confidence: 0.4 }).ranker
      server.always((call) => server.sensible(call))
      const { arbitration: ruled } = yield* rank(
        request([traveler("a", "food", { signalCount: 30 })], nodes, soon())
      ).pipe(Effect.provide(deskLayer({ nodes, server, arbiter: true, trained: { production: () => sure } })))
      assert.strictEqual(ruled?.rule, "confident_llm")
      assert.lengthOf(judges(server), 0)
    }).pipe(Effect.scoped)
  )

  for (const [name, behaviour] of [
    ["is overloaded", { status: 529 }],
    ["answers nonsense", { say: { better: "both" } }],
    ["never answers", { hang: true }]
  ] as const) {
    it.live(`goes on with the trained model where the judge ${name}, within the deadline`, () =>
      Effect.gen(function* () {
        const server = yield* fakeAnthropic
        const sensible = server.sensible
        const { deadline } = soon()
        const { arbitration, source } = yield* unsure(
          true,
          { ...server, sensible: (call) => (call.model === SONNET ? behaviour : sensible(call)) },
          { deadline }
        )
        assert.deepStrictEqual([source, arbitration?.rule], ["ml", "trained_by_default"])
        assert.isUndefined(arbitration?.orders)
        assert.isBelow(Date.now(), deadline)
      }).pipe(Effect.scoped)
    )
  }
})
