import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import { layer as users } from "../../../src/actors/user/local.ts"
import * as NobodyErased from "../../../src/cases/absent/nobody-erased.ts"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import * as PersonaEncoders from "../../../src/cases/people/persona-encoders.ts"
import { rederive, rederiveAll } from "../../../src/cases/people/persona-nightly.ts"
import { seededRandom } from "../../../src/domain/basics/random.ts"
import { CATEGORIES } from "../../../src/domain/catalog/category.ts"
import { type CityCatalog, placeAmong } from "../../../src/domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import { ownSignalRecord } from "../../../src/domain/records/signal.ts"
import type { Signal } from "../../../src/domain/signal.ts"
import { distance } from "../../../src/domain/user/rederive.ts"
import { MAX_SEQUENCE } from "../../../src/domain/user/state.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import { personasHandler } from "../../../src/layers/postgres/journal-sink/personas.ts"
import { signalsHandler } from "../../../src/layers/postgres/journal-sink/signals.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import * as PostgresHistory from "../../../src/layers/postgres/persona-history.ts"
import * as PostgresUsers from "../../../src/layers/postgres/user-storage.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Journal } from "../../../src/services/journal.ts"
import { PersonaEncoder, type PersonaToEncode } from "../../../src/services/persona-encoder.ts"
import { PersonaHistory } from "../../../src/services/persona-history.ts"
import { Personas } from "../../../src/services/personas.ts"
import { SignalListener } from "../../../src/services/signal-listener.ts"

import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { cityOf, nodeOf, seedPeopleAndPlaces, signalId, userOf } from "../../harness/signals.ts"

const PLACES = 30

/** Places of every kind: from 10 on, so that they do not meet those of the seed. */
const places = Array.from({ length: PLACES }, (_, n) => ({
  id: nodeOf(n + 10),
  category: CATEGORIES[n % CATEGORIES.length]!,
  price_tier: 1 + (n % 4),
  vibe_embedding: Array.from({ length: 64 }, (_, i) => (i % PLACES === n ? 0.6 : i % 7 === n % 7 ? 0.2 : 0.01))
}))

const city = {
  city: { slug: "city-1" },
  nodes: places as unknown as ReadonlyArray<ActivityNode>,
  indexOf: (id: string) => {
    const at = places.findIndex((place) => place.id === id)
    return at < 0 ? undefined : at
  }
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

const seedPlaces = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* seedPeopleAndPlaces
  for (const [n, place] of places.entries()) {
    yield* sql`
      insert into activity_nodes (id, city_id, node_index, name, neighbourhood, category, lat, lon, time_zone, price_tier,
        setting, weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding, taxonomy_version,
        source_tier, content_hash)
      values (${place.id}, ${cityOf(1)}, ${n + 10}, ${`Place ${n}`}, 'Here', ${place.category}, 0, 0, 'UTC',
        ${place.price_tier}, 'indoor', 0, 30, '{}', '{}', '{}', ${`{${place.vibe_embedding.join(",")}}`}::real[], 'v1', 1, 'x')`
  }
})

const handlers = [signalsHandler, personasHandler]

const process = (disk: FragileDisk, encoder = PersonaEncoders.layerDeterministic) =>
  Layer.mergeAll(users(), PostgresHistory.layer, NobodyErased.layer).pipe(
    Layer.provideMerge(
      Layer.effect(Journal, makeJournal({ ...smallJournal, segmentBytes: 1_000_000, bufferBytes: 1_000_000 }, disk))
    ),
    Layer.provide(
      Layer.mergeAll(
        Sink.layer(handlers),
        Sink.recordTypes(handlers),
        PostgresUsers.layer,
        catalog,
        encoder,
        NobodyErased.layer,
        ActorKindList.layer,
        NobodyListens.toTripEndings
      ).pipe(Layer.provideMerge(NobodyListens.toWhatIsStored))
    ),
    Layer.provide(Layer.succeed(References.MinimumLogLevel, "None"))
  )

const TYPES = [
  "slot_accept",
  "slot_skip",
  "slot_view",
  "thumbs_up",
  "thumbs_down",
  "discovery_swipe_right",
  "discovery_swipe_left",
  "pivot_accept"
] as const

/** What a traveler does over a while: the same for the same seed. */
const behaviour = (user: string, from: number, count: number): ReadonlyArray<Signal> => {
  const random = seededRandom(from)
  const pick = <A>(of: ReadonlyArray<A>): A => of[Math.floor(random() * of.length)]!
  return Array.from({ length: count }, (_, i) => ({
    id: signalId(from + i),
    user_id: user,
    signal_type: pick(TYPES),
    trip_id: null,
    slot_id: null,
    activity_node_id: pick(places).id,
    session_id: null,
    context: { time_to_action_ms: Math.floor(random() * 12_000), day_part: pick(["morning", "night", "evening"]) },
    source: "app",
    weight: 1,
    model_version: null,
    occurred_at: Date.now() - Math.floor(random() * 40) * 86_400_000
  }))
}

