/** What is held of one person, table by table. A table that can hold a person's data belongs in this list. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"

/** Columns that tell a table's rows apart, with their types: in this order they are read, each page from the last one's end. */
type Key = ReadonlyArray<readonly [column: string, type: "uuid" | "timestamptz" | "date" | "bigint"]>

const BY_ID: Key = [["id", "uuid"]]

/** As the index of the person's rows has it. */
const BY_TIME: Key = [
  ["created_at", "timestamptz"],
  ["id", "uuid"]
]

/** Rows that a first page brings: nobody knows yet how long they are. */
const FIRST_PAGE = 32
const LARGEST_PAGE = 2_000
/** What a page is to bring in bytes; a row alone may be longer. */
const PAGE_BYTES = 1024 * 1024

interface HeldTable {
  readonly table: string
  readonly rows: Fragment
  readonly key: Key
}

type Rows = readonly [table: string, rows: Fragment, key?: Key]

/** Who they are, and whom they want to have to do with. */
const ofAccount = (sql: SqlClient, person: string): ReadonlyArray<Rows> => [
  ["users", sql`select * from users where id = ${person}`],
  ["persona_dimensions", sql`select * from persona_dimensions where user_id = ${person}`],
  ["companions", sql`select * from companions where ${person} in (user_id, companion_id)`],
  ["companion_seekers", sql`select * from companion_seekers where user_id = ${person}`, [["user_id", "uuid"]]],
  [
    "companion_suggestions",
    sql`select id, user_id, suggested_id, model_name, model_version, score, position, features, shown_at, answer,
      answered_at, created_at, earlier from companion_suggestions where user_id = ${person}`
  ],
  [
    "push_subscriptions",
    sql`select id, user_id, endpoint, quiet_from, quiet_until, created_at from push_subscriptions where user_id = ${person}`
  ],
  [
    "sign_in_codes",
    sql`select user_id, signed_in_at, expires_at, created_at from sign_in_codes where user_id = ${person}`,
    [["user_id", "uuid"]]
  ],
  [
    "push_notes",
    sql`select id, user_id, event, trip_id, pivot_id, sent_at, notice from push_notes where user_id = ${person}`
  ]
]

/** Each table with the rows of it that are about the person. Others' private vetoes are theirs and not in it. */
const heldTables = (sql: SqlClient, person: string): ReadonlyArray<HeldTable> => {
  const trips = sql`(
    select id from trips where user_id = ${person}
    union select trip_id from trip_members where user_id = ${person})`
  const own = sql`(select id from trips where user_id = ${person})`
  const like = `%${person}%`
  const tables: ReadonlyArray<Rows> = [
    ...ofAccount(sql, person),
    ["trips", sql`select * from trips where id in ${trips}`],
    ["trip_members", sql`select * from trip_members where trip_id in ${trips}`],
    ["trip_invitations", sql`select * from trip_invitations where ${person} in (invited_user_id, invited_by)`],
    ["trip_vetoes", sql`select * from trip_vetoes where user_id = ${person}`],
    [
      "trip_links",
      sql`select id, trip_id, user_id, kind, from_name, expires_at, created_at from trip_links where user_id = ${person}`
    ],
    ["itinerary_slots", sql`select * from itinerary_slots where trip_id in ${trips}`],
    [
      "trip_events",
      sql`select * from trip_events where actor_id = ${person}
        or (trip_id in ${trips} and payload::text like ${like} and type <> 'vetoes_set')
        or (trip_id in ${own} and actor_id is null)`
    ],
    [
      "trip_snapshots",
      sql`select trip_id, seq, schema_version, state - 'vetoes' - 'receipts' as state, created_at, updated_at
        from trip_snapshots where trip_id in ${trips}`,
      [["trip_id", "uuid"]]
    ],
    [
      "lost_trip_events",
      sql`select * from lost_trip_events where trip_id in ${trips}`,
      [
        ["trip_id", "uuid"],
        ["seq", "bigint"]
      ]
    ],
    [
      "behavioral_signals",
      sql`select * from behavioral_signals where user_id = ${person}`,
      [
        ["occurred_at", "timestamptz"],
        ["id", "uuid"]
      ]
    ],
    ["ranking_events", sql`select * from ranking_events where user_id = ${person}`, BY_TIME],
    ["decision_outcomes", sql`select * from decision_outcomes where user_id = ${person}`, BY_TIME],
    [
      "pivot_events",
      sql`select * from pivot_events where user_id = ${person} or (user_id is null and trip_id in ${own})`
    ],
    ["door_reports", sql`select * from door_reports where user_id = ${person}`, BY_TIME],
    ["intention_signals", sql`select * from intention_signals where user_id = ${person}`, BY_TIME],
    [
      "exp.events",
      sql`select * from exp.events where unit_id = ${person}`,
      [
        ["timestamp", "timestamptz"],
        ["event_id", "uuid"]
      ]
    ],
    ["exp.persona_snapshots", sql`select * from exp.persona_snapshots where user_id = ${person}`],
    ["exp.constraint_snapshots", sql`select * from exp.constraint_snapshots where trip_id in ${own}`],
    [
      "llm_ledger",
      sql`select * from llm_ledger where user_id = ${person}`,
      [
        ["day", "date"],
        ["id", "uuid"]
      ]
    ],
    ["llm_spend", sql`select * from llm_spend where subject = ${person}`, [["day", "date"]]],
    ["idempotency_receipts", sql`select * from idempotency_receipts where user_id = ${person}`],
    ["jobs", sql`select id, kind, state, created_at, finished_at from jobs where payload::text like ${like}`]
  ]
  return tables.map(([table, rows, key = BY_ID]) => ({ table, rows, key }))
}

