/**
 * Stores what happened to trips, and keeps the projections true in the same transaction: `trips`, `trip_members`,
 * `trip_invitations`, `trip_vetoes` and `itinerary_slots` are what the events say, and nobody else writes them.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { payloadsOfKind } from "../../../domain/records/kind.ts"
import { TRIP_EVENT } from "../../../domain/records/kinds.ts"
import { lossOf } from "../../../domain/trip/event-words.ts"
import type { TripEventEnvelope } from "../../../domain/trip/events.ts"
import { SinkRejected } from "../../../services/journal-sink.ts"
import { loseTripEvents } from "../lost-trip-events.ts"
import type { SinkHandler } from "./handler.ts"
import { project } from "./trip-projection.ts"

/** A second event with a number that is taken is a fork of history: it must fail here, not be skipped. */
export const insertTripEvents = Effect.fnUntraced(function* (envelopes: ReadonlyArray<TripEventEnvelope>) {
  const sql = yield* SqlClient
  const json = JSON.stringify(
    envelopes.map(({ at, event, ...one }) => ({
      ...one,
      type: event._tag,
      payload: event,
      schema_version: TRIP_EVENT.version,
      occurred_at: new Date(at)
    }))
  )
  yield* sql`
    insert into trip_events (id, trip_id, seq, type, payload, schema_version, actor_id, idempotency_key, occurred_at)
    select id, trip_id, seq, type, payload, schema_version, actor_id, idempotency_key, occurred_at
    from jsonb_to_recordset(${json}::text::jsonb) as r(
      id uuid, trip_id uuid, seq bigint, type text, payload jsonb, schema_version smallint, actor_id uuid,
      idempotency_key text, occurred_at timestamptz)
    on conflict (id) do nothing`
})

interface KnownLoss {
  readonly trip_id: string
  readonly seq: string | number
  readonly given_up: boolean
  readonly there: boolean
}

/** What is written down of these trips as lost. */
const lossesOf = (sql: SqlClient, ids: ReadonlyArray<string>) =>
  sql<KnownLoss>`
    select l.trip_id, l.seq, l.settled_at is not null as given_up,
      exists (select from trip_events e where e.trip_id = l.trip_id and e.seq = l.seq) as there
    from lost_trip_events l where ${sql.in("l.trip_id", ids)}`

/**
 * Of a trip that is not there only what somebody asked for is stored, or what follows on a creation that was refused. A trip of an
 * erased person may be read once more just before it is put away: what the calendar did to it then belongs to nothing any more.
 */
const ofTripsThatStand = (
  envelopes: ReadonlyArray<TripEventEnvelope>,
  there: ReadonlyMap<string, number>,
  losses: ReadonlyArray<KnownLoss>
) => {
  const made = new Set(envelopes.filter(({ event }) => event._tag === "trip_created").map((one) => one.trip_id))
  const refused = new Set<string>(losses.map(({ trip_id }) => trip_id))
  return envelopes.filter(
    ({ actor_id, trip_id }) => actor_id !== null || there.has(trip_id) || made.has(trip_id) || refused.has(trip_id)
  )
}

/**
 * A change that was refused may come again, where a journal is stored anew or a server stopped in between. The trip went on without
 * it, so whether it can be put back is for mending to judge, in whose reach it is set aside; one that was given up is passed over.
 */
const withoutLost = (envelopes: ReadonlyArray<TripEventEnvelope>, losses: ReadonlyArray<KnownLoss>) => {
  const lost = new Map(losses.filter((one) => !one.there).map((one) => [`${one.trip_id} ${one.seq}`, one]))
  const lossOf = (one: TripEventEnvelope) => lost.get(`${one.trip_id} ${one.seq}`)
  return envelopes.some((one) => lossOf(one)?.given_up === false)
    ? Effect.fail(
        new SinkRejected({
          message:
            "The change was written down as lost, and its trip goes on without it: repair-trip puts it back where that changes nothing that was decided since."
        })
      )
    : Effect.succeed(envelopes.filter((one) => lossOf(one) === undefined))
}

export const tripEventsHandler: SinkHandler = {
  types: [TRIP_EVENT],
  lose: Effect.fnUntraced(function* (record) {
    const sql = yield* SqlClient
    const { event, seq, trip_id } = TRIP_EVENT.decode(record.payload)
    yield* loseTripEvents(sql, trip_id, [{ seq, type: lossOf(event) }])
    yield* Effect.logError(
      `The database refused change ${seq} of a trip (${event._tag}). The trip goes on without it, and its members are told; repair-trip --all puts it back once it can be stored.`
    )
  }),
  apply: Effect.fnUntraced(function* (records) {
    const sql = yield* SqlClient
    const all = payloadsOfKind(TRIP_EVENT, records)
    const ids = [...new Set(all.map((one) => one.trip_id))]
    const rows = yield* sql<{ id: string; state_version: string | number }>`
      select id, state_version from trips where ${sql.in("id", ids)} for update`
    const versions = new Map(rows.map((row) => [row.id, Number(row.state_version)]))
    const losses = yield* lossesOf(sql, ids)
    const envelopes = yield* withoutLost(ofTripsThatStand(all, versions, losses), losses)
    yield* insertTripEvents(envelopes)
    yield* project(envelopes.filter((one) => one.seq > (versions.get(one.trip_id) ?? 0)))
  })
}
