/**
 * How long it takes from one place to the next. Planning may ask a routing engine; what must answer at once, with
 * everything else down, uses `estimateTravel` of the domain, which is also what answers when the engine does not.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position, Travel, TravelModel } from "../domain/basics/geo.ts"

export interface TravelAnswer extends Travel {
  /** `estimate`: great circle with the city's speeds. */
  readonly source: "estimate" | "osrm"
}

export class TravelTime extends Context.Service<
  TravelTime,
  {
    readonly name: "estimate" | "osrm"
    /** Never fails and never waits long: an engine that is down or slow is replaced by the estimate, which says so. */
    readonly between: (model: TravelModel, from: Position, to: Position) => Effect.Effect<TravelAnswer>
  }
>()("overplanned/TravelTime") {}
