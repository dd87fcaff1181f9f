/** What happened to trips is stored with all that it refers to. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import type { PivotId, UserId } from "../../../src/domain/ids.ts"
import { recordOf } from "../../../src/domain/records/kind.ts"
import { TRIP_EVENT } from "../../../src/domain/records/kinds.ts"
import type { TripEvent } from "../../../src/domain/trip/events.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import { tripEventsHandler } from "../../../src/layers/postgres/journal-sink/trip-events.ts"
import { seedCity, tripNumber } from "../../actors/trip/harness.ts"
import { owner } from "../../domain/trip/fixtures.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { userOf, uuidOf } from "../../harness/signals.ts"

const layer = () => Layer.effectDiscard(seedCity).pipe(Layer.provideMerge(freshDatabase()))

await contractSuite("Trips in JournalSink", { postgres: { needs: "postgres", layer } }, (it) => {
  const record = (trip: TripState, seq: number, event: TripEvent) => {
    const id = uuidOf(7, Number(trip.id.slice(-3)) * 100 + seq)
    return recordOf(TRIP_EVENT, `trip:${trip.id}`, id, {
      ...{ id, trip_id: trip.id, seq, at: 1_000 * seq, actor_id: owner, event }
    })
  }
  const open = makeJournal({ ...smallJournal, bufferBytes: 1_000_000 }, new FragileDisk()).pipe(
    Effect.provide(
      Layer.mergeAll(
        Sink.layer([tripEventsHandler]).pipe(Layer.provide(NobodyListens.toWhatIsStored)),
        Sink.recordTypes([tripEventsHandler])
      )
    )
  )

  it.effect("belong to whoever they fall to, also where the database has not met them yet", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const trip = tripNumber(1)
      const next = userOf(1) as UserId
      // That they joined was refused, say: what made them known to the database is not there.
      const journal = yield* open
      yield* journal.commit("trip", [record(trip, 1, { _tag: "trip_created", trip })])
      yield* journal.commit("trip", [
        record(trip, 3, { _tag: "member_left", user_id: owner, owner: next, erased: true })
      ])
      yield* journal.drained
      assert.deepStrictEqual(yield* sql`select user_id from trips where id = ${trip.id}`, [{ user_id: next }])
      assert.deepStrictEqual(yield* sql`select seq from lost_trip_events where trip_id = ${trip.id}`, [])
    }).pipe(Effect.scoped)
  )

  it.effect("say of a refused answer to an offer whether a group's vote came to it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const trip = tripNumber(2)
      const answered = { _tag: "pivot_dismissed", pivot_id: uuidOf(8, 1) as PivotId, trigger: "venue_closed" } as const
      const vote = { tally: [], members: 2, by_default: true, problem: null }
      yield* sql`alter table trip_events add constraint no_answers check (type <> 'pivot_dismissed') not valid`
      const journal = yield* open
      yield* journal.commit("trip", [record(trip, 1, { _tag: "trip_created", trip })])
      yield* journal.commit("trip", [record(trip, 2, answered)])
      yield* journal.commit("trip", [record(trip, 3, { ...answered, vote })])
      yield* journal.drained
      yield* sql`alter table trip_events drop constraint no_answers`
      assert.deepStrictEqual(
        yield* sql`select seq::int as seq, type from lost_trip_events where trip_id = ${trip.id} order by seq`,
        [
          { seq: 2, type: "pivot_dismissed" },
          { seq: 3, type: "vote_counted" }
        ]
      )
    }).pipe(Effect.scoped)
  )
})
