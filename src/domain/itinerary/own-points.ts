/**
 * Points of the travelers' own among the places of a catalog: what they brought themselves, and where they sleep. Where a
 * position in the catalog is expected they have numbers below -1; -1 itself is nowhere in particular.
 */
import {
  DEFAULT_TRAVEL_MODEL,
  DOOR_MINUTES,
  distanceKm,
  footMinutes,
  type Position,
  travelMinutes
} from "../basics/geo.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { FixedThing, Lodging } from "../plan/model.ts"
import type { TravelMinutes } from "./rules.ts"
import { travelIn } from "./travel.ts"

export const NOWHERE = -1

/** The number of the k-th point. */
export const ownIndex = (k: number): number => NOWHERE - 1 - k

/** Minutes between two of either kind; none where nobody said where one of them is. */
export const travelAmong = (catalog: CityCatalog, points: ReadonlyArray<Position | undefined>): TravelMinutes => {
  const within = travelIn(catalog)
  if (points.length === 0) return within
  const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
  const at = (index: number) => (index >= 0 ? catalog.nodes[index] : points[NOWHERE - 1 - index])
  return (from, to, when) => {
    if (from >= 0 && to >= 0) return within(from, to, when)
    const [a, b] = [at(from), at(to)]
    return from === to || a === undefined || b === undefined ? 0 : travelMinutes(model, distanceKm(a, b))
  }
}

/** The same on foot, however far it is. */
export const onFootAmong = (catalog: CityCatalog, points: ReadonlyArray<Position | undefined>): TravelMinutes => {
  const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
  const at = (index: number) => (index >= 0 ? catalog.nodes[index] : points[NOWHERE - 1 - index])
  return (from, to) => {
    const [a, b] = [at(from), at(to)]
    if (from === to || a === undefined || b === undefined) return 0
    const known = from >= 0 && to >= 0 ? catalog.walk?.(from, to) : undefined
    return known === undefined ? footMinutes(model, distanceKm(a, b)) : Math.ceil(known + DOOR_MINUTES)
  }
}

interface Brought {
  readonly fixed?: ReadonlyArray<FixedThing>
  readonly lodging?: Lodging
}

const positionOf = ({ lat, lon }: FixedThing): Position | undefined =>
  lat === undefined || lon === undefined ? undefined : { lat, lon }

/** The points of a trip: its fixed things in their order, then the lodging. */
export const ownPoints = ({ fixed = [], lodging }: Brought): ReadonlyArray<Position | undefined> => [
  ...fixed.map(positionOf),
  ...(lodging === undefined ? [] : [lodging])
]

/** Where days begin and end; undefined where nobody said. */
export const homeOf = ({ fixed = [], lodging }: Brought): number | undefined =>
  lodging === undefined ? undefined : ownIndex(fixed.length)
