/** Distances on the globe, and how long they take in a city when nobody asks a routing engine. */

export interface Position {
  readonly lat: number
  readonly lon: number
}

const EARTH_RADIUS_KM = 6371.0088
const RADIANS = Math.PI / 180

/** Great-circle distance in kilometres (haversine). */
export const distanceKm = (a: Position, b: Position): number => {
  const dLat = (b.lat - a.lat) * RADIANS
  const dLon = (b.lon - a.lon) * RADIANS
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.sin(dLon / 2) ** 2
  if (h <= 0.5) return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(h))
  // Towards the other side of the globe the arcsine loses its digits: there the way is what is left of half the globe.
  const rest =
    Math.sin(((b.lat + a.lat) * RADIANS) / 2) ** 2 +
    Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.cos(dLon / 2) ** 2
  return EARTH_RADIUS_KM * (Math.PI - 2 * Math.asin(Math.min(1, Math.sqrt(rest))))
}

/**
 * The same distances between the places of a list, by their positions in it. Searches ask for thousands of them: what
 * depends on one place alone is worked out once.
 */
export const distancesOf = (places: ReadonlyArray<Position>): ((from: number, to: number) => number) => {
  const lat = Float64Array.from(places, (place) => place.lat)
  const lon = Float64Array.from(places, (place) => place.lon)
  const cosine = lat.map((degrees) => Math.cos(degrees * RADIANS))
  return (from, to) => {
    const dLat = (lat[to]! - lat[from]!) * RADIANS
    const dLon = (lon[to]! - lon[from]!) * RADIANS
    const h = Math.sin(dLat / 2) ** 2 + cosine[from]! * cosine[to]! * Math.sin(dLon / 2) ** 2
    return h <= 0.5 ? 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(h)) : distanceKm(places[from]!, places[to]!)
  }
}

/** How one gets around a city. */
export interface TravelModel {
  /** Speed over the streets between two stops. */
  readonly transit_kmh: number
  /** Walking to the stop, waiting, walking from it. */
  readonly overhead_minutes: number
  /** How much longer the street is than the crow's flight. */
  readonly detour: number
}

/** A city of which nobody said anything: a bus every ten minutes and a street grid. */
export const DEFAULT_TRAVEL_MODEL: TravelModel = { transit_kmh: 18, overhead_minutes: 10, detour: 1.3 }

/** A traveler looks around. */
export const WALKING_KMH = 4.6

/** Finding the door takes a moment however near it is. */
export const DOOR_MINUTES = 2

export type TravelMode = "walk" | "transit"

export interface Travel {
  /** Whole minutes, rounded up: arriving early costs less than arriving late. */
  readonly minutes: number
  readonly mode: TravelMode
  readonly km: number
}

const walking = (model: TravelModel, km: number): number => ((km * model.detour) / WALKING_KMH) * 60

const riding = (model: TravelModel, km: number): number =>
  model.overhead_minutes + ((km * model.detour) / model.transit_kmh) * 60

/** Whole minutes for a way of so many kilometres. Never shorter for a longer way. */
export const travelMinutes = (model: TravelModel, km: number): number =>
  Math.ceil(Math.min(walking(model, km), riding(model, km)) + DOOR_MINUTES)

/** Whole minutes on foot. */
export const footMinutes = (model: TravelModel, km: number): number => Math.ceil(walking(model, km) + DOOR_MINUTES)

/** The same where the minutes on foot over the streets are known: one rides where that is quicker. */
export const walkedMinutes = (model: TravelModel, km: number, onFoot: number): number =>
  Math.ceil(Math.min(onFoot, riding(model, km)) + DOOR_MINUTES)

/** On foot or by transit, whichever is there first. Symmetric. */
export const estimateTravel = (model: TravelModel, from: Position, to: Position): Travel => {
  const km = distanceKm(from, to)
  const mode = walking(model, km) <= riding(model, km) ? "walk" : "transit"
  return { minutes: travelMinutes(model, km), mode, km }
}
