/** Whom a decision was about, as evaluations and reports of the shadow divide them: by the words that snapshots have. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as PostgresModelRegistry from "../../src/layers/postgres/model-registry.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { ShadowReports } from "../../src/services/shadow-reports.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"
import { bprTriples } from "../../src/training/datasets/definitions/bpr-triples.ts"
import { createParquet } from "../../src/training/datasets/parquet.ts"
import * as Shadow from "../../src/training/judge/shadow-report.ts"
import { readSlates } from "../../src/training/models/bpr/logged-slates.ts"
import { populated } from "./population/world.ts"

/** Decisions of each person: enough for a segment of a report. */
const EACH = 35

const PEOPLE = {
  first: "00000000-0000-4000-8000-00000000000a",
  again: "00000000-0000-4000-8000-00000000000b",
  unknown: "00000000-0000-4000-8000-00000000000c"
}

const state = (user_id: string, trips: string, signal_count: number, others: ReadonlyArray<string> = []) =>
  JSON.stringify({
    encoder_version: "3",
    persona_vector: [],
    dimensions: { trip_count: { value: trips, confidence: 0.9, source: "onboarding" } },
    signal_count,
    sequence: [],
    members: [user_id, ...others].map((id) => ({ user_id: id, signal_count }))
  })

const STATES: Readonly<Record<string, string>> = {
  [PEOPLE.first]: state(PEOPLE.first, "first_trip", 3),
  [PEOPLE.again]: state(PEOPLE.again, "returning", 40, [PEOPLE.first]),
  [PEOPLE.unknown]: "{}"
}

const plant = Effect.gen(function* () {
  yield* (yield* CitySeeder).seed({ city: "seattle", source: "curated" })
  const sql = yield* SqlClient
  yield* sql`insert into model_registry (id, model_name, model_version, model_type, stage)
    values (gen_random_uuid(), 'one_in_the_shadow', '1', 'collaborative_filtering', 'shadow')`
  for (const [user, about] of Object.entries(STATES)) {
    yield* sql`insert into users (id) values (${user})`
    // Places in pairs of their own: a preference that was stated before is left out.
    yield* sql`
      with pairs as (
        select n, array_agg(id order by id) as ids from (
          select id, (row_number() over (order by id) - 1) % ${EACH} as n from activity_nodes where retired_at is null) places
        group by n)
      insert into ranking_events (id, user_id, session_id, surface, model_name, model_version, candidate_ids, ranked_ids,
        selected_ids, scores, propensities, latency_ms, user_state, shadow_model_name, shadow_model_version, shadow_ranked_ids, occurred_at)
      select gen_random_uuid(), ${user}, gen_random_uuid(), 'discovery', 'chance', '1', ids[1:2], ids[1:2], '{}', '{1,0}', '{1,1}', 1,
        ${about}::jsonb, 'one_in_the_shadow', '1', array[ids[2], ids[1]], now() - interval '1 hour' * n
      from pairs`
  }
  yield* sql`
    insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
    select gen_random_uuid(), id, user_id, candidate_ids[1], 'swiped_right', occurred_at from ranking_events`
})

const world = Shadow.layer.pipe(Layer.provideMerge(PostgresModelRegistry.layer), Layer.provideMerge(populated()))

layer(world, { excludeTestServices: true })("segments of travelers", (it) => {
  it.effect("hold first trips and further ones apart, and nobody of whom nothing is known", () =>
    Effect.gen(function* () {
      yield* plant
      const rows: Array<DatasetRow> = []
      yield* bprTriples.read({
        range: { from: 0, to: 4e12 },
        row: (row) => void rows.push(row),
        aside: () => undefined,
        skip: () => undefined,
        leak: () => undefined
      })
      const saidOf = (user: string) => {
        const own = rows.filter(({ user_id }) => user_id === user)
        assert.strictEqual(own.length, EACH)
        return [
          ...new Set(own.map((row) => JSON.stringify([row["trip_count"], row["party_size"], row["signal_count"]])))
        ]
      }
      assert.deepStrictEqual(saidOf(PEOPLE.first), ['["first_trip",1,3]'])
      assert.deepStrictEqual(saidOf(PEOPLE.again), ['["returning",2,40]'])
      assert.deepStrictEqual(saidOf(PEOPLE.unknown), ["[null,null,null]"])

      // As a trainer reads them, and as it reads what an earlier release wrote of whom nothing was known.
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "segments-test-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
      )
      const file = createParquet(join(folder, "test.parquet"), bprTriples.columns)
      for (const row of rows) file.append(row)
      const [earlier] = rows
      file.append({ ...earlier, decision_id: "earlier", trip_count: "first" })
      file.close()
      const slates = yield* Effect.promise(() =>
        readSlates({ name: "bpr_triples", folder, files: {} }, "test", () => true)
      )
      const segmentsOf = (user: string) => {
        const all = slates.filter(({ slate }) => slate.user === user && slate.id !== "earlier")
        return [
          ...new Set(
            all.map(({ slate: { segments } }) =>
              JSON.stringify([segments["traveler"], segments["party"], segments["signals"]])
            )
          )
        ]
      }
      assert.deepStrictEqual(segmentsOf(PEOPLE.first), ['["new","solo","cold"]'])
      assert.deepStrictEqual(segmentsOf(PEOPLE.again), ['["repeat","group","warm"]'])
      assert.deepStrictEqual(segmentsOf(PEOPLE.unknown), ["[null,null,null]"])
      const old = slates.find(({ slate }) => slate.id === "earlier")!
      assert.notProperty(old.slate.segments, "traveler")

      const [report] = yield* (yield* ShadowReports).report
      const traveler = report!.segments.filter(({ name }) => /^(traveler|party)=/.test(name))
      assert.deepStrictEqual(
        traveler.map(({ decisions, name }) => [name, decisions]),
        [
          ["party=group", EACH],
          ["party=solo", EACH],
          ["traveler=new", EACH],
          ["traveler=repeat", EACH]
        ]
      )
    })
  )
})
