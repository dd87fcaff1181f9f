import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { SeedFileRefused, type SeedFileSize, SeedFiles, SeedFilesUnavailable } from "../../services/seed-files.ts"
import { whyAway } from "./away.ts"

export interface SeedFilesOptions {
  /** Of one file, all its parts together. */
  readonly mostBytes: number
}

/** A job that was not done by then is not going to be. */
const KEPT_DAYS = 7
/** Who has not sent all parts by then is not going to. */
const UNFINISHED_DAYS = 1
/** Files that are being handed in at one time. */
const MOST_UNFINISHED = 10

const away = (error: unknown) =>
  new SeedFilesUnavailable({ message: `Files to be seeded cannot be kept or read right now: ${whyAway(error)}.` })

/** Refusals stay what they are. */
const awayOr = (error: SeedFileRefused | SqlError) => (error._tag === "SeedFileRefused" ? error : away(error))

const refuse = (reason: SeedFileRefused["reason"], message: string) => new SeedFileRefused({ reason, message })

const UNKNOWN = refuse("unknown", "No file of this name is being handed in: begin a new one.")
const USED = refuse("used", "This file belongs to a job already: hand it in again.")

interface FileRow {
  readonly used: boolean
}

interface SizeRow extends SeedFileSize {
  readonly last: number
}

/** Files that come in parts. */
const inParts = (sql: SqlClient, mostBytes: number) => {
  /** Nobody else puts a part into it, or uses it, until this transaction ends. */
  const unused = Effect.fnUntraced(function* (id: string) {
    const [file] = yield* sql<FileRow>`select used_at is not null as used from seed_files where id = ${id} for update`
    if (file === undefined) return yield* UNKNOWN
    if (file.used) return yield* USED
  })

  const sizeOf = (id: string) =>
    sql<SizeRow>`
      select count(*)::int as parts, coalesce(max(part), -1) as last, coalesce(sum(octet_length(bytes)), 0)::float8 as bytes
      from seed_file_parts where file_id = ${id}`.pipe(Effect.map(([row]) => row!))

  const put = Effect.fnUntraced(function* (id: string, part: number, bytes: Uint8Array) {
    yield* unused(id)
    yield* sql`
      insert into seed_file_parts (file_id, part, bytes) values (${id}, ${part}, ${bytes})
      on conflict (file_id, part) do update set bytes = excluded.bytes`
    const size = yield* sizeOf(id)
    if (size.bytes > mostBytes) {
      return yield* refuse(
        "too_large",
        `A file has ${mostBytes} bytes at most (SEED_FILE_MAX), and with this part it would have ${size.bytes}.`
      )
    }
    return { parts: size.parts, bytes: size.bytes }
  }, sql.withTransaction)

  const use = Effect.fnUntraced(function* (id: string, wanted: number | undefined) {
    yield* unused(id)
    const { bytes, last, parts } = yield* sizeOf(id)
    if (parts === 0 || last !== parts - 1) {
      return yield* refuse("incomplete", `Parts are missing: ${parts} of ${last + 1} are here. Send the others, too.`)
    }
    if (wanted !== undefined && wanted !== bytes) {
      return yield* refuse(
        "incomplete",
        `The file has ${bytes} bytes, not ${wanted}: a part is missing, or another one.`
      )
    }
    yield* sql`update seed_files set used_at = now() where id = ${id}`
  }, sql.withTransaction)

  const begin = Effect.gen(function* () {
    const [counted] = yield* sql<{ open: number }>`
      select count(*)::int as open from seed_files where used_at is null and octet_length(bytes) = 0`
    const { open } = counted!
    if (open >= MOST_UNFINISHED) {
      return yield* refuse(
        "too_many",
        `${open} files are being handed in already, and no more at a time. Finish one, or wait a day until they are forgotten.`
      )
    }
    const id: string = randomUUID()
    yield* sql`insert into seed_files (id, bytes) values (${id}, '')`
    return id
  })
  return { begin, put, use }
}

const reading = (sql: SqlClient) =>
  Effect.fnUntraced(function* <E, R>(id: string, take: (bytes: Uint8Array) => Effect.Effect<void, E, R>) {
    const [file] = yield* Effect.mapError(
      sql<{ bytes: Uint8Array }>`select bytes from seed_files where id = ${id}`,
      away
    )
    if (file === undefined) return false
    if (file.bytes.length > 0) yield* take(file.bytes)
    for (let part = 0; ; part++) {
      const [next] = yield* Effect.mapError(
        sql<{ bytes: Uint8Array }>`select bytes from seed_file_parts where file_id = ${id} and part = ${part}`,
        away
      )
      if (next === undefined) return true
      yield* take(next.bytes)
    }
  })

export const layer = (options: SeedFilesOptions) =>
  Layer.effect(
    SeedFiles,
    Effect.map(SqlClient, (sql) => {
      const { begin, put, use } = inParts(sql, options.mostBytes)
      return SeedFiles.of({
        keep: (bytes) => {
          const id = randomUUID()
          return sql`insert into seed_files (id, bytes, used_at) values (${id}, ${bytes}, now())`.pipe(
            Effect.as(id as string),
            Effect.mapError(away)
          )
        },
        begin: Effect.mapError(begin, awayOr),
        put: (id, part, bytes) => Effect.mapError(put(id, part, bytes), awayOr),
        use: (id, bytes) => Effect.mapError(use(id, bytes), awayOr),
        read: reading(sql),
        forget: (id) => sql`delete from seed_files where id = ${id}`.pipe(Effect.asVoid, Effect.mapError(away)),
        purge: sql`
          delete from seed_files where created_at < now() - make_interval(days => ${KEPT_DAYS})
            or (used_at is null and octet_length(bytes) = 0
              and created_at < now() - make_interval(days => ${UNFINISHED_DAYS}))
          returning id`.pipe(Effect.mapBoth({ onSuccess: (rows) => rows.length, onFailure: away }))
      })
    })
  )
