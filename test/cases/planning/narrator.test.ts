import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CachedNarrator from "../../../src/cases/planning/cached-narrator.ts"
import { plainNarrative, type Stop } from "../../../src/domain/narrative.ts"
import { Narrator } from "../../../src/services/narrator.ts"
import { place, places } from "../../domain/rankers/fixtures.ts"
import { fakeAnthropic } from "../../fakes/anthropic.ts"
import { deskLayer } from "../ranking/rankers.ts"

const stops: ReadonlyArray<Stop> = places(6).map((node, i) => ({
  node,
  day: 1 + (i % 2),
  dayPart: "morning",
  why: [{ tag: "specialty_coffee", weight: 0.4 }]
}))
const narrate = (deadline = Date.now() + 5_000) =>
  Narrator.use((narrator) =>
    narrator.narrate({ stops, archetype: "food_and_night", deadline, userId: "user-1", tripId: "trip-1" })
  )
const narratorOn = (server?: Parameters<typeof deskLayer>[0]["server"]) =>
  CachedNarrator.layer.pipe(Layer.provide(deskLayer({ nodes: [], ...(server === undefined ? {} : { server }) })))

describe("narratives", () => {
  it.live("come in one call for all stops", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const { texts, source } = yield* Effect.provide(narrate(), narratorOn(server))
      assert.deepStrictEqual([source, texts.length, server.calls.length], ["llm", 6, 1])
      assert.strictEqual(texts[5], "A good reason to stop here, number 6.")
      assert.notInclude(JSON.stringify(server.calls), "user-1")
    }).pipe(Effect.scoped)
  )

  it.live("are plain where the answer misses a stop, or holds what nobody should read", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      server.next({
        say: {
          narratives: [
            { n: 1, text: "A lovely place for a slow morning coffee." },
            { n: 2, text: "Visit https://elsewhere.example for a discount now." },
            { n: 3, text: "<script>alert(1)</script> and so on." },
            { n: 4, text: "x".repeat(2_000) },
            { n: 1, text: "Said twice, and so not believed the second time." },
            { n: 77, text: "A stop that is not in the plan at all." }
          ]
        }
      })
      const { texts } = yield* Effect.provide(narrate(), narratorOn(server))
      assert.strictEqual(texts[0], "A lovely place for a slow morning coffee.")
      assert.deepStrictEqual(texts.slice(1), stops.slice(1).map(plainNarrative))
    }).pipe(Effect.scoped)
  )

  it.live("are shared by travelers of one archetype: only what nobody was told yet is asked for", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      yield* Effect.gen(function* () {
        const narrator = yield* Narrator
        const ask = (some: ReadonlyArray<Stop>, archetype: "food_and_night" | "nature_and_rest" = "food_and_night") =>
          narrator.narrate({ stops: some, archetype, deadline: Date.now() + 5_000 })
        const first = yield* ask(stops.slice(0, 4))
        const again = yield* ask(stops.slice(0, 4).map((stop) => ({ ...stop, why: [] })))
        assert.deepStrictEqual(again, first)
        assert.strictEqual(server.calls.length, 1)
        yield* ask(stops)
        assert.strictEqual(server.calls.length, 2)
        assert.strictEqual(server.calls[1]!.user.match(/^\d+\|/gm)?.length, 2)
        server.always({ status: 400 })
        const partly = yield* ask([...stops, { ...stops[0]!, dayPart: "evening" }])
        assert.deepStrictEqual([partly.source, partly.degraded?.reason], ["llm", "unavailable"])
        const others = yield* ask(stops, "nature_and_rest")
        assert.strictEqual(others.source, "local")
      }).pipe(Effect.provide(narratorOn(server)))
    }).pipe(Effect.scoped)
  )

  it.live("are plain, and say so, when Claude is too slow", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      server.slow(5_000)
      const narration = yield* Effect.provide(narrate(Date.now() + 500), narratorOn(server))
      assert.deepStrictEqual([narration.source, narration.degraded?.reason], ["local", "timeout"])
      assert.deepStrictEqual(narration.texts, stops.map(plainNarrative))
    }).pipe(Effect.scoped)
  )

  it.live("are plain without a key, which is nothing to apologise for", () =>
    Effect.gen(function* () {
      const narration = yield* Effect.provide(narrate(), narratorOn())
      assert.deepStrictEqual([narration.source, narration.degraded], ["local", undefined])
    })
  )

  it("name the reason and the evidence, or the lack of it", () => {
    const stop = (more: Parameters<typeof place>[2]) =>
      plainNarrative({ node: place("a", "cafe", more), day: 1, dayPart: "morning", why: stops[0]!.why })
    assert.strictEqual(
      stop({}),
      "cafe a, café in Old Town, in the morning: it shares your taste for specialty coffee. 12 posts by locals on forum speak well of it on the whole."
    )
    const silent = { local: null, tourist: null, avoid_mentions: 0 }
    assert.include(stop({ quality_signals: silent }), "evidence for it is thin")
    assert.include(stop({ quality_signals: silent, overrated_flag: true }), "Locals think little of it.")
    const side = (score: number) => ({ score, mentions: 14, sources: ["posts:forum"] })
    const warned = { local: side(0.3), tourist: null, avoid_mentions: 14 }
    assert.include(
      stop({ quality_signals: warned, overrated_flag: true }),
      "14 posts by locals tell others to stay away.",
      "nothing is said of visitors where none was counted"
    )
    const famous = { ...warned, tourist: side(0.9) }
    assert.include(stop({ quality_signals: famous, overrated_flag: true }), "locals think less of it than they do")
  })
})
