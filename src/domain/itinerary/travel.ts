/** The travel model of `domain/geo.ts` over a city's columns: what plans and pivots are reckoned with. */
import { estimateTravel, type TravelModel } from "../geo.ts"
import type { Places } from "./places.ts"
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
