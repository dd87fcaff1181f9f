/** What was said of a plan and people put right by hand since: it is not said any more. */
import { categoryInfo } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { BREAKFAST_OVER, hasBreakfast } from "../itinerary/breakfast.ts"
import { mealAt } from "../itinerary/rules.ts"
import { tableOf } from "../itinerary/table-hours.ts"
import type { Relaxation } from "../plan/model.ts"
import { localTime, zoneOf } from "../time/zone.ts"
import type { TripState } from "../trip/model.ts"

type Trip = Pick<TripState, "fixed" | "slots" | "time_zone">

/** The minutes of the clock at which a day sits down: at the plan's tables, and at those that travelers reserved themselves. */
const tablesOn = ({ fixed = [], slots, time_zone }: Trip, catalog: CityCatalog, day: number): ReadonlyArray<number> => {
  const zone = zoneOf(time_zone)
  if (zone === undefined) return []
  const tables = slots.filter(({ node_id, status }) => {
    const node = catalog.nodes[catalog.indexOf(node_id) ?? -1]
    return status !== "skipped" && node !== undefined && categoryInfo(node.category).meal
  })
  const reserved = fixed.filter(({ kind }) => kind === "reservation")
  return [...tables, ...reserved]
    .filter((one) => one.day === day)
    .map(({ starts_at }) => localTime(zone, starts_at).minute)
}

/** A morning that has a café now, a day that has its lunch or dinner. */
export const isMended = ({ constraint, day, meal }: Relaxation, trip: Trip, catalog: CityCatalog): boolean => {
  if (day === undefined || (constraint !== "breakfast" && meal === undefined)) return false
  const tables = tablesOn(trip, catalog, day)
  return constraint === "breakfast"
    ? hasBreakfast(catalog, day, trip.slots) || tables.some((minute) => minute < BREAKFAST_OVER)
    : tables.some((minute) => mealAt(tableOf(catalog.city.country), minute) === meal)
}
