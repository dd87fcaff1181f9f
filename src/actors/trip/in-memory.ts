/** What the trips in memory know of the stops and offers that signals name, without a query. */
import { modelVersion } from "../../domain/ranking.ts"
import { stopThen } from "../../domain/trip/stop-then.ts"
import type { TripsInMemory } from "../../services/resident-trips.ts"
import type { Engine } from "../engine/engine.ts"
import type { TripHub } from "./hub.ts"
import type { TripTypes } from "./parts.ts"

/** Trips of one traveler that are looked through for a stop: what is in another one is found when its signal is stored. */
const MOST_LOOKED = 16

export const tripsInMemory = (engine: Engine<TripTypes>, hub: TripHub): TripsInMemory => {
  /** The trips of somebody in which something is looked for: the one that is named, else a few. */
  const theirs = function* (userId: string, named: string | null) {
    const all = hub.ofUser(userId)
    if (named !== null) {
      if (all.has(named)) yield named
      return
    }
    let looked = 0
    for (const tripId of all) if (looked++ < MOST_LOOKED) yield tripId
  }

  return {
    cityOf: (userId, tripId) => {
      const city = engine.peek(tripId)?.trip?.city_id
      return city === undefined || hub.ofUser(userId).has(tripId) ? city : null
    },
    stop: (userId, slotId, at, named) => {
      for (const tripId of theirs(userId, named)) {
        const { recent, trip } = engine.peek(tripId) ?? {}
        if (trip === undefined || recent === undefined) continue
        const then = stopThen(trip, recent, slotId, at)
        if (then === undefined) continue
        if (then === null) return { trip_id: tripId, activity_node_id: null, decision: null }
        const { decision_id, model_version, node_id } = then
        const decision = { decision_id, model_version, session_id: trip.session_id }
        return { trip_id: tripId, activity_node_id: node_id, decision }
      }
      return undefined
    },
    offer: (userId, pivotId, named) => {
      for (const tripId of theirs(userId, named)) {
        const { memory, trip } = engine.peek(tripId) ?? {}
        if (trip === undefined) continue
        const one =
          trip.vote?.pivot_id === pivotId ? trip.vote : memory?.offers.find((open) => open.pivot_id === pivotId)
        if (one === undefined) continue
        return { decision_id: pivotId, model_version: modelVersion(one.model), session_id: trip.session_id }
      }
      return undefined
    }
  }
}
