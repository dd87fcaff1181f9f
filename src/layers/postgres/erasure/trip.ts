/** One trip of an erased person, in one transaction: given to a stand-in where it was theirs alone, left to the others where not. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { BLURRED_DIGITS, coarse, type Disguise, HOUR_MS } from "../../../domain/erasure/disguise.ts"
import { COUNTING_SIGNALS } from "../../../domain/signal.ts"
import type { TripSnapshot } from "../../../domain/trip/snapshot.ts"
import { REPAIR_TRIP } from "../../../services/trip-mending.ts"
import { commonMoments, fewLikeIt, knownArchetype } from "./anonymity.ts"
import { moveExperiment, moveIntentions, movePivots, moveRankings, moveSignals, unitOf } from "./rows.ts"
import { insertStandIn, makeDisguise } from "./stand-in.ts"

interface TripRow {
  readonly id: string
  readonly user_id: string
  readonly city_id: string
  readonly start_date: string
  readonly days: number
  readonly status: string
  readonly constraints: Readonly<Record<string, unknown>>
  readonly created_at: Date
}

/** Whether anybody but the person has, or had, a part in the trip. */
export const isAlone = Effect.fnUntraced(function* (person: string, trip: string) {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ shared: boolean }>`
    select exists (select from trips where id = ${trip} and user_id <> ${person})
      or exists (select from trip_members where trip_id = ${trip} and user_id <> ${person})
      or exists (select from behavioral_signals where trip_id = ${trip} and user_id <> ${person})
      or exists (select from ranking_events where trip_id = ${trip} and user_id <> ${person})
      or exists (select from decision_outcomes where trip_id = ${trip} and user_id <> ${person})
      or exists (select from pivot_events where trip_id = ${trip} and user_id <> ${person})
      or exists (select from intention_signals where trip_id = ${trip} and user_id <> ${person})
      or exists (select from door_reports where trip_id = ${trip} and user_id <> ${person}) as shared`
  return !row!.shared
})

/** The sessions of a trip are the ids of its plans. */
const plansOf = Effect.fnUntraced(function* (trip: string) {
  const sql = yield* SqlClient
  const rows = yield* sql<{ id: string }>`
    select session_id as id from behavioral_signals where trip_id = ${trip} and session_id is not null
    union select session_id from ranking_events where trip_id = ${trip} and session_id is not null
    union select (state ->> 'session_id')::uuid from trip_snapshots where trip_id = ${trip} and state ? 'session_id'
    union select (payload -> 'trip' ->> 'session_id')::uuid from trip_events
      where trip_id = ${trip} and type = 'trip_created'
    union select plan_id from exp.events where payload ->> 'trip_id' = ${trip}`
  return rows.map((row) => row.id)
})

export const disguiseTrip = Effect.fnUntraced(function* (person: string, trip: string, k: number) {
  const sql = yield* SqlClient
  const [row] = yield* sql<TripRow>`
    select id, user_id, city_id, start_date::text as start_date, end_date - start_date + 1 as days, status,
      constraints, created_at
    from trips where id = ${trip} for update`
  const alone = yield* isAlone(person, trip)
  yield* sql`delete from door_reports where user_id = ${person} and trip_id = ${trip}`
  const disguise = makeDisguise({
    person,
    alone,
    archetype: yield* knownArchetype(person, k),
    common: yield* commonMoments(person, row?.city_id, k)
  })
  const where = yield* unitOf(person, { trip }, "occurred_at")
  const [seen] = yield* sql<{ first: Date | null; counting: number }>`
    select min(created_at) as first,
      (count(*) filter (where source = 'app' and signal_type in ${sql.in(COUNTING_SIGNALS)}))::int as counting
    from behavioral_signals where ${where}`
  const from = Math.min(row?.created_at.getTime() ?? Infinity, seen?.first?.getTime() ?? Infinity)
  yield* insertStandIn(disguise, Number.isFinite(from) ? from : Date.now(), seen?.counting ?? 0)
  const nodes = yield* sql<{ id: string }>`
    select distinct activity_node_id as id from behavioral_signals where ${where} and activity_node_id is not null`
  const ofThisTrip = new Set(nodes.map((one) => one.id))
  const plans = yield* plansOf(trip)
  yield* moveSignals(where, disguise, ofThisTrip)
  yield* moveRankings(where, disguise, ofThisTrip)
  yield* movePivots(trip, disguise, alone)
  yield* moveIntentions(where, disguise)
  yield* moveExperiment(plans, disguise)
  if (alone) yield* moveTrip(disguise, trip, row, k)
  else yield* leaveTrip(disguise, trip, row)
})

/** Nobody will open it again: what was under way counts as cut short, what was planned as called off. */
const endedAs = (status: string): string =>
  status === "active" ? "shortened" : status === "planning" || status === "confirmed" ? "cancelled" : status

