import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as CityLookUp from "../../../src/cases/planning/city-look-up.ts"
import * as GooglePlaces from "../../../src/layers/google-places/api.ts"
import * as MemoryIndex from "../../../src/layers/memory/vector-index.ts"
import * as PostgresCatalog from "../../../src/layers/postgres/catalog.ts"
import * as Store from "../../../src/layers/postgres/catalog-store.ts"
import * as PlacesCache from "../../../src/layers/postgres/places-cache.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { UnseededCity } from "../../../src/services/unseeded-city.ts"
import * as Seeder from "../../../src/sources/city-seeder.ts"
import { authorNames } from "../../harness/authors.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { startFakePlaces } from "../../support/fake-places.ts"

class Fake extends Context.Service<Fake, Awaited<ReturnType<typeof startFakePlaces>>>()("test/FakePlaces") {}

const fake = Layer.effect(
  Fake,
  Effect.acquireRelease(Effect.promise(startFakePlaces), (server) => Effect.promise(server.stop))
)

/** Longer than a busy machine takes for what comes about, and than any test takes: who waits this long has hung. */
const PATIENT = "50 seconds"

const world = (key: string | undefined, wait: Duration.Input = PATIENT) => {
  const api = Layer.unwrap(
    Effect.map(Fake, ({ url }) =>
      GooglePlaces.layer({
        key: key === undefined ? undefined : Redacted.make(key),
        baseUrl: url,
        timeout: PATIENT
      })
    )
  )
  const places = PlacesCache.layer({ dailyCalls: 100 }).pipe(Layer.provide(api))
  return CityLookUp.layer({ wait }).pipe(
    Layer.provideMerge(Seeder.layer),
    Layer.provideMerge(Layer.mergeAll(places, Store.layer, MemoryIndex.layer, authorNames, PostgresCatalog.layer)),
    Layer.provideMerge(Layer.mergeAll(freshDatabase(), fake))
  )
}

/** What a trip to a city does that has no catalog. */
const ask = (slug: string) =>
  Effect.gen(function* () {
    const catalogs = yield* Catalog
    const unseeded = yield* UnseededCity
    return yield* Effect.catchTag(catalogs.city(slug), "UnknownCity", unseeded.lookUp)
  })

describe("a city that nobody seeded", () => {
  layer(world("AIza-not-a-real-key"), { excludeTestServices: true })("with a places service", (it) => {
    it.effect("is looked up once, marked as such, and a city like the others from then on", () =>
      Effect.gen(function* () {
        const { calls } = yield* Fake
        const [first, second] = yield* Effect.all([ask("lisbon"), ask("lisbon")], { concurrency: 2 })
        assert.isAbove(first.nodes.length, 0)
        assert.strictEqual(first.version, second.version)
        assert.isTrue(first.nodes.every((node) => node.quality_signals.places_fallback === true))
        const asked = calls.length
        yield* ask("lisbon")
        assert.strictEqual(calls.length, asked)
      })
    )
  })

  layer(world("AIza-not-a-real-key", "100 millis"), { excludeTestServices: true })("with a slow one", (it) => {
    it.effect("is said to be on its way when the service takes too long", () =>
      Effect.gen(function* () {
        const { behave } = yield* Fake
        behave("hang")
        // Whoever waited would do so each time; a busy machine is quick once.
        let shortest = Number.POSITIVE_INFINITY
        for (const city of ["porto", "faro", "braga"]) {
          const began = performance.now()
          const failure = yield* Effect.flip(ask(city))
          assert.strictEqual(failure._tag, "CatalogUnavailable")
          assert.match(failure.message, /being looked up/)
          shortest = Math.min(shortest, performance.now() - began)
        }
        // Neither what the service may take was waited for, nor what is waited for where nothing else is said.
        assert.isBelow(shortest, 4_500)
      })
    )
  })

  layer(world(undefined), { excludeTestServices: true })("without a key", (it) => {
    it.effect("stays unknown, and the refusal names the cities there are", () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(ask("lisbon"))
        assert.strictEqual(failure._tag, "UnknownCity")
        assert.match(failure.message, /no catalog of "lisbon"/)
      })
    )
  })
})
