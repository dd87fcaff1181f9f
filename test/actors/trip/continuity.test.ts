/** A stream goes on where it was for as long as that can be proven: across which ends of a journal, and across which not. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { SqlClient as Sql } from "effect/sql/SqlClient"
import type { TripId } from "../../../src/domain/ids.ts"
import type { TripReply } from "../../../src/domain/trip/commands.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { withoutFarewell } from "../power-cut.ts"
import { create, Outage, process, seedCity, tripNumber } from "./harness.ts"

type Recovered = Extract<TripReply, { _tag: "recovered" }>

const lock = (trip: TripState, locked: boolean) =>
  ({ _tag: "lock_slot", by: owner, slot_id: trip.slots[0]!.id, locked }) as const

/** What a client is told that comes back with an epoch and the last number that it has seen. */
const comeBack = (id: TripId, epoch: string, since: number) =>
  Effect.gen(function* () {
    const trips = yield* TripRuntime
    const reply = yield* trips.ask(id, { _tag: "recover", by: owner, epoch: epoch as TripState["epoch"], since })
    return reply as Recovered
  })

/** Makes a trip with two changes; the second is only in the journal if it is not to be drained. */
const begin = (trip: TripState, all: boolean) =>
  Effect.gen(function* () {
    const trips = yield* TripRuntime
    const journal = yield* Journal
    yield* trips.ask(trip.id, create(trip))
    yield* trips.ask(trip.id, lock(trip, true))
    yield* journal.drained
    if (!all) yield* (yield* Sql).unsafe("alter table trip_events rename to elsewhere")
    yield* trips.ask(trip.id, lock(trip, false))
    if (all) yield* journal.drained
  })

const databaseBack = Effect.flatMap(Sql, (sql: SqlClient) => sql.unsafe("alter table elsewhere rename to trip_events"))

