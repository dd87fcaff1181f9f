/** Trips in PostgreSQL: `trip_snapshots` and `trip_events`. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import type { CityId, TripId } from "../../domain/ids.ts"
import { MAX_RECENT } from "../../domain/trip/actor-state.ts"
import { TRIP_EVENT_SCHEMA_VERSION, type TripEvent, type TripEventEnvelope } from "../../domain/trip/events.ts"
import type { LostChange, TripState } from "../../domain/trip/model.ts"
import { TRIP_SNAPSHOT_SCHEMA_VERSION, TripSnapshot } from "../../domain/trip/snapshot.ts"
import { type StoredTrip, TripStorage, TripStorageUnavailable } from "../../services/trip-storage.ts"
import { Machine } from "../../support/machine.ts"
import { whyAway } from "./away.ts"
import { loseTripEvents } from "./lost-trip-events.ts"
import { tripsDue } from "./trips-due.ts"

/** After a failure the database counts as away for this long, unless it answers before. */
const AWAY_MILLIS = 5_000

/** Longest that one load waits; an activation behind it has its own deadline. */
const LOAD_TIMEOUT = "4 seconds"

export interface EventRow {
  readonly id: string
  readonly trip_id: string
  readonly seq: string | number
  readonly payload: TripEvent
  readonly schema_version: number
  readonly actor_id: string | null
  readonly idempotency_key: string | null
  readonly occurred_at: Date
}

/** A trip with its snapshot: one made by import has no row of its own, one made here has no snapshot at first. */
interface TripRow {
  readonly trip_id: string
  readonly epoch: TripState["epoch"] | null
  readonly schema_version: number | null
  readonly state: unknown
  readonly lost: ReadonlyArray<LostChange> | null
}

const unreadable = (what: string, version: number) =>
  new TripStorageUnavailable({
    message: `A ${what} of version ${version} is stored and this program reads up to version ${TRIP_EVENT_SCHEMA_VERSION}; run the newer program.`
  })

export const envelopeOf = (row: EventRow): TripEventEnvelope => ({
  id: row.id,
  trip_id: row.trip_id,
  seq: Number(row.seq),
  at: row.occurred_at.getTime(),
  actor_id: row.actor_id,
  ...(row.idempotency_key === null ? {} : { idempotency_key: row.idempotency_key }),
  event: row.payload
})

const decodeSnapshot = Schema.decodeUnknownEffect(TripSnapshot)

const snapshotOf = Effect.fnUntraced(function* (row: TripRow | undefined) {
  if (row === undefined || row.schema_version === null) return undefined
  if (row.schema_version > TRIP_SNAPSHOT_SCHEMA_VERSION) return yield* unreadable("trip snapshot", row.schema_version)
  return yield* decodeSnapshot(row.state)
})

const eventsOf = (rows: ReadonlyArray<EventRow>) => {
  const newer = rows.find((row) => row.schema_version > TRIP_EVENT_SCHEMA_VERSION)
  return newer === undefined
    ? Effect.succeed(rows.map(envelopeOf))
    : Effect.fail(unreadable("trip event", newer.schema_version))
}

const stored = Effect.fnUntraced(function* (id: TripId, row: TripRow | undefined, events: ReadonlyArray<EventRow>) {
  const made: StoredTrip = {
    id,
    epoch: row?.epoch ?? undefined,
    snapshot: yield* snapshotOf(row),
    events: yield* eventsOf(events),
    lost: row?.lost ?? []
  }
  return made
})

const idsOfUser = (sql: SqlClient, userId: string) =>
  Effect.map(
    sql<{ id: TripId }>`
      select id from trips where user_id = ${userId}
      union select trip_id from trip_members where user_id = ${userId}
      union select trip_id from trip_vetoes where user_id = ${userId}
      union select trip_id from trip_invitations where invited_user_id = ${userId} or invited_by = ${userId}`,
    (rows) => rows.map((row) => row.id)
  )

