/** Searches PostgreSQL for what is left of somebody, and tries to put it together again. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { ARCHETYPE_SOURCE } from "../../../domain/erasure/disguise.ts"
import type { Marks } from "../../../domain/erasure/marks.ts"
import { StoreNotSearched, type Trace, type TraceStore } from "../../../services/trace-search.ts"

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

/** Ways to put a person together again; each query gives what it would find. */
const relinks = (sql: SqlClient, marks: Marks, k: number) => {
  const standIns = sql`(select id from users where encoder_version = ${ARCHETYPE_SOURCE})`
  const rows = sql`(
    select user_id, id, trip_id, session_id, occurred_at as at from behavioral_signals where user_id in ${standIns}
    union all
    select user_id, id, trip_id, session_id, occurred_at from ranking_events where user_id in ${standIns}
    union all select user_id, id, trip_id, null, occurred_at from intention_signals where user_id in ${standIns}
    union all select user_id, id, trip_id, null, offered_at from pivot_events where user_id in ${standIns}
    union all select unit_id, event_id, null, null, timestamp from exp.events where unit_id in ${standIns}
    union all select id, id, null, null, created_at from users where id in ${standIns})`
  return [
    [
      "a stand-in in more than one trip",
      sql`select user_id from ${rows} r where trip_id is not null group by user_id having count(distinct trip_id) > 1`
    ],
    [
      "a session that two stand-ins share across trips",
      sql`select session_id from ${rows} r where session_id is not null group by session_id
        having count(distinct user_id) > 1 and count(distinct coalesce(trip_id, user_id)) > 1`
    ],
    ["a stand-in's row with its exact time", sql`select 1 from ${rows} r where at <> date_trunc('hour', at)`],
    [
      "a stand-in's row whose id tells when it was made",
      sql`select 1 from ${rows} r where substr(id::text, 15, 1) = '7'`
    ],
    [
      "a moment at which the person did something",
      sql`select 1 from ${rows} r where at = any(${[...marks.instants]}::timestamptz[])`
    ],
    [
      "a taste of a stand-in's own",
      sql`select 1 from ranking_events where user_id in ${standIns} and user_state ? 'persona_vector'
          and user_state ->> 'encoder_version' <> ${ARCHETYPE_SOURCE}
        union all select 1 from behavioral_signals where user_id in ${standIns}
          and context -> 'user_state' ->> 'encoder_version' <> ${ARCHETYPE_SOURCE}
        union all select 1 from persona_dimensions where user_id in ${standIns} and source <> ${ARCHETYPE_SOURCE}`
    ],
    [
      "words that a stand-in said freely",
      sql`select 1 from behavioral_signals s, jsonb_object_keys(s.context) key
        where s.user_id in ${standIns} and key not in ('time_to_action_ms', 'day_of_trip', 'day_part', 'group_size',
          'weather', 'position', 'rating', 'replaced_by', 'pivot_id', 'intention', 'trigger', 'full_candidate_set',
          'ranker', 'user_state', 'arbitration')`
    ],
    [
      `a moment that fewer than ${k} travelers share`,
      sql`select 1 from behavioral_signals
        where context ->> 'weather' is not null or context ->> 'group_size' is not null
        group by context ->> 'day_part', context ->> 'weather', context ->> 'group_size'
        having count(distinct user_id) < ${k} and bool_or(user_id in ${standIns})`
    ]
  ] as const
}

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
