/**
 * Stores decisions and what became of them: one statement per table and batch. Payloads are the rows themselves, with
 * instants in Unix milliseconds. They are read as `json`: to `jsonb` would be turned what is columns a moment later.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  CONSTRAINT_SNAPSHOT,
  DECISION_OUTCOMES,
  DOOR_REPORT,
  EXPERIMENT_EVENT,
  INTENTION_SIGNAL,
  PERSONA_SNAPSHOT,
  PIVOT_EVENT,
  PIVOT_RESPONSE,
  RANKING_EVENT,
  USER_STATE
} from "../../../domain/records/kinds.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import { payloadsOf, type SinkHandler } from "./handler.ts"
import { decisionOutcomes, knownModels, knownPeople, pivotOutcomes } from "./outcomes.ts"

const rankingEvents = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into ranking_events (
      id, user_id, trip_id, session_id, day_number, surface, model_name, model_version, candidate_ids, scores,
      propensities, ranked_ids, selected_ids, user_state, shadow_model_name, shadow_model_version, shadow_ranked_ids,
      shadow_latency_ms, arm, arm_of, model_failed, latency_ms, occurred_at)
    select r.id, r.user_id, r.trip_id, r.session_id, r.day_number, r.surface, r.model_name, r.model_version,
      r.candidate_ids, r.scores, r.propensities, r.ranked_ids, r.selected_ids, r.user_state, r.shadow_model_name,
      r.shadow_model_version, r.shadow_ranked_ids, r.shadow_latency_ms, r.arm, r.arm_of, coalesce(r.model_failed, false),
      r.latency_ms, to_timestamp(r.occurred_at / 1000.0)
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      id uuid, user_id uuid, trip_id uuid, session_id uuid, day_number smallint, surface text, model_name text,
      model_version text, candidate_ids uuid[], scores real[], propensities real[], ranked_ids uuid[],
      selected_ids uuid[], user_state jsonb, shadow_model_name text, shadow_model_version text,
      shadow_ranked_ids uuid[], shadow_latency_ms real, arm text, arm_of text, model_failed boolean, latency_ms real,
      occurred_at double precision)
    on conflict (id) do nothing`
})

const userStates = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into user_states (id, user_ids, state)
    select r.id, r.user_ids, r.state
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(id uuid, user_ids uuid[], state jsonb)
    on conflict (id) do nothing`
})

/**
 * The offer and the decision behind it, under one id. All that was shown was shown for sure, best first. Offers that it pushed
 * out count as ignored, whether they were stored before or come in the same batch; an answer, once given, stands. Who asks again
 * after a crash may get another offer under the same id: what was offered last is what is answered, so it stands.
 */
