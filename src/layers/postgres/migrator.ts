/**
 * Brings the schema up to date, forward only. Everything happens in one transaction under an advisory lock: two nodes
 * that start at once take turns, and whatever is refused or fails leaves the database as it was.
 *
 * Effect's migrator applies and records the files. It skips what lies below the latest applied number without a word
 * and does not notice edits, so both are checked here first.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { MigrationError } from "./migration-error.ts"
import { type MigrationFile, read, SQL_FOLDER } from "./migration-files.ts"

export const TABLE = "overplanned_migrations"

/** Any number will do as long as it is ours and never changes: nodes of different releases must meet on it. */
const LOCK_KEY = 7_011_203_351

const OLDEST_SERVER = 15

export interface MigrationReport {
  readonly applied: ReadonlyArray<string>
  readonly latest: number
  /** How many of a newer release were applied already, beside which this one runs on. */
  readonly ahead: number
}

interface Applied {
  readonly migration_id: number
  readonly name: string
  readonly checksum: string | null
  /** Null where an older program applied it: then every program has to know it. */
  readonly needs: number | null
}

const refuse = (reason: MigrationError["reason"], message: string) => new MigrationError({ reason, message })

const serverMessage = (error: SqlError): { readonly message: string; readonly position?: number } => {
  const cause = error.reason.cause
  if (typeof cause !== "object" || cause === null) return { message: error.reason.message ?? error.message }
  const fields = cause as { message?: unknown; internalPosition?: unknown; position?: unknown }
  const position = Number(fields.internalPosition ?? fields.position)
  return {
    message: typeof fields.message === "string" ? fields.message : error.message,
    ...(Number.isFinite(position) && position > 0 ? { position } : {})
  }
}

/**
 * The client speaks the extended protocol only, which takes one statement at a time. A `DO` block hands the whole file
 * to the server's own parser; a splitter of ours would be a second, worse one.
 */
const asBlock = (text: string): string => {
  let tag = "migration"
  while (text.includes(`$${tag}$`)) tag += "_"
  return `DO $${tag}_block$ BEGIN EXECUTE $${tag}$${text}$${tag}$; END $${tag}_block$`
}

const failure = (migration: MigrationFile, error: SqlError) => {
  const { message, position } = serverMessage(error)
  const line = position === undefined ? "" : ` at line ${migration.text.slice(0, position).split("\n").length}`
  return refuse("failed", `The migration ${migration.file} failed${line} (${message}); nothing was changed.`)
}

const apply = (migration: MigrationFile) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql.unsafe(asBlock(migration.text)).unprepared.pipe(Effect.mapError((error) => failure(migration, error)))
    yield* sql`
      UPDATE ${sql(TABLE)} SET checksum = ${migration.checksum}, needs = ${migration.needs} WHERE migration_id = ${migration.id}`
  })

const checkServer = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ server_version: string }>`SHOW server_version`
  const version = row?.server_version ?? "unknown"
  if (Number.parseInt(version, 10) >= OLDEST_SERVER) return
  return yield* refuse(
    "server_too_old",
    `The database server is PostgreSQL ${version}; version ${OLDEST_SERVER} or newer is needed.`
  )
})

/** A database with tables but without our marker is somebody else's. What extensions bring does not count. */
const checkOurs = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [marker] = yield* sql<{ found: boolean }>`SELECT to_regclass(${TABLE}) IS NOT NULL AS found`
  if (marker?.found === true) return
  const [other] = yield* sql<{ database: string; name: string }>`
    SELECT current_database() AS database, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 2 LIMIT 1`
  if (other === undefined) return
  return yield* refuse(
    "not_ours",
    `The database "${other.database}" is not Overplanned's: it holds ${other.name} but no ${TABLE}; point DATABASE_URL at an empty database.`
  )
})

