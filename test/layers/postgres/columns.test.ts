/** Columns in PostgreSQL's binary form say what the records said, and what is not of its kind is refused. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as fc from "fast-check"
import {
  boolean,
  type Column,
  instant,
  json,
  real,
  tablesOf,
  text,
  uuid
} from "../../../src/layers/postgres/journal-sink/columns.ts"
import type { JournalEntry } from "../../../src/services/journal.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"

const COLUMNS = [uuid("id"), text("name"), json("context"), real("weight"), boolean("sure"), instant("at")]

const entries = (rows: ReadonlyArray<unknown>): ReadonlyArray<JournalEntry> =>
  rows.map((row) => ({ type: "t", version: 1, key: "k", id: "i", position: 0, payload: JSON.stringify(row) }) as never)

const noNul = fc.string({ unit: "grapheme", maxLength: 60 }).filter((one) => !one.includes("\u0000"))
const row = fc.record({
  id: fc.option(fc.uuid()),
  name: fc.option(noNul),
  context: fc.option(fc.dictionary(fc.constantFrom("a", "b", "ö"), fc.oneof(noNul, fc.integer(), fc.boolean()))),
  weight: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true })),
  sure: fc.option(fc.boolean()),
  at: fc.option(fc.date({ min: new Date(0), max: new Date("9999-01-01"), noInvalidDate: true }))
})

await contractSuite("Columns", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (test) => {
  test.effect("arrive as they were, nulls and long texts and none at all", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      for (const rows of [[], ...fc.sample(fc.array(row, { maxLength: 40 }), 60)]) {
        const sent = JSON.parse(JSON.stringify(rows)) as ReadonlyArray<Record<string, unknown>>
        const [table] = yield* tablesOf(COLUMNS, entries(sent))
        assert.strictEqual(table!.rows, sent.length)
        const stored = yield* sql<Record<string, unknown>>`
          select id, name, context::json as context, weight, sure,
            to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
          from unnest(${sql.csv(table!.columns.map((column) => sql`${column}`))}) as r(id, name, context, weight, sure, at)`
        assert.deepStrictEqual(
          stored.map((one) => ({ ...one })),
          sent.map((one) => ({ ...one }))
        )
      }
    })
  )

  test.effect("are kept apart by group", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const rows = Array.from({ length: 40 }, (_, n) => ({ name: "x".repeat(n * 20), weight: n % 3 }))
      const tables = yield* tablesOf(
        [text("name"), real("weight")],
        entries(rows),
        3,
        (record) => record.value(1) as number
      )
      for (const [group, { columns, rows: count }] of tables.entries()) {
        const stored = yield* sql<{ name: string }>`select * from unnest(${columns[0]}) as r(name)`
        const meant = rows.filter(({ weight }) => weight === group).map(({ name }) => name)
        assert.deepStrictEqual(
          stored.map(({ name }) => name),
          meant
        )
        assert.strictEqual(count, meant.length)
      }
    })
  )

  test.effect("leave arrays of values, as others send and read them, as they are", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const names = PgTypes.array(["a", null, "ü"], PgTypes.OID.text)
      const [row] = yield* sql<{ names: unknown }>`select ${yield* Effect.fromResult(names)} as names`
      assert.deepStrictEqual(row!.names, ["a", null, "ü"])
    })
  )
})

const refused = (column: Column, value: unknown) =>
  it.effect(`${column.field} cannot be ${JSON.stringify(value)}`, () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(tablesOf([column], entries([{ [column.field]: value }])))
      assert.strictEqual(error._tag, "SinkRejected")
      assert.include(error.message, column.field)
    })
  )

refused(uuid("id"), "0198-not-one")
refused(uuid("id"), "0198a0c4-0000-7000-8000-00000000000g")
refused(uuid("id"), "0198a0c4-0000-7000-8000_000000000000")
refused(uuid("id"), 7)
refused(text("name"), 7)
refused(real("weight"), "1")
refused(boolean("sure"), "yes")
refused(instant("at"), "yesterday")
refused(instant("at"), 5)
