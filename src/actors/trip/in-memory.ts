/** What the trips in memory know of the stops and offers that signals name, without a query. */
import { modelVersion } from "../../domain/ranking.ts"
import type { Attribution } from "../../domain/signal.ts"
import { stopThen } from "../../domain/trip/stop-then.ts"
import type { KnownStop, TripsInMemory } from "../../services/resident-trips.ts"
import type { Engine } from "../engine/engine.ts"
import type { TripHub } from "./hub.ts"
import type { TripTypes } from "./parts.ts"

/** Trips of one traveler that are looked through for a stop: what is in another one is found when its signal is stored. */
const MOST_LOOKED = 16

export const tripsInMemory = (engine: Engine<TripTypes>, hub: TripHub): TripsInMemory => {
  /** What is found first in the trips of somebody: in the one that is named, else in a few. */
  const inTheirs = <A>(userId: string, named: string | null, find: (tripId: string) => A | undefined) => {
    const all = hub.ofUser(userId)
    if (named !== null) return all.has(named) ? find(named) : undefined
    let looked = 0
    for (const tripId of all) {
      if (looked++ === MOST_LOOKED) return undefined
      const found = find(tripId)
      if (found !== undefined) return found
    }
    return undefined
  }

  const stopIn = (tripId: string, slotId: string, at: number): KnownStop | undefined => {
    const { recent, trip } = engine.peek(tripId) ?? {}
    if (trip === undefined || recent === undefined) return undefined
    const then = stopThen(trip, recent, slotId, at)
    if (then === undefined) return undefined
    if (then === null) return { trip_id: tripId, activity_node_id: null, decision: null }
    const { decision_id, model_version, node_id } = then
    const decision = { decision_id, model_version, session_id: trip.session_id }
    return { trip_id: tripId, activity_node_id: node_id, decision }
  }

  const offerIn = (tripId: string, pivotId: string): Attribution | undefined => {
    const { memory, trip } = engine.peek(tripId) ?? {}
    if (trip === undefined) return undefined
    const one = trip.vote?.pivot_id === pivotId ? trip.vote : memory?.offers.find((open) => open.pivot_id === pivotId)
    if (one === undefined) return undefined
    return { decision_id: pivotId, model_version: modelVersion(one.model), session_id: trip.session_id }
  }

  return {
    cityOf: (userId, tripId) => {
      const city = engine.peek(tripId)?.trip?.city_id
      return city === undefined || hub.ofUser(userId).has(tripId) ? city : null
    },
    stop: (userId, slotId, at, named) => inTheirs(userId, named, (tripId) => stopIn(tripId, slotId, at)),
    offer: (userId, pivotId, named) => inTheirs(userId, named, (tripId) => offerIn(tripId, pivotId))
  }
}
