/** The pooled SQL client. `PgClient` for PostgreSQL's own things (LISTEN, json), `SqlClient` for everything else. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { DatabaseServer } from "../../services/database-server.ts"
import { addressOf, Pulse } from "./pulse.ts"

export interface ClientOptions {
  /** What the server's own views show this process as. */
  readonly applicationName?: string
  readonly maxConnections?: number
  readonly minConnections?: number
  readonly connectTimeout?: Duration.Input
  readonly idleTimeout?: Duration.Input
  /** The server itself cancels a statement that runs longer. */
  readonly statementTimeout?: Duration.Input
}

const DEFAULTS = {
  // Releases that knew of no owner called themselves "overplanned": a migration asks whether one is connected.
  applicationName: "overplanned node",
  maxConnections: 10,
  minConnections: 0,
  connectTimeout: "5 seconds",
  idleTimeout: "1 minute",
  statementTimeout: "30 seconds"
} satisfies Required<ClientOptions>

/** The pulse of the server at this URL, told to operators; none where the URL cannot be read, which the client says better. */
const pulseOf = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const text = Redacted.value(url)
    if (!URL.canParse(text)) return undefined
    const log = Effect.runForkWith(yield* Effect.context<never>())
    const changed = (silent: boolean): void =>
      void log(
        silent
          ? Effect.logWarning(
              "The database server does not answer: its connections were cut, and it is asked again and again."
            )
          : Effect.logInfo("The database server answers again.")
      )
    return yield* Effect.acquireRelease(
      Effect.sync(() => new Pulse(addressOf(new URL(text)), changed)),
      (pulse) => Effect.sync(() => pulse.stop())
    )
  })

/**
 * A transaction whose connection is lost cannot be rolled back either, which the library takes for a defect: callers would
 * answer 500 for a database that is away. Here it is the failure that it is.
 */
const whoseLossIsAFailure = (client: PgClient.PgClient): PgClient.PgClient => {
  const { withTransaction } = client
  return Object.assign(client, {
    withTransaction: <R, E, A>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
      Effect.catchDefect(withTransaction(effect), (defect) =>
        isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)
      )
  })
}

/**
 * A client of the server at this URL. Connects when first used, so a server that is down does not stop the start. Whatever is
 * asked of a server that is frozen fails within seconds; see `pulse.ts`.
 */
export const layer = (url: Redacted.Redacted, options: ClientOptions = {}) => {
  const o = { ...DEFAULTS, ...options }
  return Layer.unwrap(
    Effect.map(pulseOf(url), (pulse) =>
      PgClient.layerFrom(
        Effect.map(
          PgClient.make({
            url,
            ...(pulse === undefined ? {} : { stream: () => pulse.open() }),
            applicationName: o.applicationName,
            maxConnections: o.maxConnections,
            minConnections: o.minConnections,
            connectTimeout: o.connectTimeout,
            idleTimeout: o.idleTimeout,
            startupParameters: {
              statement_timeout: String(Duration.toMillis(Duration.fromInputUnsafe(o.statementTimeout))),
              // A transaction that its owner forgot must not hold its locks for ever.
              idle_in_transaction_session_timeout: "60000",
              timezone: "UTC"
            }
          }),
          whoseLossIsAFailure
        )
      )
    )
  )
}

/** The same for whichever server this process was given. */
export const layerFromServer = (options: ClientOptions = {}) =>
  Layer.unwrap(Effect.map(DatabaseServer, (server) => layer(server.url, options)))
