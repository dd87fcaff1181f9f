/**
 * A place that left the catalog is as good as closed to whoever plans to visit it: when a new version of a city comes in,
 * active trips that hold such a place hear of it as of a closure.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { uuidOfName } from "../../domain/basics/hash.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { CityId } from "../../domain/ids.ts"
import { Catalog } from "../../services/catalog.ts"
import { StopsAhead } from "../../services/stops-ahead.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"

/** As many closures as one new version brings: a city's actor keeps no more than twice of them. */
const MOST_CLOSURES = 128
/** Cities that wait to be looked through; of one city the newest version counts. */
const MOST_WAITING = 64

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const catalogs = yield* Catalog
    const stops = yield* StopsAhead
    const trips = yield* TripRuntime
    const changed = yield* Queue.sliding<CityCatalog>(MOST_WAITING)
    const stop = catalogs.onChange((catalog) => void Queue.offerUnsafe(changed, catalog))
    yield* Effect.addFinalizer(() => Effect.sync(stop))

    const tell = Effect.fnUntraced(function* ({ city, version }: CityCatalog) {
      const now = yield* Clock.currentTimeMillis
      for (const { node_id, until } of yield* stops.atRetired(city.id, MOST_CLOSURES)) {
        // The same version tells the same closure, however often it is loaded.
        const id = uuidOfName("overplanned/retired-place", node_id, String(version))
        yield* trips.announce(city.id as CityId, { kind: "closure", id, from: now, until, node_id })
      }
    })
    const next = Effect.flatMap(Queue.take(changed), (catalog) =>
      Effect.catch(tell(catalog), ({ message }) =>
        Effect.logWarning(`Trips in ${catalog.city.name} were not told which places are gone: ${message}`)
      )
    )
    yield* Effect.forkScoped(Effect.forever(next))
  })
)
