/**
 * What each person accepted and passed, in the order in which it happened: one row per session, sessions of a person in
 * order of time. The last and the last but one are marked for published protocols that leave them out.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Definition } from "../definition.ts"

const PAGE = 500

/** Shorter sessions are the same for many: that two people swapped the same place is no row that was written twice. */
const OWN_FROM = 3

const QUERY = `
  with sessions as (
    select s.user_id, coalesce(s.session_id, s.id) as session_id, min(s.occurred_at) as at,
      array_agg(s.activity_node_id order by s.occurred_at, s.id) as node_ids,
      array_agg(s.signal_type order by s.occurred_at, s.id) as signal_types,
      array_agg(s.occurred_at order by s.occurred_at, s.id) as times,
      array_agg(s.weight order by s.occurred_at, s.id) as weights,
      row_number() over (partition by s.user_id order by min(s.occurred_at), coalesce(s.session_id, s.id)) as ordinal,
      count(*) over (partition by s.user_id) as sessions
    from behavioral_signals s
    where s.activity_node_id is not null and s.occurred_at >= $1 and s.occurred_at < $2
      and s.user_id in (select id from users where id > $3 order by id limit $4)
      and s.signal_type in ('slot_accept', 'slot_skip', 'slot_swap', 'pivot_accept', 'pivot_dismiss', 'thumbs_up',
        'thumbs_down', 'discovery_swipe_right', 'discovery_swipe_left', 'post_trip_rating')
    group by s.user_id, coalesce(s.session_id, s.id))
  select * from sessions order by user_id, ordinal`

/** Opinions about a stop whose place was not written down, and is not known any more: older programs took the app's word for it. */
const PLACELESS = `
  select count(*)::int as signals from behavioral_signals
  where activity_node_id is null and slot_id is not null and occurred_at >= $1 and occurred_at < $2
    and signal_type in ('slot_accept', 'slot_skip', 'slot_swap', 'thumbs_up', 'thumbs_down', 'post_trip_rating')`

interface Row {
  readonly user_id: string
  readonly session_id: string
  readonly at: Date
  readonly node_ids: ReadonlyArray<string>
  readonly signal_types: ReadonlyArray<string>
  readonly times: ReadonlyArray<Date>
  readonly weights: ReadonlyArray<number>
  readonly ordinal: string | number
  readonly sessions: string | number
}

export const sequences: Definition = {
  columns: {
    user_id: { type: "string", required: true, role: "key" },
    session_id: { type: "string", required: true, role: "key" },
    ordinal: { type: "int", required: true, role: "remark" },
    timestamp: { type: "timestamp", required: true, role: "remark" },
    node_ids: { type: { list: "string" }, required: true, role: "feature" },
    signal_types: { type: { list: "string" }, required: true, role: "feature" },
    times: { type: { list: "timestamp" }, required: true, role: "remark" },
    weight: { type: "double", required: true, role: "remark" },
    length: { type: "int", required: true, role: "remark" },
    left_out: { type: "string", role: "remark" }
  },
  people: [["user_id"]],
  ids: [["session_id"]],
  telling: ({ length }) => (length as number) >= OWN_FROM,
  query: QUERY,
  read: Effect.fnUntraced(function* ({ range, row, skip }) {
    const sql = yield* SqlClient
    const [placeless] = yield* sql.unsafe<{ signals: number }>(PLACELESS, [new Date(range.from), new Date(range.to)])
    for (let n = 0; n < placeless!.signals; n++)
      skip("an opinion about a stop of which nobody knows which place it had")
    let after = "00000000-0000-0000-0000-000000000000"
    for (;;) {
      const users = yield* sql<{ id: string }>`select id from users where id > ${after}::uuid order by id limit ${PAGE}`
      if (users.length === 0) return
      const page = yield* sql.unsafe<Row>(QUERY, [new Date(range.from), new Date(range.to), after, PAGE])
      for (const one of page) {
        const before = Number(one.sessions) - Number(one.ordinal)
        row(
          {
            user_id: one.user_id,
            session_id: one.session_id,
            ordinal: Number(one.ordinal),
            timestamp: one.at,
            node_ids: one.node_ids,
            signal_types: one.signal_types,
            times: one.times,
            weight: one.weights[0]!,
            length: one.node_ids.length,
            left_out: before === 0 ? "last" : before === 1 ? "last_but_one" : null
          },
          one.user_id,
          one.at.getTime()
        )
      }
      after = users.at(-1)!.id
    }
  })
}
