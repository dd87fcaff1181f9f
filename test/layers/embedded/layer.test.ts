import { once } from "node:events"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../../src/layers/embedded/layer.ts"
import { layer as clientLayer } from "../../../src/layers/postgres/client.ts"
import { migrate } from "../../../src/layers/postgres/migrator.ts"
import { DatabaseServer } from "../../../src/services/database-server.ts"
import { eventually, logOf, postmaster, query, scratchDir, startOwner } from "./support.ts"

const withServer = <A, E, R>(dataDir: string, use: (server: DatabaseServer["Service"]) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(DatabaseServer, use).pipe(Effect.provide(layer({ dataDir }).pipe(Layer.provide(Logger.layer([])))))

describe("the embedded PostgreSQL", () => {
  it.live("is made, migrated, stopped cleanly and found again with its data, in a deep folder with spaces", () =>
    Effect.gen(function* () {
      const dataDir = join(yield* scratchDir(), "a folder whose path is longer than a socket's may be".repeat(3))
      mkdirSync(dataDir)
      const first = yield* withServer(dataDir, (server) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* server.status, { state: "up", restarts: 0 })
          yield* migrate().pipe(Effect.provide(clientLayer(server.url)))
          yield* query(server.url, "CREATE TABLE kept AS SELECT 42 AS n")
          return server.url
        })
      )
      assert.isUndefined(postmaster(dataDir), "the server is stopped with its last user")
      assert.include(logOf(dataDir), "database system is shut down")
      const rows = yield* withServer(dataDir, (server) => {
        assert.strictEqual(Redacted.value(server.url), Redacted.value(first), "the address stays")
        return query(server.url, "SELECT n FROM kept")
      })
      assert.deepStrictEqual(rows, [{ n: 42 }])
    })
  )

  it.live("comes back by itself when it is killed under load, and no query hangs", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      yield* withServer(dataDir, (server) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          yield* sql`CREATE TABLE written (n int)`
          let good = 0
          const oneQuery = sql`INSERT INTO written VALUES (1)`.pipe(
            Effect.timeout("60 seconds"),
            Effect.andThen(
              Effect.sync(() => {
                good++
              })
            ),
            Effect.catchTag("SqlError", () => Effect.sleep("5 millis"))
          )
          const load = yield* Effect.forkChild(
            Effect.all(
              Array.from({ length: 4 }, () => Effect.forever(oneQuery)),
              { concurrency: 4 }
            )
          )
          yield* eventually(Effect.sync(() => good > 100))
          process.kill(postmaster(dataDir)!, "SIGKILL")
          yield* eventually(Effect.map(server.status, (status) => status.state === "up" && status.restarts === 1))
          const before = good
          yield* eventually(Effect.sync(() => good > before + 100))
          assert.isUndefined(load.pollUnsafe(), "a query that timed out would have ended the load")
          yield* Fiber.interrupt(load)
          const [row] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM written`
          assert.isAtLeast(row!.n, good, "what was committed is there")
        }).pipe(Effect.provide(clientLayer(server.url)))
      )
    })
  )

  it.live("is adopted after its owner was killed, and stopped by the adopter", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      const { child, url } = yield* startOwner(dataDir)
      const pid = postmaster(dataDir)
      child.kill("SIGKILL")
      yield* Effect.promise(() => once(child, "exit"))
      yield* withServer(dataDir, (server) =>
        Effect.sync(() => {
          assert.strictEqual(postmaster(dataDir), pid)
          assert.strictEqual(Redacted.value(server.url), Redacted.value(url))
        })
      )
      assert.isUndefined(postmaster(dataDir))
    })
  )

  it.live("is one server for all who start it at once, until the last one leaves", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      const [one, two] = yield* Effect.all([startOwner(dataDir), startOwner(dataDir)], { concurrency: 2 })
      assert.strictEqual(Redacted.value(one.url), Redacted.value(two.url))
      const pid = postmaster(dataDir)
      one.child.stdin?.end()
      yield* Effect.promise(() => once(one.child, "exit"))
      assert.strictEqual(postmaster(dataDir), pid, "the other one still uses it")
      yield* query(two.url)
      two.child.stdin?.end()
      yield* Effect.promise(() => once(two.child, "exit"))
      assert.isUndefined(postmaster(dataDir))
    })
  )

  it.live("stays for somebody who is still connected", () =>
    Effect.gen(function* () {
      const dataDir = yield* scratchDir()
      const { child, url } = yield* startOwner(dataDir)
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`SELECT 1`
        child.stdin?.end()
        yield* Effect.promise(() => once(child, "exit"))
        yield* sql`SELECT 1`
      }).pipe(Effect.provide(clientLayer(url, { maxConnections: 1 })))
      assert.isDefined(postmaster(dataDir))
      yield* withServer(dataDir, () => Effect.void)
      assert.isUndefined(postmaster(dataDir), "and goes with the next one who leaves")
    })
  )
})
