/** Whether a day has something to eat or drink in the morning. */
import type { Category } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Slot } from "../plan/model.ts"

const MORNING_FOOD: ReadonlySet<Category> = new Set([
  ...(["cafe", "bakery", "restaurant", "street_food", "food_hall", "dessert"] as const)
])

/** The minute of the clock at which a morning ends. */
export const BREAKFAST_OVER = 660

export const hasBreakfast = (
  { indexOf, nodes }: Pick<CityCatalog, "indexOf" | "nodes">,
  day: number,
  stops: ReadonlyArray<Pick<Slot, "day" | "day_part" | "node_id">>
): boolean =>
  stops.some((stop) => {
    const node = nodes[indexOf(stop.node_id) ?? -1]
    return stop.day === day && stop.day_part === "morning" && node !== undefined && MORNING_FOOD.has(node.category)
  })
