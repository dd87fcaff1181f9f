/** What a clock that was wrong did to trips is undone once it is right. */
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, seedCity, tripNumber } from "./harness.ts"

const DAY = 86_400_000

/** A clock that is ahead. */
const ahead = (millis: number) => {
  const real = Clock.Clock.defaultValue()
  const clock: Clock.Clock = Object.assign(Object.create(real), {
    currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + millis,
    currentTimeMillis: Effect.sync(() => real.currentTimeMillisUnsafe() + millis)
  })
  return Effect.provideService(Clock.Clock, clock)
}

const statusOf = (trip: TripState) =>
  Effect.gen(function* () {
    const reply = yield* (yield* TripRuntime).ask(trip.id, { _tag: "read", by: owner })
    return reply._tag === "trip" ? reply.trip.status : reply._tag
  })

/** Until the database has this many active trips; nobody asks for any of them. */
const stored = (active: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* (yield* Journal).drained
    const [row] = yield* sql<{ n: number }>`select count(*)::int as n from trips where status = 'active'`
    return row!.n === active
  }).pipe(
    Effect.repeat({ until: (done) => done, schedule: Schedule.spaced(20), times: 3_000 }),
    Effect.map((done) => assert.isTrue(done, `${active} trips under way`))
  )

await contractSuite("A wrong clock", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("completes no trip for good, and reopens none that a person completed", () =>
    Effect.gen(function* () {
      yield* seedCity
      const end_date = new Date(Date.now() + DAY).toISOString().slice(0, 10)
      const [left, ended] = [tripNumber(1, { end_date }), tripNumber(2, { end_date })]
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const trip of [left, ended]) yield* trips.ask(trip.id, create(trip))
        yield* trips.ask(ended.id, { _tag: "set_status", by: owner, status: "completed" })
        yield* stored(1)
      }).pipe(Effect.provide(process(disk, new Outage())))

      yield* Effect.gen(function* () {
        yield* statusOf(left)
        yield* stored(0)
        assert.strictEqual(yield* statusOf(left), "completed")
      }).pipe(Effect.provide(process(disk, new Outage())), ahead(30 * DAY))

      yield* Effect.gen(function* () {
        yield* stored(1)
        assert.strictEqual(yield* statusOf(left), "active")
        assert.strictEqual(yield* statusOf(ended), "completed")
      }).pipe(Effect.provide(process(disk, new Outage())))
    })
  )
})
