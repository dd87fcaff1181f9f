/** Moves rows of one person to a stand-in, page by page within the caller's transaction. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { DECISION_SIGNAL } from "../../../domain/erasure/contexts.ts"
import type { Disguise } from "../../../domain/erasure/disguise.ts"
import {
  disguisedExperiment,
  disguisedOutcome,
  disguisedPivot,
  disguisedRanking,
  disguisedSignal,
  type ExperimentRow,
  type OutcomeRow,
  type PivotRow,
  type RankingRow,
  type SignalRow
} from "../../../domain/erasure/rows.ts"

/** Rows in one statement: enough to be fast, few enough to leave the event loop to others in between. */
const PAGE = 1_000

/** Rows that carry whole candidate sets are hundreds of times longer. */
const LONG_PAGE = 50

const millis = (column: string) => `(extract(epoch from ${column}) * 1000)::double precision as ${column}`

/** Whether the version that a client said it answers is one that decided here: any other text could be a message. */
export const knownModel = (sql: SqlClient, signal: string) => {
  const version = sql.literal(`${signal}.model_version`)
  return sql`(
    exists (select from model_registry m where m.model_name || ':' || m.model_version = ${version})
    or exists (select from ranking_events e where e.model_name = split_part(${version}, ':', 1)
      and e.model_version = substr(${version}, strpos(${version}, ':') + 1)))`
}

/** Which rows: all of the person's in a trip, or of one session (or day) outside trips. */
export type Unit =
  | { readonly trip: string }
  | { readonly sessions: ReadonlyArray<string>; readonly days: ReadonlyArray<string> }

export const unitOf = Effect.fnUntraced(function* (person: string, unit: Unit, time: string) {
  const sql = yield* SqlClient
  return "trip" in unit
    ? sql`user_id = ${person} and trip_id = ${unit.trip}`
    : sql`user_id = ${person} and trip_id is null and (session_id = any(${[...unit.sessions]}::uuid[])
        or (session_id is null and ${sql.literal(time)}::date = any(${[...unit.days]}::date[])))`
})

/** Reads pages of what is still the person's until nothing is. `next` writes a page under its new name. */
const drainPages = <A, E, R, E2, R2>(
  page: Effect.Effect<ReadonlyArray<A>, E, R>,
  next: (rows: ReadonlyArray<A>) => Effect.Effect<unknown, E2, R2>
) =>
  Effect.gen(function* () {
    for (;;) {
      const rows = yield* page
      if (rows.length === 0) return
      yield* next(rows)
      yield* Effect.yieldNow
    }
  })

export const moveSignals = Effect.fnUntraced(function* (
  where: Effect.Success<ReturnType<typeof unitOf>>,
  disguise: Disguise,
  ofThisTrip: ReadonlySet<string>
) {
  const sql = yield* SqlClient
  const move = (long: boolean) =>
    drainPages(
      sql<SignalRow>`
        select id, signal_type, trip_id, slot_id, session_id, decision_id, context, ${sql.literal(millis("occurred_at"))},
          ${sql.literal(millis("created_at"))}
        from behavioral_signals
        where ${where} and (signal_type = ${DECISION_SIGNAL}) = ${long} limit ${long ? LONG_PAGE : PAGE}`,
      (rows) => {
        const moved = rows.map((row) => disguisedSignal(disguise, row, ofThisTrip))
        return sql`
          update behavioral_signals s set
            id = r.id, user_id = ${disguise.standIn}, trip_id = r.trip_id, slot_id = r.slot_id,
            session_id = r.session_id, decision_id = r.decision_id, client_session_id = null, client_model_version = null,
            content_hash = null,
            context = case when r.context ? 'replaced_by'
              and not exists (select from activity_nodes n where n.id = (r.context ->> 'replaced_by')::uuid)
              then r.context - 'replaced_by' else r.context end,
            model_version = case when ${knownModel(sql, "s")} then s.model_version end,
            occurred_at = r.occurred_at, created_at = r.created_at
          from json_to_recordset(${JSON.stringify(moved)}::text::json) as r(
            key uuid, id uuid, trip_id uuid, slot_id uuid, session_id uuid, decision_id uuid, context jsonb,
            occurred_at timestamptz, created_at timestamptz)
          where s.id = r.key`
      }
    )
  yield* move(false)
  yield* move(true)
})

export const moveRankings = Effect.fnUntraced(function* (
  where: Effect.Success<ReturnType<typeof unitOf>>,
  disguise: Disguise,
  ofThisTrip: ReadonlySet<string>
) {
  const sql = yield* SqlClient
  yield* drainPages(
    sql<RankingRow>`
      select id, trip_id, session_id, scores, user_state, ${sql.literal(millis("occurred_at"))},
        ${sql.literal(millis("created_at"))}
      from ranking_events where ${where} limit ${LONG_PAGE}`,
    (rows) => {
      const moved = rows.map((row) => disguisedRanking(disguise, row, ofThisTrip))
      return sql`
        update ranking_events e set
          id = r.id, user_id = ${disguise.standIn}, trip_id = r.trip_id, session_id = r.session_id, scores = r.scores,
          user_state = r.user_state, occurred_at = r.occurred_at, created_at = r.created_at
        from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as r(
          key uuid, id uuid, trip_id uuid, session_id uuid, scores real[], user_state jsonb, occurred_at timestamptz,
          created_at timestamptz)
        where e.id = r.key`.pipe(Effect.andThen(renameDecisions(moved)))
    }
  )
  yield* moveOutcomes(where, disguise)
})

