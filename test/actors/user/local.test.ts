import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { layer as users } from "../../../src/actors/user/local.ts"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as NobodyErased from "../../../src/cases/absent/nobody-erased.ts"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import * as PersonaEncoders from "../../../src/cases/people/persona-encoders.ts"
import * as ProvenSignals from "../../../src/cases/signals/proven-signal-news.ts"
import { type CityCatalog, placeAmong } from "../../../src/domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import { ownSignalRecord } from "../../../src/domain/records/signal.ts"
import type { Signal } from "../../../src/domain/signal.ts"
import { MAX_SEQUENCE } from "../../../src/domain/user/state.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import type { SinkHandler } from "../../../src/layers/postgres/journal-sink/handler.ts"
import { personasHandler } from "../../../src/layers/postgres/journal-sink/personas.ts"
import { signalsHandler } from "../../../src/layers/postgres/journal-sink/signals.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import * as PostgresUsers from "../../../src/layers/postgres/user-storage.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Journal } from "../../../src/services/journal.ts"
import { Personas } from "../../../src/services/personas.ts"
import { SignalListener } from "../../../src/services/signal-listener.ts"
import { MemberPersonas } from "../../../src/services/trip-helpers.ts"

import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { cityOf, nodeOf, seedPeopleAndPlaces, signalId, tripOf, userOf } from "../../harness/signals.ts"
import { withoutFarewell } from "../power-cut.ts"

/** The one place of the seed, as its city's catalog has it. */
const vibe = Array.from({ length: 64 }, () => 0.125)
const place = { category: "cafe", price_tier: 1, vibe_embedding: vibe } as unknown as ActivityNode
const city = {
  city: { id: cityOf(1), slug: "city-1" },
  nodes: [place],
  indexOf: (id: string) => (id === nodeOf(1) ? 0 : undefined)
} as unknown as CityCatalog

const catalog = Layer.succeed(Catalog, {
  city: () => Effect.succeed(city),
  resident: () => city,
  place: (nodeId) => placeAmong([city], nodeId),
  places: () => Effect.succeed(new Map()),
  cities: Effect.succeed([{ slug: "city-1" } as never]),
  refresh: () => Effect.succeed(city),
  onChange: () => () => {}
})

/** A database that takes no signals while it is shut. */
const gated = (gate: { shut: boolean }): ReadonlyArray<SinkHandler> => [
  {
    ...signalsHandler,
    apply: (records) => Effect.suspend(() => (gate.shut ? Effect.die("shut") : signalsHandler.apply(records)))
  },
  personasHandler
]

const process = (disk: FragileDisk, handlers: ReadonlyArray<SinkHandler> = [signalsHandler, personasHandler]) =>
  users().pipe(
    Layer.provideMerge(
      Layer.effect(Journal, makeJournal({ ...smallJournal, segmentBytes: 1_000_000, bufferBytes: 1_000_000 }, disk))
    ),
    Layer.provide(
      Layer.mergeAll(
        Sink.layer(handlers),
        Sink.recordTypes(handlers),
        PostgresUsers.layer,
        catalog,
        PersonaEncoders.layerDeterministic,
        NobodyErased.layer,
        ActorKindList.layer,
        NobodyListens.toTripEndings
      ).pipe(Layer.provide([NobodyListens.toLateRecords, NobodyElse.layer]), Layer.provideMerge(ProvenSignals.layer))
    )
  )

const signal = (n: number, user: string, type: Signal["signal_type"] = "slot_accept"): Signal => ({
  id: signalId(n),
  user_id: user,
  signal_type: type,
  trip_id: null,
  slot_id: null,
  activity_node_id: nodeOf(1),
  session_id: null,
  context: {},
  source: "app",
  weight: 1,
  model_version: null,
  occurred_at: Date.now()
})

/** As the intake does it: durable first, then told. */
const give = Effect.fnUntraced(function* (signals: ReadonlyArray<Signal>) {
  const journal = yield* Journal
  const at = Date.now()
  yield* journal.commit(
    "signal",
    signals.map((one) => ownSignalRecord(one, at))
  )
  const listener = yield* SignalListener
  listener.durable(signals[0]!.user_id, signals, at)
})

const liking = (affinities: ReadonlyArray<number>) => affinities.reduce((sum, x, i) => sum + x * vibe[i]!, 0)

