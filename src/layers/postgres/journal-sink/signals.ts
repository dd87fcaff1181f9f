/** Stores behavioural signals, and keeps `users.signal_count` true in the same statement: nobody else writes it. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { COUNTING_SIGNALS, SIGNAL_RECORD } from "../../../domain/signal.ts"
import { boolean, columnsOf, instant, json, real, text, uuid } from "./columns.ts"
import type { SinkHandler } from "./handler.ts"

const COLUMNS = [
  uuid("id"),
  uuid("user_id"),
  text("signal_type"),
  uuid("activity_node_id"),
  uuid("slot_id"),
  uuid("trip_id"),
  uuid("session_id"),
  json("context"),
  text("source"),
  real("weight"),
  text("model_version"),
  text("content_hash"),
  instant("occurred_at"),
  instant("received_at"),
  boolean("unverified")
]
const NAMES = COLUMNS.map(({ field }) => field).join(", ")

export const signalsHandler: SinkHandler = {
  types: [SIGNAL_RECORD],
  apply: Effect.fnUntraced(function* (records) {
    const sql = yield* SqlClient
    const columns = yield* columnsOf(COLUMNS, records)
    // A traveler whose first request met an absent database has no row yet; the log must not stumble over that.
    yield* sql`
      with incoming as materialized (
        select * from unnest(${sql.csv(columns.map((column) => sql`${column}`))}) as r(${sql.literal(NAMES)})
      ), stored as (
        insert into behavioral_signals (
          id, user_id, signal_type, activity_node_id, slot_id, trip_id, session_id, context, source, weight,
          model_version, content_hash, occurred_at, created_at)
        select r.id, r.user_id, r.signal_type, n.id, r.slot_id, r.trip_id, r.session_id,
          case when n.id is null and r.activity_node_id is not null
            then r.context::jsonb || jsonb_build_object('unknown_node_id', r.activity_node_id) else r.context::jsonb end,
          r.source, r.weight, r.model_version, r.content_hash, r.occurred_at, r.received_at
        from incoming r
        left join trips t on t.id = r.trip_id
        left join activity_nodes n on n.id = r.activity_node_id and (t.id is null or n.city_id = t.city_id)
        where r.unverified is not true
          or t.user_id = r.user_id
          or exists (select from trip_members m where m.trip_id = r.trip_id and m.user_id = r.user_id)
          -- Who left in the same batch was a member when they sent it.
          or exists (select from trip_events e where e.trip_id = r.trip_id and e.type = 'member_left'
            and e.payload ->> 'user_id' = r.user_id::text)
        on conflict (id) do nothing
        returning user_id, signal_type, source
      ), counted as (
        select user_id, count(*)::int as signals from stored
        where source = 'app' and signal_type in ${sql.in(COUNTING_SIGNALS)}
        group by user_id
      )
      insert into users as u (id, signal_count)
      select p.user_id, coalesce(c.signals, 0)
      from (select distinct user_id from incoming) p left join counted c using (user_id)
      order by p.user_id
      on conflict (id) do update set signal_count = u.signal_count + excluded.signal_count
      where excluded.signal_count > 0`
  })
}
