import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import { contentHash, ownSignalRecord, signalRecord } from "../../../src/domain/records/signal.ts"
import { judgeSignal, type Signal } from "../../../src/domain/signal.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import type { JournalOptions } from "../../../src/layers/journal/works.ts"
import { signalsHandler } from "../../../src/layers/postgres/journal-sink/signals.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import { ProvenSignals } from "../../../src/services/proven-signals.ts"

import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { logged } from "../../harness/logged.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { item, nodeOf, seedPeopleAndPlaces, signalId, tripOf, userOf, uuidOf } from "../../harness/signals.ts"

const handlers = [signalsHandler]
const NOW = Date.parse("2026-05-01T10:00:00Z")

const signal = (n: number, user: number, more: Readonly<Record<string, unknown>> = {}): Signal => {
  const judged = judgeSignal(item(n, more), userOf(user), "app", { now: NOW, maxAheadMillis: 0, maxAgeMillis: 1e9 })
  if ("problem" in judged) throw new Error(judged.problem)
  return judged
}

const open = (disk: FragileDisk, options: Partial<JournalOptions> = {}, around = NobodyListens.toWhatIsStored) =>
  makeJournal({ ...smallJournal, bufferBytes: 1_000_000, ...options }, disk).pipe(
    Effect.provide(Layer.mergeAll(Sink.layer(handlers).pipe(Layer.provide(around)), Sink.recordTypes(handlers)))
  )

const stored = Effect.gen(function* () {
  const sql = yield* SqlClient
  return yield* sql<{ id: string; user_id: string; context: Record<string, unknown>; created_at: Date }>`
    select * from behavioral_signals order by id`
})

const count = (user: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const [row] = yield* sql<{ signal_count: number }>`select signal_count from users where id = ${userOf(user)}`
    return row?.signal_count
  })

/** Each test may run alone: people and places are there before the first, and every test has signals of its own. */
const seeded = () => Layer.effectDiscard(seedPeopleAndPlaces).pipe(Layer.provideMerge(freshDatabase()))