let later = 0

/** The clock on the wall and then some: time passes when the test says so, and nobody waits for it. */
const hurrying = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (wall) =>
    Effect.provideService(
      effect,
      Clock.Clock,
      Object.assign(Object.create(wall), {
        currentTimeMillisUnsafe: () => wall.currentTimeMillisUnsafe() + later,
        currentTimeMillis: Effect.map(wall.currentTimeMillis, (now) => now + later)
      })
    )
  )

/** As the intake does it: durable first, a few at a time; then told, unless nobody is there to learn. */
const give = Effect.fnUntraced(function* (signals: ReadonlyArray<Signal>, told = true) {
  const journal = yield* Journal
  const listener = yield* SignalListener
  for (let i = 0; i < signals.length; i += 5) {
    const some = signals.slice(i, i + 5)
    later += 50
    const now = yield* Clock.currentTimeMillis
    yield* journal.commit(
      "signal",
      some.map((one) => ownSignalRecord(one, now))
    )
    if (told) listener.durable(some[0]!.user_id, some, now)
  }
})

const storedOf = Effect.fnUntraced(function* (user: UserId) {
  const page = yield* (yield* PersonaHistory).changed({ since: 0, after: undefined, limit: 10 })
  return page.find((one) => one.user_id === user)
})

/** The actor writes down by itself what it learnt some seconds ago. */
const save = Effect.fnUntraced(function* (user: UserId) {
  const journal = yield* Journal
  const { learntUntil: before } = (yield* storedOf(user)) ?? { learntUntil: 0 }
  later += 6_000
  yield* Effect.andThen(journal.drained, storedOf(user)).pipe(
    Effect.delay("10 millis"),
    Effect.repeat({ until: (stored) => (stored?.learntUntil ?? 0) > before }),
    Effect.timeout("60 seconds")
  )
})

const drained = Effect.flatMap(Journal, (journal) => journal.drained)

const falsify = Effect.fnUntraced(function* (user: UserId) {
  const sql = yield* SqlClient
  const other = JSON.stringify(Array.from({ length: 64 }, (_, i) => (i === 3 ? 1 : 0)))
  yield* sql`
    update persona_dimensions set value = ${other} where user_id = ${user} and dimension = 'category_affinities'`
})

const night = { looked_at: 1, agreed: 0, corrected: 0, moved_on: 0, woken: 0, read: 0, without_base: 0 }

/** A night looks at everybody: each test has a database of its own, with nobody in it whom another one changed. */
const inOwnDatabase = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provide(hurrying(effect), Layer.effectDiscard(seedPlaces).pipe(Layer.provideMerge(freshDatabase())))

