/** What is held of one person, table by table. A table that can hold a person's data belongs in this list. */
import * as Stream from "effect/Stream"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

/** Each table with the rows of it that are about the person. Others' private vetoes are theirs and not in it. */
export const heldTables = (sql: SqlClient, person: string): ReadonlyArray<readonly [table: string, rows: Fragment]> => {
  const trips = sql`(
    select id from trips where user_id = ${person}
    union select trip_id from trip_members where user_id = ${person})`
  const own = sql`(select id from trips where user_id = ${person})`
  const like = `%${person}%`
  return [
    ["users", sql`select * from users where id = ${person}`],
    ["persona_dimensions", sql`select * from persona_dimensions where user_id = ${person}`],
    ["companions", sql`select * from companions where ${person} in (user_id, companion_id)`],
    ["trips", sql`select * from trips where id in ${trips}`],
    ["trip_members", sql`select * from trip_members where trip_id in ${trips}`],
    ["trip_invitations", sql`select * from trip_invitations where ${person} in (invited_user_id, invited_by)`],
    ["trip_vetoes", sql`select * from trip_vetoes where user_id = ${person}`],
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
        from trip_snapshots where trip_id in ${trips}`
    ],
    ["lost_trip_events", sql`select * from lost_trip_events where trip_id in ${trips}`],
    ["behavioral_signals", sql`select * from behavioral_signals where user_id = ${person}`],
    ["ranking_events", sql`select * from ranking_events where user_id = ${person}`],
    [
      "pivot_events",
      sql`select * from pivot_events where user_id = ${person} or (user_id is null and trip_id in ${own})`
    ],
    ["intention_signals", sql`select * from intention_signals where user_id = ${person}`],
    ["exp.events", sql`select * from exp.events where unit_id = ${person}`],
    ["exp.persona_snapshots", sql`select * from exp.persona_snapshots where user_id = ${person}`],
    ["exp.constraint_snapshots", sql`select * from exp.constraint_snapshots where trip_id in ${own}`],
    ["llm_ledger", sql`select * from llm_ledger where user_id = ${person}`],
    ["llm_spend", sql`select * from llm_spend where subject = ${person}`],
    ["idempotency_receipts", sql`select * from idempotency_receipts where user_id = ${person}`],
    ["jobs", sql`select id, kind, state, created_at, finished_at from jobs where payload::text like ${like}`]
  ]
}

/** Read as it is sent: a page of rows is in memory at a time. */
export const heldRows = (sql: SqlClient, person: string) =>
  Stream.flatMap(Stream.fromIterable(heldTables(sql, person)), ([table, rows]) =>
    Stream.map(sql<{ row: string }>`select to_jsonb(held)::text as row from (${rows}) held`.stream, ({ row }) => ({
      table,
      row
    }))
  )
