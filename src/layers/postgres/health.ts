/** How PostgreSQL is doing, asked with the shortest question there is. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseServer } from "../../services/database-server.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { giveUpAfter } from "../../support/give-up.ts"

/** Shorter than what a probe is given, so that late is told as what it is: the system goes on without. */
const PATIENCE = "700 millis"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const server = yield* DatabaseServer
    const sql = yield* SqlClient
    const name = "postgresql"

    // Trips under way are answered without it: away is degraded, not down.
    const away = (detail: string): DependencyHealth => ({
      name,
      status: "degraded",
      detail,
      fix:
        server.kind === "embedded"
          ? "It is restarted by itself; see the log in the data directory if it does not come back."
          : "Check that the server of DATABASE_URL is up and takes connections."
    })

    yield* health.register(
      name,
      Effect.gen(function* () {
        const status = yield* server.status
        if (status.state !== "up")
          return away(`${server.kind}, ${status.state}: ${status.problem ?? "being looked at"}`)
        return yield* sql<{ v: string }>`select current_setting('server_version') as v`.pipe(
          Effect.map(
            ([row]): DependencyHealth => ({ name, status: "up", detail: `${server.kind}, version ${row?.v}` })
          ),
          giveUpAfter(PATIENCE, () => Effect.fail("late" as const)),
          Effect.catch(() => Effect.succeed(away(`${server.kind}, does not answer`)))
        )
      })
    )
  })
)
