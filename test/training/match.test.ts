import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { MatchData } from "../../src/services/match-data.ts"
import { ShadowPopulation } from "../../src/services/shadow-population.ts"
import { rocAuc } from "../../src/training/judge/auc.ts"
import * as Match from "../../src/training/match/data.ts"
import { analyzeEvents } from "../../src/training/match/data.ts"
import type { PublishedMatch } from "../../src/training/match/events.ts"
import { fitLogistic } from "../../src/training/match/logistic.ts"
import { shadowId } from "../../src/training/population/profile.ts"
import { populated, SMALL } from "./population/world.ts"

describe("the small trainer", () => {
  it("counts pairs that are in the right order, ties as half", () => {
    assert.strictEqual(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75)
    assert.strictEqual(rocAuc([1, 1, 1, 1], [0, 1, 0, 1]), 0.5)
  })

  it("finds a line that separates", () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i / 100, (i * 37) % 11])
    const { predict } = fitLogistic(
      rows,
      rows.map(([x]) => (x! > 0.5 ? 1 : 0))
    )
    assert.isAbove(predict([0.9, 5]), 0.8)
    assert.isBelow(predict([0.1, 5]), 0.2)
  })
})

describe("match events", () => {
  layer(Match.layer.pipe(Layer.provideMerge(populated())), { excludeTestServices: true })((it) => {
    it.effect(
      "come from whole people, can be learnt from, and are the same again",
      () =>
        Effect.gen(function* () {
          const population = yield* ShadowPopulation
          const matches = yield* MatchData
          const sql = yield* SqlClient
          // Sessions must be recent, so these people live today.
          yield* population.seed({ users: 100, seed: SMALL.seed })
          // Lost, half known but with an older seed to read from, and nothing at all.
          yield* sql`update users set age = null where id = ${shadowId(0)}`
          yield* sql`delete from persona_dimensions where user_id in (${shadowId(1)}, ${shadowId(2)})`
          yield* sql`update trips set persona_seed = jsonb_set(persona_seed, '{pace_preference}', '"slow"') where user_id = ${shadowId(1)}`
          yield* sql`update trips set persona_seed = null where user_id = ${shadowId(2)}`
          yield* sql`insert into users (id, email) values ('0000abcd-0000-7000-8000-000000000009', 'nobody@example.org')`
          const folder = mkdtempSync(join(tmpdir(), "match-test-"))
          const request = { count: 1_000, type: "solo", seed: 1, folder } as const
          const summary = yield* matches.generate(request)
          assert.strictEqual(summary.skipped["missing profile"], 3)
          assert.strictEqual(summary.mapped, 1)
          assert.strictEqual(summary.train + summary.validation, 1_000)
          const lines = readFileSync(join(folder, "match_events.jsonl"), "utf8")
          const people = yield* sql<{ id: string }>`select id from users`
          assert.isFalse(people.some(({ id }) => lines.includes(id)))
          const pairs = (name: string) =>
            readFileSync(join(folder, name), "utf8")
              .trim()
              .split("\n")
              .slice(1)
              .map((line) => line.split(",")[1])
          const train = new Set(pairs("train.csv"))
          assert.isFalse(pairs("val.csv").some((pair) => train.has(pair)))

          const analysis = yield* matches.analyze(folder)
          assert.deepStrictEqual(analysis.problems, [], JSON.stringify(analysis))
          assert.isTrue(existsSync(join(folder, "interest_score.svg")))
          yield* matches.generate(request)
          const linesAgain = readFileSync(join(folder, "match_events.jsonl"), "utf8")
          const eventsOf = (text: string) =>
            text
              .trim()
              .split("\n")
              .map((line) => JSON.parse(line) as PublishedMatch)
          const nameless = (text: string) =>
            eventsOf(text).map((one) => ({ ...one, event_id: "", pair: "", members: [] }))
          assert.deepStrictEqual(nameless(linesAgain), nameless(lines))
          const names = (text: string) => new Set(eventsOf(text).flatMap(({ members }) => members))
          assert.strictEqual(names(linesAgain).size, names(lines).size)
          assert.isAtMost(names(lines).size, people.length - 3)
          assert.deepStrictEqual(names(linesAgain), names(lines), "who stays has one name in every file")

          const group = yield* matches.generate({ ...request, type: "group" })
          assert.strictEqual(group.synthetic, 1_000)
          const tooMany = yield* Effect.flip(matches.generate({ ...request, count: 90_000 }))
          assert.match(tooMany.message, /Only \d+ of 90000 matches/)

          writeFileSync(join(folder, "match_events.jsonl"), lines.replace(/"age_score":[\d.]+/, '"age_score":"?"'))
          assert.match((yield* Effect.flip(matches.analyze(folder))).message, /line 1 has no number age_score/)
          rmSync(folder, { recursive: true })

          const events = eventsOf(lines)
          const problemsOf = (change: (event: PublishedMatch, i: number) => PublishedMatch) =>
            analyzeEvents(events.map(change)).problems.join("; ")
          assert.match(
            problemsOf((event) => ({ ...event, outcome: event.interest_score > 0.5 ? 1 : 0 })),
            /echo of the features/
          )
          assert.match(
            problemsOf((event, i) => ({ ...event, outcome: i % 2 === 0 ? 1 : 0 })),
            /too little to learn/
          )
          assert.match(
            problemsOf((event, i) =>
              i % 5 === 0 ? { ...events[0]!, pair: event.pair, validates: event.validates } : event
            ),
            /are repeated/
          )
          assert.match(
            problemsOf((event, i) => (i % 10 === 0 ? { ...event, age_score: 0.5 } : event)),
            /age_score stands at 0.5/
          )
        }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
      600_000
    )
  })
})
