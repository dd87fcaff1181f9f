/** How PostgreSQL is doing, asked with the shortest question there is, and whether its clock agrees with this server's. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseServer } from "../../services/database-server.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { giveUpAfter } from "../../support/give-up.ts"

const name = "postgresql"

/** Shorter than what a probe is given, so that late is told as what it is: the system goes on without. */
const PATIENCE = "700 millis"

/** Clocks that keep themselves right differ by less. */
const MOST_APART_MS = 30_000

interface Answer {
  readonly version: string
  readonly millis: number
}

/** All servers of a database are held against its clock, and so against each other's. */
const judge = (kind: string, { millis, version }: Answer, now: number): DependencyHealth => {
  const detail = `${kind}, version ${version}`
  const ahead = Math.round((now - millis) / 1000)
  if (Math.abs(now - millis) <= MOST_APART_MS) return { name, status: "up", detail }
  return {
    name,
    status: "degraded",
    detail: `${detail}; this server's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} its own: days begin and tokens end at the wrong moment here, or on other servers`,
    fix: "Let both machines keep their clocks by NTP; timedatectl says whether one does."
  }
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const server = yield* DatabaseServer
    const sql = yield* SqlClient
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
        return yield* sql<Answer>`
          select current_setting('server_version') as version, extract(epoch from clock_timestamp())::float8 * 1000 as millis`.pipe(
          Effect.flatMap(([row]) => Effect.map(Clock.currentTimeMillis, (now) => judge(server.kind, row!, now))),
          giveUpAfter(PATIENCE, () => Effect.fail("late" as const)),
          Effect.catch(() => Effect.succeed(away(`${server.kind}, does not answer`)))
        )
      })
    )
  })
)