const moveTrip = Effect.fnUntraced(function* (disguise: Disguise, trip: string, row: TripRow | undefined, k: number) {
  const sql = yield* SqlClient
  const id = disguise.shared(trip)
  const shift = sql`make_interval(secs => ${disguise.shiftMillis / 1000})`
  const hour = (column: string) => sql`date_trunc('hour', ${sql.literal(column)}) - ${shift}`
  yield* sql`delete from trip_events where trip_id = ${trip}`
  yield* sql`delete from trip_snapshots where trip_id = ${trip}`
  yield* sql`delete from lost_trip_events where trip_id = ${trip}`
  yield* sql`update jobs set payload = '{}' where kind = ${REPAIR_TRIP} and payload ->> 'trip_id' = ${trip}`
  yield* sql`update llm_ledger set user_id = null, trip_id = null where trip_id = ${trip}`
  const rare = row === undefined || (yield* fewLikeIt(row, k))
  const { budget, pace } = row?.constraints ?? {}
  const constraints = JSON.stringify(rare ? {} : { budget, pace })
  const snapshots = yield* sql<{ id: string }>`select id from exp.constraint_snapshots where trip_id = ${trip}`
  for (const one of snapshots) {
    yield* sql`
      update exp.constraint_snapshots set
        id = ${disguise.own(one.id)}, trip_id = ${id}, constraints = ${constraints}::text::jsonb,
        valid_from = ${hour("valid_from")}, created_at = ${hour("created_at")}
      where id = ${one.id}`
  }
  if (row === undefined) return
  const createdAt = new Date(coarse(disguise, row.created_at.getTime()))
  yield* sql`
    insert into trips (id, user_id, city_id, start_date, end_date, status, constraints, state_version, epoch,
      model_name, model_version, created_at, updated_at)
    select ${id}, ${disguise.standIn}, city_id, start_date - ${disguise.shiftMillis / (24 * HOUR_MS)}::int,
      end_date - ${disguise.shiftMillis / (24 * HOUR_MS)}::int, ${endedAs(row.status)}, ${constraints}::text::jsonb, 0,
      ${randomUUID()}, model_name, model_version, ${createdAt}, ${createdAt}
    from trips where id = ${trip}`
  yield* sql`
    insert into trip_members (id, trip_id, user_id, role, ordinal, joined_at, created_at)
    values (${randomUUID()}, ${id}, ${disguise.standIn}, 'owner', 0, ${createdAt}, ${createdAt})`
  const slots = yield* sql<{ id: string }>`select id from itinerary_slots where trip_id = ${trip}`
  const moved = slots.map((slot) => ({ key: slot.id, id: disguise.shared(slot.id) }))
  yield* sql`
    update itinerary_slots s set
      id = r.id, trip_id = ${id}, generated_narrative = null,
      score = round(s.score::numeric, ${BLURRED_DIGITS})::real, starts_at = ${hour("starts_at")},
      ends_at = date_trunc('hour', s.ends_at + interval '59 minutes 59.999 seconds') - ${shift},
      created_at = ${hour("created_at")}, updated_at = ${hour("updated_at")}
    from jsonb_to_recordset(${JSON.stringify(moved)}::text::jsonb) as r(key uuid, id uuid)
    where s.id = r.key`
  yield* sql`delete from trips where id = ${trip}`
})

/** The next in line owns the trip; where everybody has left before, the stand-in does. */
const leaveTrip = Effect.fnUntraced(function* (disguise: Disguise, trip: string, row: TripRow | undefined) {
  const sql = yield* SqlClient
  const { person, standIn } = disguise
  const like = `%${person}%`
  yield* sql`delete from trip_members where trip_id = ${trip} and user_id = ${person}`
  yield* sql`delete from trip_vetoes where trip_id = ${trip} and user_id = ${person}`
  yield* sql`delete from trip_invitations where trip_id = ${trip} and ${person} in (invited_user_id, invited_by)`
  if (row?.user_id === person) {
    const [next] = yield* sql<{ user_id: string }>`
      select user_id from trip_members where trip_id = ${trip} order by ordinal limit 1`
    const owner = next?.user_id ?? standIn
    yield* sql`update trips set user_id = ${owner} where id = ${trip}`
    yield* sql`update trip_members set role = 'owner' where trip_id = ${trip} and user_id = ${owner}`
  }
  yield* sql`
    update trip_events set payload = jsonb_set(payload, '{veto}', ${JSON.stringify({
      user_id: standIn,
      node_ids: [],
      tags: []
    })}::text::jsonb)
    where trip_id = ${trip} and type = 'vetoes_set' and payload -> 'veto' ->> 'user_id' = ${person}`
  yield* sql`
    update trip_events set
      payload = replace(payload::text, ${person}, ${standIn})::jsonb,
      id = case when actor_id = ${person} then gen_random_uuid() else id end,
      idempotency_key = case when actor_id = ${person} then null else idempotency_key end,
      occurred_at = case when actor_id = ${person} then date_trunc('hour', occurred_at) else occurred_at end,
      created_at = case when actor_id = ${person} then date_trunc('hour', created_at) else created_at end,
      actor_id = case when actor_id = ${person} then ${standIn}::uuid else actor_id end
    where trip_id = ${trip} and (actor_id = ${person} or payload::text like ${like})`
  const [snapshot] = yield* sql<{ state: TripSnapshot }>`
    select state from trip_snapshots where trip_id = ${trip} and state::text like ${like}`
  if (snapshot !== undefined) {
    const { receipts, vetoes, invitations, ...state } = snapshot.state
    const forgotten = JSON.stringify({
      ...state,
      vetoes: vetoes.filter((veto) => veto.user_id !== person),
      invitations: invitations.filter((one) => one.user_id !== person && one.invited_by !== person),
      ...(receipts === undefined ? {} : { receipts: receipts.filter((one) => one.by !== person) })
    }).replaceAll(person, standIn)
    yield* sql`update trip_snapshots set state = ${forgotten}::text::jsonb where trip_id = ${trip}`
  }
  // What companions' decisions say of the members names the same stand-in.
  yield* sql`
    update ranking_events set user_state = replace(user_state::text, ${person}, ${standIn})::jsonb
    where trip_id = ${trip} and user_state::text like ${like}`
  yield* sql`
    update behavioral_signals set context = replace(context::text, ${person}, ${standIn})::jsonb
    where trip_id = ${trip} and context::text like ${like}`
})
