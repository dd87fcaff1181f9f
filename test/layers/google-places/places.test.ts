import { assert, describe, layer } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import * as GooglePlaces from "../../../src/layers/google-places/api.ts"
import * as MemoryIndex from "../../../src/layers/memory/vector-index.ts"
import * as Store from "../../../src/layers/postgres/catalog-store.ts"
import * as PlacesCache from "../../../src/layers/postgres/places-cache.ts"
import { CitySeeder } from "../../../src/services/city-seeder.ts"
import { PlacesSource } from "../../../src/services/places-source.ts"
import * as Seeder from "../../../src/sources/city-seeder.ts"
import { hoursOfPeriods } from "../../../src/sources/places-city.ts"
import { authorNames } from "../../harness/authors.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { startFakePlaces } from "../../support/fake-places.ts"

class Fake extends Context.Service<Fake, Awaited<ReturnType<typeof startFakePlaces>>>()("test/FakePlaces") {}

const fake = Layer.effect(
  Fake,
  Effect.acquireRelease(Effect.promise(startFakePlaces), (server) => Effect.promise(server.stop))
)

const KEY = "AIza-not-a-real-key"

const world = (dailyCalls = 100, key: string | undefined = KEY) => {
  const api = Layer.unwrap(
    Effect.map(Fake, ({ url }) =>
      GooglePlaces.layer({ key: key === "" ? undefined : Redacted.make(key), baseUrl: url, timeout: "1 second" })
    )
  )
  const places = PlacesCache.layer({ dailyCalls }).pipe(Layer.provide(api))
  return Seeder.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(places, Store.layer, MemoryIndex.layer, authorNames)),
    Layer.provideMerge(Layer.mergeAll(freshDatabase(), fake))
  )
}

const bounds = { south: 38.69, west: -9.23, north: 38.8, east: -9.09 }
const query = (text: string) => ({ text, bounds })

/** As if this many days had passed since everything was fetched. */
const age = (days: number) =>
  Effect.flatMap(
    SqlClient,
    (sql) => sql`update places_api_cache set fetched_at = now() - make_interval(days => ${days})`
  )

/** Waits for a condition, with a deadline. */
const eventually = (condition: () => boolean) =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + 30_000
    while (!condition()) {
      if ((yield* Clock.currentTimeMillis) > until) assert.fail("it did not come true in time")
      yield* Effect.sleep("5 millis")
    }
  })

