/** Trips that come into memory in bulk are as new as those that are asked for one by one. */
import { assert } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SqlClient } from "effect/sql/SqlClient"
import type { Persona } from "../../../src/domain/persona/persona.ts"
import { newUser } from "../../../src/domain/user/state.ts"
import type { Fence } from "../../../src/layers/journal/works.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { create, Outage, process, Surroundings, seedCity, tripNumber } from "./harness.ts"

/** The table can be read and not written: nothing is drained before it is let go. */
const heldBack = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [held, read] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
  const holding = yield* sql`lock table trip_events in share mode`.pipe(
    Effect.andThen(Deferred.succeed(held, undefined)),
    Effect.andThen(Deferred.await(read)),
    sql.withTransaction,
    Effect.forkChild
  )
  yield* Deferred.await(held)
  return { letGo: Deferred.succeed(read, undefined), over: Effect.orDie(Fiber.join(holding)) }
})

await contractSuite("A bulk load of trips", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("misses nothing that is drained while it reads", () =>
    Effect.gen(function* () {
      yield* seedCity
      const sql = yield* SqlClient
      const trip = tripNumber(1)
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(trip.id, create(trip))
        yield* (yield* Journal).drained
        yield* sql`alter table trip_events rename to elsewhere`
        yield* trips.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: trip.slots[0]!.id, locked: true })
      }).pipe(Effect.provide(process(disk, new Outage())))
      yield* sql`alter table elsewhere rename to trip_events`

      const { letGo, over } = yield* heldBack
      const outage = new Outage()
      const reply = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        const journal = yield* Journal
        outage.afterPage = Effect.andThen(letGo, Effect.andThen(over, journal.drained))
        assert.deepStrictEqual(yield* trips.preload, { trips: 1 })
        return yield* trips.ask(trip.id, { _tag: "read", by: owner })
      }).pipe(Effect.provide(process(disk, outage)))
      if (reply._tag !== "trip") throw new Error(`answered ${reply._tag}`)
      assert.strictEqual(reply.trip.seq, 2)
      assert.isTrue(reply.trip.slots[0]!.locked)
    })
  )

  for (const { meanwhile, number } of [
    { meanwhile: "while it reads", number: 2 },
    { meanwhile: "while the database keeps it waiting", number: 3 }
  ]) {
    const early = number === 3
    it.effect(`${early ? "brings in" : "leaves out"} a trip of which a change is lost ${meanwhile}`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const trip = tripNumber(number)
        const disk = new FragileDisk()
        yield* sql`update trips set status = 'completed'`
        yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          yield* trips.ask(trip.id, create(trip))
          yield* (yield* Journal).drained
          yield* sql`alter table trip_events rename to elsewhere`
          const slot_id = trip.slots[0]!.id
          const swapped = yield* trips.ask(trip.id, { _tag: "swap_slot", by: owner, slot_id })
          if (swapped._tag !== "changed") throw new Error(`answered ${swapped._tag}`)
          // What it puts into the plan the database does not take.
          const refused = sql.literal(`'${swapped.trip.slots[0]!.node_id}'`)
          yield* sql`
            alter table itinerary_slots add constraint not_there check (trip_id <> ${sql.literal(`'${trip.id}'`)} or activity_node_id <> ${refused}) not valid`
        }).pipe(Effect.provide(process(disk, new Outage())))
        yield* sql`alter table elsewhere rename to trip_events`

        const { letGo, over } = yield* heldBack
        const outage = new Outage()
        const reply = yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          const journal = yield* Journal
          const lose = Effect.andThen(letGo, Effect.andThen(over, journal.drained))
          if (early) {
            yield* journal.enrolled
            outage.on = true
            const preloading = yield* Effect.forkChild(trips.preload)
            while (outage.refused === 0) yield* Effect.sleep(10)
            yield* lose
            outage.on = false
            assert.deepStrictEqual(yield* Fiber.join(preloading), { trips: 1 })
          } else {
            outage.afterPage = lose
            assert.deepStrictEqual(yield* trips.preload, { trips: 0 })
          }
          return yield* trips.ask(trip.id, { _tag: "read", by: owner })
        }).pipe(Effect.provide(process(disk, outage)))
        if (reply._tag !== "trip") throw new Error(`answered ${reply._tag}`)
        assert.strictEqual(reply.trip.slots[0]!.node_id, trip.slots[0]!.node_id)
        assert.deepStrictEqual(reply.trip.lost, [{ seq: 2, type: "slot_swapped" }])
        yield* sql`alter table itinerary_slots drop constraint not_there`
      })
    )
  }

  it.effect("leaves out whatever it read before another server's records were stored", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const trip = tripNumber(4)
      const disk = new FragileDisk()
      yield* sql`update trips set status = 'completed'`
      yield* Effect.gen(function* () {
        yield* (yield* TripRuntime).ask(trip.id, create(trip))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(disk, new Outage())))
      let opened: Effect.Effect<void> = Effect.void
      const fence: Fence = {
        epoch: () => 0,
        refusal: () => undefined,
        onOpened: (listener) => {
          opened = listener
          return () => {}
        }
      }
      const outage = new Outage()
      yield* Effect.gen(function* () {
        outage.afterPage = Effect.suspend(() => opened)
        assert.deepStrictEqual(yield* (yield* TripRuntime).preload, { trips: 0 })
        outage.afterPage = Effect.void
        assert.deepStrictEqual(yield* (yield* TripRuntime).preload, { trips: 1 })
      }).pipe(Effect.provide(process(disk, outage, {}, undefined, fence)))
    })
  )

  it.effect("goes on past a trip that cannot be read", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const [broken, sound] = [tripNumber(11), tripNumber(12)]
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        for (const trip of [broken, sound]) yield* trips.ask(trip.id, create({ ...trip, status: "active" }))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(disk, new Outage())))
      yield* sql`delete from trip_snapshots`
      yield* sql`update trip_events set payload = '{"_tag":"trip_created","trip":null}' where trip_id = ${broken.id}`
      const reply = yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.preload
        return yield* trips.ask(sound.id, { _tag: "read", by: owner })
      }).pipe(Effect.provide(process(disk, new Outage())))
      assert.strictEqual(reply._tag, "trip")
      yield* sql`delete from trip_events where trip_id = ${broken.id}`
    })
  )

  it.effect("tries again what the database did not answer", () =>
    Effect.gen(function* () {
      const trip = tripNumber(14)
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        yield* (yield* TripRuntime).ask(trip.id, create({ ...trip, status: "active" }))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(disk, new Outage())))
      const outage = new Outage()
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* (yield* Journal).enrolled
        outage.on = true
        const preloading = yield* Effect.forkChild(trips.preload)
        while (outage.refused < 2) yield* Effect.sleep(10)
        outage.on = false
        assert.isAbove((yield* Fiber.join(preloading)).trips, 0)
        outage.on = true
        assert.strictEqual((yield* trips.ask(trip.id, { _tag: "read", by: owner }))._tag, "trip")
      }).pipe(Effect.provide(process(disk, outage)))
    })
  )

  it.effect("makes fallbacks anew with tastes that came too late for the first ones", () =>
    Effect.gen(function* () {
      const trip = tripNumber(13)
      const persona = newUser(owner).persona
      const known = yield* Deferred.make<ReadonlyArray<Persona>>()
      const withTastes = yield* Deferred.make<void>()
      const withoutTastes = yield* Deferred.make<void>()
      const around = new Surroundings((world) =>
        Effect.as(Deferred.succeed(world.personas.length === 0 ? withoutTastes : withTastes, undefined), undefined)
      )
      around.personas = Deferred.await(known)
      yield* Effect.gen(function* () {
        const trips = yield* TripRuntime
        yield* trips.ask(trip.id, create({ ...trip, status: "active" }))
        yield* Deferred.await(withoutTastes)
        yield* Deferred.succeed(known, [persona])
        yield* Deferred.await(withTastes)
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage(), {}, around)))
    })
  )
})
