/** Looks after trips off their turns: each is told what it leans on, and then its fallbacks are worked out. */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { staleAt } from "../../domain/trip/freshness.ts"
import { plainTrip } from "../../domain/trip/held-trip.ts"
import { isOver } from "../../domain/trip/turn.ts"
import type { TripParts, TripSelf } from "./parts.ts"
import { makePreparing, type Preparing } from "./preparing.ts"
import { makeLateWorld, orNothingInTime, worldInTime } from "./world.ts"

/** Changes come in bursts: fallbacks are worked out once the plan has been still for this long. */
const SETTLE_MILLIS = 50

export const lookingAfter = Effect.fnUntraced(function* (parts: TripParts, self: TripSelf) {
  const { cities, preparer } = parts
  const onceItIsThere = yield* makeLateWorld(parts, self.within, (id) => preparing.add(id))

  /** What was ranked for its moments; nothing where somebody of the party is not known. */
  const rankingsOf = (
    id: string,
    { catalog, personas }: { catalog?: CityCatalog | undefined; personas?: ReadonlyArray<Persona> | undefined }
  ) =>
    Effect.suspend(() => {
      const held = self.peek(id)?.trip
      const trip = held === undefined ? undefined : plainTrip(held)
      return trip === undefined || catalog === undefined || personas?.length !== trip.members.length
        ? Effect.undefined
        : orNothingInTime(parts.rankings.of({ trip, catalog, personas, now: parts.now() }))
    })

  /** Tells a trip what it leans on; false where there is nobody to prepare for. */
  const lookAround = Effect.fnUntraced(function* (id: string) {
    const trip = self.peek(id)?.trip
    if (trip === undefined || isOver(trip)) return false
    const known = yield* worldInTime(parts, trip)
    // An event may have gone out while the rest was on its way.
    const conditions = cities.resident(trip.city_id) ?? known.conditions
    const rankings = yield* rankingsOf(id, known)
    yield* Effect.ignore(
      self.ask(id, {
        _tag: "world_known",
        ...(known.catalog === undefined ? {} : { catalog: known.catalog }),
        ...(conditions === undefined ? {} : { conditions }),
        ...(known.personas === undefined ? {} : { personas: known.personas }),
        ...(rankings === undefined ? {} : { rankings })
      })
    )
    if (known.catalog === undefined || known.conditions === undefined || known.personas === undefined) {
      yield* onceItIsThere(id, trip)
    }
    return true
  })

  const preparing: Preparing = yield* makePreparing({
    quiet: parts.quiet,
    settleMillis: SETTLE_MILLIS,
    look: (id) => Effect.map(self.within(id, "world", lookAround(id)), (looked) => looked === true),
    work: Effect.fnUntraced(function* (id) {
      const state = self.peek(id)
      const { catalog: inForce, conditions, personas: people, rankings } = state?.memory ?? {}
      if (state?.trip === undefined || inForce === undefined || conditions === undefined) return Effect.void
      const now = parts.now()
      const trip = plainTrip(state.trip)
      const known = { trip, catalog: inForce, conditions, personas: people ?? [], rankings, now }
      const fallbacks = yield* self.within(id, "fallbacks", preparer.prepare(known))
      if (fallbacks === undefined) return Effect.void
      const ready = { ...fallbacks, stale_at: staleAt(trip, now) }
      const handOver = self.ask(id, { _tag: "fallbacks_ready", fallbacks: ready })
      return Effect.asVoid(self.within(id, "fallbacks", Effect.ignore(handOver)))
    })
  })

  return preparing
})
