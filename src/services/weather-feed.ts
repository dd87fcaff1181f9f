/**
 * Tells every city what its weather will be, on a schedule. The same alert has the same id however often it is forecast,
 * so trips hear of it once; a forecast that changed is news.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { uuidOfName } from "../domain/hash.ts"
import type { CityId } from "../domain/ids.ts"
import { Catalog } from "./catalog.ts"
import { TripRuntime } from "./trip-runtime.ts"
import { WeatherSource } from "./weather-source.ts"

/** One round over all cities; a city whose forecast cannot be had is tried again in the next. */
export const announceWeather = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const trips = yield* TripRuntime
  const weather = yield* WeatherSource
  for (const city of yield* catalogs.cities) {
    yield* weather.alerts(city).pipe(
      Effect.flatMap((alerts) =>
        Effect.forEach(alerts, ({ condition, severity, from, until }) =>
          trips.announce(city.id as CityId, {
            kind: "weather",
            id: uuidOfName("weather", city.slug, condition, severity, `${from}`, `${until}`),
            condition,
            severity,
            from,
            until
          })
        )
      ),
      Effect.catch((error) => Effect.logWarning(`No weather for ${city.slug} this time: ${error.message}`))
    )
  }
}).pipe(Effect.catch((error) => Effect.logWarning(`No weather this time: ${error.message}`)))

export const layer = (options: { readonly every: Duration.Input }) =>
  Layer.effectDiscard(Effect.forkScoped(Effect.repeat(announceWeather, Schedule.spaced(options.every))))