await contractSuite(
  "The continuity of streams",
  { local: { needs: "postgres", layer: () => freshDatabase() } },
  (it) => {
    it.effect("is kept by a journal that is still there, however its process ended", () =>
      Effect.gen(function* () {
        yield* seedCity
        const trip = tripNumber(1)
        const disk = new FragileDisk()
        yield* Effect.provide(begin(trip, true), process(disk, new Outage()))
        const crashed = yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          yield* trips.ask(trip.id, lock(trip, true))
          return disk.losePower(() => false)
        }).pipe(withoutFarewell(process(disk, new Outage())))
        const back = yield* Effect.provide(
          Effect.tap(comeBack(trip.id, trip.epoch, 2), () => Effect.flatMap(Journal, (journal) => journal.drained)),
          process(crashed, new Outage())
        )
        assert.deepInclude(back, { recovered: true, epoch: trip.epoch, seq: 4 })
        assert.deepStrictEqual(
          back.events.map((one) => one.seq),
          [3, 4]
        )
      })
    )

    it.effect("is kept by a new journal after one that was closed with nothing in it", () =>
      Effect.gen(function* () {
        const trip = tripNumber(2)
        yield* Effect.provide(begin(trip, true), process(new FragileDisk(), new Outage()))
        const back = yield* Effect.provide(comeBack(trip.id, trip.epoch, 2), process(new FragileDisk(), new Outage()))
        assert.deepInclude(back, { recovered: true, epoch: trip.epoch, seq: 3 })
      })
    )

    it.effect(
      "is broken by a disk that went with what was not drained: the fork of history is not taken for the rest",
      () =>
        Effect.gen(function* () {
          const trip = tripNumber(3)
          yield* Effect.provide(begin(trip, false), process(new FragileDisk(), new Outage()))
          yield* databaseBack
          const disk = new FragileDisk()
          const epoch = yield* Effect.gen(function* () {
            const trips = yield* TripRuntime
            const [first, second] = [yield* comeBack(trip.id, trip.epoch, 2), yield* comeBack(trip.id, trip.epoch, 3)]
            for (const one of [first, second]) {
              assert.deepInclude(one, { recovered: false, seq: 2 })
              assert.notStrictEqual(one.epoch, trip.epoch)
              assert.strictEqual(one.trip.epoch, one.epoch)
            }
            // History goes on in another way: event 3 is not what the client saw.
            yield* trips.ask(trip.id, { _tag: "remove_slot", by: owner, slot_id: trip.slots[5]!.id })
            yield* trips.ask(trip.id, lock(trip, false))
            assert.deepInclude(yield* comeBack(trip.id, trip.epoch, 3), { recovered: false, seq: 4 })
            yield* (yield* Journal).drained
            return first.epoch
          }).pipe(Effect.provide(process(disk, new Outage())))
          const back = yield* Effect.provide(comeBack(trip.id, epoch, 3), process(disk, new Outage()))
          assert.deepInclude(back, { recovered: true, epoch, seq: 4 }, "the new epoch is as lasting as the old one was")
          const made = tripNumber(4)
          const later = yield* Effect.gen(function* () {
            yield* begin(made, true)
            return yield* comeBack(made.id, made.epoch, 2)
          }).pipe(Effect.provide(process(disk, new Outage())))
          assert.deepInclude(later, { recovered: true, epoch: made.epoch, seq: 3 })
        })
    )

    it.effect("is broken by an event that turns out damaged on the disk", () =>
      Effect.gen(function* () {
        const trip = tripNumber(5)
        const disk = new FragileDisk()
        yield* Effect.provide(begin(trip, false), process(disk, new Outage()))
        yield* databaseBack
        const found = disk.copy()
        const [path, { bytes }] = [...found.files].findLast(([name]) => name.endsWith(".journal"))!
        const damaged = Buffer.from(bytes)
        const at = damaged.lastIndexOf('"locked":false')
        damaged[at] = damaged[at]! ^ 0xff
        found.put(path, damaged)
        const back = yield* Effect.provide(comeBack(trip.id, trip.epoch, 2), process(found, new Outage()))
        assert.deepInclude(back, { recovered: false, seq: 2 })
        assert.notStrictEqual(back.epoch, trip.epoch)
      })
    )

    it.effect("is broken likewise for a trip that came with a snapshot, and has no row of its own", () =>
      Effect.gen(function* () {
        const sql = yield* Sql
        const trip = tripNumber(7)
        yield* sql`
          insert into trip_snapshots (trip_id, seq, schema_version, state)
          values (${trip.id}, ${trip.seq}, 1, ${JSON.stringify(trip)}::text::jsonb)`
        const change = (stop: number) =>
          Effect.flatMap(TripRuntime, (trips) =>
            trips.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: trip.slots[stop]!.id, locked: true })
          )
        yield* Effect.gen(function* () {
          yield* change(1)
          yield* (yield* Journal).drained
          yield* sql`alter table trip_events rename to elsewhere`
          yield* change(2)
        }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
        yield* databaseBack

        const disk = new FragileDisk()
        const epoch = yield* Effect.gen(function* () {
          const back = yield* comeBack(trip.id, trip.epoch, trip.seq + 1)
          assert.deepInclude(back, { recovered: false, seq: trip.seq + 1 })
          assert.notStrictEqual(back.epoch, trip.epoch, "the journal was lost with a change in it")
          return back.epoch
        }).pipe(Effect.provide(process(disk, new Outage())))

        const later = yield* Effect.gen(function* () {
          const back = yield* comeBack(trip.id, epoch, trip.seq + 1)
          assert.deepInclude(back, { recovered: true, epoch, seq: trip.seq + 1 }, "once, and not at every start")
          yield* sql`alter table trip_events add constraint not_this check (trip_id <> ${sql.literal(`'${trip.id}'`)}) not valid`
          yield* change(3)
          yield* (yield* Journal).drained
          yield* sql`alter table trip_events drop constraint not_this`
          return yield* comeBack(trip.id, epoch, trip.seq + 1)
        }).pipe(Effect.provide(process(disk, new Outage())))
        assert.isFalse(later.recovered, "a change of its own was refused")
        assert.notStrictEqual(later.epoch, epoch)
      })
    )

    it.effect("stays broken where the journal is stored anew, and with it a creation that was refused before", () =>
      Effect.gen(function* () {
        const sql = yield* Sql
        const trip = tripNumber(8)
        const disk = new FragileDisk()
        const change = (stop: number) =>
          Effect.flatMap(TripRuntime, (trips) =>
            trips.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: trip.slots[stop]!.id, locked: true })
          )
        const later = (earlier: FragileDisk) =>
          Effect.provide(comeBack(trip.id, trip.epoch, 2), process(earlier, new Outage()))
        const copy = yield* Effect.gen(function* () {
          const trips = yield* TripRuntime
          const journal = yield* Journal
          yield* journal.enrolled
          yield* sql`create function later() returns trigger language plpgsql as $$ begin raise exception 'later'; end $$`
          yield* sql`create trigger later before insert on trip_events for each row execute function later()`
          yield* trips.ask(trip.id, create(trip))
          // It goes on from its snapshot.
          yield* sql`
            insert into trip_snapshots (trip_id, seq, schema_version, state)
            values (${trip.id}, ${trip.seq}, 1, ${JSON.stringify(trip)}::text::jsonb)`
          const refused = sql.literal(`'${trip.id}'`)
          yield* sql`alter table trip_events add constraint no_trip check (trip_id <> ${refused} or type <> 'trip_created') not valid`
          yield* sql`alter table trip_events add constraint no_lock check (trip_id <> ${refused} or seq <> 2) not valid`
          yield* sql`drop trigger later on trip_events`
          yield* journal.drained
          yield* change(1)
          yield* journal.drained
          yield* change(2)
          yield* journal.drained
          const taken = disk.copy()
          yield* change(3)
          yield* journal.drained
          return taken
        }).pipe(Effect.provide(process(disk, new Outage())))
        yield* sql`alter table trip_events drop constraint no_trip, drop constraint no_lock`

        yield* Effect.flatMap(Journal, (journal) => Effect.andThen(journal.enrolled, journal.drained)).pipe(
          Effect.provide(process(copy, new Outage()))
        )
        const found = yield* later(copy)
        assert.isFalse(found.recovered)
        assert.notStrictEqual(found.epoch, trip.epoch)
        assert.deepStrictEqual(found.trip.lost, [
          { seq: 1, type: "trip_created" },
          { seq: 2, type: "slot_locked" }
        ])
        assert.deepStrictEqual(
          [1, 2, 3].map((stop) => found.trip.slots[stop]!.locked),
          [false, true, true],
          "what was decided since was decided without it"
        )
        assert.deepStrictEqual(
          yield* sql`select seq::int as seq from trip_events where trip_id = ${trip.id} order by seq`,
          [{ seq: 3 }, { seq: 4 }]
        )
      })
    )

    it.effect("is broken by a file of the journal that is gone, and the trip goes on with what is left", () =>
      Effect.gen(function* () {
        const sql = yield* Sql
        const trip = tripNumber(6)
        const disk = new FragileDisk()
        const life = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, process(disk, new Outage()))
        const change = (stop: number) =>
          Effect.flatMap(TripRuntime, (trips) =>
            trips.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: trip.slots[stop]!.id, locked: true })
          )
        yield* life(begin(trip, true))
        yield* sql`create function not_now() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`
        yield* sql`create trigger not_now before insert on trip_events for each row execute function not_now()`
        yield* life(change(1))
        yield* life(change(2))
        const [path] = [...disk.files].find(
          ([name, { bytes }]) => name.endsWith(".journal") && bytes.includes(`"seq":4`) && bytes.includes(trip.id)
        )!
        disk.files.delete(path)
        yield* sql`drop trigger not_now on trip_events`

        const back = yield* life(
          Effect.gen(function* () {
            const found = yield* comeBack(trip.id, trip.epoch, 4)
            assert.deepInclude(found, { recovered: false, seq: 5 })
            assert.notStrictEqual(found.epoch, trip.epoch)
            assert.deepStrictEqual(
              [1, 2].map((stop) => found.trip.slots[stop]!.locked),
              [false, true],
              "what is left holds"
            )
            yield* change(3)
            const journal = yield* Journal
            yield* journal.drained
            assert.strictEqual((yield* journal.status).quarantined, 1)
            return found
          })
        )
        const later = yield* life(comeBack(trip.id, back.epoch, 5))
        assert.deepInclude(later, { recovered: true, epoch: back.epoch, seq: 6 }, "once, and not at every start")
      })
    )
  }
)
