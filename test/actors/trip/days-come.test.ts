/** The calendar reaches trips that nobody asks for and that are not in memory: each on its day, whoever else is due or was. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import type { TripStatus } from "../../../src/domain/vocabulary.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { cityId, owner } from "../../domain/trip/fixtures.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, seedCity, tripNumber } from "./harness.ts"

const DAY = 86_400_000

/** Tomorrow by the clock of the machine, in the evening of UTC: about noon in Seattle, at whatever hour this runs. */
const evening = (Math.floor(Date.now() / DAY) + 1) * DAY + 20 * 3_600_000
const dateIn = (days: number) => new Date(evening + days * DAY).toISOString().slice(0, 10)

/** As many as are looked up at once. */
const MANY = 500

/** That evening, or so many days after it. */
const then = (days = 0) => {
  const real = Clock.Clock.defaultValue()
  const millis = evening + days * DAY - real.currentTimeMillisUnsafe()
  const clock: Clock.Clock = Object.assign(Object.create(real), {
    currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + millis,
    currentTimeMillis: Effect.sync(() => real.currentTimeMillisUnsafe() + millis)
  })
  return Effect.provideService(Clock.Clock, clock)
}

const stored = (trip: { readonly id: string }) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* (yield* Journal).drained
    const [row] = yield* sql<{ status: TripStatus }>`select status from trips where id = ${trip.id}`
    return row?.status
  })

/** Until a trip is stored like this; nobody asks for it. */
const becomes = (trip: { readonly id: string }, status: TripStatus) =>
  stored(trip).pipe(
    Effect.repeat({ until: (now) => now === status, schedule: Schedule.spaced(20), times: 3_000 }),
    Effect.map((now) => assert.strictEqual(now, status))
  )

/** So many rows of trips that nothing is known of but this, before all others by id and by date. */
const rowsOf = (status: TripStatus, start_date: string, end_date: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql`
      insert into trips (id, user_id, city_id, epoch, start_date, end_date, status)
      select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, ${owner}, ${cityId}, gen_random_uuid(),
        ${start_date}::date, ${end_date}::date, ${status}
      from generate_series(1, ${MANY}::int) n`
    return yield* sql`
      insert into trip_events (id, trip_id, seq, type, payload, occurred_at)
      select gen_random_uuid(), id, 9, 'status_changed', '{"by_calendar": true}', now()
      from trips where status = 'completed'`
  })

describe("days that come", () => {
  it.live("start and end trips that are not in memory, however many ended lately, and wake nobody else", () =>
    Effect.gen(function* () {
      yield* seedCity
      const disk = new FragileDisk()
      const starting = tripNumber(1, { status: "confirmed", start_date: dateIn(0), end_date: dateIn(1) })
      const ending = tripNumber(2, { status: "active", start_date: dateIn(-3), end_date: dateIn(-1) })
      const later = tripNumber(3, { status: "confirmed", start_date: dateIn(1), end_date: dateIn(2) })
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const trip of [starting, ending, later]) yield* trips.ask(trip.id, create(trip))
        yield* becomes(starting, "confirmed")
        yield* becomes(ending, "active")
      }).pipe(Effect.provide(process(disk, new Outage())))
      yield* rowsOf("completed", dateIn(-3), dateIn(-1))

      yield* Effect.gen(function* () {
        yield* becomes(starting, "active")
        yield* becomes(ending, "completed")
        assert.strictEqual(yield* stored(later), "confirmed")
        const [kind] = yield* (yield* TripRuntime).status
        assert.strictEqual(kind?.resident, 2, "those whose day it is, and nobody else")
      }).pipe(Effect.provide(process(disk, new Outage())), then())
    }).pipe(Effect.provide(freshDatabase()))
  )

  it.live("end trips that never began, as no server ran on their days", () =>
    Effect.gen(function* () {
      yield* seedCity
      const disk = new FragileDisk()
      const dates = { start_date: dateIn(2), end_date: dateIn(3) }
      const planned = tripNumber(1, { status: "planning", ...dates })
      const confirmed = tripNumber(2, { status: "confirmed", ...dates })
      const ahead = tripNumber(3, { status: "confirmed", start_date: dateIn(40), end_date: dateIn(41) })
      yield* Effect.gen(function* () {
        for (const trip of [planned, confirmed, ahead]) yield* (yield* TripRuntime).ask(trip.id, create(trip))
        yield* becomes(planned, "planning")
        yield* becomes(confirmed, "confirmed")
      }).pipe(Effect.provide(process(disk, new Outage())))

      yield* Effect.gen(function* () {
        for (const trip of [planned, confirmed]) yield* becomes(trip, "completed")
        assert.strictEqual(yield* stored(ahead), "confirmed")
      }).pipe(Effect.provide(process(disk, new Outage())), then(20))
    }).pipe(Effect.provide(freshDatabase()))
  )

  it.live("start a trip behind as many others as are looked up at once, which nothing can start", () =>
    Effect.gen(function* () {
      yield* seedCity
      const disk = new FragileDisk()
      const starting = tripNumber(1, { status: "confirmed", start_date: dateIn(0), end_date: dateIn(1) })
      yield* Effect.gen(function* () {
        yield* (yield* TripRuntime).ask(starting.id, create(starting))
        yield* becomes(starting, "confirmed")
      }).pipe(Effect.provide(process(disk, new Outage())))
      yield* rowsOf("confirmed", dateIn(-1), dateIn(1))
      yield* becomes(starting, "active").pipe(Effect.provide(process(disk, new Outage())), then())
    }).pipe(Effect.provide(freshDatabase()))
  )
})
