/** What a night's data sets hold of what was made long before: a trip is planned weeks ahead, and its places are kept when it is over. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { personaSnapshot } from "../../src/domain/learning-log/snapshots.ts"
import { defaultDimensions } from "../../src/domain/persona/dimensions.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { type DatasetName, DatasetRefused, type DatasetRequest, Datasets } from "../../src/services/datasets.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import { dailyDatasetsJob } from "../../src/training/datasets/job.ts"
import { readRows } from "../support/week/check/rows.ts"
import { populated } from "./population/world.ts"

const ANN = "00000000-0000-4000-8000-00000000000a"
const OLDER = 7
const job = { id: "1", attempt: 1, payload: {}, progress: () => undefined }

/** Somebody looked through two places, which nobody else does, so many days ago, and said so many days ago which of them it is to be. */
const decision = Effect.fnUntraced(function* (name: string, made: number, said: number) {
  const sql = yield* SqlClient
  yield* sql`
    with places as (select array_agg(id order by id) as ids from (
      select id from activity_nodes where retired_at is null order by id offset 2 * (select count(*) from ranking_events) limit 2) two),
    decided as (
      insert into ranking_events (id, user_id, session_id, surface, model_name, model_version, candidate_ids, ranked_ids,
        selected_ids, scores, propensities, latency_ms, occurred_at)
      select gen_random_uuid(), ${ANN}, gen_random_uuid(), 'swap', ${name}, '1', ids, ids, '{}', '{1,0}', '{1,1}', 1,
        now() - make_interval(days => ${made}) from places returning id, candidate_ids)
    insert into decision_outcomes (id, decision_id, user_id, activity_node_id, outcome, occurred_at)
    select gen_random_uuid(), id, ${ANN}, candidate_ids[1], 'kept', now() - make_interval(days => ${said}) - interval '1 minute'
    from decided`
})

/** A plan that was made so many days ago, whose last day is so many days from now, and which was accepted so many days ago. */
const plan = Effect.fnUntraced(function* (name: string, made: number, ends: number, accepted?: number) {
  const sql = yield* SqlClient
  const [{ trip }] = (yield* sql`select gen_random_uuid() as trip`) as unknown as [{ trip: string }]
  const event = (type: string, daysAgo: number, payload: object) => sql`
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    values (gen_random_uuid(), ${type}, ${ANN}, ${trip}, now() - make_interval(days => ${daysAgo}) - interval '1 minute',
      ${JSON.stringify({ policy_version_id: name, workflow_type: "plan-first", mode: "autopilot" })}::jsonb,
      ${JSON.stringify(payload)}::jsonb || jsonb_build_object('end_date', to_char(now() + make_interval(days => ${ends}), 'YYYY-MM-DD')))`
  // With a catalog that was not the newest any more.
  const about = { trip_id: trip, slots: [], ...(name === "accepted_late" ? { catalog_version: OLDER } : {}) }
  yield* event("plan_generated", made, { ...about, city: "seattle", start_date: "2026-01-01", party: [ANN] })
  if (accepted !== undefined) yield* event("plan_accepted", accepted, about)
  return {
    again: (daysAgo: number) =>
      event("plan_generated", daysAgo, { ...about, city: "seattle", start_date: "2026-01-01", party: [ANN] })
  }
})

layer(populated(), { excludeTestServices: true })("a night of data sets", (it) => {
  it.effect("holds what was heard in its days, however long ago it was made, and nothing that may still come", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* (yield* CitySeeder).seed({ city: "seattle", source: "curated" })
      yield* sql`insert into users (id) values (${ANN})`
      yield* sql`insert into exp.persona_snapshots (id, user_id, valid_from, persona)
        values (gen_random_uuid(), ${ANN}, now() - interval '1 year', ${JSON.stringify(personaSnapshot(defaultDimensions()))}::jsonb)`
      yield* sql`insert into exp.catalog_snapshots (id, city_id, catalog_version, valid_from, nodes, digest)
        select gen_random_uuid(), id, ${OLDER} + n, now() - make_interval(days => 30 - n), 100 + n, 'd' from cities, generate_series(0, 1) n`
      yield* decision("kept_today", 10, 0)
      yield* decision("kept_months_after", 300, 2)
      yield* decision("kept_at_once", 1, 1)
      yield* decision("said_before", 10, 9)
      yield* plan("accepted_late", 20, 1, 0)
      yield* plan("accepted_before", 20, 1, 9)
      yield* plan("still_open", 1, 30)
      yield* plan("made_long_ago_and_open", 40, 30)
      yield* plan("past", 40, -4)
      yield* plan("past_before", 40, -20)
      yield* (yield* plan("made_anew", 12, 30)).again(3)

      const root = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "ripening-test-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      )
      const folders = new Map<DatasetName, string>()
      const build = (request: DatasetRequest) =>
        buildDataset({ root, trackingUri: undefined }, { ...request, keepRefused: true }).pipe(
          Effect.tapError((error) =>
            Effect.sync(() => error instanceof DatasetRefused && folders.set(request.name, dirname(error.report)))
          ),
          Effect.provideService(SqlClient, sql)
        )
      yield* dailyDatasetsJob.run(job).pipe(Effect.provideService(Datasets, Datasets.of({ build })))

      const triples = yield* Effect.promise(() => readRows(folders.get("bpr_triples")!))
      const models = yield* sql<{ name: string }>`
        select distinct model_name as name from ranking_events where candidate_ids[1]::text = any (${triples.rows.map(({ positive_id }) => positive_id)})`
      assert.strictEqual(triples.rows.length, 3)
      assert.deepStrictEqual(models.map(({ name }) => name).sort(), ["kept_at_once", "kept_months_after", "kept_today"])

      const plans = yield* Effect.promise(() => readRows(folders.get("planner")!))
      const named = (rows: ReadonlyArray<Record<string, unknown>>) => rows.map((row) => row["policy_version_id"]).sort()
      assert.deepStrictEqual(named(plans.rows), ["accepted_late"])
      assert.deepStrictEqual(named(plans.aside), ["made_anew", "past"])
      const catalogs = [...plans.rows, ...plans.aside].map(({ input, policy_version_id }) => [
        policy_version_id,
        input.catalog.version
      ])
      assert.sameDeepMembers(catalogs, [
        ["accepted_late", OLDER],
        ["made_anew", OLDER + 1],
        ["past", null]
      ])
    })
  )
})
