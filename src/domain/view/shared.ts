/**
 * A trip for whoever holds a link to read it: where one goes and when. Who travels, where they sleep, what they need, like
 * and have ruled out, and what they can undo is not part of it.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
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

/** Places that a map is drawn from: with more of them it looks no other. */
const MOST_AROUND = 300

/** So far beyond the outermost stops, in degrees, a map may be looked at. */
const MARGIN = 0.05

/** What lies around the stops: an even sample where that is much. Where somebody sleeps has no part in it. */
const around = ({ nodes, retired, indexOf }: CityCatalog, { slots }: TripState) => {
  const stops = slots.flatMap(({ node_id }) => nodes[indexOf(node_id) ?? -1] ?? [])
  if (stops.length === 0) return []
  const lats = stops.map(({ lat }) => lat)
  const lons = stops.map(({ lon }) => lon)
  const [south, north] = [Math.min(...lats) - MARGIN, Math.max(...lats) + MARGIN]
  const [west, east] = [Math.min(...lons) - MARGIN, Math.max(...lons) + MARGIN]
  const near = nodes.filter(
    ({ lat, lon }, index) => lat > south && lat < north && lon > west && lon < east && !retired(index)
  )
  const step = Math.max(1, near.length / MOST_AROUND)
  return Array.from({ length: Math.min(near.length, MOST_AROUND) }, (_, nth) => near[Math.floor(nth * step)]!).map(
    ({ lat, lon, neighbourhood }) => ({ lat, lon, neighbourhood })
  )
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
    currency: catalog.city.currency ?? null,
    status,
    start_date,
    end_date,
    state_version,
    days,
    fixed,
    attribution,
    around: around(catalog, trip)
  }
}
