/** How one gets around a city, as its catalog says: what plans and pivots are both reckoned with. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { DEFAULT_TRAVEL_MODEL, distancesOf, travelMinutes } from "../geo.ts"
import type { TravelMinutes } from "./rules.ts"

export const travelIn = (catalog: CityCatalog): TravelMinutes => {
  const model = catalog.city.travel ?? DEFAULT_TRAVEL_MODEL
  const distance = distancesOf(catalog.nodes)
  return (from, to) => (from === to ? 0 : travelMinutes(model, distance(from, to)))
}
