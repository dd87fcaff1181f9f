/** The travel model of a city over its columns: what plans and pivots are reckoned with. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { DEFAULT_TRAVEL_MODEL, estimateTravel, type TravelModel } from "../geo.ts"
import { type Places, placesOf } from "./places.ts"
import type { TravelMinutes } from "./rules.ts"

export const travelOver =
  (places: Pick<Places, "lat" | "lon">, model: TravelModel): TravelMinutes =>
  (from, to) =>
    from === to
      ? 0
      : estimateTravel(
          model,
          { lat: places.lat[from]!, lon: places.lon[from]! },
          { lat: places.lat[to]!, lon: places.lon[to]! }
        ).minutes

/** How one gets around this city, as its catalog says. */
export const travelIn = (catalog: CityCatalog): TravelMinutes =>
  travelOver(placesOf(catalog), catalog.city.travel ?? DEFAULT_TRAVEL_MODEL)
