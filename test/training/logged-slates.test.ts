/** A decision as a judge takes it: all that was ranked, what was taken, what was turned down by hand, and whose it was. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"
import { bprTriples } from "../../src/training/datasets/definitions/bpr-triples.ts"
import { createParquet } from "../../src/training/datasets/parquet.ts"
import {
  acceptSkipPairs,
  type LoggedSlate,
  readHeldOut,
  readSlates
} from "../../src/training/models/bpr/logged-slates.ts"
import { wordsOf } from "../../src/training/models/bpr/ranker.ts"
import { readTraining } from "../../src/training/models/bpr/triples.ts"
import { populated } from "./population/world.ts"

const [ANA, BEN] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"] as const
const BEGIN = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

interface Decided {
  readonly hour: number
  readonly surface: "discovery" | "itinerary"
  readonly shown: ReadonlyArray<string>
  readonly scores: ReadonlyArray<number>
  readonly became: Readonly<Record<string, string>>
  readonly by?: ReadonlyArray<string>
}

const decided = Effect.fnUntraced(function* ({ became, by = [ANA], hour, scores, shown, surface }: Decided) {
  const sql = yield* SqlClient
  const at = new Date(BEGIN + hour * HOUR)
  const state = {
    encoder_version: "3",
    persona_vector: [],
    dimensions: {},
    signal_count: 30,
    sequence: [],
    members: by.map((user_id) => ({ user_id, signal_count: 30 }))
  }
  const [made] = yield* sql<{ id: string }>`
    insert into ranking_events (id, user_id, session_id, day_number, surface, model_name, model_version, candidate_ids, ranked_ids, selected_ids,
      scores, propensities, latency_ms, user_state, occurred_at)
    values (gen_random_uuid(), ${by[0]!}, gen_random_uuid(), ${surface === "itinerary" ? 1 : null}, ${surface}, 'local_ranker', '1', ${shown}::uuid[], ${shown}::uuid[], '{}',
      ${`{${scores.join()}}`}::real[], ${`{${shown.map(() => 1).join()}}`}::real[], 1, ${JSON.stringify(state)}::text::jsonb, ${at})
    returning id`
  for (const user of by) {
    for (const [place, outcome] of Object.entries(became)) {
      yield* sql`
        insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
        values (gen_random_uuid(), ${made!.id}, ${user}, ${place}, ${outcome}, ${at})`
    }
  }
})

layer(populated(), { excludeTestServices: true })("a logged decision", (it) => {
  it.effect("is judged as it was shown, and learnt from once", () =>
    Effect.gen(function* () {
      yield* (yield* CitySeeder).seed({ city: "seattle", source: "curated" })
      const sql = yield* SqlClient
      for (const user of [ANA, BEN]) yield* sql`insert into users (id) values (${user})`
      const places = (yield* sql<{
        id: string
      }>`select id from activity_nodes where retired_at is null order by id limit 20`).map(({ id }) => id)
      const of = (...at: ReadonlyArray<number>) => at.map((i) => places[i]!)
      const swiped: Omit<Decided, "hour"> = {
        surface: "discovery",
        shown: of(0, 1, 2, 3),
        scores: [0.9, 0.8, 0.7, 0.6],
        // The first pair of it is one of a place that was turned down by hand.
        became: { [places[1]!]: "swiped_right", [places[0]!]: "swiped_left" }
      }
      yield* decided({ ...swiped, hour: 1 })
      yield* decided({
        hour: 2,
        surface: "itinerary",
        shown: of(4, 5, 6, 7),
        scores: [0.9, 0.8, 0.7, 0.6],
        became: { [places[4]!]: "confirmed", [places[5]!]: "swapped", [places[6]!]: "confirmed" }
      })
      yield* decided({ ...swiped, hour: 3 })
      // The last is a booking: it was chosen, and nobody ranked it.
      yield* decided({
        hour: 4,
        surface: "itinerary",
        shown: of(8, 9, 10),
        scores: [0.9, 0.8, 0],
        became: { [places[8]!]: "kept", [places[10]!]: "kept" }
      })
      yield* decided({
        hour: 5,
        surface: "itinerary",
        shown: of(11, 12, 13),
        scores: [0.9, 0.8, 0.7],
        became: { [places[11]!]: "kept" },
        by: [BEN, ANA]
      })
      yield* decided({
        hour: 6,
        surface: "discovery",
        shown: of(14, 15),
        scores: [0.9, 0.8],
        became: { [places[14]!]: "swiped_right" },
        by: [BEN]
      })

      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "logged-slates-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
      )
      const [test, train, apart] = ["test", "train", "new_people"].map((split) =>
        createParquet(join(folder, `${split}.parquet`), bprTriples.columns)
      )
      const rows: Array<DatasetRow> = []
      const add = (row: DatasetRow) => {
        rows.push(row)
        test!.append(row)
        train!.append(row)
        // As if he was kept apart from the first day on.
        if (row["user_id"] === BEN) apart!.append(row)
      }
      yield* bprTriples.read({
        range: { from: 0, to: 4e12 },
        row: add,
        aside: () => undefined,
        skip: () => undefined,
        leak: () => undefined
      })
      for (const file of [test, train, apart]) file!.close()
      const unscored = join(folder, "unscored")
      mkdirSync(unscored)
      for (const split of ["test", "new_people"]) {
        const file = createParquet(join(unscored, `${split}.parquet`), bprTriples.columns)
        for (const row of split === "test" ? rows : []) {
          file.append({ ...row, score_positive: null, score_negative: null })
        }
        file.close()
      }
      const dataset = { name: "bpr_triples", folder, files: {} } as const
      const slates = yield* Effect.promise(() => readSlates(dataset, "test", () => true))
      const at = (hour: number): LoggedSlate => slates.find(({ slate }) => slate.at === BEGIN + hour * HOUR)!
      const numbered = (ids: ReadonlyArray<string>) => ids.map((id) => places.indexOf(id)).toSorted((a, b) => a - b)
      const words = (hour: number) =>
        wordsOf(at(hour).slate)
          .map(({ accepted, id }) => [places.indexOf(id), accepted] as const)
          .toSorted(([a], [b]) => a - b)

      assert.strictEqual(at(1).slate.segments["origin"], "discovery")
      assert.deepStrictEqual(words(1), [
        [0, false],
        [1, true]
      ])
      // A stop that was swapped out says nothing of the rest of the plan.
      assert.strictEqual(at(2).slate.segments["origin"], "itinerary")
      assert.deepStrictEqual(words(2), [
        [4, true],
        [5, false],
        [6, true]
      ])
      assert.deepStrictEqual(numbered(at(3).slate.items), [0, 1, 2, 3])
      assert.deepStrictEqual(at(3).logged.toSorted(), at(1).logged.toSorted())
      assert.deepStrictEqual(numbered(at(4).slate.items), [8, 9])

      const { acceptSkip, pairs } = yield* Effect.promise(() => readTraining(dataset))
      // 3 of the swipes, 2 × 2 and 2 × 1 of plans, 2 × 2 of the party, 1 of his own: what was stated again is not learnt from again.
      assert.strictEqual(pairs.users.length, 3 + 4 + 2 + 4 + 1)
      assert.strictEqual(acceptSkip, 1 + 2)
      assert.strictEqual(acceptSkipPairs(slates), 1 + 2 + 1)

      // Of what nobody is known to have ranked there is no order that a model could be better than.
      const nobodys = yield* Effect.tryPromise(() => readHeldOut({ ...dataset, folder: unscored }, () => true)).pipe(
        Effect.flip
      )
      assert.match(
        String(nobodys.cause),
        /None of the \d+ decisions to judge by in .* says how whoever served it scored/
      )
      const held = yield* Effect.promise(() =>
        readHeldOut({ ...dataset, testFrom: BEGIN + 6 * HOUR }, (user) => user === ANA)
      )
      const own = held.judged.filter(({ slate }) => slate.id.endsWith(" apart"))
      assert.deepStrictEqual(
        own.map(({ slate }) => slate.at),
        [BEGIN + 6 * HOUR]
      )
      assert.deepStrictEqual(
        held.before.map(({ slate }) => slate.at),
        [BEGIN + 5 * HOUR]
      )
      // Who travels together is drawn together, also in what each decides alone.
      assert.strictEqual(new Set(held.judged.map(({ slate }) => slate.cluster)).size, 1)
    })
  )
})