export const layer = Layer.effect(
  TripStorage,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const { elapsed } = yield* Machine
    let awaySince: number | undefined

    const lostOf = (trip: string) => sql`(
      select jsonb_agg(jsonb_build_object('seq', seq, 'type', type) order by seq)
      from lost_trip_events where trip_id = ${sql.literal(trip)})`

    const away = (since: number | undefined) =>
      Effect.sync(() => {
        awaySince = since
      })

    /** Turns whatever goes wrong into the one failure that actors know, and remembers that it did. */
    const watched = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, TripStorageUnavailable> =>
      effect.pipe(
        Effect.timeout(LOAD_TIMEOUT),
        Effect.tap(() => away(undefined)),
        Effect.mapError((cause) =>
          cause instanceof TripStorageUnavailable
            ? cause
            : new TripStorageUnavailable({
                message: whyAway(cause),
                cause
              })
        ),
        Effect.tapError(() => away(elapsed()))
      )

    const load = Effect.fnUntraced(function* (id: TripId) {
      // Events first: a snapshot that is written in between then covers some of them, and none is missed.
      const [events, [row]] = yield* Effect.all(
        [
          sql<EventRow>`
            select id, trip_id, seq, payload, schema_version, actor_id, idempotency_key, occurred_at
            from trip_events
            where trip_id = ${id}
              and seq > coalesce((select seq from trip_snapshots where trip_id = ${id}), 0) - ${MAX_RECENT}
            order by seq`,
          sql<TripRow>`
            select t.id as trip_id, coalesce(t.epoch, s.epoch) as epoch, s.schema_version, s.state, ${lostOf("one.id")} as lost
            from (select ${id}::uuid as id) one
            left join trips t on t.id = one.id left join trip_snapshots s on s.trip_id = one.id`
        ],
        { concurrency: 1 }
      )
      return yield* stored(id, row, events)
    })

    const idsUnderWay = (city: CityId | undefined, after: TripId | undefined, limit: number) =>
      Effect.map(
        sql<{ id: TripId }>`
          select id from trips
          where status = 'active'
            and (${after ?? null}::uuid is null or id > ${after ?? null}::uuid)
            and (${city ?? null}::uuid is null or city_id = ${city ?? null}::uuid)
          order by id limit ${limit}`,
        (rows) => rows.map((row) => row.id)
      )

    const underWay = Effect.fnUntraced(function* (page: {
      readonly after: TripId | undefined
      readonly limit: number
    }) {
      const keys = yield* idsUnderWay(undefined, page.after, page.limit)
      if (keys.length === 0) return []
      const events = yield* sql<EventRow>`
        select e.id, e.trip_id, e.seq, e.payload, e.schema_version, e.actor_id, e.idempotency_key, e.occurred_at
        from trip_events e left join trip_snapshots s on s.trip_id = e.trip_id
        where ${sql.in("e.trip_id", keys)} and e.seq > coalesce(s.seq, 0) - ${MAX_RECENT}
        order by e.trip_id, e.seq`
      const rows = yield* sql<TripRow>`
        select t.id as trip_id, coalesce(t.epoch, s.epoch) as epoch, s.schema_version, s.state, ${lostOf("t.id")} as lost
        from trips t left join trip_snapshots s on s.trip_id = t.id where ${sql.in("t.id", keys)}`
      const eventsById = Map.groupBy(events, (row) => row.trip_id)
      const rowById = new Map(rows.map((row) => [row.trip_id, row]))
      return yield* Effect.forEach(keys, (id) => stored(id, rowById.get(id), eventsById.get(id) ?? []))
    })

    return TripStorage.of({
      load: (id) => watched(load(id)),
      underWay: (page) => watched(underWay(page)),
      underWayIds: (city, after, limit) => watched(idsUnderWay(city, after, limit)),
      citiesUnderWay: watched(
        Effect.map(
          sql<{ slug: string }>`
            select slug from cities c where exists (select 1 from trips where status = 'active' and city_id = c.id)`,
          (rows) => rows.map(({ slug }) => slug)
        )
      ),
      due: tripsDue(sql, watched),
      ofUser: (userId) => watched(idsOfUser(sql, userId)),
      // Not of a trip that was put away with an erased person meanwhile: its row is locked, so that this is known.
      saveSnapshot: (snapshot) =>
        watched(
          Effect.asVoid(sql`
            insert into trip_snapshots (trip_id, seq, schema_version, state)
            select ${snapshot.id}::uuid, ${snapshot.seq}::bigint, ${TRIP_SNAPSHOT_SCHEMA_VERSION}::smallint,
              ${JSON.stringify(snapshot)}::text::jsonb
            where exists (select from trips where id = ${snapshot.id} for key share)
              or exists (select from lost_trip_events where trip_id = ${snapshot.id})
            on conflict (trip_id) do update
              set seq = excluded.seq, schema_version = excluded.schema_version, state = excluded.state,
                updated_at = now()
              where trip_snapshots.seq < excluded.seq`)
        ),
      lose: (id, changes) => watched(loseTripEvents(sql, id, changes)),
      lost: watched(
        Effect.map(
          sql<{ changes: number; trips: number }>`
            select count(*)::int as changes, count(distinct trip_id)::int as trips
            from lost_trip_events where settled_at is null`,
          ([row]) => row!
        )
      ),
      available: () => awaySince === undefined || elapsed() - awaySince > AWAY_MILLIS
    })
  })
)
