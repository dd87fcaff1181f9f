/**
 * What a server that does not own yet tries on a few trips under way, as if they were its own: it reads them and works their fallbacks out. Nothing of it is
 * kept, because the one who owns changes them meanwhile. What it is for is the program itself: code that runs for the first time is
 * many times slower, and whoever takes over has everybody's first change and fallbacks to see to in the same moment.
 */
import * as Effect from "effect/Effect"
import { calm } from "../../domain/city/model.ts"
import type { TripId } from "../../domain/ids.ts"
import { plainTrip } from "../../domain/trip/held-trip.ts"
import { restore } from "../../domain/trip/snapshot.ts"
import { Catalog } from "../../services/catalog.ts"
import { FallbackPreparer } from "../../services/trip-helpers.ts"
import { type StoredTrip, TripStorage } from "../../services/trip-storage.ts"

/** Trips that are tried together. */
export const REHEARSED = 4

const one = ({ events, id, lost, snapshot }: StoredTrip) =>
  Effect.gen(function* () {
    const held = restore(id, snapshot, events, lost).trip
    if (held === undefined) return
    const trip = plainTrip(held)
    const catalog = yield* (yield* Catalog).city(trip.city)
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    yield* (yield* FallbackPreparer).prepare({
      trip,
      catalog,
      conditions: calm(trip.city_id),
      personas: [],
      now
    })
  })

/** Tries the trips that come after that one; gives the last of them, or nothing where there are no more. */
export const rehearse = Effect.fnUntraced(function* (after: TripId | undefined) {
  const stored = yield* (yield* TripStorage).underWay({ after, limit: REHEARSED })
  for (const trip of stored) {
    // Whoever asks for a trip that cannot be read is told so then.
    yield* Effect.catchCause(one(trip), (cause) => Effect.logDebug("A trip could not be rehearsed.", cause))
  }
  return stored.length < REHEARSED ? undefined : stored.at(-1)!.id
})