describe("the places source", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("asks with a key, a field mask and the city's rectangle, and only once", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const { calls } = yield* Fake
        const first = yield* places.search(query("museums in Lisbon"))
        assert.strictEqual(calls.length, 1)
        assert.strictEqual(calls[0]!.key, KEY)
        assert.match(calls[0]!.mask, /^places\.id,places\.displayName,/)
        assert.notMatch(calls[0]!.mask, /review|photo|\*/)
        assert.deepStrictEqual(calls[0]!.body["locationRestriction"], {
          rectangle: { low: { latitude: 38.69, longitude: -9.23 }, high: { latitude: 38.8, longitude: -9.09 } }
        })
        assert.deepStrictEqual(yield* places.search(query("museums in Lisbon")), first)
        assert.strictEqual(calls.length, 1)
      })
    )

    it.effect("asks once for many who ask at the same time", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const { calls } = yield* Fake
        const before = calls.length
        const answers = yield* Effect.all(
          Array.from({ length: 20 }, () => places.search(query("cafes in Lisbon"))),
          { concurrency: 20 }
        )
        assert.strictEqual(calls.length, before + 1)
        assert.strictEqual(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1)
      })
    )

    it.effect("gives a stale answer at once, even while the provider is down, and renews it behind", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const { calls, behave } = yield* Fake
        yield* age(8)
        behave("hang")
        const before = calls.length
        assert.strictEqual((yield* places.search(query("cafes in Lisbon"))).length, 3)
        yield* eventually(() => calls.length === before + 1)
        behave("well")
        // The hanging call ends at its timeout; the next question after that starts another.
        const until = (yield* Clock.currentTimeMillis) + 30_000
        while (calls.length < before + 2 && (yield* Clock.currentTimeMillis) < until) {
          assert.strictEqual((yield* places.search(query("cafes in Lisbon"))).length, 3)
          yield* Effect.sleep("10 millis")
        }
        assert.strictEqual(calls.length, before + 2)
        // The renewed answer is kept behind: nothing of it may arrive while the next test makes everything old.
        const sql = yield* SqlClient
        const fresh = sql`select 1 from places_api_cache where fetched_at > now() - interval '1 day'`
        while ((yield* fresh).length === 0) {
          if ((yield* Clock.currentTimeMillis) > until) assert.fail("the renewed answer was not kept in time")
          yield* Effect.sleep("5 millis")
        }
      })
    )

    it.effect("never gives what is older than the terms allow, and purges it", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const sql = yield* SqlClient
        const { behave } = yield* Fake
        yield* age(31)
        behave("broken")
        assert.strictEqual((yield* Effect.flip(places.search(query("museums in Lisbon")))).reason, "unavailable")
        behave("well")
        yield* sql`insert into places_api_usage (day, calls) values (current_date - 31, 7)`
        assert.isAbove(yield* places.purge, 0)
        assert.strictEqual((yield* sql`select 1 from places_api_cache`).length, 0)
        // Calls of today still count towards today's cap.
        const days = yield* sql<{ old: boolean }>`select day < current_date - 30 as old from places_api_usage`
        assert.isFalse(days.some(({ old }) => old))
        assert.isAbove((yield* places.usage).calls, 0)
      })
    )

    it.effect("says what is wrong with the provider, and never the key", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const { behave } = yield* Fake
        for (const [mood, reason] of [
          ["quota", "refused"],
          ["denied", "refused"],
          ["broken", "unavailable"],
          ["gibberish", "malformed"],
          ["hang", "timeout"],
          ["drop", "unavailable"]
        ] as const) {
          behave(mood)
          const problem = yield* Effect.flip(places.search(query(`bars in Lisbon ${mood}`)))
          assert.strictEqual(problem.reason, reason, mood)
          assert.notInclude(JSON.stringify(problem), KEY)
        }
        behave("half")
        assert.strictEqual((yield* places.search(query("parks in Lisbon"))).length, 3)
        behave("well")
      })
    )
  })

  layer(world(2), { excludeTestServices: true })((it) => {
    it.effect("stops at the day's cap, also when many ask at once", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const { calls } = yield* Fake
        const answers = yield* Effect.all(
          Array.from({ length: 6 }, (_, i) => Effect.result(places.search(query(`query ${i}`)))),
          { concurrency: 6 }
        )
        assert.strictEqual(calls.length, 2)
        const capped = answers.filter((answer) => answer._tag === "Failure" && answer.failure.reason === "capped")
        assert.strictEqual(capped.length, 4)
      })
    )
  })
})

