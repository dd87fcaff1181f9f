import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import { announceWeather } from "../../../src/cases/planning/weather-feed.ts"
import { type CityEvent, calm } from "../../../src/domain/city/model.ts"
import type { CityId } from "../../../src/domain/ids.ts"
import * as MemoryCache from "../../../src/layers/memory/cache.ts"
import * as OpenMeteo from "../../../src/layers/open-meteo/weather-source.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { CityWatch } from "../../../src/services/trip-helpers.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { catalog } from "../../domain/trip/fixtures.ts"
import { forecast, forecastServer } from "../../fakes/open-meteo.ts"

const HOUR = 3_600_000

/** A city that remembers what it was told, and whoever forecasts its weather. */
const city = () => {
  const told: Array<CityEvent> = []
  const conditions = () => ({ ...calm(catalog.city.id as CityId), events: told })
  const layer = Layer.mergeAll(
    Layer.mock(Catalog, {
      resident: () => catalog,
      place: () => undefined,
      onChange: () => () => {},
      cities: Effect.succeed([{ ...catalog.city, nodes: 0, catalog_version: 1 }])
    }),
    Layer.mock(CityWatch, { conditions: () => Effect.sync(conditions), resident: conditions }),
    Layer.mock(TripRuntime, {
      dispatch: () => assert.fail("nobody asks a trip"),
      watch: () => assert.fail("nobody listens"),
      onNews: () => assert.fail("nobody listens"),
      told: () => assert.fail("nobody is told"),
      announce: (_city, event) =>
        Effect.sync(() => {
          told.push(event)
          return { trips: 0, touched: 0 }
        })
    })
  )
  return { told, layer }
}

/** One round, as of an hour of its own: the cache of the hour before is no help. */
const round = (url: string, world: ReturnType<typeof city>) =>
  announceWeather.pipe(
    Effect.provide([
      world.layer,
      OpenMeteo.layer({ url, timeout: "2 seconds" }).pipe(
        Layer.provide(SharedCache.layer({ ttl: "1 hour" }).pipe(Layer.provide(MemoryCache.layer({ maxEntries: 10 }))))
      )
    ])
  )

describe("the weather feed", () => {
  it.live(
    "tells a spell once while its forecast moves on with the hours, and again when it gets worse or much longer",
    () =>
      Effect.gen(function* () {
        const now = Math.floor(Date.now() / HOUR) * HOUR
        let answer = forecast(now, [])
        const { url, paths } = yield* forecastServer(() => answer)
        const world = city()
        const told = Effect.fnUntraced(function* (from: number, rain: ReadonlyArray<number>) {
          answer = forecast(from, rain)
          const before = world.told.length
          yield* round(url, world)
          return world.told.slice(before)
        })
        const wet = (hours: number, mm = 2) => Array.from({ length: hours }, () => mm)
        const [first, ...more] = yield* told(now - 2 * HOUR, [0, ...wet(8)])
        assert.isEmpty(more)
        assert.deepInclude(first, { condition: "rain", severity: "moderate", from: now - HOUR, until: now + 7 * HOUR })
        assert.isEmpty(yield* told(now - HOUR, wet(9)), "an hour later it begins and ends an hour later")
        assert.isEmpty(yield* told(now, wet(5)), "nor is it news that it ends earlier")
        const [longer] = yield* told(now, wet(16))
        assert.deepInclude(longer, { severity: "moderate", from: now + 7 * HOUR, until: now + 16 * HOUR })
        const [worse, ...others] = yield* told(now, [...wet(3), ...wet(2, 12), ...wet(11)])
        assert.isEmpty(others)
        assert.deepInclude(worse, { severity: "severe", until: now + 16 * HOUR })
        assert.isEmpty(yield* told(now, wet(16)), "what has been severe is not told as less")
        assert.strictEqual(new Set(world.told.map((event) => event.id)).size, 3)
        assert.match(paths[0]!, /past_hours=24/)
      })
  )

  it.live("goes on with the next round when a forecast cannot be had", () =>
    Effect.gen(function* () {
      const now = Math.floor(Date.now() / HOUR) * HOUR
      let answer = { status: 500, body: "{}" }
      const { url } = yield* forecastServer(() => answer)
      const world = city()
      yield* round(url, world)
      assert.isEmpty(world.told)
      answer = forecast(now, [3, 3])
      yield* round(url, world)
      assert.lengthOf(world.told, 1)
    })
  )
})
