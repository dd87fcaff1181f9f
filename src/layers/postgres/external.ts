/** A PostgreSQL that somebody else runs, given by its URL: asked now and then whether it answers. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import { DatabaseServer, type DatabaseServerStatus } from "../../services/database-server.ts"
import { addressOf, Pulse } from "./pulse.ts"

/** Often enough for an operator to see an outage at once, rare enough to cost nothing. */
const PROBE_EVERY = "2 seconds"
const PROBE_TIMEOUT = "2 seconds"

export const layer = (url: Redacted.Redacted) =>
  Layer.effect(
    DatabaseServer,
    Effect.gen(function* () {
      // Operators are told by the client that the server itself uses.
      const pulse = yield* Effect.acquireRelease(
        Effect.sync(() => new Pulse(addressOf(new URL(Redacted.value(url))), () => {})),
        (one) => Effect.sync(() => one.stop())
      )
      const sql = yield* PgClient.make({
        url,
        stream: () => pulse.open(),
        applicationName: "overplanned health",
        maxConnections: 1,
        connectTimeout: PROBE_TIMEOUT
      })
      let status: DatabaseServerStatus = { state: "up", restarts: 0 }
      const probe = Effect.gen(function* () {
        const answer = yield* Effect.exit(Effect.timeout(sql`SELECT 1`, PROBE_TIMEOUT))
        status =
          answer._tag === "Success"
            ? { state: "up", restarts: 0 }
            : { state: "down", restarts: 0, problem: "The database at DATABASE_URL does not answer." }
        yield* Effect.sleep(PROBE_EVERY)
      })
      yield* Effect.forkScoped(Effect.forever(probe))
      return { kind: "external" as const, url, status: Effect.sync(() => status) }
    })
  ).pipe(Layer.provide(reactivity))