interface Page {
  /** The key of the last row that was read; undefined at the start. */
  readonly after: ReadonlyArray<string> | undefined
  readonly limit: number
}

const nextLimit = (rows: number, bytes: number): number =>
  Math.min(LARGEST_PAGE, Math.max(1, Math.floor((PAGE_BYTES * rows) / Math.max(1, bytes))))

/** A page at a time, and as many rows of it as fit the memory that a page may take. */
const pagesOf = (
  sql: SqlClient,
  { table, rows, key }: HeldTable,
  read: <A>(page: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>
) => {
  const columns = key.map(([column]) => `held."${column}"`).join(", ")
  const order = sql.literal(columns)
  const position = sql.literal(`array[${key.map(([column]) => `held."${column}"::text`).join(", ")}]`)
  const after = (values: ReadonlyArray<string>) =>
    sql`where (${order}) > (${sql.csv(key.map(([, type], i) => sql`${values[i]!}::text::${sql.literal(type)}`))})`
  return Stream.paginate<Page, { readonly table: string; readonly row: string }, SqlError>(
    { after: undefined, limit: FIRST_PAGE },
    (page) =>
      Effect.map(
        read(
          // Planned for this person: a plan for anybody may read everybody's rows in order.
          sql<{ row: string; position: ReadonlyArray<string> }>`
            select to_jsonb(held)::text as row, ${position} as position
            from (
              select * from (${rows}) held ${page.after === undefined ? sql.literal("") : after(page.after)}
              order by ${order} limit ${page.limit}
            ) held
            order by ${order}`.unprepared
        ),
        (found) => {
          const bytes = found.reduce((sum, { row }) => sum + row.length, 0)
          const next =
            found.length < page.limit
              ? Option.none()
              : Option.some({ after: found.at(-1)!.position, limit: nextLimit(found.length, bytes) })
          return [found.map(({ row }) => ({ table, row })), next] as const
        }
      )
  )
}

/** Read as it is sent. Between two pages nothing is held, however slow the reader is; `read` runs each of them. */
export const heldRows = (
  sql: SqlClient,
  person: string,
  read: <A>(page: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>
) => Stream.flatMap(Stream.fromIterable(heldTables(sql, person)), (table) => pagesOf(sql, table, read))
