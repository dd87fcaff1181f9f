import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { ShadowPopulation } from "../../src/services/shadow-population.ts"
import { buildDataset, DEFINITIONS } from "../../src/training/datasets/build.ts"
import type { Columns, DatasetRow } from "../../src/training/datasets/columns.ts"
import type { Definition } from "../../src/training/datasets/definition.ts"
import { createParquet } from "../../src/training/datasets/parquet.ts"
import { publishedIn } from "../../src/training/datasets/published.ts"
import { cutsOf, isApart, splitOf } from "../../src/training/datasets/split.ts"
import { newestDataset } from "../../src/training/models/dataset.ts"
import { shadowId } from "../../src/training/population/profile.ts"
import { noFolderRenamed } from "../support/mounted-bucket.ts"
import { fc } from "../support/properties.ts"
import { populated, SMALL } from "./population/world.ts"
import { COLUMNS, sound } from "./sound-rows.ts"

const duck = async (query: string) => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect()
  try {
    return (await connection.runAndReadAll(query)).getRowObjectsJson() as ReadonlyArray<Record<string, unknown>>
  } finally {
    connection.closeSync()
  }
}

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "datasets-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

describe("splits", () => {
  it("never train on what came after what is tested, nor on people who are kept apart", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uuid(), fc.integer({ min: 0, max: 1_000_000 })), { minLength: 20 }), (rows) => {
        const cuts = cutsOf(rows.map(([, at]) => at))
        const inSplit = (name: string) => rows.filter(([user, at]) => splitOf(cuts, user, at) === name)
        const latest = Math.max(-1, ...inSplit("train").map(([, at]) => at))
        for (const [, at] of [...inSplit("validation"), ...inSplit("test")]) assert.isAbove(at, latest)
        for (const name of ["train", "validation", "test"])
          assert.isFalse(inSplit(name).some(([user]) => isApart(user)))
      })
    )
  })
})

describe("Parquet", () => {
  it.effect("is read by another reader as it was written: nested, null, and over several row groups", () =>
    Effect.gen(function* () {
      const path = join(yield* scratch, "rows.parquet")
      const columns: Columns = {
        id: { type: "int", required: true, role: "key" },
        at: { type: "timestamp", role: "remark" },
        tree: { type: { list: { struct: { name: "string", weights: { list: "double" } } } }, role: "feature" }
      }
      const file = createParquet(path, columns)
      for (let i = 0; i < 5_000; i++) {
        file.append({
          id: i,
          at: i % 2 ? new Date(i) : null,
          tree: i % 3 ? [{ name: `n${i}`, weights: [i, null] }] : []
        })
      }
      assert.strictEqual(file.close(), 5_000)
      const rows = yield* Effect.promise(() => duck(`select * from '${path}' where id in (0, 4999) order by id`))
      assert.deepInclude(rows[0]!, { id: 0, at: null, tree: [] })
      assert.deepInclude(rows[1]!, { id: 4999, tree: [{ name: "n4999", weights: [4999, null] }] })
      const meta = yield* Effect.promise(() => duck(`select distinct compression from parquet_metadata('${path}')`))
      assert.deepStrictEqual(
        meta.map((row) => row["compression"]),
        ["ZSTD"]
      )
    })
  )
})

const generated = (rows: ReadonlyArray<DatasetRow>, besides: ReadonlyArray<DatasetRow> = []): Definition => ({
  columns: COLUMNS,
  people: [],
  ids: [],
  query: "generated",
  aside: { name: "set_aside", columns: COLUMNS },
  read: ({ aside, row }) =>
    Effect.sync(() => {
      for (const one of besides) aside(one)
      rows.forEach((one, i) => void row(one, String(i % 97), i))
    })
})

