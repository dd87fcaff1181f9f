/** How one gets around a city, as its catalog says: what plans and pivots are both reckoned with. */

import { DEFAULT_TRAVEL_MODEL, distancesOf, travelMinutes, walkedMinutes } from "../basics/geo.ts"
import { rememberPairs } from "../basics/pairs.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { TravelMinutes } from "./rules.ts"

const known = new WeakMap<CityCatalog, TravelMinutes>()

export const travelIn = (catalog: CityCatalog): TravelMinutes => {
  let travel = known.get(catalog)
  if (travel === undefined) {
    travel = travelOf(catalog)
    known.set(catalog, travel)
  }
  return travel
}

const travelOf = (catalog: CityCatalog): TravelMinutes => {
  const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
  const distance = distancesOf(catalog.nodes)
  const minutes = rememberPairs(catalog.nodes.length, (from, to) => {
    const onFoot = catalog.walk?.(from, to)
    const km = distance(from, to)
    return onFoot === undefined ? travelMinutes(model, km) : walkedMinutes(model, km, onFoot)
  })
  return (from, to) => (from === to ? 0 : minutes(from, to))
}
