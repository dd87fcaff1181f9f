/** A server that does not own yet keeps at hand what it would need first: the catalogs of the cities in which somebody is under way, and itself in practice. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { TripId } from "../../domain/ids.ts"
import { Catalog } from "../../services/catalog.ts"
import { Ownership } from "../../services/ownership.ts"
import { TripStorage } from "../../services/trip-storage.ts"
import { rehearse } from "./rehearsal.ts"

/** How often it looks; between two looks a city may come under way that whoever takes over loads when it is asked. */
const LOOK_EVERY = "10 seconds"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const ownership = yield* Ownership
    const catalog = yield* Catalog
    const trips = yield* TripStorage
    let rehearsed: TripId | undefined
    const look = Effect.gen(function* () {
      if (ownership.standing().is !== "follower") return
      for (const city of yield* trips.citiesUnderWay) yield* catalog.refresh(city)
      rehearsed = yield* rehearse(rehearsed)
    })
    yield* look.pipe(
      Effect.catch((error) => Effect.logDebug(error.message)),
      Effect.andThen(Effect.sleep(LOOK_EVERY)),
      Effect.forever,
      Effect.forkScoped
    )
  })
)