await contractSuite("JournalSink", { postgres: { needs: "postgres", layer: seeded } }, (it) => {
  it.effect("stores each signal once, counts those that count, and remembers how far it got", () =>
    Effect.gen(function* () {
      const disk = new FragileDisk()
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* open(disk, { segmentBytes: 1_000_000 })
          const signals = [
            signal(1, 1),
            signal(2, 1, { signal_type: "slot_view" }),
            signal(3, 7, { activity_node_id: nodeOf(99) }),
            signal(4, 1, { context: { 'weird " key': "line\nend é 日本 😀" } })
          ]
          yield* journal.commit(
            "signal",
            signals.map((one) => ownSignalRecord(one, NOW))
          )
          yield* journal.drained
          return disk.copy()
        })
      )
      const rows = yield* stored
      assert.deepStrictEqual(
        rows.map(({ id }) => id),
        [1, 2, 3, 4].map(signalId)
      )
      assert.deepStrictEqual(rows[3]!.context, { 'weird " key': "line\nend é 日本 😀" })
      assert.strictEqual(rows[2]!.context.unknown_node_id, nodeOf(99))
      assert.strictEqual(rows[0]!.created_at.getTime(), NOW)
      assert.deepStrictEqual([yield* count(1), yield* count(7)], [2, 1])

      const sql = yield* SqlClient
      yield* sql`delete from journal_progress`
      yield* Effect.scoped(Effect.andThen(open(first), (journal) => journal.drained))
      assert.strictEqual((yield* stored).length, 4)
      assert.strictEqual(yield* count(1), 2)
    }).pipe(Effect.scoped)
  )

  it.effect("keeps the first of an id that comes again with other content, and counts and tells of the others", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const countOf = (reason: string) =>
        Effect.map(
          Metric.snapshot,
          (all) =>
            all
              .filter((one) => one.id === "signals_not_stored_total" && one.attributes?.["reason"] === reason)
              .map((one) => (one.state as { readonly count: number }).count)[0] ?? 0
        )
      const record = (one: Signal) =>
        signalRecord({ signal: one, received_at: NOW, content_hash: contentHash(one), unverified: false })
      const first = signal(71, 1)
      const others = [signal(71, 1, { signal_type: "slot_skip" }), signal(71, 2)]
      const records = [first, ...others, first].map(record)
      const before = yield* countOf("other_content")
      const { lines, layer } = logged()
      // The first in a batch of its own, then all in one: an id is also known within a batch.
      yield* Effect.gen(function* () {
        const journal = yield* open(new FragileDisk())
        yield* journal.commit("signal", records.slice(0, 1))
        yield* journal.drained
        yield* journal.commit("signal", records)
        yield* journal.commit("signal", [record(signal(72, 1)), record(signal(72, 2))])
        yield* journal.drained
      }).pipe(Effect.provide(layer))
      const rows = yield* sql<{ id: string; user_id: string; signal_type: string; content_hash: string }>`
        select id, user_id, signal_type, content_hash from behavioral_signals
        where id in (${signalId(71)}, ${signalId(72)}) order by id`
      assert.deepStrictEqual(
        rows.map((row) => [row.user_id, row.signal_type, row.content_hash]),
        [
          [userOf(1), "slot_accept", contentHash(first)],
          [userOf(1), "slot_accept", contentHash(signal(72, 1))]
        ]
      )
      assert.strictEqual((yield* countOf("other_content")) - before, 3)
      const told = lines.filter((line) => line.includes("other content"))
      assert.isAtLeast(told.length, 1)
      for (const line of told)
        for (const id of [71, 72].map(signalId).concat([1, 2].map(userOf))) assert.notInclude(line, id)
    }).pipe(Effect.scoped)
  )

  it.effect("stores an unverified signal only if the trip turns out to be the user's", () =>
    Effect.gen(function* () {
      const journal = yield* open(new FragileDisk())
      const about = { trip_id: tripOf(1) }
      yield* journal.commit(
        "signal",
        [signal(11, 1, about), signal(12, 2, about), signal(13, 3, about)].map((one) => ownSignalRecord(one, NOW, true))
      )
      yield* journal.drained
      const ids = (yield* stored).map(({ id }) => id)
      assert.includeMembers(ids, [signalId(11), signalId(12)])
      assert.notInclude(ids, signalId(13))
    }).pipe(Effect.scoped)
  )

  it.effect("stores what somebody sent before they left the trip, and nothing that they send of it afterwards", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const stop = uuidOf(6, 9)
      yield* sql`
        insert into itinerary_slots (id, trip_id, day_number, slot_order, activity_node_id, day_part, starts_at, ends_at)
        values (${stop}, ${tripOf(1)}, 3, 0, ${nodeOf(1)}, 'morning', now(), now() + interval '1 hour')`
      yield* sql`
        insert into trip_events (id, trip_id, seq, type, payload, schema_version, occurred_at)
        values (gen_random_uuid(), ${tripOf(1)}, 1, 'member_left',
          ${JSON.stringify({ _tag: "member_left", user_id: userOf(3), erased: false })}::text::jsonb, 1, ${new Date(NOW)})`
      const journal = yield* open(new FragileDisk())
      const trip = { trip_id: tripOf(1) }
      const stopAlone = { slot_id: stop, activity_node_id: undefined }
      yield* journal.commit("signal", [
        ownSignalRecord(signal(14, 3, trip), NOW, true),
        ownSignalRecord(signal(16, 3, stopAlone), NOW, true),
        ownSignalRecord(signal(17, 3, trip), NOW + 1, true),
        ownSignalRecord(signal(18, 3, stopAlone), NOW + 1, true)
      ])
      yield* journal.drained
      const ids = (yield* stored).map(({ id }) => id)
      assert.includeMembers(ids, [signalId(14), signalId(16)])
      assert.notInclude(ids, signalId(17))
      assert.notInclude(ids, signalId(18))
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
  )

  it.effect("stores no place of another city under a trip", () =>
    Effect.gen(function* () {
      const journal = yield* open(new FragileDisk())
      const elsewhere = { trip_id: tripOf(1), activity_node_id: nodeOf(2) }
      yield* journal.commit("signal", [ownSignalRecord(signal(15, 1, elsewhere), NOW)])
      yield* journal.drained
      const rows = new Map((yield* stored).map((row) => [row.id, row]))
      assert.strictEqual(rows.get(signalId(15))!.context.unknown_node_id, nodeOf(2))
    }).pipe(Effect.scoped)
  )

  it.effect("finds the trip and the place of a stop, as it was then, and stores nothing of another's stop", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const [stop, moved, unknown] = [uuidOf(6, 1), uuidOf(6, 2), uuidOf(6, 3)]
      const later = nodeOf(3)
      yield* sql`
        insert into activity_nodes (id, city_id, node_index, name, neighbourhood, category, lat, lon, time_zone, price_tier,
          setting, weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding,
          taxonomy_version, source_tier, content_hash)
        select ${later}::uuid, city_id, 7, name, neighbourhood, category, lat, lon, time_zone, price_tier, setting,
          weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding, taxonomy_version,
          source_tier, content_hash from activity_nodes where id = ${nodeOf(1)}`
      for (const [id, node] of [
        [stop, nodeOf(1)],
        [moved, later]
      ] as const) {
        yield* sql`
          insert into itinerary_slots (id, trip_id, day_number, slot_order, activity_node_id, day_part, starts_at, ends_at)
          values (${id}, ${tripOf(1)}, 1, 0, ${node}, 'morning', now(), now() + interval '1 hour')`
      }
      const event = (seq: number, type: string, payload: object, at: string) => sql`
        insert into trip_events (id, trip_id, seq, type, payload, schema_version, occurred_at)
        values (gen_random_uuid(), ${tripOf(1)}, ${seq}, ${type}, ${JSON.stringify(payload)}::text::jsonb, 1, ${new Date(at)})`
      const slots = (node: string) => [
        { id: stop, node_id: nodeOf(1) },
        { id: moved, node_id: node }
      ]
      yield* event(101, "trip_created", { trip: { slots: slots(nodeOf(1)) } }, "2026-04-30T00:00:00Z")
      yield* event(102, "slot_swapped", { slots: slots(later).slice(1), removed: [] }, "2026-05-01T08:00:00Z")

      const told: Array<readonly [string, string | null, string | null]> = []
      const proven = ProvenSignals.of({
        onProven: () => () => {},
        tell: (signals) => {
          for (const { read } of signals) {
            const { signal: one } = read()
            told.push([one.id, one.trip_id, one.activity_node_id])
          }
        }
      })
      const journal = yield* open(
        new FragileDisk(),
        {},
        Layer.merge(NobodyListens.toWhatIsStored, Layer.succeed(ProvenSignals, proven))
      )
      const of = (n: number, user: number, slot_id: string, more: Readonly<Record<string, unknown>> = {}) => {
        const one = signal(n, user, { slot_id, activity_node_id: undefined, ...more })
        return ownSignalRecord(one, NOW, one.trip_id === null)
      }
      const early = { occurred_at: "2026-05-01T07:00:00Z" }
      yield* journal.commit("signal", [
        of(41, 1, stop),
        of(42, 2, stop, { trip_id: tripOf(1) }),
        of(43, 1, moved),
        of(44, 1, moved, early),
        of(45, 1, moved, { signal_type: "slot_swap", context: { replaced_by: later } }),
        of(46, 1, moved, { signal_type: "pivot_dismiss" }),
        of(47, 1, moved, { activity_node_id: nodeOf(1) }),
        of(48, 1, unknown),
        of(49, 4, stop)
      ])
      yield* journal.drained
      const rows = yield* sql<{ id: string; trip_id: string | null; activity_node_id: string | null }>`
        select id, trip_id, activity_node_id from behavioral_signals
        where id between ${signalId(41)} and ${signalId(49)} order by id`
      const expected = [
        [signalId(41), tripOf(1), nodeOf(1)],
        [signalId(42), tripOf(1), nodeOf(1)],
        [signalId(43), tripOf(1), later],
        [signalId(44), tripOf(1), nodeOf(1)],
        [signalId(45), tripOf(1), null],
        [signalId(46), tripOf(1), null],
        [signalId(47), tripOf(1), nodeOf(1)],
        [signalId(48), null, null]
      ] as const
      assert.deepStrictEqual(
        rows.map((row) => [row.id, row.trip_id, row.activity_node_id]),
        expected.map((one) => [...one])
      )
      assert.deepStrictEqual(told, expected.slice())
    }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
  )

  it.effect("sets aside the one record that PostgreSQL refuses, and stores the others", () =>
    Effect.gen(function* () {
      const journal = yield* open(new FragileDisk())
      const bad = { ...signal(25, 1), weight: 0.7 }
      const worse = { ...signal(26, 1), session_id: "no id" }
      yield* journal.commit(
        "signal",
        [signal(21, 1), signal(22, 1), bad, worse, signal(23, 1), signal(24, 1)].map((one) => ownSignalRecord(one, NOW))
      )
      yield* journal.drained
      const ids = (yield* stored).map(({ id }) => id)
      assert.includeMembers(ids, [21, 22, 23, 24].map(signalId))
      assert.notInclude(ids, signalId(25))
      assert.notInclude(ids, signalId(26))
      assert.strictEqual((yield* journal.status).quarantined, 2)
    }).pipe(Effect.scoped)
  )

  it.effect("lets records wait while a table is missing, rather than setting them aside", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`alter table behavioral_signals rename to elsewhere`
      const { lines, layer } = logged()
      const journal = yield* open(new FragileDisk()).pipe(Effect.provide(layer))
      yield* journal.commit("signal", [ownSignalRecord(signal(31, 1), NOW)])
      const waits = () => lines.filter((line) => line.includes("The journal waits for the database"))
      yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => waits().length > 0 })
      assert.strictEqual((yield* journal.status).quarantined, 0)
      yield* sql`alter table elsewhere rename to behavioral_signals`
      yield* journal.drained
      assert.strictEqual((yield* journal.status).quarantined, 0)
      assert.include(
        (yield* stored).map(({ id }) => id),
        signalId(31)
      )
    }).pipe(Effect.scoped)
  )
})
