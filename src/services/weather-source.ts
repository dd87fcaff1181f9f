/**
 * What the weather will be like in a city over the next day, as far as it can touch a plan. An answer may be an hour old.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WeatherAlert } from "../domain/city/forecast.ts"

export class WeatherUnavailable extends Schema.TaggedError<WeatherUnavailable>()("WeatherUnavailable", {
  message: Schema.String
}) {}

export class WeatherSource extends Context.Service<
  WeatherSource,
  {
    readonly alerts: (city: {
      readonly slug: string
      readonly lat: number
      readonly lon: number
    }) => Effect.Effect<ReadonlyArray<WeatherAlert>, WeatherUnavailable>
  }
>()("overplanned/WeatherSource") {}
