/**
 * A trip for whoever holds a link to read it: where one goes and when. Who travels, where they sleep, what they need, like
 * and have ruled out, and what they can undo is not part of it.
 */
import type { TripState } from "../trip/model.ts"
import { type Shown, tripView } from "./trip.ts"

/** Words that were written for these travelers speak of them. */
const withoutPeople = (trip: TripState): TripState => {
  const { lodging: _lodging, undoable: _undoable, degraded: _degraded, lost: _lost, ...rest } = trip
  return {
    ...rest,
    members: [],
    invitations: [],
    vetoes: [],
    constraints: {},
    relaxed: [],
    slots: trip.slots.map(({ narrative: _narrative, ...slot }) => slot)
  }
}

export const sharedView = (trip: TripState, { catalog, conditions }: Shown) => {
  const { attribution, city, days, end_date, fixed, start_date, state_version, status } = tripView(
    withoutPeople(trip),
    { catalog, conditions, personas: [] }
  )
  return {
    city,
    city_name: catalog.city.name,
    time_zone: trip.time_zone,
    status,
    start_date,
    end_date,
    state_version,
    days,
    fixed,
    attribution
  }
}
