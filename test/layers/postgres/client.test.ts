import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"

await contractSuite(
  "SqlClient",
  { postgres: { needs: "postgres", layer: () => freshDatabase({ statementTimeout: "1 second" }) } },
  (it) => {
    it.effect("works on a migrated database of the test's own", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const [row] = yield* sql<{ name: string; zone: string }>`
          SELECT to_regclass('overplanned_migrations')::text AS name, current_setting('TimeZone') AS zone`
        assert.deepStrictEqual(row, { name: "overplanned_migrations", zone: "UTC" })
      })
    )

    it.effect("has the server cancel a statement that runs too long", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const error = yield* Effect.flip(sql`SELECT pg_sleep(60)`)
        assert.strictEqual(error.reason._tag, "StatementTimeoutError")
      })
    )
  }
)
