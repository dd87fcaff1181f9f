/**
 * Where PostgreSQL is, and how it is doing.
 *
 * Promises an address that stays the same for as long as the layer lives, whether the server is somebody else's or
 * the embedded one that we start and supervise ourselves. Reading the status costs nothing: it is kept up to date in
 * the background and never asks the server.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** `up` answers queries, `restarting` is being brought back by us, `down` did not come back so far. */
export type DatabaseServerState = "up" | "restarting" | "down"

export interface DatabaseServerStatus {
  readonly state: DatabaseServerState
  /** How often the server had to be started again since we watch it. */
  readonly restarts: number
  /** What is wrong, in one sentence; absent while it is up. */
  readonly problem?: string
}

/** The database server cannot be had: the message says what is wrong and what to do about it. */
export class DatabaseServerError extends Schema.TaggedError<DatabaseServerError>()("DatabaseServerError", {
  reason: Schema.Literals([
    "unsupported_platform",
    "not_installed",
    "not_writable",
    "newer_version",
    "other_version",
    "foreign_directory",
    "cannot_run_as_root",
    "busy",
    "did_not_start"
  ]),
  message: Schema.String
}) {}

export class DatabaseServer extends Context.Service<
  DatabaseServer,
  {
    readonly kind: "embedded" | "external"
    /** Connection URL, password included: hence redacted. */
    readonly url: Redacted.Redacted
    readonly status: Effect.Effect<DatabaseServerStatus>
  }
>()("overplanned/services/DatabaseServer") {}