const checkHistory = (files: ReadonlyArray<MigrationFile>, applied: ReadonlyArray<Applied>) =>
  Effect.gen(function* () {
    const latest = applied.at(-1)?.migration_id ?? 0
    const newest = files.at(-1)?.id ?? 0
    const needed = Math.max(
      0,
      ...applied.map((row) => (row.migration_id > newest ? (row.needs ?? row.migration_id) : 0))
    )
    if (needed > newest) {
      return yield* refuse(
        "schema_newer",
        `The database is at migration ${latest} and works with programs that know ${needed} or more, this release knows ${newest}; run the newer release that migrated it.`
      )
    }
    const byId = new Map(files.map((file) => [file.id, file]))
    for (const row of applied.filter(({ migration_id }) => migration_id <= newest)) {
      const file = byId.get(row.migration_id)
      if (file?.checksum === row.checksum && file.name === row.name) continue
      const label = `${String(row.migration_id).padStart(4, "0")}_${row.name}`
      return yield* refuse(
        "edited",
        file === undefined
          ? `The migration ${label} was applied to this database and its file is gone; restore it.`
          : `The migration ${file.file} was changed after it was applied to this database (as ${label}); restore it and put the change into a new migration.`
      )
    }
    const known = new Set(applied.map((row) => row.migration_id))
    const late = files.find((file) => file.id < latest && !known.has(file.id))
    if (late === undefined) return
    return yield* refuse(
      "out_of_order",
      `The migration ${late.file} was never applied but ${latest} was; give it a number above ${latest}.`
    )
  })

const unreachable = (error: SqlError) => {
  const { message } = serverMessage(error)
  switch (error.reason._tag) {
    case "AuthenticationError":
      return refuse("unreachable", `The database refuses the user or password (${message}); check DATABASE_URL.`)
    case "AuthorizationError":
      return refuse("unreachable", `The database user may not do this (${message}); let it own the database.`)
    case "ConnectionError":
      return refuse("unreachable", `The database cannot be reached (${message}); check that it runs and DATABASE_URL.`)
    default:
      return refuse("failed", `The database refused to be migrated (${message}); nothing was changed.`)
  }
}

/** Applies what is missing from `folder` and says what that was. */
export const migrate = (folder: string = SQL_FOLDER): Effect.Effect<MigrationReport, MigrationError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const files = yield* read(folder)
    const loader = Effect.succeed(
      files.map((file) => [file.id, file.name, Effect.succeed(apply(file))] as Migrator.ResolvedMigration)
    )
    let ahead = 0
    const run = Effect.gen(function* () {
      // Waiting for another node's migrations, or running long ones, is no runaway statement.
      yield* sql`SET LOCAL statement_timeout = 0`
      yield* sql`SELECT pg_advisory_xact_lock(${LOCK_KEY}::bigint)`
      yield* checkServer
      yield* checkOurs
      yield* sql`CREATE TABLE IF NOT EXISTS ${sql(TABLE)} (
        migration_id integer PRIMARY KEY, name text NOT NULL, checksum text,
        created_at timestamptz NOT NULL DEFAULT now())`
      yield* sql`ALTER TABLE ${sql(TABLE)} ADD COLUMN IF NOT EXISTS needs integer`
      const applied = yield* sql<Applied>`
        SELECT migration_id, name, checksum, needs FROM ${sql(TABLE)} ORDER BY migration_id`
      yield* checkHistory(files, applied)
      const newest = files.at(-1)?.id ?? 0
      ahead = applied.filter(({ migration_id }) => migration_id > newest).length
      if (ahead > 0 || applied.length === files.length) return []
      return yield* Migrator.make({})({ loader, table: TABLE })
    })
    const done = yield* sql.withTransaction(run).pipe(
      Effect.mapError((error) => {
        if (error._tag === "MigrationError") {
          if (error instanceof MigrationError) return error
          return error.cause instanceof MigrationError ? error.cause : refuse("failed", error.message)
        }
        return isSqlError(error) ? unreachable(error) : error
      })
    )
    const pad = (id: number) => String(id).padStart(4, "0")
    return { applied: done.map(([id, name]) => `${pad(id)}_${name}`), latest: files.at(-1)?.id ?? 0, ahead }
  })

/** Migrates before anything that is built on it starts. */
export const layer = (folder?: string) =>
  Layer.effectDiscard(
    Effect.tap(migrate(folder), ({ ahead }) =>
      ahead === 0
        ? Effect.void
        : Effect.logWarning(
            `A newer release has changed the schema (${ahead} migrations that this one does not know) and left everything there that this one needs: it runs on beside it.`
          )
    )
  )
