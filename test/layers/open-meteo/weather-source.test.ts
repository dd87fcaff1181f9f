import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import { alertsOf } from "../../../src/domain/city/forecast.ts"
import * as MemoryCache from "../../../src/layers/memory/cache.ts"
import * as OpenMeteo from "../../../src/layers/open-meteo/weather-source.ts"
import { WeatherSource } from "../../../src/services/weather-source.ts"
import { forecast as forecastFrom, forecastServer as server } from "../../fakes/open-meteo.ts"

const HOUR = 3_600_000
const NEXT = Math.ceil(Date.now() / HOUR) * HOUR

const forecast = (rain: ReadonlyArray<number | null>) => forecastFrom(NEXT, rain)

const seattle = { slug: "seattle", lat: 47.6062, lon: -122.3321 }

const source = (url: string) =>
  OpenMeteo.layer({ url, timeout: "1 second" }).pipe(
    Layer.provide(SharedCache.layer({ ttl: "1 hour" }).pipe(Layer.provide(MemoryCache.layer({ maxEntries: 10 }))))
  )

describe("weather from a forecast", () => {
  it.live("joins wet hours into one alert, and asks once an hour", () =>
    Effect.gen(function* () {
      const { url, paths } = yield* server(() => forecast([0, 2, 9, null, 0.2, 3]))
      yield* Effect.gen(function* () {
        const weather = yield* WeatherSource
        const alerts = yield* weather.alerts(seattle)
        assert.deepStrictEqual(alerts, [
          { condition: "rain", severity: "severe", from: NEXT + HOUR, until: NEXT + 3 * HOUR },
          { condition: "rain", severity: "moderate", from: NEXT + 5 * HOUR, until: NEXT + 6 * HOUR }
        ])
        assert.deepStrictEqual(yield* weather.alerts(seattle), alerts)
      }).pipe(Effect.provide(source(url)))
      assert.strictEqual(paths.length, 1)
      assert.match(paths[0]!, /^\/v1\/forecast\?latitude=47\.61&longitude=-122\.33&/)
    })
  )

  it.live("says so when the forecast is broken, and does not keep that", () =>
    Effect.gen(function* () {
      let answer = { status: 500, body: "{}" }
      const { url } = yield* server(() => answer)
      yield* Effect.gen(function* () {
        const weather = yield* WeatherSource
        for (const bad of ["{}", "not json", '{"hourly":{"time":["soon"]}}']) {
          answer = { status: answer.status === 500 ? 500 : 200, body: bad }
          const failure = yield* Effect.flip(weather.alerts(seattle))
          assert.strictEqual(failure._tag, "WeatherUnavailable")
          answer = { status: 200, body: bad }
        }
        answer = forecast([5])
        assert.strictEqual((yield* weather.alerts(seattle)).length, 1)
      }).pipe(Effect.provide(source(url)))
    })
  )

  it("knows one condition per hour, the most dangerous first", () => {
    const hour = { at: NEXT, temperature: 12, rain_mm: 0, snow_cm: 0, wind_kmh: 0, thunder: false }
    const conditions = (change: Partial<typeof hour>) => alertsOf([{ ...hour, ...change }]).map((one) => one.condition)
    assert.deepStrictEqual(conditions({}), [])
    assert.deepStrictEqual(conditions({ rain_mm: 9, thunder: true }), ["storm"])
    assert.deepStrictEqual(conditions({ temperature: 35 }), ["heat"])
    assert.deepStrictEqual(conditions({ temperature: -10, wind_kmh: 60 }), ["wind"])
  })
})
