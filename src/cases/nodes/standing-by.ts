/** A server that does not own yet keeps at hand what it would need first: the catalogs of the cities in which somebody is under way. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Catalog } from "../../services/catalog.ts"
import { Ownership } from "../../services/ownership.ts"
import { TripStorage } from "../../services/trip-storage.ts"

/** How often it looks; between two looks a city may come under way that whoever takes over loads when it is asked. */
const LOOK_EVERY = "10 seconds"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const ownership = yield* Ownership
    const catalog = yield* Catalog
    const trips = yield* TripStorage
    const look = Effect.gen(function* () {
      if (ownership.standing().is !== "follower") return
      for (const city of yield* trips.citiesUnderWay) yield* catalog.refresh(city)
    })
    yield* look.pipe(
      Effect.catch((error) => Effect.logDebug(error.message)),
      Effect.andThen(Effect.sleep(LOOK_EVERY)),
      Effect.forever,
      Effect.forkScoped
    )
  })
)