const pivotEvents = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    with told as materialized (
      select * from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
        pivot_id uuid, user_id uuid, trip_id uuid, slot_id uuid, trigger text, detail jsonb, options jsonb,
        reasons jsonb, source text, state_version bigint, model_name text, model_version text, latency_ms real,
        offered_at double precision, ranked_for uuid, session_id uuid, candidate_ids uuid[], scores real[],
        selected_ids uuid[], user_state_id uuid, arm text, arm_of text, pushed_out json)
    ), r as materialized (
      select distinct on (pivot_id) * from told order by pivot_id, offered_at desc
    ), gone as (
      select (one ->> 'pivot_id')::uuid as pivot_id, (one ->> 'after_ms')::bigint as after_ms,
        to_timestamp(told.offered_at / 1000.0) as at
      from told, json_array_elements(told.pushed_out) one
    ), offered as (
      insert into pivot_events (
        id, pivot_id, user_id, trip_id, slot_id, trigger, detail, options, reasons, source, state_version, model_name,
        model_version, latency_ms, offered_at, response, time_to_action_ms, responded_at)
      select pivot_id, pivot_id, user_id, trip_id, slot_id, trigger, detail, options, reasons, source, state_version,
        model_name, model_version, latency_ms, to_timestamp(offered_at / 1000.0),
        case when g.at is not null then 'ignore' end, g.after_ms, g.at
      from r left join gone g using (pivot_id)
      on conflict (pivot_id) do update set
        user_id = excluded.user_id, slot_id = excluded.slot_id, trigger = excluded.trigger, detail = excluded.detail, options = excluded.options,
        reasons = excluded.reasons, source = excluded.source, state_version = excluded.state_version,
        model_name = excluded.model_name, model_version = excluded.model_version, latency_ms = excluded.latency_ms,
        offered_at = excluded.offered_at, response = excluded.response, time_to_action_ms = excluded.time_to_action_ms,
        responded_at = excluded.responded_at
      where pivot_events.response is null and pivot_events.offered_at <= excluded.offered_at
    ), answered as (
      update pivot_events p set response = 'ignore', time_to_action_ms = g.after_ms, responded_at = g.at
      from gone g
      where p.pivot_id = g.pivot_id and p.response is null and not exists (select 1 from r where r.pivot_id = g.pivot_id)
    )
    insert into ranking_events (
      id, user_id, trip_id, session_id, surface, model_name, model_version, candidate_ids, scores, propensities,
      ranked_ids, selected_ids, user_state, arm, arm_of, latency_ms, occurred_at)
    select pivot_id, ranked_for, trip_id, session_id, 'pivot', model_name, model_version, candidate_ids, scores,
      array_fill(1::real, array[cardinality(candidate_ids)]), candidate_ids, selected_ids,
      coalesce(s.state, '{}'), arm, arm_of, latency_ms, to_timestamp(offered_at / 1000.0)
    from r left join user_states s on s.id = r.user_state_id
    where candidate_ids is not null
    on conflict (id) do update set
      user_id = excluded.user_id, session_id = excluded.session_id, model_name = excluded.model_name, model_version = excluded.model_version,
      candidate_ids = excluded.candidate_ids, scores = excluded.scores, propensities = excluded.propensities,
      ranked_ids = excluded.ranked_ids, selected_ids = excluded.selected_ids, user_state = excluded.user_state,
      arm = excluded.arm, arm_of = excluded.arm_of, latency_ms = excluded.latency_ms, occurred_at = excluded.occurred_at
    where ranking_events.occurred_at <= excluded.occurred_at
      and not exists (select 1 from pivot_events p where p.pivot_id = ranking_events.id and p.response is not null)`
  yield* pivotOutcomes(records)
})

/**
 * Answers that were given in time and came late, against the row of their offer: the trip need not remember it. They take the place of
 * an `ignore` that was written down after they were given, and so do their outcomes; any other answer stands.
 */
const lateResponses = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  const heard = yield* sql<{ readonly pivot_id: string }>`
    with late_answers as (
      select distinct on (pivot_id) *, to_timestamp(responded_at / 1000.0) as at
      from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
        pivot_id uuid, trip_id uuid, response text, chosen_option_id text, slots_changed smallint,
        responded_at double precision, late boolean)
      where late order by pivot_id, responded_at
    )
    update pivot_events p set
      response = r.response, chosen_option_id = o.option_id, slots_changed = r.slots_changed,
      responded_at = greatest(r.at, p.offered_at),
      time_to_action_ms = (extract(epoch from greatest(r.at, p.offered_at) - p.offered_at) * 1000)::bigint
    from late_answers r left join lateral (
      select (one ->> 'option_id')::uuid as option_id from pivot_events offered, jsonb_array_elements(offered.options) one
      where offered.pivot_id = r.pivot_id and one ->> 'option_id' = r.chosen_option_id) o on true
    where p.pivot_id = r.pivot_id and p.trip_id = r.trip_id and p.origin = 'app' and jsonb_array_length(p.options) > 0
      and (p.response is null or p.response = 'ignore' and p.responded_at > r.at)
      and (r.response = 'dismiss' or o.option_id is not null)
    returning p.pivot_id`
  if (heard.length === 0) return
  yield* sql`
    delete from decision_outcomes
    where decision_id in ${sql.in(heard.map(({ pivot_id }) => pivot_id))} and outcome = 'ignored'`
})

/** What became of an offer completes the row that the offer began; an answer, once given, stands. */
const pivotResponses = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    update pivot_events p set
      response = r.response, chosen_option_id = r.chosen_option_id, time_to_action_ms = r.time_to_action_ms,
      slots_changed = r.slots_changed, responded_at = to_timestamp(r.responded_at / 1000.0)
    from (
      select distinct on (pivot_id) *
      from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
        pivot_id uuid, response text, chosen_option_id uuid, time_to_action_ms bigint, slots_changed smallint,
        responded_at double precision, late boolean)
      where late is not true
      order by pivot_id, responded_at
    ) r
    where p.pivot_id = r.pivot_id and p.response is null`
  yield* lateResponses(records)
  yield* pivotOutcomes(records)
})

