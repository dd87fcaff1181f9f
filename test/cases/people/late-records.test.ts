/** What is stored of somebody after they were erased: it was under way, or lay in another node's journal. */

import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { planJournal } from "../../../src/cases/signals/decision-log.ts"
import { marksOf } from "../../../src/domain/erasure/marks.ts"
import { recordOf } from "../../../src/domain/records/kind.ts"
import { TRIP_EVENT } from "../../../src/domain/records/kinds.ts"
import { ownSignalRecord } from "../../../src/domain/records/signal.ts"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import * as PostgresTripStorage from "../../../src/layers/postgres/trip-storage.ts"
import { ERASE_USER, Erasure } from "../../../src/services/erasure.ts"
import { Jobs } from "../../../src/services/jobs.ts"
import { Journal } from "../../../src/services/journal.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { TripStorage } from "../../../src/services/trip-storage.ts"

import { tripNumber } from "../../actors/trip/harness.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshId, house, planned, scratch, signalOf } from "../../harness/departed.ts"
import {
  erase,
  indexThat,
  inHouse,
  rowsNaming,
  somebody,
  taken,
  withoutTrace,
  workedOff
} from "../../harness/erasure.ts"
import { freshDatabase } from "../../harness/postgres.ts"

/** Commits signals and waits until they are in the database. */
const arrive = (signals: ReadonlyArray<ReturnType<typeof signalOf>>) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* journal.commit(
      "signal",
      signals.map((one) => ownSignalRecord(one, one.occurred_at))
    )
    yield* journal.drained
  })

const waiting = Effect.map(
  Effect.flatMap(Jobs, (jobs) => jobs.open(ERASE_USER)),
  ({ open }) => open
)

await contractSuite("Late records", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("of a plan that was being made bring nobody back", () =>
    inHouse((folder) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const runtime = yield* TripRuntime
        const departed = yield* somebody
        const { user } = departed
        const trip = tripNumber(900, {
          id: freshId(),
          user_id: user,
          session_id: freshId(),
          epoch: freshId(),
          members: [{ user_id: user, role: "owner", ordinal: 0, joined_at: 0 }]
        })
        const records = planJournal(user, yield* planned(trip))
        const marks = marksOf(user, yield* taken(user))
        yield* erase(user)
        yield* workedOff

        yield* journal.commit("trip", records)
        yield* runtime.ask(trip.id, { _tag: "create", by: user, trip })
        yield* journal.drained
        assert.isAbove((yield* rowsNaming(user)).size, 0)
        yield* workedOff
        yield* withoutTrace(folder, departed, marks)
        assert.strictEqual((yield* Effect.exit(runtime.ask(trip.id, { _tag: "read", by: user })))._tag, "Failure")
      })
    )
  )

  it.effect("of what the calendar did to a trip that was put away, and its snapshot, are not stored", () =>
    inHouse(() =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const journal = yield* Journal
        const { alone, user } = yield* somebody
        yield* erase(user)
        // It was read once more just before it was put away, as by whoever looks what day it is.
        const key = `trip:${alone.id}`
        const done: TripEventEnvelope = {
          id: freshId(),
          trip_id: alone.id,
          seq: 40,
          at: Date.now(),
          actor_id: null,
          event: { _tag: "status_changed", status: "completed", previous: "active", by_calendar: true }
        }
        yield* journal.commit("trip", [recordOf(TRIP_EVENT, key, done.id, done)])
        yield* journal.drained
        yield* Effect.flatMap(TripStorage, (storage) => storage.saveSnapshot(alone)).pipe(
          Effect.provide(PostgresTripStorage.layer)
        )
        assert.deepStrictEqual(yield* sql`select id from trip_events where trip_id = ${alone.id}`, [])
        assert.deepStrictEqual(yield* sql`select seq from trip_snapshots where trip_id = ${alone.id}`, [])
        assert.deepStrictEqual([...(yield* rowsNaming(user)).keys()], [])

        // Where a creation was refused, what follows on it is kept: it can be put back.
        yield* sql`insert into lost_trip_events (trip_id, seq, type) values (${alone.id}, 1, 'trip_created')`
        const again = { ...done, id: freshId() }
        yield* journal.commit("trip", [recordOf(TRIP_EVENT, key, again.id, again)])
        yield* journal.drained
        assert.strictEqual((yield* sql`select id from trip_events where trip_id = ${alone.id}`).length, 1)
      })
    )
  )

  it.effect("of another node, which had not heard of it, queue the erasure again, once for all of them", () =>
    inHouse(() =>
      Effect.gen(function* () {
        const { user, friend } = yield* somebody
        const other = yield* Layer.build(house(yield* scratch))
        yield* erase(user)
        yield* workedOff
        yield* arrive([signalOf(user), signalOf(friend)]).pipe(Effect.provide(other))
        yield* arrive([signalOf(friend, { context: { user_id: user } }), signalOf(user)]).pipe(Effect.provide(other))
        assert.strictEqual(yield* waiting, 1)
        yield* workedOff
        assert.deepStrictEqual([...(yield* rowsNaming(user)).keys()], [])
        yield* arrive([signalOf(friend)]).pipe(Effect.provide(other))
        assert.strictEqual(yield* waiting, 0)
      })
    )
  )

  it.effect("that arrive after the job's last look are found by the same job", () => {
    let arrival: Effect.Effect<void> = Effect.void
    return inHouse(
      (folder) =>
        Effect.gen(function* () {
          const erasure = yield* Erasure
          const departed = yield* somebody
          const { user, friend } = departed
          const marks = marksOf(user, yield* taken(user))
          const context = yield* Effect.context<Journal>()
          // By then the job has looked for mentions already, and no column names the person.
          arrival = arrive([signalOf(friend, { context: { user_id: user } })]).pipe(
            Effect.provide(context),
            Effect.orDie,
            Effect.andThen(
              Effect.sync(() => {
                arrival = Effect.void
              })
            )
          )
          const { job_id } = yield* erasure.request(user)
          yield* erasure.handler.run({ id: job_id, attempt: 1, payload: { user_id: user }, progress: () => {} })
          yield* withoutTrace(folder, departed, marks)
        }),
      { index: indexThat(() => Effect.suspend(() => arrival)) }
    )
  })
})