describe("building datasets", () => {
  layer(populated(), { excludeTestServices: true })((it) => {
    it.effect("publishes what passes, and of what is refused only the report", () =>
      Effect.gen(function* () {
        const root = yield* scratch
        yield* noFolderRenamed
        yield* (yield* CitySeeder).seed({ city: "seattle", source: "curated" })
        const build = (rows: ReadonlyArray<DatasetRow>, keepRefused = false) =>
          buildDataset(
            { root, trackingUri: undefined, definition: generated(rows, sound(1)) },
            { name: "planner", keepRefused }
          )
        const first = yield* build(sound())
        const again = yield* build(sound())
        const lineage = (folder: string) => JSON.parse(readFileSync(join(folder, "lineage.json"), "utf8"))
        assert.strictEqual(lineage(first.folder).rows_sha256, lineage(again.folder).rows_sha256)
        const [count] = yield* Effect.promise(() => duck(`select count(*)::int as n from '${again.folder}/*.parquet'`))
        assert.strictEqual(count!["n"], 1_201, "and what was put aside")
        const summary = readFileSync(join(again.folder, "dataset_summary.md"), "utf8")
        assert.match(summary, /!\[x\]\(x\.svg\)/)
        // The places that rows speak of are somebody's work, and the licence goes along.
        assert.match(summary, /^Places: .*by the editors of Overplanned \(Apache-2\.0\)/m)
        assert.deepInclude(lineage(again.folder).attribution[0], { source: "curated", licence: "Apache-2.0" })
        const runs = join(root, "mlruns/dataset-planner")
        const run = join(runs, readdirSync(runs).find((name) => name.startsWith("planner-"))!)
        const tracked = (file: string) => readFileSync(join(run, file), "utf8")
        assert.match(tracked("metrics/row_count"), / 1200 0\n$/)
        assert.match(tracked("tags/dataset_version"), /^\d{4}-\d\d-\d\d-[0-9a-f]{12}$/)
        assert.strictEqual(tracked("artifacts/schema.json"), readFileSync(join(again.folder, "schema.json"), "utf8"))

        // Where a build is killed while its files come, nothing is published.
        assert.strictEqual(publishedIn(join(root, "planner")).length, 1)
        writeFileSync(join(again.folder, ".unfinished"), "")
        assert.strictEqual(publishedIn(join(root, "planner")).length, 0)
        rmSync(join(again.folder, ".unfinished"))
        const refused = yield* Effect.flip(build(sound(10)))
        assert.match(refused.message, /10 rows; at least 1000/)
        const folder = `${again.folder}.refused`
        assert.isTrue(existsSync(join(folder, "dataset_summary.md")))
        assert.isFalse(existsSync(join(folder, "train.parquet")))
        assert.isTrue(existsSync(join(again.folder, "train.parquet")), "what was published stays")
        const kept = yield* Effect.flip(build(sound(10), true))
        assert.isTrue(kept._tag === "DatasetRefused" && kept.young)
        assert.isTrue(existsSync(join(folder, "train.parquet")), "for whoever looks for the reason")
      })
    )

    it.effect("keeps what somebody asked for when the night of that day comes, and compares nights with nights", () =>
      Effect.gen(function* () {
        const root = yield* scratch
        const build = (rows: ReadonlyArray<DatasetRow>, nightly: boolean) =>
          buildDataset({ root, trackingUri: undefined, definition: generated(rows) }, { name: "bpr_triples", nightly })
        const asked = yield* build(sound(1_500), false)
        renameSync(asked.folder, join(root, "bpr_triples", "2001-01-01"))
        const drifted = sound(1_300).map((row) => ({ ...row, x: (row["x"] as number) ** 3 }))
        const night = yield* build(drifted, true)
        assert.match(night.folder, /\d\.nightly$/)
        const newest = () => Effect.promise(() => newestDataset(root, "bpr_triples"))
        assert.strictEqual(
          (yield* newest()).folder,
          join(root, "bpr_triples", "2001-01-01"),
          "a night holds a week only"
        )
        const again = yield* build(sound(1_500), false)
        yield* build(drifted, true)
        assert.strictEqual((yield* newest()).folder, again.folder, "somebody asked for it that day")
        renameSync(again.folder, join(root, "again"))
        renameSync(join(root, "bpr_triples", "2001-01-01"), join(root, "first"))
        const only = yield* newest()
        assert.strictEqual(only.folder, night.folder, "there is no other")
        assert.match(only.holds!, /nightly holds all, until .* It is that of a night, because nobody asked for one/)
        renameSync(join(root, "again"), again.folder)
        const [count] = yield* Effect.promise(() => duck(`select count(*)::int as n from '${again.folder}/*.parquet'`))
        assert.strictEqual(count!["n"], 1_500)
        renameSync(night.folder, join(root, "bpr_triples", "2001-01-02.nightly"))
        assert.match((yield* Effect.flip(build(sound(), true))).message, /drift: x is distributed otherwise/)
      })
    )

    it.effect("notices a file that was changed by hand, and a drift from one that was not", () =>
      Effect.gen(function* () {
        const root = yield* scratch
        const build = (rows: ReadonlyArray<DatasetRow>) =>
          buildDataset({ root, trackingUri: undefined, definition: generated(rows) }, { name: "planner" })
        const { folder } = yield* build(sound())
        const old = join(root, "planner", "2001-01-01")
        renameSync(folder, old)
        const drifted = sound().map((row) => ({ ...row, x: (row["x"] as number) ** 3 }))
        assert.match((yield* Effect.flip(build(drifted))).message, /drift: x is distributed otherwise/)
        writeFileSync(join(old, "train.parquet"), "PAR1 something else")
        const { checks } = yield* build(drifted)
        assert.match(checks.find((one) => one.rule === "previous")!.says, /changed by hand/)
        const profile = join(old, "profile.json")
        writeFileSync(profile, readFileSync(profile, "utf8").replace(/"code_version": "\d+"/, '"code_version": "1"'))
        const { checks: others } = yield* build(drifted)
        assert.match(others.find((one) => one.rule === "previous")!.says, /built by another release/)
      })
    )

    it.effect("joins plans with what was known then, however much is learnt later", () =>
      Effect.gen(function* () {
        const population = yield* ShadowPopulation
        const sql = yield* SqlClient
        yield* population.seed({ ...SMALL, users: 40 })
        const plans = yield* sql<{ unit_id: string; trip_id: string; at: Date }>`
          select unit_id, payload ->> 'trip_id' as trip_id, timestamp as at from exp.events
          where event_type = 'plan_generated' order by event_id`
        // At random distances around plans, also a millisecond after: only what came before may be seen.
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              fc.array(fc.tuple(fc.nat(plans.length - 1), fc.integer({ min: -50, max: 50 })), {
                minLength: 5,
                maxLength: 40
              }),
              (planted) =>
                Effect.runPromise(
                  sql
                    .withTransaction(
                      Effect.gen(function* () {
                        for (const [i, shift] of planted) {
                          const { unit_id, trip_id, at } = plans[i]!
                          const when = new Date(at.getTime() + shift)
                          yield* sql`insert into exp.persona_snapshots (id, user_id, valid_from, persona)
                        select gen_random_uuid(), ${unit_id}, ${when}, jsonb_set(persona, '{pace_preference,value}', '"packed"')
                        from exp.persona_snapshots where user_id = ${unit_id} limit 1`
                          yield* sql`insert into exp.constraint_snapshots (id, trip_id, valid_from, constraints)
                        values (gen_random_uuid(), ${trip_id}, ${when}, '{"avoid": ["planted"]}')`
                        }
                        const leaks: Array<number> = []
                        let seen = 0
                        yield* DEFINITIONS.planner.read({
                          range: { from: 0, to: 4e12 },
                          row: (row) => {
                            seen++
                            const { persona, constraints, catalog } = row["input"] as Record<
                              string,
                              { valid_from: Date }
                            >
                            for (const one of [persona!, constraints!, catalog!]) {
                              if (one.valid_from > (row["timestamp"] as Date)) leaks.push(seen)
                            }
                            const latest = (known: ReadonlyArray<readonly [number, number]>) =>
                              Math.max(...known.map(([, at]) => at))
                            const before = planted
                              .map(([i, shift]) => [i, plans[i]!.at.getTime() + shift] as const)
                              .filter(
                                ([i, at]) =>
                                  plans[i]!.unit_id === row["input.traveler.id"] &&
                                  at <= (row["timestamp"] as Date).getTime()
                              )
                            if (before.length > 0) assert.isAtLeast(persona!.valid_from.getTime(), latest(before))
                          },
                          aside: () => undefined,
                          skip: () => undefined,
                          leak: () => leaks.push(-1)
                        })
                        assert.isAbove(seen, 50)
                        assert.deepStrictEqual(leaks, [])
                        return yield* Effect.fail("undo" as const)
                      })
                    )
                    .pipe(
                      Effect.provideService(SqlClient, sql),
                      Effect.catch((error) => (error === "undo" ? Effect.void : Effect.fail(error)))
                    )
                )
            ),
            { numRuns: 6 }
          )
        )
      })
    )

    it.effect("leaves out people of whom no persona is known, and says how many", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const root = yield* scratch
        yield* sql`delete from exp.persona_snapshots where user_id = ${shadowId(0)}`
        const skipped: Array<string> = []
        yield* DEFINITIONS.planner.read({
          range: { from: 0, to: 4e12 },
          row: (row) => assert.notStrictEqual(row["input.traveler.id"], shadowId(0)),
          aside: () => undefined,
          skip: (reason) => skipped.push(reason),
          leak: () => undefined
        })
        assert.isAbove(skipped.length, 0)
        assert.match(skipped[0]!, /no persona was known/)

        const { folder, rows } = yield* buildDataset({ root, trackingUri: undefined }, { name: "bpr_triples" })
        const files = `'${folder}/*.parquet'`
        const [facts] = yield* Effect.promise(() =>
          duck(`select count(*)::int as n, count(distinct (user_id, positive_id, negative_id))::int as d, count(*) filter (where not repeated)::int as stated, max(weight) as w,
            count(*) filter (where positive_id = negative_id)::int as same, count(*) filter (where origin = 'accept_skip')::int as explicit
            from ${files}`)
        )
        const total = Object.values(rows).reduce((a, b) => a + b, 0)
        assert.deepInclude(facts!, { n: total, w: 0.3, same: 0 })
        // What is stated again is marked: it is learnt from once.
        assert.strictEqual(facts!["stated"], facts!["d"])
        assert.isAbove(Number(facts!["explicit"]), 0)
      })
    )
  })
})
