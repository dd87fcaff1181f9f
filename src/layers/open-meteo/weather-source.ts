/** `WeatherSource` over the Open-Meteo forecast API, cache first: one call per city and hour, for all nodes together. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { alertsOf, type ForecastHour } from "../../domain/city/forecast.ts"
import { Cache } from "../../services/cache.ts"
import { WeatherSource, WeatherUnavailable } from "../../services/weather-source.ts"

export interface OpenMeteoOptions {
  readonly url: string
  readonly timeout?: Duration.Input
}

/** Nobody waits for the weather: a slow answer is better than none. */
const TIMEOUT = "10 seconds"

const HOUR = 3_600_000
const HOURS_AHEAD = 24

/** A spell that is on began in the past, and is known by when it began. */
const HOURS_BEHIND = 24

/** WMO codes of thunderstorms begin here. */
const THUNDER = 95

const FIELDS = "temperature_2m,rain,snowfall,wind_speed_10m,weather_code"

/** A missing measurement is null. */
const series = Schema.Array(Schema.NullOr(Schema.Finite))

const Forecast = Schema.Struct({
  hourly: Schema.Struct({
    time: Schema.Array(Schema.Int).check(Schema.isMaxLength(24 * 16)),
    temperature_2m: series,
    rain: series,
    snowfall: series,
    wind_speed_10m: series,
    weather_code: series
  })
})
type Forecast = typeof Forecast.Type

/** An ordinary temperature, so that a missing one is neither heat nor cold. */
const MILD = 15

const hoursOf = ({ hourly }: Forecast): ReadonlyArray<ForecastHour> =>
  hourly.time.map((seconds, i) => ({
    at: seconds * 1000,
    temperature: hourly.temperature_2m[i] ?? MILD,
    rain_mm: hourly.rain[i] ?? 0,
    snow_cm: hourly.snowfall[i] ?? 0,
    wind_kmh: hourly.wind_speed_10m[i] ?? 0,
    thunder: (hourly.weather_code[i] ?? 0) >= THUNDER
  }))

export const layer = ({ url, timeout = TIMEOUT }: OpenMeteoOptions) =>
  Layer.effect(
    WeatherSource,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const cache = yield* Cache
      const base = url.replace(/\/+$/, "")
      const fetched = (lat: number, lon: number) =>
        client
          .get(`${base}/v1/forecast`, {
            urlParams: {
              latitude: lat.toFixed(2),
              longitude: lon.toFixed(2),
              hourly: FIELDS,
              past_hours: String(HOURS_BEHIND),
              forecast_hours: String(HOURS_AHEAD),
              timeformat: "unixtime"
            }
          })
          .pipe(
            Effect.flatMap(HttpClientResponse.filterStatusOk),
            Effect.flatMap((response) => response.json),
            Effect.flatMap(Schema.decodeUnknownEffect(Forecast)),
            Effect.timeout(timeout),
            Effect.mapError(
              (error) => new WeatherUnavailable({ message: `The forecast could not be had: ${error.message}` })
            )
          )
      return WeatherSource.of({
        alerts: Effect.fnUntraced(function* ({ slug, lat, lon }) {
          const now = yield* Clock.currentTimeMillis
          const key = `weather:${slug}:${Math.floor(now / HOUR)}`
          const { value } = yield* cache.getOrCompute(key, Forecast, fetched(lat, lon))
          return alertsOf(hoursOf(value)).filter((alert) => alert.until > now)
        })
      })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
