import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { randomStream } from "../../src/domain/basics/random.ts"
import { buildDataset } from "../../src/training/datasets/build.ts"
import type { Columns } from "../../src/training/datasets/columns.ts"
import type { Definition } from "../../src/training/datasets/definition.ts"
import { createParquet } from "../../src/training/datasets/parquet.ts"
import { datasetTraces } from "../../src/training/datasets/traces.ts"
import { freshDatabase } from "../harness/postgres.ts"

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pseudonyms-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const duck = (query: string) =>
  Effect.promise(async () => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect()
    const rows = (await connection.runAndReadAll(query)).getRowObjectsJson() as ReadonlyArray<Record<string, unknown>>
    connection.closeSync()
    return rows
  })

const person = (n: number) => uuidOfName("test", "person", String(n))
const ada = person(0)

const COLUMNS: Columns = {
  user_id: { type: "string", required: true, role: "key" },
  pair: { type: "string", required: true, role: "key" },
  input: { type: { struct: { traveler: { struct: { id: "string", age: "int" } } } }, required: true, role: "feature" },
  x: { type: "double", role: "feature", continuous: true }
}

const ROWS = 1_200
const PEOPLE = 60

const definition: Definition = {
  columns: COLUMNS,
  people: [["user_id"], ["pair"], ["input", "traveler", "id"]],
  ids: [],
  query: "generated",
  read: ({ row }) =>
    Effect.sync(() => {
      const random = randomStream("pseudonyms")
      for (let i = 0; i < ROWS; i++) {
        const user = person(i % PEOPLE)
        const pair = `${user}+${person((i + 1) % PEOPLE)}`
        row({ user_id: user, pair, input: { traveler: { id: user, age: i % PEOPLE } }, x: random() }, user, i)
      }
    })
}

const marks = { texts: [ada], ids: [], instants: [] }

describe("a published dataset", () => {
  layer(freshDatabase(), { excludeTestServices: true })((it) => {
    it.effect("names people as nothing else does, and each the same way throughout", () =>
      Effect.gen(function* () {
        const root = yield* scratch
        const build = () => buildDataset({ root, trackingUri: undefined, definition }, { name: "planner" })
        const namesIn = Effect.fnUntraced(function* (folder: string) {
          const rows = yield* duck(`
            select user_id, pair, input.traveler.id as inner_id, input.traveler.age as age from '${folder}/*.parquet'`)
          assert.lengthOf(rows, ROWS)
          for (const { user_id, pair, inner_id } of rows) {
            assert.strictEqual(inner_id, user_id)
            assert.strictEqual(String(pair).split("+")[0], user_id)
          }
          // Everybody's age is a number of their own: one name each, and no two with the same.
          assert.strictEqual(new Set(rows.map((row) => `${row["user_id"]} ${row["age"]}`)).size, PEOPLE)
          return new Set(rows.map((row) => String(row["user_id"])))
        })
        const first = yield* namesIn((yield* build()).folder)
        for (let n = 0; n < PEOPLE; n++) assert.isFalse(first.has(person(n)))
        const second = yield* namesIn((yield* build()).folder)
        assert.isEmpty(
          [...first].filter((name) => second.has(name)),
          "of people whom nobody knows"
        )
        assert.deepStrictEqual(yield* datasetTraces(root).search(marks), [])
      })
    )

    it.effect("names travelers the same in every build of its family, until they leave", () =>
      Effect.gen(function* () {
        const root = yield* scratch
        const sql = yield* SqlClient
        yield* sql`insert into users (id) select * from unnest(${Array.from({ length: PEOPLE }, (_, n) => person(n))}::uuid[])`
        const nameOf = Effect.fnUntraced(function* (n: number, name: "planner" | "sequences" = "planner") {
          const { folder } = yield* buildDataset({ root, trackingUri: undefined, definition }, { name })
          const rows = yield* duck(`select distinct user_id from '${folder}/*.parquet' where input.traveler.age = ${n}`)
          assert.lengthOf(rows, 1)
          return String(rows[0]!["user_id"])
        })
        const joined = (name: string) =>
          Effect.map(
            sql<{ user_id: string }>`select user_id from dataset_pseudonyms where pseudonym = ${name}`,
            (rows) => rows.map((row) => row.user_id)
          )
        const name = yield* nameOf(0)
        assert.notStrictEqual(name, ada)
        assert.strictEqual(yield* nameOf(0), name)
        assert.notStrictEqual(yield* nameOf(0, "sequences"), name)
        assert.deepStrictEqual(yield* joined(name), [ada])
        yield* sql`delete from users where id = ${ada}`
        assert.deepStrictEqual(yield* joined(name), [])
        assert.notStrictEqual(yield* nameOf(0), name)
        assert.deepStrictEqual(yield* datasetTraces(root).search(marks), [])
      })
    )
  })

  it.effect("is searched for a person, compressed as it is", () =>
    Effect.gen(function* () {
      const root = yield* scratch
      assert.deepStrictEqual(yield* datasetTraces(join(root, "none")).search(marks), [])
      mkdirSync(join(root, "planner", "2026-01-01"), { recursive: true })
      const path = join(root, "planner", "2026-01-01", "train.parquet")
      const file = createParquet(path, COLUMNS)
      const others = Array.from({ length: 3_000 }, (_, i) => person(i + 1))
      for (const user_id of others) file.append({ user_id, pair: "", input: { traveler: { id: null, age: 1 } }, x: 0 })
      file.append({ user_id: "", pair: `${person(1)}+${person(2)}`, input: { traveler: { id: ada, age: 1 } }, x: 0 })
      file.close()
      const found = yield* datasetTraces(root).search(marks)
      assert.deepStrictEqual(
        found.map(({ where }) => where),
        [`${path}, input`]
      )
      const own = yield* datasetTraces(root).search({ texts: [uuidOfName("nobody")], ids: [person(7)], instants: [] })
      assert.deepStrictEqual(
        own.map(({ where }) => where),
        [`${path}, user_id`]
      )
    })
  )
})
