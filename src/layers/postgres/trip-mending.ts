/** Mends the streams of trips in `trip_events`, and what follows from them in the projections. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { TripId } from "../../domain/ids.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import { type MissingChange, TripMending, TripMendingUnavailable } from "../../services/trip-mending.ts"
import { isRejection } from "./journal-sink/sink.ts"
import { insertTripEvents } from "./journal-sink/trip-events.ts"
import { project } from "./journal-sink/trip-projection.ts"
import { loseTripEvents } from "./lost-trip-events.ts"
import { type EventRow, envelopeOf } from "./trip-storage.ts"

const unavailable = ({ message }: SqlError) =>
  new TripMendingUnavailable({
    message: `The database did not mend the trip: ${message}. Nothing was changed; try again.`
  })

interface LostRow {
  readonly seq: number
  readonly noticed_at: Date
}

/** What is not there, in order: what was written down, and what lies between stored events or before the first one. */
const missingIn = (stored: ReadonlyArray<TripEventEnvelope>, lost: ReadonlyArray<LostRow>, begun: boolean) => {
  const there = new Set(stored.map((one) => one.seq))
  const missing = new Set(lost.map((one) => one.seq).filter((seq) => !there.has(seq)))
  let last = begun ? (stored[0]?.seq ?? 1) - 1 : 0
  for (const { seq } of stored) {
    for (let n = last + 1; n < seq; n++) missing.add(n)
    last = seq
  }
  return [...missing].sort((a, b) => a - b)
}

const eventsOf = Effect.fnUntraced(function* (sql: SqlClient, id: TripId, from: number) {
  const rows = yield* sql<EventRow>`
    select id, trip_id, seq, payload, schema_version, actor_id, idempotency_key, occurred_at
    from trip_events where trip_id = ${id} and seq >= ${from} order by seq`
  return rows.map(envelopeOf)
})

/** False where PostgreSQL refuses it again, now as then. */
const putBack = (sql: SqlClient, envelope: TripEventEnvelope) =>
  sql.withTransaction(Effect.andThen(insertTripEvents([envelope]), project([envelope]))).pipe(
    Effect.as(true),
    Effect.catch((error) => (isRejection(error) ? Effect.succeed(false) : Effect.fail(error)))
  )

/** The snapshot and the rows are made from the events again: they may be older than what was put back. Its epoch stands beside the snapshot where the trip has no row. */
const retell = Effect.fnUntraced(function* (sql: SqlClient, id: TripId, from: number) {
  yield* project(yield* eventsOf(sql, id, from))
  yield* sql`delete from trip_snapshots where trip_id = ${id} and seq >= ${from}`
  yield* sql`update trips set epoch = gen_random_uuid() where id = ${id}`
  yield* sql`
    update trip_snapshots set epoch = gen_random_uuid()
    where trip_id = ${id} and not exists (select from trips where id = ${id})`
})

const mend = Effect.fnUntraced(function* (
  sql: SqlClient,
  id: TripId,
  found: ReadonlyArray<TripEventEnvelope>,
  giveUp: boolean
) {
  yield* sql`select 1 from trips where id = ${id} for update`
  const stored = yield* eventsOf(sql, id, 1)
  const lost = yield* sql<LostRow>`
    select seq::int as seq, noticed_at from lost_trip_events where trip_id = ${id} order by seq`
  const [snapshot] = yield* sql<{ seq: number }>`select seq::int as seq from trip_snapshots where trip_id = ${id}`
  const missing = missingIn(stored, lost, snapshot !== undefined)
  /** Changes after this one make the trip again: it begins with its creation, and without one with its snapshot. */
  let begins = stored[0]?.seq === 1 ? 0 : (snapshot?.seq ?? Number.POSITIVE_INFINITY)
  const done: Array<number> = []
  for (const seq of missing) {
    const envelope = found.find((one) => one.seq === seq)
    const noticed = lost.find((one) => one.seq === seq)?.noticed_at.getTime() ?? Number.POSITIVE_INFINITY
    const decidedWithout = stored.some((one) => one.seq > seq && one.at > noticed)
    if (envelope === undefined || decidedWithout || (seq <= begins && seq !== 1)) continue
    if (!(yield* putBack(sql, envelope))) continue
    done.push(seq)
    if (seq === 1) begins = 0
  }
  if (done.length > 0) {
    yield* retell(sql, id, done[0]!)
    yield* sql`delete from lost_trip_events where trip_id = ${id} and ${sql.in("seq", done)}`
  }
  const left = missing.filter((seq) => !done.includes(seq))
  const unknown = left.filter((seq) => !lost.some((one) => one.seq === seq))
  if (unknown.length > 0) {
    yield* loseTripEvents(
      sql,
      id,
      unknown.map((seq) => ({ seq, type: null }))
    )
  }
  if (giveUp) yield* sql`update lost_trip_events set settled_at = now() where trip_id = ${id} and settled_at is null`
  return { put_back: done, lost: left }
})

export const layer = Layer.effect(
  TripMending,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return TripMending.of({
      broken: Effect.mapBoth(
        sql<{ id: TripId }>`
          select trip_id as id from (
            select trip_id, seq, lag(seq) over (partition by trip_id order by seq) as before,
              exists (select from trip_snapshots s where s.trip_id = e.trip_id) as begun
            from trip_events e) numbered
          where (seq > before + 1 or (before is null and seq > 1 and not begun))
            and not exists (
              select from lost_trip_events l
              where l.trip_id = numbered.trip_id and l.seq = numbered.seq - 1 and l.settled_at is not null)
          union select trip_id from lost_trip_events where settled_at is null`,
        { onSuccess: (rows) => rows.map(({ id }) => id), onFailure: unavailable }
      ),
      missing: Effect.mapError(
        sql<MissingChange>`
          select trip_id, seq::int as seq, type from lost_trip_events where settled_at is null order by trip_id, seq`,
        unavailable
      ),
      mend: (id, found, giveUp) =>
        mend(sql, id, found, giveUp).pipe(
          sql.withTransaction,
          Effect.provideService(SqlClient, sql),
          Effect.mapError(unavailable)
        )
    })
  })
)
