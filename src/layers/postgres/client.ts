/** The pooled SQL client. `PgClient` for PostgreSQL's own things (LISTEN, json), `SqlClient` for everything else. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { DatabaseServer } from "../../services/database-server.ts"

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
  applicationName: "overplanned",
  maxConnections: 10,
  minConnections: 0,
  connectTimeout: "5 seconds",
  idleTimeout: "1 minute",
  statementTimeout: "30 seconds"
} satisfies Required<ClientOptions>

/** A client of the server at this URL. Connects when first used, so a server that is down does not stop the start. */
export const layer = (url: Redacted.Redacted, options: ClientOptions = {}) => {
  const o = { ...DEFAULTS, ...options }
  return PgClient.layer({
    url,
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
  })
}

/** The same for whichever server this process was given. */
export const layerFromServer = (options: ClientOptions = {}) =>
  Layer.unwrap(Effect.map(DatabaseServer, (server) => layer(server.url, options)))
