/** Ways to put a person together again from what is left in PostgreSQL. */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import {
  CONTEXT_IDS,
  CONTEXT_NUMBERS,
  CONTEXT_WORDS,
  DECISION_KEYS,
  DECISION_SIGNAL
} from "../../../domain/erasure/contexts.ts"
import { ARCHETYPE_SOURCE, BLURRED_DIGITS } from "../../../domain/erasure/disguise.ts"
import type { Marks } from "../../../domain/erasure/marks.ts"
import { knownModel } from "./rows.ts"

const UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

/** Each query gives what it would find; none of them should find anything. */
export const relinks = (sql: SqlClient, marks: Marks, k: number) => {
  const fine = (number: Fragment) => sql`${number}::numeric <> round(${number}::numeric, ${BLURRED_DIGITS})`
  const standIns = sql`(select id from users where encoder_version = ${ARCHETYPE_SOURCE})`
  const rows = sql`(
    select user_id, id, trip_id, session_id, occurred_at as at from behavioral_signals where user_id in ${standIns}
    union all
    select user_id, id, trip_id, session_id, occurred_at from ranking_events where user_id in ${standIns}
    union all
    select user_id, id, trip_id, session_id, occurred_at from decision_outcomes where user_id in ${standIns}
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
      "a plan of a stand-in's with other dates than its trip: the weeks by which the trip was moved",
      sql`select 1 from trips t cross join lateral (
          select payload from exp.events e where e.unit_id = t.user_id and e.event_type = 'plan_generated'
            and e.payload ->> 'trip_id' = t.id::text
            and not exists (select from exp.events u where u.plan_id = e.plan_id and u.event_type = 'plan_undone'
              and u.payload ->> 'undone' = e.payload ->> 'state_version')
          order by e.timestamp desc, e.event_id desc limit 1) plan
        where t.user_id in ${standIns} and plan.payload ? 'start_date'
          and (plan.payload ->> 'start_date' <> t.start_date::text or plan.payload ->> 'end_date' <> t.end_date::text)`
    ],
    [
      "scores precise enough to work a stand-in's taste out",
      sql`select 1 from ranking_events, unnest(scores) score
        where user_id in ${standIns} and ${fine(sql`score`)}
        union all select 1 from itinerary_slots s join trips t on t.id = s.trip_id
        where t.user_id in ${standIns} and ${fine(sql`s.score`)}
        union all select 1 from pivot_events p, jsonb_path_query(p.options, '$[*].**{1 to 2} ? (@.type() == "number")') score
        where p.user_id in ${standIns} and ${fine(sql`score`)}
        union all select 1 from behavioral_signals b,
          jsonb_path_query(b.context, '$.full_candidate_set[*].**{1 to 2} ? (@.type() == "number")') score
        where b.user_id in ${standIns} and b.signal_type = ${DECISION_SIGNAL} and ${fine(sql`score`)}`
    ],
    [
      "words that a stand-in said freely",
      sql`select 1 from behavioral_signals s, jsonb_each(s.context) said
        where s.user_id in ${standIns} and not (
          (said.key = any(${CONTEXT_NUMBERS as ReadonlyArray<string>}::text[]) and jsonb_typeof(said.value) = 'number')
          or (said.key = any(${CONTEXT_IDS as ReadonlyArray<string>}::text[]) and said.value #>> '{}' ~ ${UUID})
          or (said.key = any(${DECISION_KEYS as ReadonlyArray<string>}::text[]) and s.signal_type = ${DECISION_SIGNAL})
          or ${sql.or(
            Object.entries(CONTEXT_WORDS).map(
              ([key, words]) => sql`(said.key = ${key} and said.value #>> '{}' = any(${[...words]}::text[]))`
            )
          )})
        union all select 1 from behavioral_signals s
        where s.user_id in ${standIns} and (s.client_model_version is not null or s.client_session_id is not null
          or s.model_version is not null and not ${knownModel(sql, "s")})`
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
