/** A PostgreSQL of the test's own is frozen with all its processes: it keeps its connections open and says nothing. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import { whyAway } from "../../../src/layers/postgres/away.ts"
import { layer } from "../../../src/layers/postgres/client.ts"
import { logged } from "../../harness/logged.ts"
import { type OwnPostgres, startPostgres } from "../../harness/own-postgres.ts"
import { scratchFolder } from "../../support/server.ts"

/** Far above the seconds in which it is noticed, far below any limit on statements of these tests. */
const NOTICED_MS = 30_000

/** Whoever waits does so each time; a busy machine is quick once. */
const ASKED_AGAIN = 5

describe.skipIf(process.platform !== "linux")("while the database is frozen", () => {
  const scratch = scratchFolder()
  let server: OwnPostgres

  const client = () =>
    layer(Redacted.make(server.url), { applicationName: "frozen", maxConnections: 3, statementTimeout: "60 seconds" })

  beforeAll(async () => {
    const folder = join(scratch.path, "postgres")
    mkdirSync(folder)
    server = await startPostgres(folder)
  })
  afterAll(async () => {
    await server?.stop()
    scratch.remove()
  })

  it.live("statements, transactions, streams and what gives up on them end within seconds, and it comes back", () => {
    const { layer: logs, lines } = logged()
    return Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`select 1`
      const begun = yield* Deferred.make<void>()
      const underWay = yield* Effect.forkChild(
        Effect.result(
          sql.withTransaction(
            Effect.andThen(sql`select 1`, Effect.andThen(Deferred.succeed(begun, undefined), sql`select pg_sleep(60)`))
          )
        )
      )
      yield* Deferred.await(begun)
      yield* Effect.sync(server.freeze)
      const began = performance.now()
      const asked = yield* Effect.all(
        [
          Effect.result(sql`select 1`),
          Effect.result(sql.withTransaction(sql`select 2`)),
          // Waits for the server to confirm that it gave up, which it never does.
          Effect.result(Effect.timeout(sql`select 3`, "100 millis")),
          // Begun before: it can be neither finished nor rolled back.
          Fiber.join(underWay),
          // No connection is left for this one.
          Effect.result(sql`select 4`)
        ],
        { concurrency: "unbounded" }
      )
      assert.isBelow(performance.now() - began, NOTICED_MS)
      for (const one of asked) {
        assert(one._tag === "Failure")
        assert.strictEqual(whyAway(one.failure), "the database does not answer")
      }
      // Known by now: nobody waits for it again.
      let shortest = Number.POSITIVE_INFINITY
      for (let i = 0; i < ASKED_AGAIN; i++) {
        const again = performance.now()
        assert.isTrue((yield* Effect.exit(sql`select 5`))._tag === "Failure")
        shortest = Math.min(shortest, performance.now() - again)
      }
      assert.isBelow(shortest, 1_000)
      yield* Effect.sync(server.thaw)
      yield* Effect.retry(sql`select 6`, { times: 1_200, schedule: Schedule.spaced("50 millis") }).pipe(
        Effect.catch(() => Effect.die("It did not come back."))
      )
      assert.lengthOf(
        lines.filter((line) => line.includes("does not answer")),
        1
      )
      assert.lengthOf(
        lines.filter((line) => line.includes("answers again")),
        1
      )
    }).pipe(Effect.ensuring(Effect.sync(server.thaw)), Effect.provide(client()), Effect.provide(logs))
  })

  it.live("a statement that only takes long is left alone, also without any limit", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const slow = yield* Effect.forkChild(
        sql.withTransaction(
          Effect.andThen(
            sql`set local statement_timeout = 0`,
            sql<{ done: boolean }>`select pg_sleep(6) is not null as done`
          )
        )
      )
      assert.deepEqual(yield* Fiber.join(slow), [{ done: true }])
    }).pipe(Effect.provide(client()))
  )
})
