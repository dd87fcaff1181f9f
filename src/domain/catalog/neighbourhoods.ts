/**
 * In which part of the city a place lies: the smallest named area around it, else the nearest named part, else a cluster
 * of places that is named after the landmark in it.
 */
import { distanceKm, type Position } from "../basics/geo.ts"
import { areaOf, isInside, type Shape } from "../basics/shapes.ts"

export interface KnownPart extends Position {
  readonly name: string
}

export interface KnownArea {
  readonly name: string
  readonly shape: Shape
}

export interface Located extends Position {
  readonly name: string
  /** How likely people are to steer by it. */
  readonly renown: number
}

/** A named part is no help to a place that lies further from it. */
const NEAR_KM = 2
/** With fewer named parts, most places would all be of one. */
const FEWEST_PARTS = 3
const PLACES_PER_CLUSTER = 30
const MOST_CLUSTERS = 40
const ROUNDS = 12

/** How a cluster's name begins: it is around a place, not a place. */
const NEAR = "Near "

/** "in Fremont", "near the castle": a part of a city within a sentence; nothing where there is none. */
export const whereabouts = (neighbourhood: string): string => {
  if (neighbourhood === "") return ""
  return neighbourhood.startsWith(NEAR) ? `near ${neighbourhood.slice(NEAR.length)}` : `in ${neighbourhood}`
}

const nearest = <P extends Position>(parts: ReadonlyArray<P>, at: Position): readonly [P | undefined, number] => {
  let best: P | undefined
  let least = Number.POSITIVE_INFINITY
  for (const part of parts) {
    const km = distanceKm(part, at)
    if (km < least) {
      least = km
      best = part
    }
  }
  return [best, least]
}

/** Centres far from one another: each the place that is furthest from all before it. The same for the same places. */
const spreadCentres = (places: ReadonlyArray<Position>, count: number): Array<Position> => {
  const centres: Array<Position> = [places[0]!]
  const away = new Float64Array(places.length).fill(Number.POSITIVE_INFINITY)
  while (centres.length < count) {
    let furthest = 0
    for (let i = 0; i < places.length; i++) {
      away[i] = Math.min(away[i]!, distanceKm(places[i]!, centres.at(-1)!))
      if (away[i]! > away[furthest]!) furthest = i
    }
    if (away[furthest]! === 0) break
    centres.push(places[furthest]!)
  }
  return centres
}

/** Groups places by nearness, and names each group after its best known place, the nearer to the middle the better. */
export const clusters = (places: ReadonlyArray<Located>): ReadonlyArray<KnownPart> => {
  if (places.length === 0) return []
  let centres = spreadCentres(places, Math.min(MOST_CLUSTERS, Math.ceil(places.length / PLACES_PER_CLUSTER)))
  let groups = new Map<Position, Array<Located>>()
  for (let round = 0; round < ROUNDS; round++) {
    groups = new Map()
    for (const place of places) {
      const centre = nearest(centres, place)[0]!
      groups.set(centre, [...(groups.get(centre) ?? []), place])
    }
    centres = [...groups.values()].map((members) => ({
      lat: members.reduce((sum, { lat }) => sum + lat, 0) / members.length,
      lon: members.reduce((sum, { lon }) => sum + lon, 0) / members.length
    }))
  }
  return [...groups.values()].map((members, i) => {
    const centre = centres[i]!
    const worth = (one: Located) => one.renown - distanceKm(one, centre)
    const landmark = members.reduce((best, one) => (worth(one) > worth(best) ? one : best))
    return { ...centre, name: `${NEAR}${landmark.name}`.slice(0, 120) }
  })
}

/** The part of the city that a position lies in. */
export const makeNeighbourhoods = (
  city: string,
  areas: ReadonlyArray<KnownArea>,
  parts: ReadonlyArray<KnownPart>,
  places: ReadonlyArray<Located>
): ((at: Position) => string) => {
  const smallestFirst = areas
    .map((area) => ({ ...area, size: areaOf(area.shape) }))
    .sort((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1))
  const grouped = parts.length >= FEWEST_PARTS || areas.length >= FEWEST_PARTS ? [] : clusters(places)
  return (at) => {
    const around = smallestFirst.find(({ shape }) => isInside(shape, at))
    if (around !== undefined) return around.name
    const [part, km] = nearest(parts, at)
    if (part !== undefined && km <= NEAR_KM && grouped.length === 0) return part.name
    return nearest(grouped, at)[0]?.name ?? (km <= 2 * NEAR_KM ? part?.name : undefined) ?? city
  }
}
