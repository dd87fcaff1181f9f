/** How a plan came about: a part of the trip, and of every entry of the learning log about its plan. */
import * as Schema from "effect/Schema"

export const PlanContext = Schema.Struct({
  /** The traveler looked around in the city's discovery before they asked for a plan. */
  workflow_type: Schema.Literals(["plan-first", "explore-first"]),
  /** The traveler gave musts or avoids, or fixed stops; otherwise everything was left to the planner. */
  mode: Schema.Literals(["autopilot", "assisted"])
})
export type PlanContext = typeof PlanContext.Type
