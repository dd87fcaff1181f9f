/**
 * Stores behavioural signals, and keeps `users.signal_count` true in the same statement: nobody else writes it. An id that is
 * stored already stays as it is; whether it came again with other content is found out here, whoever has forgotten it.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Statement from "effect/sql/Statement"
import { OUTCOME_SIGNALS } from "../../../domain/learning-log/outcomes.ts"
import { SIGNAL } from "../../../domain/records/signal.ts"
import { ABOUT_STOPS, COUNTING_SIGNALS, lacksPlace, type Signal } from "../../../domain/signal.ts"
import type { JournalEntry } from "../../../services/journal.ts"
import { ProvenSignals } from "../../../services/proven-signals.ts"
import { inSlices } from "../../../support/slices.ts"
import { payloadsOf, type SinkHandler } from "./handler.ts"
import { signalOutcomes } from "./outcomes.ts"

const COLUMNS = `id uuid, user_id uuid, signal_type text, activity_node_id uuid, slot_id uuid, trip_id uuid, session_id uuid,
  context jsonb, source text, weight real, model_version text, decision_id uuid, client_model_version text,
  client_session_id uuid, content_hash text, occurred_at timestamptz, received_at timestamptz, unverified boolean`

const NAMES = COLUMNS.split(",")
  .map((column) => column.trim().split(" ")[0])
  .join(", ")

const notStored = Metric.counter("signals_not_stored_total", {
  description: "Signals that were taken and could not be stored, by what was found out then",
  incremental: true
})
const otherContent = Metric.withAttributes(notStored, { reason: "other_content" })
const notTheirs = Metric.withAttributes(notStored, { reason: "not_theirs" })

/** Why some of these records were not stored; what was stored before with the same content needs no reason. */
const reasons = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>) {
  const sql = yield* SqlClient
  const [found] = yield* sql<{ other_content: number; not_theirs: number }>`
    select count(*) filter (where s.content_hash <> r.content_hash)::int as other_content,
      count(*) filter (where s.id is null)::int as not_theirs
    from json_to_recordset(${payloadsOf(sql, records)}::json) as r(id uuid, content_hash text)
      left join behavioral_signals s using (id)`
  const { other_content, not_theirs } = found!
  return Effect.gen(function* () {
    yield* Metric.update(otherContent, other_content)
    yield* Metric.update(notTheirs, not_theirs)
    if (other_content > 0) {
      yield* Effect.logWarning(`Signals not stored because their ids are, with other content: ${other_content}.`)
    }
    if (not_theirs > 0) {
      yield* Effect.logWarning(`Signals not stored because their trips are not their senders': ${not_theirs}.`)
    }
  })
})

/** What was found out of signals that were taken on trust and are stored. */
interface Found {
  readonly ids: ReadonlyArray<string>
  readonly trips: ReadonlyArray<string | null>
  readonly nodes: ReadonlyArray<string | null>
}

const tellProven = (records: ReadonlyArray<JournalEntry>, { ids, nodes, trips }: Found) =>
  Effect.map(ProvenSignals, ({ tell }) => {
    // Of two with one id the first was stored.
    const recordOf = new Map(records.toReversed().map((record) => [record.id, record]))
    tell(
      ids.flatMap((id, i) => {
        const record = recordOf.get(id)
        if (record === undefined) return []
        const read = () => {
          const received = SIGNAL.decode(record.payload)
          return { ...received, signal: { ...received.signal, trip_id: trips[i]!, activity_node_id: nodes[i]! } }
        }
        return [{ user_id: record.key.slice("user:".length), read }]
      })
    )
  })

/** Whether it names a stop, an offer or what may be a slate, which was not in memory when it was taken: whatever it says of that. */
const lacksDecision = ({ activity_node_id, context, decision_id, session_id, slot_id }: Signal): boolean =>
  decision_id == null &&
  (slot_id !== null || context.pivot_id !== undefined || (session_id !== null && activity_node_id !== null))

/** Longest that sorting a batch holds the event loop at a time. */
const SLICE_MILLIS = 1

const ORDINARY = 0
const TO_COMPLETE = 1

