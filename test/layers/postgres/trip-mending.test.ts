/** Changes are put back into their places, and nothing that a trip goes on from is given up for them. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { TripEvent, TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import * as PostgresTripMending from "../../../src/layers/postgres/trip-mending.ts"
import * as PostgresTrips from "../../../src/layers/postgres/trip-storage.ts"
import { TripMending } from "../../../src/services/trip-mending.ts"
import { TripStorage } from "../../../src/services/trip-storage.ts"
import { seedCity, tripNumber } from "../../actors/trip/harness.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { uuidOf } from "../../harness/signals.ts"

const layer = () =>
  Layer.mergeAll(PostgresTripMending.layer, PostgresTrips.layer, Layer.effectDiscard(seedCity)).pipe(
    Layer.provideMerge(freshDatabase())
  )

await contractSuite("TripMending", { postgres: { needs: "postgres", layer } }, (it) => {
  /** A trip whose creation was refused, and that goes on from a snapshot; changes 2 and 4 of it are lost as well, and 3 is stored. */
  const begun = (number: number, refusedStill: boolean) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const trip = tripNumber(number)
      const event = (seq: number, event: TripEvent): TripEventEnvelope => ({
        ...{ id: uuidOf(7, number * 10 + seq), trip_id: trip.id, seq, at: 1_000 * seq, actor_id: owner, event }
      })
      const lock = (seq: number) => event(seq, { _tag: "slot_locked", slot_id: trip.slots[seq]!.id, locked: true })
      const state = { ...trip, seq: 3 }
      yield* sql`
        insert into trip_snapshots (trip_id, seq, schema_version, state)
        values (${trip.id}, 3, 1, ${JSON.stringify(state)}::text::jsonb)`
      yield* sql`insert into lost_trip_events (trip_id, seq, type) values (${trip.id}, 1, 'trip_created'), (${trip.id}, 2, 'slot_locked'), (${trip.id}, 4, 'slot_locked')`
      if (refusedStill) {
        const id = sql.literal(`'${trip.id}'`)
        yield* sql`alter table trip_events add constraint no_trip check (trip_id <> ${id} or type <> 'trip_created') not valid`
      }
      const kept = lock(3)
      yield* sql`
        insert into trip_events (id, trip_id, seq, type, payload, schema_version, actor_id, occurred_at)
        values (${kept.id}, ${trip.id}, 3, 'slot_locked', ${JSON.stringify(kept.event)}::text::jsonb, 1, ${owner}, ${new Date(kept.at)})`
      const found = [event(1, { _tag: "trip_created", trip }), lock(2), lock(4)]
      const before = yield* (yield* TripStorage).load(trip.id)
      const mended = yield* (yield* TripMending).mend(trip.id, found, false)
      return { before, mended, after: yield* (yield* TripStorage).load(trip.id) }
    })

  it.effect(
    "leaves a trip its snapshot where the creation before it stays refused, and puts back what came after it",
    () =>
      Effect.gen(function* () {
        const { after, before, mended } = yield* begun(1, true)
        assert.deepStrictEqual(mended, { put_back: [4], lost: [1, 2] })
        assert.strictEqual(after.snapshot?.seq, 3)
        assert.deepStrictEqual(
          after.events.map((one) => one.seq),
          [3, 4]
        )
        assert.notStrictEqual(after.epoch, before.epoch, "who follows it is told")
      })
  )

  it.effect("makes the trip anew from its creation where that is put back", () =>
    Effect.gen(function* () {
      const { after, mended } = yield* begun(2, false)
      assert.deepStrictEqual(mended, { put_back: [1, 2, 4], lost: [] })
      assert.isUndefined(after.snapshot)
      assert.deepStrictEqual(
        after.events.map((one) => one.seq),
        [1, 2, 3, 4]
      )
    })
  )
})
