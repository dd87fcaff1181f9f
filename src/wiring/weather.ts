/** Forecasts, where the settings name a source of them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as WeatherFeed from "../cases/planning/weather-feed.ts"
import { Config } from "../config.ts"
import * as OpenMeteo from "../layers/open-meteo/weather-source.ts"

export const weather = Layer.unwrap(
  Effect.map(Config, (settings) =>
    settings.WEATHER_URL === undefined
      ? Layer.empty
      : WeatherFeed.layer({ every: settings.WEATHER_EVERY }).pipe(
          Layer.provide(OpenMeteo.layer({ url: settings.WEATHER_URL.toString() }))
        )
  )
)