const groupOf = ({ payload }: JournalEntry): typeof ORDINARY | typeof TO_COMPLETE => {
  try {
    // As it is written: its instants, which the codec brings back, are not asked for, and every signal comes by here.
    const signal: Signal = JSON.parse(payload)
    return lacksPlace(signal) || lacksDecision(signal) ? TO_COMPLETE : ORDINARY
  } catch {
    // What is no signal the database refuses, and then it is set aside.
    return ORDINARY
  }
}

/** Trip, place and decision of each signal, as it names them. */
const asNamed = (sql: SqlClient) => sql`
  select r.*, r.trip_id as trip, r.activity_node_id as node, null::uuid as decided, null::text as decided_model,
    null::uuid as decided_session
  from incoming r`

/**
 * What stood at a stop when a signal was said of it: the place that it names, else by its sender's clock. Where that says a time at which
 * nothing was planned there it is wrong, and what stood there last is meant.
 */
const stood = (sql: SqlClient, said: "p" | "r", trip: string, stop: string) => sql`
  select slot from trip_events e, jsonb_array_elements(coalesce(e.payload -> 'slots', e.payload #> '{trip,slots}')) slot
  where e.trip_id = ${sql.literal(trip)} and slot ->> 'id' = ${sql.literal(stop)}::text
  order by slot ->> 'node_id' is distinct from ${sql.literal(said)}.activity_node_id::text,
    e.occurred_at > ${sql.literal(said)}.occurred_at, e.seq desc limit 1`

/**
 * The same with the decision that it names by an offer, a stop or a slate, where the user had a part in that. An offer leads to its
 * trip by itself; beside one that nobody knows, because a crash lost it, its stop says which decision is answered.
 */
const withDecision = (sql: SqlClient, placed: Statement.Fragment) => sql`
  select p.*, d.id as decided, d.model_name || ':' || d.model_version as decided_model, d.session_id as decided_session
  from (${placed}) p
  left join lateral (
    select e.id, e.session_id, e.model_name, e.model_version from ranking_events e
    where p.decision_id is null and p.trip is not null and e.trip_id = p.trip and e.id = coalesce(
      (select o.id from ranking_events o where o.id = (p.context ->> 'pivot_id')::uuid and o.trip_id = p.trip),
      (select (slot ->> 'decision_id')::uuid from (${stood(sql, "p", "p.trip", "p.slot_id")}) stood))
    union all
    select e.id, e.session_id, e.model_name, e.model_version from ranking_events e join trips t on t.id = e.trip_id
    where p.decision_id is null and p.trip is null and e.id = (p.context ->> 'pivot_id')::uuid and e.surface = 'pivot'
      and (t.user_id = p.user_id
        or exists (select from trip_members m where m.trip_id = t.id and m.user_id = p.user_id))
    union all
    select e.id, e.session_id, e.model_name, e.model_version from ranking_events e
    where p.decision_id is null and p.slot_id is null and not p.context ? 'pivot_id' and e.user_id = p.user_id and e.surface = 'discovery'
      and e.session_id = p.session_id and p.activity_node_id = any(e.candidate_ids)
    limit 1) d on true`

/** Trip and place by its stop: the place that stood there when it happened, not what was swapped in since. */
const byStop = (sql: SqlClient) => sql`
  select r.*, coalesce(r.trip_id, s.trip_id) as trip,
    case
      when r.activity_node_id is not null or s.id is null or r.signal_type not in ${sql.in(ABOUT_STOPS)}
        then r.activity_node_id
      else nullif(case
        when not exists (select from trip_events e where e.trip_id = s.trip_id and e.occurred_at > r.occurred_at
          and e.payload -> 'slots' @> jsonb_build_array(jsonb_build_object('id', s.id))) then s.activity_node_id
        else (select (slot ->> 'node_id')::uuid from (${stood(sql, "r", "s.trip_id", "s.id")}) stood)
        end, (r.context ->> 'replaced_by')::uuid)
    end as node
  from incoming r
  left join itinerary_slots s on (r.trip_id is null or s.trip_id = r.trip_id) and s.id = case
    when r.trip_id is null and r.unverified or r.trip_id is not null and r.activity_node_id is null then r.slot_id end`

/** Those of them that taught nobody yet: `namesOnlyStop` of their records, or taken on trust. */
const awaitedOf = (sql: SqlClient) => sql`id in (
  select id from incoming where unverified or (slot_id is not null and (trip_id is null
    or (activity_node_id is null and signal_type in ${sql.in(ABOUT_STOPS)}))))`

