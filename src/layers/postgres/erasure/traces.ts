/** Searches PostgreSQL for what is left of somebody, and tries to put it together again. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { StoreNotSearched, type Trace, type TraceStore } from "../../../services/trace-search.ts"
import { relinks } from "./relinks.ts"

/** `%` and `_` mean themselves. */
const anywhere = (word: string): string => `%${word.replace(/[\\%_]/g, (c) => `\\${c}`)}%`

interface Column {
  readonly name: string
  readonly column: string
  readonly type: string
}

/** Every column of every table of ours, as the database itself knows them: none can be forgotten. */
const columns = Effect.gen(function* () {
  const sql = yield* SqlClient
  return yield* sql<Column>`
    select quote_ident(c.table_schema) || '.' || quote_ident(c.table_name) as name, quote_ident(c.column_name) as column,
      c.udt_name as type
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
    order by 1, c.ordinal_position`
})

const searchWords = Effect.fnUntraced(function* (all: ReadonlyArray<Column>, texts: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const found: Array<Trace> = []
  for (const [name, ofTable] of Map.groupBy(all, (one) => one.name)) {
    const patterns = texts.map(anywhere)
    const [any] = yield* sql`
      select 1 from ${sql.literal(name)} t where t::text ilike any(${patterns}::text[]) limit 1`
    if (any === undefined) continue
    for (const { column } of ofTable) {
      const [{ count } = { count: 0 }] = yield* sql<{ count: number }>`
        select count(*)::int as count from ${sql.literal(name)}
        where ${sql.literal(column)}::text ilike any(${patterns}::text[])`
      if (count > 0) found.push({ where: `${name}.${column}`, what: `${count} rows name the person` })
    }
  }
  return found
})

const searchIds = Effect.fnUntraced(function* (all: ReadonlyArray<Column>, ids: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const found: Array<Trace> = []
  if (ids.length === 0) return found
  for (const { name, column, type } of all) {
    const cell = sql.literal(column)
    const known = [...ids]
    const where =
      type === "uuid"
        ? sql`${cell} = any(${known}::uuid[])`
        : type === "_uuid"
          ? sql`${cell} && ${known}::uuid[]`
          : type === "jsonb" || type === "text"
            ? sql`${cell}::text like '%________-____-____-____-____________%' and exists (
                select from regexp_matches(${cell}::text, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') m
                where m[1]::uuid = any(${known}::uuid[]))`
            : undefined
    if (where === undefined) continue
    const [{ count } = { count: 0 }] = yield* sql<{ count: number }>`
      select count(*)::int as count from ${sql.literal(name)} where ${where}`
    if (count > 0)
      found.push({ where: `${name}.${column}`, what: `${count} rows carry an id that was the person's alone` })
  }
  return found
})

export const postgresTraces = (k: number) =>
  Effect.map(
    SqlClient,
    (sql): TraceStore => ({
      name: "PostgreSQL",
      search: (marks) =>
        sql
          .withTransaction(
            Effect.gen(function* () {
              yield* sql`set local statement_timeout = 0`
              const all = yield* columns
              const found = [...(yield* searchWords(all, marks.texts)), ...(yield* searchIds(all, marks.ids))]
              for (const [what, query] of relinks(sql, marks, k)) {
                const [{ count } = { count: 0 }] = yield* sql<{ count: number }>`
                  select count(*)::int as count from (${query}) found`
                if (count > 0) found.push({ where: "joins over what is left", what: `${what}, ${count} times` })
              }
              return found
            })
          )
          .pipe(
            Effect.provideService(SqlClient, sql),
            Effect.mapError((error: SqlError) => new StoreNotSearched({ message: error.message }))
          )
    })
  )