const intentions = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into intention_signals (id, user_id, trip_id, slot_id, intention, confidence, source, occurred_at)
    select r.id, r.user_id, r.trip_id, r.slot_id, r.intention, r.confidence, r.source,
      to_timestamp(r.occurred_at / 1000.0)
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      id uuid, user_id uuid, trip_id uuid, slot_id uuid, intention text, confidence real, source text,
      occurred_at double precision)
    on conflict (id) do nothing`
})

/** The newest word of a person on a visit is the one that counts. */
const doorReports = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into door_reports (id, user_id, trip_id, slot_id, activity_node_id, open, opening_hours, occurred_at)
    select distinct on (r.id) r.id, r.user_id, r.trip_id, r.slot_id, r.activity_node_id, r.open, r.opening_hours,
      to_timestamp(r.occurred_at / 1000.0)
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      id uuid, user_id uuid, trip_id uuid, slot_id uuid, activity_node_id uuid, open boolean, opening_hours text,
      occurred_at double precision)
    order by r.id, r.occurred_at desc
    on conflict (id) do update set open = excluded.open, opening_hours = excluded.opening_hours,
      occurred_at = excluded.occurred_at where door_reports.occurred_at <= excluded.occurred_at`
})

const experimentEvents = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into exp.events (event_id, event_type, unit_id, plan_id, timestamp, context, payload)
    select r.event_id, r.event_type, r.unit_id, r.plan_id, to_timestamp(r.timestamp / 1000.0), r.context, r.payload
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      event_id uuid, event_type text, unit_id uuid, plan_id uuid, timestamp double precision, context jsonb,
      payload jsonb)
    on conflict (event_id) do nothing`
})

const constraintSnapshots = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into exp.constraint_snapshots (id, trip_id, valid_from, constraints)
    select r.id, r.trip_id, to_timestamp(r.valid_from / 1000.0), r.constraints
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      id uuid, trip_id uuid, valid_from double precision, constraints jsonb)
    on conflict (id) do nothing`
})

/** Whoever was erased meanwhile is not known any more. */
const personaSnapshots = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  yield* sql`
    insert into exp.persona_snapshots (id, user_id, valid_from, persona, encoder_version)
    select r.id, r.user_id, to_timestamp(r.valid_from / 1000.0), r.persona, r.encoder_version
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(
      id uuid, user_id uuid, valid_from double precision, persona jsonb, encoder_version text)
    where not exists (select from users u where u.id = r.user_id and u.deleted_at is not null)
    on conflict (id) do nothing`
})

/** In the order in which they must be stored: what others refer to first, an answer after the offer that it answers. */
const TABLES = [
  [USER_STATE, userStates],
  [RANKING_EVENT, rankingEvents],
  [PIVOT_EVENT, pivotEvents],
  [PIVOT_RESPONSE, pivotResponses],
  [INTENTION_SIGNAL, intentions],
  [DOOR_REPORT, doorReports],
  [EXPERIMENT_EVENT, experimentEvents],
  [CONSTRAINT_SNAPSHOT, constraintSnapshots],
  [PERSONA_SNAPSHOT, personaSnapshots],
  [DECISION_OUTCOMES, decisionOutcomes]
] as const

export const decisionsHandler: SinkHandler = {
  types: TABLES.map(([record]) => record),
  apply: (records) =>
    Effect.andThen(
      Effect.andThen(knownPeople(records), knownModels(records)),
      Effect.forEach(
        TABLES,
        ([record, store]) => {
          const share = records.filter((entry) => entry.type === record.type)
          return share.length === 0 ? Effect.void : store(share)
        },
        { discard: true }
      )
    )
}
