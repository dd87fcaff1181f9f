/** What signals may speak of, from the catalogs and trips in memory, and from PostgreSQL's trips, remembered for a while. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { Catalog } from "../../services/catalog.ts"
import { Journal } from "../../services/journal.ts"
import { ResidentTrips } from "../../services/resident-trips.ts"
import { SignalReferences, type TripStanding } from "../../services/signal-references.ts"

/** Standings remembered at most: a traveler on a trip sends many signals, and then none. */
const REMEMBERED = 50_000

/** How long an answer holds: a member who leaves may speak of the trip a little longer, one who joins hardly waits. */
const VISIBLE_MS = 300_000
const HIDDEN_MS = 10_000

export const layer: Layer.Layer<SignalReferences, never, SqlClient | Catalog | Journal | ResidentTrips> = Layer.effect(
  SignalReferences,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const catalog = yield* Catalog
    const journal = yield* Journal
    const clock = yield* Clock.Clock
    const trips = yield* ResidentTrips
    const remembered = new Map<string, { readonly standing: TripStanding; readonly until: number }>()

    const remember = (userId: string, tripId: string, standing: TripStanding) => {
      const key = `${userId} ${tripId}`
      remembered.delete(key)
      remembered.set(key, {
        standing,
        until: clock.currentTimeMillisUnsafe() + (standing.visible ? VISIBLE_MS : HIDDEN_MS)
      })
      if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!)
    }

    const resident = new Map<string, CityCatalog>()
    const stop = catalog.onChange((changed) => resident.set(changed.city.id, changed))
    yield* Effect.addFinalizer(() => Effect.sync(stop))
    const cities = yield* catalog.cities.pipe(Effect.orElseSucceed(() => []))
    for (const { slug } of cities) {
      const loaded = catalog.resident(slug)
      if (loaded !== undefined) resident.set(loaded.city.id, loaded)
    }

    const lookUp = Effect.fnUntraced(function* (userId: string, tripIds: ReadonlyArray<string>) {
      // The journal first, as it asks for: what is drained in between is then seen by the query.
      const underWay = new Set<string>()
      for (const id of tripIds) if ((yield* journal.undrained(`trip:${id}`)).length > 0) underWay.add(id)
      const rows = yield* sql<{ id: string; city_id: string }>`
        select t.id, t.city_id from trips t
        where t.id in ${sql.in(tripIds)} and (t.user_id = ${userId} or exists (
          select from trip_members m where m.trip_id = t.id and m.user_id = ${userId}))`
      const found = new Map<string, TripStanding>()
      for (const { id, city_id } of rows) found.set(id, { visible: true, city_id })
      // A trip made, or joined, a moment ago may still be on its way: then nobody can say yet.
      for (const id of tripIds) if (!found.has(id) && !underWay.has(id)) found.set(id, { visible: false })
      for (const [id, standing] of found) remember(userId, id, standing)
      return found
    })

    return SignalReferences.of({
      trip: (userId, tripId) => {
        // A trip in memory knows its members also while no database can say so: from the moment they join, to that at which they leave.
        const city_id = trips.cityOf(userId, tripId)
        if (city_id !== undefined) return city_id === null ? { visible: false } : { visible: true, city_id }
        const known = remembered.get(`${userId} ${tripId}`)
        return known !== undefined && known.until > clock.currentTimeMillisUnsafe() ? known.standing : undefined
      },
      stop: trips.stop,
      offer: trips.offer,
      lookUp: (userId, tripIds) =>
        lookUp(userId, tripIds).pipe(Effect.orElseSucceed(() => new Map<string, TripStanding>())),
      hasNode: (nodeId, cityId) => {
        if (cityId !== undefined) {
          const city = resident.get(cityId)
          return city === undefined ? undefined : city.indexOf(nodeId) !== undefined
        }
        for (const city of resident.values()) if (city.indexOf(nodeId) !== undefined) return true
        return undefined
      }
    })
  })
)
