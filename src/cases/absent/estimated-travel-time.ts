/** No routing engine is set: times are estimated. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { estimateTravel } from "../../domain/basics/geo.ts"
import { TravelTime } from "../../services/travel-time.ts"

/** Great circle and a speed model; microseconds, no I/O. */
export const layer = Layer.succeed(TravelTime, {
  name: "estimate",
  between: (model, from, to) => Effect.sync(() => ({ ...estimateTravel(model, from, to), source: "estimate" as const }))
})
