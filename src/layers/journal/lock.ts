/**
 * One server per data directory. Node offers no `flock`, a pid file goes stale and its pid is reused, and a Unix socket
 * cannot be taken over without a race. SQLite, which Node brings along, takes real operating-system locks on a file: the
 * kernel frees them however the process dies, they need no cleaning up, and they work on every system we run on.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** Another process works in this directory. */
export class DirectoryLocked extends Schema.TaggedError<DirectoryLocked>()("DirectoryLocked", {
  message: Schema.String
}) {}

/** Loads `node:sqlite` without its notice that the module is experimental: we use it for nothing but the lock. */
const loadSqlite = async () => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return await import("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Holds `path` (made if need be) until the scope closes. */
export const lockFile = (path: string): Effect.Effect<void, DirectoryLocked, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const { DatabaseSync } = await loadSqlite()
        const lock = new DatabaseSync(path)
        try {
          lock.exec("pragma journal_mode=memory; begin exclusive")
        } catch (cause) {
          lock.close()
          throw cause
        }
        return lock
      },
      catch: (cause) =>
        new DirectoryLocked({
          message:
            (cause as { errcode?: number }).errcode === 5
              ? `Another server is using this data directory (${path} is locked). Stop it, or set OVERPLANNED_DATA_DIR to another directory.`
              : `The lock file ${path} cannot be used: ${(cause as Error).message}. Check that the directory is writable, or set OVERPLANNED_DATA_DIR.`
        })
    }),
    (lock) => Effect.sync(() => lock.close())
  ).pipe(Effect.asVoid)
