import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer as clientLayer } from "../../../src/layers/postgres/client.ts"
import { SQL_FOLDER } from "../../../src/layers/postgres/migration-files.ts"
import { migrate } from "../../../src/layers/postgres/migrator.ts"
import { emptyDatabase, emptyDatabaseUrl } from "../../harness/postgres.ts"

/** A folder of migrations by file name. */
const folderOf = (files: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "overplanned-sql-"))
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const A = "CREATE TABLE a (n int);\n-- a comment; with a semicolon\nCREATE TABLE a2 (t text DEFAULT ';$$');"
const B = "CREATE FUNCTION b() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nCREATE TABLE b (n int);"

const tables = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ name: string }>`SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`
  return rows.map((row) => row.name)
})

const onEmpty = <A, E, R>(effect: Effect.Effect<A, E, R>) => effect.pipe(Effect.provide(emptyDatabase()))

/** Migrates with the first folder, then shows how the second is refused and that it changed nothing. */
const refusalAfter = (first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>) =>
  onEmpty(
    Effect.gen(function* () {
      yield* migrate(yield* folderOf(first))
      const before = yield* tables
      const error = yield* Effect.flip(migrate(yield* folderOf(second)))
      assert.deepStrictEqual(yield* tables, before)
      return error
    })
  )

