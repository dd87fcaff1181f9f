/** Seeds an unknown city from the places service, one look-up per city at a time. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { Catalog, CatalogUnavailable, type UnknownCity } from "../../services/catalog.ts"
import { CitySeeder } from "../../services/city-seeder.ts"
import { PlacesSource } from "../../services/places-source.ts"
import { UnseededCity } from "../../services/unseeded-city.ts"

/** A trip promises its answer in 8 s: this leaves room to plan it. */
const WAIT = "5 seconds"

/** Look-ups of different cities at once; each is some calls that cost money. */
const MAX_LOOKUPS = 4

export const layer = (options: { readonly wait?: Duration.Input } = {}) =>
  Layer.effect(
    UnseededCity,
    Effect.gen(function* () {
      const catalogs = yield* Catalog
      const seeder = yield* CitySeeder
      const places = yield* PlacesSource
      const scope = yield* Effect.scope
      const running = new Map<string, Fiber.Fiber<CityCatalog, UnknownCity | CatalogUnavailable>>()

      const seed = (unknown: UnknownCity) =>
        seeder.seed({ city: unknown.city, source: "places" }).pipe(
          Effect.mapError((error) =>
            error._tag === "UnknownCity" ? unknown : new CatalogUnavailable({ message: error.message, cause: error })
          ),
          Effect.andThen(catalogs.refresh(unknown.city))
        )
      const later = (unknown: UnknownCity) =>
        Effect.fail(new CatalogUnavailable({ message: `"${unknown.city}" is being looked up, try again.` }))

      return UnseededCity.of({
        lookUp: Effect.fnUntraced(function* (unknown) {
          if (!places.configured) return yield* unknown
          const { city } = unknown
          const underWay = running.get(city)
          if (underWay === undefined && running.size >= MAX_LOOKUPS) return yield* later(unknown)
          const forget = Effect.sync(() => void running.delete(city))
          const fiber = underWay ?? (yield* Effect.forkIn(Effect.ensuring(seed(unknown), forget), scope))
          if (underWay === undefined && fiber.pollUnsafe() === undefined) running.set(city, fiber)
          return yield* Effect.timeoutOrElse(Fiber.join(fiber), {
            duration: options.wait ?? WAIT,
            orElse: () => later(unknown)
          })
        })
      })
    })
  )