await contractSuite("Personas", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("learns as signals become durable, and knows the same after a power cut and from the database", () =>
    Effect.gen(function* () {
      yield* seedPeopleAndPlaces
      const sql = yield* SqlClient
      const user = userOf(1) as UserId
      const disk = new FragileDisk()
      const first = yield* Effect.gen(function* () {
        const personas = yield* Personas
        const members = yield* MemberPersonas
        const changed: Array<string> = []
        members.onChange((one) => void changed.push(one))
        const stranger = yield* personas.of(user)
        yield* give([signal(1, user), signal(2, user, "slot_view"), signal(3, user, "thumbs_up")])
        const known = yield* personas.of(user)
        assert.deepStrictEqual(changed, [user])
        assert.isAbove(
          liking(known.dimensions.category_affinities.value),
          liking(stranger.dimensions.category_affinities.value)
        )
        assert.strictEqual(known.signal_count, 2)
        assert.deepStrictEqual(
          known.sequence.map((one) => [one.node_id, one.accepted]),
          [
            [nodeOf(1), true],
            [nodeOf(1), true]
          ]
        )
        const { recent } = yield* personas.explain(user)
        assert.deepInclude(recent[0], { signal_id: signalId(3), signal_type: "thumbs_up" })
        return { disk: disk.losePower(() => false), persona: known, recent }
      }).pipe(withoutFarewell(process(disk)))
      const after = yield* Effect.gen(function* () {
        const personas = yield* Personas
        const journal = yield* Journal
        const again = yield* personas.of(user)
        assert.strictEqual(again.signal_count, 2)
        assert.approximately(
          liking(again.dimensions.category_affinities.value),
          liking(first.persona.dimensions.category_affinities.value),
          1e-3
        )
        yield* personas.onboard(user, { tags: { pace: "packed", food: ["ramen"] } })
        yield* journal.drained
        return yield* personas.of(user)
      }).pipe(Effect.provide(process(first.disk)))
      assert.deepInclude(after.dimensions.pace_preference, { value: "packed", source: "onboarding" })
      const [row] =
        yield* sql`select signal_count, cardinality(persona_embedding) as size from users where id = ${user}`
      assert.deepStrictEqual(row, { signal_count: 2, size: 128 })
      const third = yield* Effect.gen(function* () {
        const personas = yield* Personas
        // What each signal changed is told as on the first day: values that are others now, and tastes that moved.
        const { recent } = yield* personas.explain(user)
        assert.deepStrictEqual(recent, first.recent)
        const all = recent.flatMap(({ changes }) => changes)
        assert.isTrue(all.some((change) => "tag" in change && change.change > 0))
        assert.deepInclude(all, { dimension: "primary_interest", from: "culture", to: "food" })
        return yield* personas.of(user)
      }).pipe(Effect.provide(process(new FragileDisk())))
      assert.strictEqual(third.signal_count, 2)
      assert.deepInclude(third.dimensions.pace_preference, { value: "packed", source: "onboarding" })
      assert.deepStrictEqual(
        third.sequence.map((one) => one.node_id),
        after.sequence.map((one) => one.node_id)
      )
    })
  )

  it.effect("knows for good in which cities somebody has swiped, however much they say since", () =>
    Effect.gen(function* () {
      const user = userOf(4) as UserId
      yield* (yield* SqlClient)`insert into users (id) values (${user})`
      const known = Effect.flatMap(Personas, (personas) => personas.of(user))
      const disk = new FragileDisk()
      const before = yield* Effect.gen(function* () {
        assert.notProperty(yield* known, "explored")
        const since = Array.from({ length: 2 * MAX_SEQUENCE }, (_, n) => signal(500 + n, user, "thumbs_up"))
        yield* give([signal(499, user, "discovery_swipe_left"), ...since])
        const persona = yield* known
        assert.isFalse(
          persona.sequence.some(({ swiped }) => swiped === true),
          "the swipe is older than what is remembered"
        )
        assert.deepStrictEqual(persona.explored, [cityOf(1)])
        return disk.losePower(() => false)
      }).pipe(withoutFarewell(process(disk)))
      const again = yield* Effect.gen(function* () {
        const persona = yield* known
        yield* (yield* Journal).drained
        return persona
      }).pipe(Effect.provide(process(before)))
      assert.deepStrictEqual(again.explored, [cityOf(1)], "from the journal")
      const stored = yield* known.pipe(Effect.provide(process(new FragileDisk())))
      assert.deepStrictEqual(stored.explored, [cityOf(1)], "from the database")
    })
  )

  it.effect(
    "learns from what was taken on trust once it is stored, and never from what turns out to be another's",
    () =>
      Effect.gen(function* () {
        const [member, stranger] = [userOf(2) as UserId, userOf(3) as UserId]
        const gate = { shut: true }
        const disk = new FragileDisk()
        const both = Effect.flatMap(Personas, (personas) => Effect.all([personas.of(member), personas.of(stranger)]))
        const counts = Effect.map(both, (found) => found.map((one) => [one.signal_count, one.sequence.length]))
        const before = yield* Effect.gen(function* () {
          const journal = yield* Journal
          assert.deepStrictEqual(yield* counts, [
            [0, 0],
            [0, 0]
          ])
          const records = [signal(81, member), signal(82, stranger)].map((one) =>
            ownSignalRecord({ ...one, trip_id: tripOf(1) }, Date.now(), true)
          )
          yield* journal.commit("signal", records)
          return disk.losePower(() => false)
        }).pipe(withoutFarewell(process(disk, gated(gate))))
        yield* Effect.gen(function* () {
          const journal = yield* Journal
          const [unknown] = yield* both
          assert.deepStrictEqual(yield* counts, [
            [0, 0],
            [0, 0]
          ])
          gate.shut = false
          yield* journal.drained
          assert.deepStrictEqual(yield* counts, [
            [1, 1],
            [0, 0]
          ])
          const [known] = yield* both
          assert.isAbove(
            liking(known!.dimensions.category_affinities.value),
            liking(unknown!.dimensions.category_affinities.value)
          )
        }).pipe(Effect.provide(process(before, gated(gate))))
      }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )
})
