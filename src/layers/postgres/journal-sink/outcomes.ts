/**
 * Stores what became of the places that decisions showed. An outcome that does not name its decision finds it here: it was
 * logged before anybody could see it, so it is stored by now. What no decision of ours showed has no outcome.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  DECISION_OUTCOMES,
  DOOR_REPORT,
  INTENTION_SIGNAL,
  PIVOT_EVENT,
  PIVOT_RESPONSE,
  RANKING_EVENT
} from "../../../domain/records/kinds.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import { payloadsOf } from "./handler.ts"

const NAMING: ReadonlySet<string> = new Set(
  [RANKING_EVENT, PIVOT_EVENT, PIVOT_RESPONSE, INTENTION_SIGNAL, DECISION_OUTCOMES, DOOR_REPORT].map(({ type }) => type)
)

/** A traveler whose first request met an absent database has no row yet; the log must not stumble over that. */
export const knownPeople = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const named = records.filter(({ type }) => NAMING.has(type))
  if (named.length === 0) return
  const sql = yield* SqlClient
  yield* sql`
    insert into users (id)
    select distinct coalesce(r.ranked_for, r.user_id) as id
    from json_to_recordset(${payloadsOf(sql, named)}::json) as r(user_id uuid, ranked_for uuid)
    where coalesce(r.ranked_for, r.user_id) is not null order by id
    on conflict (id) do nothing`
})

const MODELS: ReadonlySet<string> = new Set([RANKING_EVENT, PIVOT_EVENT].map(({ type }) => type))

/** A version that decided has its row, also where nobody registered it: which Claude ranks is a setting. */
export const knownModels = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const named = records.filter(({ type }) => MODELS.has(type))
  if (named.length === 0) return
  const sql = yield* SqlClient
  yield* sql`
    insert into model_registry (id, model_name, model_version, model_type, description, stage)
    select gen_random_uuid(), r.model_name, r.model_version,
      case r.model_name when 'llm_ranker' then 'llm_ranking' else 'unknown' end,
      case r.model_name when 'llm_ranker' then 'Claude-based ranking, by the name of the model'
        else 'It decided before anybody registered it' end,
      'staging'
    from (
      select distinct model_name, model_version
      from json_to_recordset(${payloadsOf(sql, named)}::json) as j(model_name text, model_version text)) r
    where not exists (select from model_registry m
      where m.model_name = r.model_name and m.model_version = r.model_version)
    on conflict do nothing`
})

/**
 * The last decision that put the place into the plan, else the last that had it among its candidates: of those from before it was said,
 * and where the clock that says so is behind all of them, of those from before it was heard.
 */
const decisionOfTrip = (sql: SqlClient) => sql`
  select d.id from ranking_events d
  where d.trip_id = r.trip_id and d.occurred_at <= greatest(r.at, r.heard) and r.activity_node_id = any(d.candidate_ids)
  order by d.occurred_at > r.at, r.activity_node_id = any(d.selected_ids) desc, d.occurred_at desc, d.id desc limit 1`

