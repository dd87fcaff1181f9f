import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ARCHETYPES, archetypeOf } from "../../../src/domain/persona/archetype.ts"
import { combinationsOf } from "../../../src/domain/rankers/combinations.ts"
import { LlmRanker } from "../../../src/services/llm-ranker.ts"
import { RankingDesk } from "../../../src/services/ranker.ts"
import { RankingWarmer } from "../../../src/services/ranking-warmer.ts"
import { VectorIndex } from "../../../src/services/vector-index.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { type FakeAnthropic, fakeAnthropic } from "../../fakes/anthropic.ts"
import { deskLayer, purse } from "./rankers.ts"

const nodes = places(80)
const fillIndex = Effect.flatMap(VectorIndex, (index) =>
  index.upsert(
    "vibe_embedding",
    nodes.map((node) => ({ id: node.id, vector: Float32Array.from(node.vibe_embedding), city: "testville" }))
  )
)
const until = (server: FakeAnthropic, calls: number) =>
  Effect.sync(() => server.calls.length).pipe(
    Effect.tap(Effect.sleep("5 millis")),
    Effect.repeat({ until: (n) => n >= calls }),
    Effect.timeout("60 seconds")
  )
const trip = (key: string) => request([traveler(key)], nodes, { deadline: Date.now() + 8_000 })

describe("warming up", () => {
  it.live("prepares the 45 combinations once; later slots and travelers of any archetype find them", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { layer, state } = purse()
      yield* Effect.gen(function* () {
        yield* fillIndex
        const warmer = yield* RankingWarmer
        const llm = yield* LlmRanker
        const wanted = combinationsOf(trip("a"))
        assert.strictEqual(new Set(wanted.map(llm.keyOf)).size, 45)
        assert.deepStrictEqual(new Set(wanted.map((r) => archetypeOf(r.members[0]!.dimensions))), new Set(ARCHETYPES))

        assert.deepStrictEqual(warmer.warmth(trip("a")), ["new"])
        yield* warmer.warm(trip("a"))
        assert.deepStrictEqual(warmer.warmth(trip("a")), ["under_way"])
        yield* until(server, 45)
        // Another trip of the same kind brings nothing new: its warming is over when that of a different one begins.
        yield* warmer.warm(trip("b"))
        yield* warmer.warm(
          request([traveler("c")], nodes, { context: { constraints: { budget: "high" }, weather: "rain" } })
        )
        yield* until(server, 46)
        for (const call of server.calls.slice(0, 45)) assert.notInclude(call.user, "budget wanted: high")
        assert.include(server.calls[45]!.user, "budget wanted: high")
        for (const call of server.calls) assert.notInclude(call.user, "weather: rain", "it is kept for other days")
        assert.deepStrictEqual(new Set(state.owners), new Set([undefined]))
        assert.strictEqual(state.background, state.owners.length)

        const desk = yield* RankingDesk
        const moments = (["morning", "midday", "evening"] as const).flatMap((dayPart) =>
          [1, 5].map((day) => ({ dayPart, dayOfTrip: day, positionInTrip: day / 5, weather: "rain" as const }))
        )
        yield* until(server, 90)
        const wishes = request([traveler("e")], nodes, { context: { constraints: { avoid: ["crowds"] } } })
        assert.lengthOf(combinationsOf(wishes), 15, "nobody of another archetype avoids just that")
        assert.deepStrictEqual(warmer.warmth(wishes), ["new"])
        const wellness = request([traveler("d", "wellness")], nodes, { deadline: Date.now() + 8_000 })
        yield* Effect.sync(() => warmer.warmth(wellness)[0]).pipe(
          Effect.tap(Effect.sleep("5 millis")),
          Effect.repeat({ until: (warmth) => warmth === "warm" }),
          Effect.timeout("60 seconds")
        )
        const { source } = yield* desk.rankPlan(wellness, moments)
        assert.strictEqual(source, "cache")
        assert.strictEqual(server.calls.length, 90)
      }).pipe(Effect.provide(deskLayer({ nodes, server, guard: layer })))
    }).pipe(Effect.scoped)
  )

  it.live("stops when the budget is spent, and does nothing at all without Claude", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { layer, state } = purse()
      state.left = 4
      yield* Effect.gen(function* () {
        yield* fillIndex
        const warmer = yield* RankingWarmer
        yield* warmer.warm(trip("a"))
        yield* until(server, 4)
        const seen = yield* RankingDesk.use((desk) => desk.rank(trip("b")))
        assert.strictEqual(seen.ranking.degraded?.reason, "budget")
        assert.strictEqual(server.calls.length, 4)
      }).pipe(Effect.provide(deskLayer({ nodes, server, guard: layer })))
      yield* RankingWarmer.use((warmer) => warmer.warm(trip("a"))).pipe(Effect.provide(deskLayer({ nodes })))
    }).pipe(Effect.scoped)
  )
})
