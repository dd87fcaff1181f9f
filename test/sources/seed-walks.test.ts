import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DEFAULT_TRAVEL_MODEL, distanceKm, travelMinutes, walkedMinutes } from "../../src/domain/basics/geo.ts"
import type { CityCatalog } from "../../src/domain/catalog/city-catalog.ts"
import { travelIn } from "../../src/domain/itinerary/travel.ts"
import { neighboursOf, packWalks, plausibleWalk, readWalks } from "../../src/domain/itinerary/walks.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as Osrm from "../../src/layers/osrm/walk-tables.ts"
import * as PostgresCatalog from "../../src/layers/postgres/catalog.ts"
import * as Store from "../../src/layers/postgres/catalog-store.ts"
import { Catalog } from "../../src/services/catalog.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { PlacesSource, PlacesUnavailable } from "../../src/services/places-source.ts"
import * as Seeder from "../../src/sources/city-seeder.ts"
import { osrmServer, type TableQuestion } from "../fakes/osrm.ts"
import { authorNames } from "../harness/authors.ts"
import { freshDatabase } from "../harness/postgres.ts"

const away = Effect.fail(new PlacesUnavailable({ reason: "not_configured", message: "no key" }))
const noPlaces = Layer.succeed(PlacesSource, {
  configured: false,
  search: () => away,
  city: () => away,
  usage: Effect.succeed({ calls: 0, limit: 0 }),
  purge: away
})

const seeded = (answer: (question: TableQuestion) => ReadonlyArray<unknown> | string | undefined) =>
  Effect.gen(function* () {
    const { paths, url } = yield* osrmServer(answer)
    const world = Seeder.layer.pipe(
      Layer.provide(Osrm.layer({ url, timeout: "5 seconds" })),
      Layer.provide(Layer.mergeAll(authorNames, noPlaces)),
      Layer.provideMerge(Layer.mergeAll(Store.layer, MemoryIndex.layer, PostgresCatalog.layer)),
      Layer.provideMerge(freshDatabase())
    )
    return yield* Effect.gen(function* () {
      const seeder = yield* CitySeeder
      const summary = yield* seeder.seed({ city: "seattle", source: "curated" })
      const catalog = yield* (yield* Catalog).city("seattle")
      return { catalog, paths, summary }
    }).pipe(Effect.provide(world))
  })

/** Twice as slow as the crow walks. */
const slowly = ({ points }: TableQuestion) => {
  const [lon, lat] = points[0]!
  return points.map(([x, y]) => (distanceKm({ lat, lon }, { lat: y, lon: x }) / 2.3) * 3600)
}

const ways = ({ nodes }: CityCatalog) => {
  const [to] = neighboursOf(nodes, 0)
  return { from: 0, to: to!, km: distanceKm(nodes[0]!, nodes[to!]!) }
}

describe("walks of a routing engine", () => {
  it.live("are asked for each place's neighbours when its city is seeded, kept, and reckoned with", () =>
    Effect.gen(function* () {
      const { catalog, paths, summary } = yield* seeded(slowly)
      const { from, km, to } = ways(catalog)
      const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
      assert.closeTo(catalog.walk!(from, to)!, (km / 2.3) * 60, 0.5)
      assert.strictEqual(travelIn(catalog)(from, to, 0), walkedMinutes(model, km, catalog.walk!(from, to)!))
      assert.isAtMost(paths.length, catalog.nodes.length * 2, "two questions for a place at most")
      assert.match(summary.notes.find(({ item }) => item === "ways")!.reason, /as the routing engine says/)
    }).pipe(Effect.scoped)
  )

  it.live("that cannot be true give way to the straight line, one by one", () =>
    Effect.gen(function* () {
      const nonsense = [-5, null, 0, "soon", 1e12, Number.NaN, 0.001]
      const { catalog } = yield* seeded((question) =>
        slowly(question).map((seconds, i) => (i % 2 === 0 ? seconds : nonsense[i % nonsense.length]))
      )
      const [first, second] = neighboursOf(catalog.nodes, 0)
      assert.isUndefined(catalog.walk!(0, first!))
      assert.isDefined(catalog.walk!(0, second!))
      const km = distanceKm(catalog.nodes[0]!, catalog.nodes[first!]!)
      const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
      assert.strictEqual(travelIn(catalog)(0, first!, 0), travelMinutes(model, km))
    }).pipe(Effect.scoped)
  )

  it.live("that is away, or speaks something else, costs the seeding nothing and is not asked for ever", () =>
    Effect.gen(function* () {
      for (const answer of [() => undefined, () => "not json", () => '{"code":"NoTable","durations":null}']) {
        const { catalog, paths, summary } = yield* seeded(answer)
        assert.isUndefined(catalog.walk)
        assert.isAbove(catalog.nodes.length, 100)
        assert.isAtMost(paths.length, 30)
        assert.match(summary.notes.find(({ item }) => item === "ways")!.reason, /was not asked further/)
      }
    }).pipe(Effect.scoped)
  )
})

describe("packed walks", () => {
  it("read as they were written, and a broken block as none", () => {
    const bytes = packWalks([
      [
        { to: 2, minutes: 7.5 },
        { to: 1, minutes: 3 }
      ],
      [],
      [{ to: 0, minutes: 8 }]
    ])
    const walk = readWalks(bytes)!
    assert.deepEqual([walk(0, 1), walk(0, 2), walk(2, 0), walk(1, 0), walk(9, 0)], [3, 7.5, 8, undefined, undefined])
    for (let end = 0; end < bytes.length; end++) assert.isUndefined(readWalks(bytes.subarray(0, end)))
  })

  it("hold nothing that nobody can walk", () => {
    const [a, b] = [
      { lat: 0, lon: 0 },
      { lat: 0, lon: 0.009 }
    ]
    for (const seconds of [-1, 0, null, undefined, "60", Number.NaN, 1, 1e9])
      assert.isUndefined(plausibleWalk(a, b, seconds))
    assert.strictEqual(plausibleWalk(a, b, 900), 15)
  })
})
