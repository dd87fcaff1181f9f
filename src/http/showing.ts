/**
 * What a trip is shown with: its city's catalog, what goes on there, and the tastes of its members. What is not in
 * memory is asked for: a trip reads the same whoever happens to be resident, also just after a start.
 */
import * as Effect from "effect/Effect"
import type { Persona } from "../domain/persona/persona.ts"
import type { TripState } from "../domain/trip/model.ts"
import type { Shown } from "../domain/view/trip.ts"
import { Catalog, type CatalogUnavailable, type UnknownCity } from "../services/catalog.ts"
import { Personas } from "../services/personas.ts"
import { CityWatch } from "../services/trip-helpers.ts"

/** While the database hangs, a trip is shown without what had to be read from there; places then speak for themselves. */
const PATIENCE = "3 seconds"

const patiently = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A | undefined> =>
  effect.pipe(
    Effect.timeout(PATIENCE),
    Effect.catch((error) => Effect.as(Effect.logDebug(`A trip is shown without something: ${error}`), undefined))
  )

const tastes = (people: ReadonlyArray<Persona | undefined>): ReadonlyArray<Persona> =>
  people.filter((one) => one !== undefined)

export interface Showing {
  /** From memory, at once; what is not there is left out. Undefined without the catalog. */
  readonly resident: (trip: TripState) => Shown | undefined
  /** Whether all of it is in memory. */
  readonly isComplete: (trip: TripState) => boolean
  readonly of: (trip: TripState) => Effect.Effect<Shown, CatalogUnavailable | UnknownCity>
}

export const makeShowing = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const cities = yield* CityWatch
  const personas = yield* Personas

  const isComplete = (trip: TripState): boolean =>
    catalogs.resident(trip.city) !== undefined &&
    cities.resident(trip.city_id) !== undefined &&
    trip.members.every(({ user_id }) => personas.resident(user_id) !== undefined)

  const resident = (trip: TripState): Shown | undefined => {
    const catalog = catalogs.resident(trip.city)
    if (catalog === undefined) return undefined
    return {
      catalog,
      personas: tastes(trip.members.map(({ user_id }) => personas.resident(user_id))),
      conditions: cities.resident(trip.city_id)
    }
  }

  const asked = (trip: TripState): Effect.Effect<Shown, CatalogUnavailable | UnknownCity> =>
    Effect.all(
      {
        catalog: catalogs.city(trip.city),
        conditions: patiently(cities.conditions(trip.city_id)),
        personas: Effect.map(
          Effect.forEach(trip.members, ({ user_id }) => patiently(personas.of(user_id)), { concurrency: "unbounded" }),
          tastes
        )
      },
      { concurrency: "unbounded" }
    )

  const made: Showing = {
    resident,
    isComplete,
    of: (trip) => Effect.suspend(() => (isComplete(trip) ? Effect.succeed(resident(trip)!) : asked(trip)))
  }
  return made
})