const store = Effect.fnUntraced(function* (records: ReadonlyArray<JournalEntry>, group: number) {
  const sql = yield* SqlClient
  // A traveler whose first request met an absent database has no row yet; the log must not stumble over that.
  const [result] = yield* sql<
    { stored: number; telling: ReadonlyArray<string> | null } & (Found | { readonly ids: null })
  >`
    with incoming as materialized (
      select * from rows from (json_to_recordset(${payloadsOf(sql, records)}::json) as (${sql.literal(COLUMNS)}))
        with ordinality as r(${sql.literal(NAMES)}, place_in_log)
    ), placed as (${group === ORDINARY ? asNamed(sql) : withDecision(sql, byStop(sql))}
    ), stored as (
      insert into behavioral_signals (
        id, user_id, signal_type, activity_node_id, slot_id, trip_id, session_id, context, source, weight,
        model_version, decision_id, client_model_version, client_session_id, content_hash, occurred_at, created_at)
      select r.id, r.user_id, r.signal_type, n.id, r.slot_id, r.trip,
        coalesce(r.decided_session, r.session_id),
        case when n.id is null and r.activity_node_id is not null
          then r.context || jsonb_build_object('unknown_node_id', r.activity_node_id) else r.context end,
        r.source, r.weight, coalesce(r.decided_model, r.model_version), coalesce(r.decided, r.decision_id),
        case when r.decided is null then r.client_model_version else r.model_version end,
        case when r.decided is null then r.client_session_id else r.session_id end,
        r.content_hash, r.occurred_at, r.received_at
      from placed r
      left join trips t on t.id = r.trip
      left join activity_nodes n on n.id = r.node and (t.id is null or n.city_id = t.city_id)
      where r.unverified is not true
        -- A stop that nobody knows names nobody's trip.
        or r.trip is null
        or t.user_id = r.user_id
        or exists (select from trip_members m where m.trip_id = r.trip and m.user_id = r.user_id)
        -- Who left since was a member when they sent it; what they send afterwards is of a trip of others.
        or exists (select from trip_events e where e.trip_id = r.trip and e.type = 'member_left'
          and e.payload ->> 'user_id' = r.user_id::text and e.occurred_at >= r.received_at)
      -- Of two with one id the first in the log stays, also where they come together.
      order by r.place_in_log
      on conflict (id) do nothing
      returning id, user_id, signal_type, source, trip_id, activity_node_id
    ), counted as (
      select user_id, count(*)::int as signals from stored
      where source = 'app' and signal_type in ${sql.in(COUNTING_SIGNALS)}
      group by user_id
    ), people as (
      insert into users as u (id, signal_count)
      select p.user_id, coalesce(c.signals, 0)
      from (select distinct user_id from incoming) p left join counted c using (user_id)
      order by p.user_id
      on conflict (id) do update set signal_count = u.signal_count + excluded.signal_count
      where excluded.signal_count > 0
    ), awaited as (
      select s.* from stored s
      where ${group === ORDINARY ? sql`exists (select from incoming where unverified) and id in (select id from incoming where unverified)` : awaitedOf(sql)}
    )
    select (select count(*)::int from stored) as stored,
      (select array_agg(id) from stored where signal_type in ${sql.in(OUTCOME_SIGNALS)}) as telling,
      array_agg(id) as ids, array_agg(trip_id) as trips, array_agg(activity_node_id) as nodes
    from awaited`
  return result!
})

export const signalsHandler: SinkHandler = {
  types: [SIGNAL],
  apply: Effect.fnUntraced(function* (records) {
    const groups: [Array<JournalEntry>, Array<JournalEntry>] = [[], []]
    yield* inSlices(records, (record) => void groups[groupOf(record)].push(record), SLICE_MILLIS)
    const after: Array<Effect.Effect<void, never, ProvenSignals>> = []
    for (const [group, share] of groups.entries()) {
      if (share.length === 0) continue
      const result = yield* store(share, group)
      yield* signalOutcomes(result.telling ?? [])
      if (result.stored < share.length) after.push(yield* reasons(share))
      if (result.ids !== null) after.push(tellProven(records, result))
    }
    return Effect.all(after, { discard: true })
  })
}