await contractSuite("Personas at night", { local: { needs: "postgres", layer: () => Layer.empty } }, (it) => {
  it.effect("a persona learnt online is the one that its history gives, and differences are put right", () =>
    Effect.gen(function* () {
      const user = userOf(1) as UserId
      const disk = new FragileDisk()
      yield* Effect.gen(function* () {
        const personas = yield* Personas
        yield* personas.of(user)
        yield* give(behaviour(user, 100, 40))
        yield* personas.onboard(user, { tags: { pace: "packed", food: ["ramen", "coffee"] } })
        yield* give(behaviour(user, 200, 160))
        yield* save(user)
        const online = yield* personas.of(user)
        const stored = (yield* storedOf(user))!
        const derived = yield* rederive(stored)
        assert.isBelow(distance(derived, online.dimensions), 1e-4)
        assert.isAbove(distance(derived, stored.base!.dimensions), 0.1, "the signals have taught something")
        assert.strictEqual(derived.signal_count, online.signal_count)
        assert.lengthOf(online.sequence, MAX_SEQUENCE)
        assert.deepStrictEqual(derived.sequence, online.sequence)
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, agreed: 1 })

        yield* falsify(user)
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, corrected: 1 })
        yield* drained
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, agreed: 1 })

        // A trip whose end nobody was told of, because a crash lay behind it.
        const sql = yield* SqlClient
        yield* sql`
          insert into trips (id, user_id, city_id, start_date, end_date, status, epoch)
          values (gen_random_uuid(), ${user}, ${cityOf(1)}, '2026-04-01', '2026-04-03', 'completed', gen_random_uuid())`
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, corrected: 1 })
        assert.deepInclude((yield* personas.of(user)).dimensions.trip_count, { value: "returning", source: "trips" })
        yield* drained
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, agreed: 1 })

        yield* falsify(user)
        yield* give(behaviour(user, 400, 5))
        assert.deepInclude(yield* rederiveAll(), { corrected: 0, moved_on: 1 })
        yield* save(user)
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, agreed: 1 })
      }).pipe(Effect.provide(process(disk)))

      yield* Effect.gen(function* () {
        const personas = yield* Personas
        const sleeping = behaviour(user, 500, 300).map((one): Signal => ({ ...one, signal_type: "slot_view" }))
        yield* give([...behaviour(user, 900, 3), ...sleeping], false)
        yield* drained
        const { woken } = yield* rederiveAll()
        assert.strictEqual(woken, 1)
        yield* save(user)
        const derived = yield* rederive((yield* storedOf(user))!)
        const online = yield* personas.of(user)
        assert.deepStrictEqual(derived.sequence, online.sequence)
      }).pipe(Effect.provide(process(new FragileDisk())))
    }).pipe(inOwnDatabase)
  )

  it.effect("is read again by whoever reads, when its traveler turns warm and in the night after they did more", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const user = userOf(3) as UserId
      const seen: Array<PersonaToEncode> = []
      const reader = Layer.succeed(PersonaEncoder, {
        encode: () => Effect.die("nobody was onboarded"),
        readAgain: (input) =>
          Effect.sync(() => {
            seen.push(input)
            const cuisine_openness = { value: 0.5 + seen.length / 10, confidence: 0.6, source: "llm" }
            const dimensions = { ...input.dimensions, cuisine_openness }
            return { vector: new Float32Array(128), encoder_version: "", dimensions, text: `reading ${seen.length}` }
          })
      })
      yield* Effect.gen(function* () {
        const personas = yield* Personas
        const openness = Effect.map(personas.of(user), ({ dimensions }) => dimensions.cuisine_openness.value)
        const liked = behaviour(user, 1300, 30).map((one): Signal => ({ ...one, signal_type: "slot_accept" }))
        yield* personas.of(user)
        yield* give(liked.slice(0, 15))
        assert.lengthOf(seen, 0)
        yield* give(liked.slice(15, 20))
        yield* Effect.repeat(openness, { until: (value) => value === 0.6 }).pipe(Effect.timeout("30 seconds"))
        assert.lengthOf(seen, 1)
        assert.strictEqual(seen[0]!.signals.length, 20)
        assert.isTrue(
          seen[0]!.signals.every(({ signal_type, tags }) => signal_type === "slot_accept" && tags.length > 0)
        )

        yield* drained
        assert.deepInclude(yield* rederiveAll(), { read: 0 })
        yield* give(liked.slice(20))
        yield* save(user)
        assert.deepInclude(yield* rederiveAll(), { agreed: 1, read: 1 })
        assert.strictEqual(yield* openness, 0.7)
        yield* drained
        const [row] = yield* sql`select persona_text from users where id = ${user}`
        assert.strictEqual(row!["persona_text"], "reading 2")
        assert.deepInclude(yield* rederiveAll(), { agreed: 1, read: 0 })
      }).pipe(Effect.provide(process(new FragileDisk(), reader)))
    }).pipe(inOwnDatabase)
  )

  it.effect("forgets what was learnt from signals that were not stored, since their ids were taken", () =>
    Effect.gen(function* () {
      const user = userOf(2) as UserId
      yield* Effect.gen(function* () {
        const personas = yield* Personas
        yield* personas.of(user)
        const honest = behaviour(user, 2000, 100)
        yield* give(honest)
        const { dimensions } = yield* personas.of(user)
        // Under ids that were used so long ago that no memory has them.
        const loved = places.at(-1)!.id
        yield* give(honest.slice(0, 20).map((one) => ({ ...one, signal_type: "thumbs_up", activity_node_id: loved })))
        yield* save(user)
        const led = yield* personas.of(user)
        const derived = yield* rederive((yield* storedOf(user))!)
        assert.isAbove(distance(derived, led.dimensions), 0.1)
        assert.isBelow(distance(derived, dimensions), 1e-4)
        assert.deepStrictEqual(yield* rederiveAll(), { ...night, corrected: 1 })
        const now = yield* personas.of(user)
        assert.isBelow(distance(derived, now.dimensions), 1e-4)
      }).pipe(Effect.provide(process(new FragileDisk())))
    }).pipe(inOwnDatabase)
  )

  it.effect("leaves alone whom nothing tells where they began", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const user = userOf(20) as UserId
      yield* sql`insert into users (id, persona_learnt_until) values (${user}, now())`
      yield* sql`
        insert into persona_dimensions (id, user_id, dimension, value, confidence, source)
        values (gen_random_uuid(), ${user}, 'pace_preference', 'packed', 1, 'import')`
      assert.deepStrictEqual(yield* Effect.provide(rederiveAll(), process(new FragileDisk())), {
        ...night,
        without_base: 1
      })
    }).pipe(inOwnDatabase)
  )
})