describe("a city that nobody seeded", () => {
  layer(world(), { excludeTestServices: true })((it) => {
    it.effect("is filled from the places service, marked for what it is", () =>
      Effect.gen(function* () {
        const seeder = yield* CitySeeder
        const sql = yield* SqlClient
        const summary = yield* seeder.seed({ city: "lisbon", source: "places" })
        assert.deepInclude(summary, { new: 10, rejected: 0 })
        assert.deepStrictEqual(summary.notes, [])
        const [city] = yield* sql`select name, country, time_zone from cities where slug = 'lisbon'`
        assert.deepStrictEqual({ ...city }, { name: "Lisbon", country: "PT", time_zone: "Europe/Lisbon" })
        const nodes = yield* sql<{
          source_tier: number
          source: string
          overrated_flag: unknown
          quality_signals: { places_fallback?: true }
          opening_hours: string
          provenance: Record<string, { source: string }>
        }>`
          select source_tier, source, overrated_flag, quality_signals, opening_hours, provenance from activity_nodes`
        for (const node of nodes) {
          assert.strictEqual(node.source_tier, 4)
          assert.strictEqual(node.source, "places")
          assert.isNull(node.overrated_flag)
          assert.strictEqual(node.quality_signals.places_fallback, true)
          assert.strictEqual(node.opening_hours, "Mo 10:00-18:30, Fr 20:00-26:00")
          assert.match(node.provenance["*"]!.source, /^google_places:/)
        }
        const { calls } = yield* Fake
        const before = calls.length
        const again = yield* seeder.seed({ city: "lisbon", source: "places" })
        assert.deepInclude(again, { new: 0, unchanged: 10, catalog_version: 1 })
        assert.strictEqual(calls.length, before)
      })
    )

    it.effect("keeps nothing but the id of its places after thirty days", () =>
      Effect.gen(function* () {
        const places = yield* PlacesSource
        const sql = yield* SqlClient
        yield* age(31)
        yield* sql`update activity_nodes set updated_at = now() - interval '31 days'`
        // A place that another source describes loses the stars, and nothing else.
        const [other] = yield* sql<{ id: string; name: string }>`update activity_nodes set source = 'osm'
          where id = (select activity_node_id from quality_signals limit 1) returning id, name`
        yield* sql`update quality_signals set last_seen = current_date - 31 where activity_node_id = ${other!.id}`
        const versions = sql<{ version: number }>`select catalog_version::int as version from cities where id in
          (select city_id from activity_nodes where id = ${other!.id})`
        const [before] = yield* versions
        yield* places.purge
        const [after] = yield* versions
        assert.strictEqual(after!.version, before!.version + 1, "servers read the city again")
        yield* places.purge
        assert.deepStrictEqual(yield* versions, [after!], "and not where nothing has gone")
        const left = yield* sql<{ name: string }>`select distinct name from activity_nodes where retired_at is not null`
        assert.deepStrictEqual(
          left.map(({ name }) => name),
          ["A place of Google Places"]
        )
        assert.strictEqual((yield* sql`select 1 from quality_signals`).length, 0)
        const [described] =
          yield* sql`select name, quality_signals -> 'tourist' as tourist from activity_nodes where id = ${other!.id}`
        assert.deepStrictEqual({ ...described }, { name: other!.name, tourist: null })
        const [kept] =
          yield* sql`select provenance from activity_nodes where provenance::text like '%google_places:%' limit 1`
        assert.isDefined(kept)
      })
    )

    it.effect("that the service does not know either is refused with the cities there are", () =>
      Effect.gen(function* () {
        const seeder = yield* CitySeeder
        for (const city of ["atlantis", "../etc/passwd"]) {
          const refused = yield* Effect.flip(seeder.seed({ city, source: "places" }))
          assert.strictEqual(refused._tag, "UnknownCity")
          assert.include(refused.message, "seattle")
        }
      })
    )
  })

  layer(world(100, ""), { excludeTestServices: true })((it) => {
    it.effect("says without a key which cities there are, and asks nobody", () =>
      Effect.gen(function* () {
        const seeder = yield* CitySeeder
        const refused = yield* Effect.flip(seeder.seed({ city: "lisbon", source: "places" }))
        assert.include(refused.message, "GOOGLE_PLACES_API_KEY")
        assert.include(refused.message, "seattle")
        assert.strictEqual((yield* Fake).calls.length, 0)
      })
    )
  })
})

describe("the provider's hours", () => {
  layer(Layer.empty)((it) => {
    it.effect("become OSM hours, or unknown where they cannot", () =>
      Effect.sync(() => {
        const at = (day: number, hour: number, minute = 0) => ({ day, hour, minute })
        assert.isNull(hoursOfPeriods(null))
        assert.isNull(hoursOfPeriods([]))
        assert.strictEqual(hoursOfPeriods([{ open: at(0, 0), close: null }]), "24/7")
        assert.strictEqual(hoursOfPeriods([{ open: at(6, 22), close: at(0, 4) }]), "Sa 22:00-28:00")
        assert.isNull(hoursOfPeriods([{ open: at(1, 9), close: at(4, 9) }]))
        assert.isNull(hoursOfPeriods([{ open: at(9, 9), close: at(9, 10) }]))
      })
    )
  })
})