/** Whoever's outcome it is: it answers the decision under its new name. */
const renameDecisions = Effect.fnUntraced(function* (
  moved: ReadonlyArray<{ readonly key: string; readonly id: string }>
) {
  const sql = yield* SqlClient
  const names = JSON.stringify(moved.map(({ key, id }) => ({ key, id })))
  yield* sql`
    update decision_outcomes o set decision_id = r.id
    from jsonb_to_recordset(${names}::text::jsonb) as r(key uuid, id uuid) where o.decision_id = r.key`
})

const moveOutcomes = Effect.fnUntraced(function* (
  where: Effect.Success<ReturnType<typeof unitOf>>,
  disguise: Disguise
) {
  const sql = yield* SqlClient
  yield* drainPages(
    sql<OutcomeRow>`
      select id, trip_id, session_id, slot_id, ${sql.literal(millis("occurred_at"))}, ${sql.literal(millis("created_at"))}
      from decision_outcomes where ${where} limit ${PAGE}`,
    (rows) => sql`
      update decision_outcomes o set
        id = r.id, user_id = ${disguise.standIn}, trip_id = r.trip_id, session_id = r.session_id, slot_id = r.slot_id,
        occurred_at = r.occurred_at, created_at = r.created_at
      from json_to_recordset(${JSON.stringify(rows.map((row) => disguisedOutcome(disguise, row)))}::text::json) as r(
        key uuid, id uuid, trip_id uuid, session_id uuid, slot_id uuid, occurred_at timestamptz, created_at timestamptz)
      where o.id = r.key`
  )
})

/** In a trip that was the person's alone, also the offers that nobody asked for are part of their story. */
export const movePivots = Effect.fnUntraced(function* (trip: string, disguise: Disguise, alone: boolean) {
  const sql = yield* SqlClient
  const whose = alone ? sql`(user_id = ${disguise.person} or user_id is null)` : sql`user_id = ${disguise.person}`
  yield* drainPages(
    sql<PivotRow>`
      select id, pivot_id, trip_id, slot_id, detail, options, reasons, chosen_option_id,
        time_to_action_ms::double precision as time_to_action_ms, ${sql.literal(millis("offered_at"))},
        ${sql.literal(millis("responded_at"))}, ${sql.literal(millis("created_at"))}
      from pivot_events where trip_id = ${trip} and ${whose} limit ${LONG_PAGE}`,
    (rows) => {
      const moved = rows.map((row) => disguisedPivot(disguise, row))
      return sql`
        update pivot_events p set
          id = r.id, user_id = ${disguise.standIn}, pivot_id = r.pivot_id, trip_id = r.trip_id, slot_id = r.slot_id,
          detail = r.detail, options = r.options, reasons = r.reasons, chosen_option_id = r.chosen_option_id,
          time_to_action_ms = r.time_to_action_ms, offered_at = r.offered_at, responded_at = r.responded_at,
          created_at = r.created_at
        from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as r(
          key uuid, id uuid, pivot_id uuid, trip_id uuid, slot_id uuid, detail jsonb, options jsonb, reasons jsonb,
          chosen_option_id uuid, time_to_action_ms bigint, offered_at timestamptz, responded_at timestamptz,
          created_at timestamptz)
        where p.id = r.key`
    }
  )
})

export const moveIntentions = Effect.fnUntraced(function* (
  where: Effect.Success<ReturnType<typeof unitOf>> | undefined,
  disguise: Disguise
) {
  const sql = yield* SqlClient
  const rows = yield* sql<{ id: string; trip_id: string | null; slot_id: string | null }>`
    select id, trip_id, slot_id from intention_signals
    where ${where ?? sql`user_id = ${disguise.person} and trip_id is null`}`
  if (rows.length === 0) return
  const moved = rows.map((row) => ({
    key: row.id,
    id: disguise.own(row.id),
    trip_id: row.trip_id === null ? null : disguise.shared(row.trip_id),
    slot_id: row.slot_id === null ? null : disguise.shared(row.slot_id)
  }))
  const shift = sql`make_interval(secs => ${disguise.shiftMillis / 1000})`
  yield* sql`
    update intention_signals i set
      id = r.id, user_id = ${disguise.standIn}, trip_id = r.trip_id, slot_id = r.slot_id,
      occurred_at = date_trunc('hour', i.occurred_at) - ${shift}, created_at = date_trunc('hour', i.created_at) - ${shift}
    from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as r(key uuid, id uuid, trip_id uuid, slot_id uuid)
    where i.id = r.key`
})

export const moveExperiment = Effect.fnUntraced(function* (
  plans: ReadonlyArray<string> | undefined,
  disguise: Disguise
) {
  const sql = yield* SqlClient
  yield* drainPages(
    sql<ExperimentRow>`
      select event_id, plan_id, payload, ${sql.literal(millis("timestamp"))}, ${sql.literal(millis("created_at"))}
      from exp.events
      where unit_id = ${disguise.person} ${plans === undefined ? sql`` : sql`and plan_id = any(${[...plans]}::uuid[])`}
      limit ${LONG_PAGE}`,
    (rows) => {
      const moved = rows.map((row) => disguisedExperiment(disguise, row))
      return sql`
        update exp.events e set
          event_id = r.event_id, unit_id = ${disguise.standIn}, plan_id = r.plan_id, payload = r.payload,
          timestamp = r.timestamp, created_at = r.created_at
        from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as r(
          key uuid, event_id uuid, plan_id uuid, payload jsonb, timestamp timestamptz, created_at timestamptz)
        where e.event_id = r.key`
    }
  )
})
