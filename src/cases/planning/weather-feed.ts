/**
 * Tells every city what its weather will be, on a schedule. A spell is told once however often it is forecast, and again
 * only when it became more severe or much longer. It belongs where trips are live: it tells them itself.
 */

import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { uuidOfName } from "../../domain/basics/hash.ts"
import { newsOf } from "../../domain/city/forecast.ts"
import type { CityId } from "../../domain/ids.ts"
import { Catalog } from "../../services/catalog.ts"
import { CityWatch } from "../../services/trip-helpers.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { WeatherSource } from "../../services/weather-source.ts"
import { inRounds } from "../../support/rounds.ts"

/** One round over all cities; a city whose forecast cannot be had is tried again in the next. */
export const announceWeather = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const trips = yield* TripRuntime
  const weather = yield* WeatherSource
  const watch = yield* CityWatch
  for (const city of yield* catalogs.cities) {
    const id = city.id as CityId
    yield* Effect.all([weather.alerts(city), watch.conditions(id)]).pipe(
      Effect.flatMap(([alerts, { events }]) =>
        Effect.forEach(newsOf(alerts, events), ({ condition, severity, from, until }) =>
          trips.announce(id, {
            kind: "weather",
            id: uuidOfName("weather", city.slug, condition, severity, `${from}`),
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
  Layer.effectDiscard(inRounds("Announcing the weather", announceWeather, options.every))