describe("migrations", () => {
  it.live("apply in order, once, and only what is new", () =>
    onEmpty(
      Effect.gen(function* () {
        const one = yield* migrate(yield* folderOf({ "0001_a.sql": A }))
        assert.deepStrictEqual(one, { applied: ["0001_a"], latest: 1, ahead: 0 })
        const both = yield* folderOf({ "0001_a.sql": A, "0003_b.sql": B })
        assert.deepStrictEqual(yield* migrate(both), { applied: ["0003_b"], latest: 3, ahead: 0 })
        assert.deepStrictEqual(yield* migrate(both), { applied: [], latest: 3, ahead: 0 })
        assert.deepStrictEqual(yield* tables, ["a", "a2", "b", "overplanned_migrations"])
      })
    )
  )

  it.live("of this release apply to an empty database, and their line ends do not matter", () =>
    onEmpty(
      Effect.gen(function* () {
        const { latest } = yield* migrate()
        assert.isAbove(latest, 0)
        const folder = yield* folderOf({})
        cpSync(SQL_FOLDER, folder, { recursive: true })
        assert.deepStrictEqual(yield* migrate(folder), { applied: [], latest, ahead: 0 })
      })
    )
  )

  it.live("take turns when several nodes start at once", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabaseUrl
      const folder = yield* folderOf({ "0001_a.sql": `${A} SELECT pg_sleep(0.1);`, "0002_b.sql": B })
      const node = migrate(folder).pipe(Effect.provide(clientLayer(url, { maxConnections: 1 })))
      const reports = yield* Effect.all([node, node, node, node], { concurrency: 4 })
      assert.deepStrictEqual(reports.map((report) => report.applied.length).sort(), [0, 0, 0, 2])
    })
  )

  it.live("leave everything as it was when one of them fails, and say where", () =>
    onEmpty(
      Effect.gen(function* () {
        const folder = yield* folderOf({
          "0001_a.sql": A,
          "0002_bad.sql": "CREATE TABLE c (n int);\n\nCREATE TABLE d (n nonsense);"
        })
        const error = yield* Effect.flip(migrate(folder))
        assert.strictEqual(error.reason, "failed")
        assert.match(error.message, /0002_bad\.sql failed at line 3 \(.*nonsense.*\); nothing was changed/)
        assert.deepStrictEqual(yield* tables, [])
      })
    )
  )

  it.live("refuse a file that was edited after it was applied", () =>
    Effect.gen(function* () {
      const error = yield* refusalAfter({ "0001_a.sql": A }, { "0001_a.sql": `${A} `, "0002_b.sql": B })
      assert.strictEqual(error.reason, "edited")
      assert.include(error.message, "0001_a.sql was changed after it was applied")
    })
  )

  it.live("refuse a history with a file gone", () =>
    Effect.gen(function* () {
      const error = yield* refusalAfter({ "0001_a.sql": A, "0002_b.sql": B }, { "0002_b.sql": B })
      assert.strictEqual(error.reason, "edited")
      assert.include(error.message, "0001_a was applied to this database and its file is gone")
    })
  )

  it.live("refuse a new file below the latest applied one", () =>
    Effect.gen(function* () {
      const error = yield* refusalAfter({ "0002_a.sql": A }, { "0001_b.sql": B, "0002_a.sql": A })
      assert.strictEqual(error.reason, "out_of_order")
      assert.include(error.message, "give it a number above 2")
    })
  )

  it.live("refuse a database that a newer release migrated", () =>
    Effect.gen(function* () {
      const error = yield* refusalAfter({ "0001_a.sql": A, "0002_b.sql": B }, { "0001_a.sql": A })
      assert.strictEqual(error.reason, "schema_newer")
    })
  )

  it.live(
    "let a program run on beside those of a newer release that only added, until one takes away what it needs",
    () =>
      onEmpty(
        Effect.gen(function* () {
          const then = { "0030_a.sql": A }
          const next = { ...then, "0031_b.sql": B }
          const old = yield* folderOf(then)
          yield* migrate(old)
          yield* migrate(yield* folderOf(next))
          assert.deepStrictEqual(yield* migrate(old), { applied: [], latest: 30, ahead: 1 })
          const later = { ...next, "0032_c.sql": "-- contracts: 0030\nDROP TABLE a2;" }
          yield* migrate(yield* folderOf(later))
          assert.deepStrictEqual(yield* migrate(yield* folderOf(next)), { applied: [], latest: 31, ahead: 1 })
          const error = yield* Effect.flip(migrate(old))
          assert.strictEqual(error.reason, "schema_newer")
          assert.match(
            error.message,
            /at migration 32 and works with programs that know 31 or more, this release knows 30/
          )
        })
      )
  )

  it.live("refuse a database that is somebody else's", () =>
    onEmpty(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`CREATE TABLE customers (n int)`
        const error = yield* Effect.flip(migrate())
        assert.strictEqual(error.reason, "not_ours")
        assert.include(error.message, "public.customers")
        assert.deepStrictEqual(yield* tables, ["customers"])
      })
    )
  )

  it.live("do not mind what an extension brought along", () =>
    onEmpty(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`CREATE TABLE brought (n int)`
        yield* sql`ALTER EXTENSION plpgsql ADD TABLE brought`
        assert.isAbove((yield* migrate()).latest, 0)
      })
    )
  )

  it.live("refuse files with the same number or none", () =>
    onEmpty(
      Effect.gen(function* () {
        const twice = yield* Effect.flip(migrate(yield* folderOf({ "0001_a.sql": A, "0001_b.sql": B })))
        assert.match(twice.message, /0001_a\.sql and 0001_b\.sql carry the same number/)
        const none = yield* Effect.flip(migrate(yield* folderOf({ "tables.sql": A })))
        assert.match(none.message, /tables\.sql is not named like 0001_words\.sql/)
      })
    )
  )

  it.live("say in one sentence that the database cannot be reached, or that the password is wrong", () =>
    Effect.gen(function* () {
      const nobody = Redacted.make("postgres://u:p@127.0.0.1:1/none")
      const away = yield* Effect.flip(migrate().pipe(Effect.provide(clientLayer(nobody))))
      assert.strictEqual(away.reason, "unreachable")
      assert.match(away.message, /cannot be reached \(.+\); check that it runs and DATABASE_URL/)
      const wrong = new URL(Redacted.value(yield* emptyDatabaseUrl))
      wrong.password = "wrong"
      const refused = yield* Effect.flip(migrate().pipe(Effect.provide(clientLayer(Redacted.make(wrong.toString())))))
      assert.strictEqual(refused.reason, "unreachable")
      assert.notInclude(refused.message, "wrong")
    })
  )
})