export const decisionOutcomes = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    with r as (
      select j.user_id, j.trip_id, j.session_id, to_timestamp(j.occurred_at / 1000.0) as at, null::timestamptz as heard, o.*
      from json_to_recordset(${payloadsOf(sql, records)}::json) as j(
        user_id uuid, trip_id uuid, session_id uuid, occurred_at double precision, outcomes json)
        cross join lateral json_to_recordset(j.outcomes) as o(
          id uuid, decision_id uuid, activity_node_id uuid, slot_id uuid, outcome text)
    )
    insert into decision_outcomes (
      id, decision_id, user_id, trip_id, session_id, slot_id, activity_node_id, outcome, occurred_at)
    select r.id, coalesce(r.decision_id, d.id), r.user_id, r.trip_id, r.session_id, r.slot_id, r.activity_node_id,
      r.outcome, r.at
    from r left join lateral (${decisionOfTrip(sql)}) d on r.decision_id is null
    where coalesce(r.decision_id, d.id) is not null
    on conflict (id) do nothing`
})

/**
 * The places of an offer, each once: as the option that was taken brings it, else as the first one. An option for the rest of a day
 * brings several, of which older rows name the first alone.
 */
const placesOf = (sql: SqlClient) => sql`
  select distinct on (b.node_id) o.one ->> 'option_id' as option_id, b.node_id, b.slot_id,
    b.node_id is not distinct from o.one ->> 'node_id' as leads,
    (o.one ->> 'option_id')::uuid is not distinct from p.chosen_option_id as taken
  from jsonb_array_elements(p.options) with ordinality o(one, nth)
    cross join lateral jsonb_to_recordset(coalesce(o.one -> 'places', jsonb_build_array(
      jsonb_build_object('node_id', o.one -> 'node_id', 'slot_id', p.slot_id)))) b(node_id text, slot_id uuid)
  where b.node_id is not null
  order by b.node_id, taken desc, o.nth`

/**
 * What an answer to an offer says of each place in it; offers that were pushed out unanswered are among the records. What a
 * group voted for is no answer of anybody: the votes are outcomes of their own. What nobody had asked for and a party ignored
 * was ignored by none of them.
 */
export const pivotOutcomes = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  const payloads = payloadsOf(sql, records)
  yield* sql`
    with records as materialized (
      select * from json_to_recordset(${payloads}::json) as r(
        pivot_id uuid, response text, user_id uuid, voted boolean, nobodys boolean, pushed_out json)
    ), named as (
      select pivot_id, user_id as answered_by from records
      where response is not null and voted is not true and nobodys is not true
      union
      select (one ->> 'pivot_id')::uuid, null from records, json_array_elements(pushed_out) one
      where (one ->> 'nobodys')::boolean is not true
    )
    insert into decision_outcomes (
      id, decision_id, user_id, trip_id, session_id, slot_id, activity_node_id, outcome, occurred_at)
    select md5('outcome' || place.option_id || case when place.leads then '' else place.node_id end)::uuid, d.id,
      coalesce(named.answered_by, d.user_id), p.trip_id, d.session_id, place.slot_id, place.node_id::uuid,
      case when p.response = 'ignore' then 'ignored' when place.taken then 'confirmed' else 'skipped' end,
      p.responded_at
    from named join pivot_events p using (pivot_id) join ranking_events d on d.id = p.pivot_id
      cross join lateral (${placesOf(sql)}) place
    where p.response is not null and p.origin = 'app'
    on conflict (id) do nothing`
})

/** What signals say of places; where another record says it more exactly, under the signal's id, that one stands. */
export const signalOutcomes = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
  if (ids.length === 0) return
  const sql = yield* SqlClient
  yield* sql`
    with r as (
      select s.*, s.occurred_at as at, s.created_at as heard from behavioral_signals s
      where s.id = any(${[...ids]}::uuid[]) and s.activity_node_id is not null
    )
    insert into decision_outcomes (
      id, decision_id, user_id, trip_id, session_id, slot_id, activity_node_id, outcome, source, occurred_at)
    select r.id, coalesce(named.id, d.id), r.user_id, r.trip_id, r.session_id, r.slot_id, r.activity_node_id,
      case r.signal_type
        when 'slot_accept' then 'confirmed' when 'slot_skip' then 'skipped' when 'slot_swap' then 'swapped'
        when 'discovery_swipe_right' then 'swiped_right' else 'swiped_left'
      end,
      r.source, r.occurred_at
    from r left join ranking_events named on named.id = r.decision_id and r.activity_node_id = any(named.candidate_ids)
      left join lateral (
      select * from (${decisionOfTrip(sql)}) planned where r.signal_type like 'slot%'
      union all
      select * from (
        select d.id from ranking_events d
        where d.session_id = r.session_id and d.surface = 'discovery' and d.user_id = r.user_id
          and r.activity_node_id = any(d.candidate_ids)
        order by d.occurred_at desc, d.id desc limit 1) shown where r.signal_type like 'discovery%') d on named.id is null
    where coalesce(named.id, d.id) is not null
    on conflict (id) do nothing`
})
