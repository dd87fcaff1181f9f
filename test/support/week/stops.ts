/** The stops of a plan as the server tells it. */
import type { Stop } from "./record.ts"
import type { Json } from "./stage.ts"

export const stopsOf = (trip: Json): ReadonlyArray<Stop> =>
  trip.days.flatMap((day: Json) =>
    day.slots.map((slot: Json) => ({
      slot: slot.id,
      day: day.day,
      order: slot.order,
      node: slot.node.id,
      starts_at: Date.parse(slot.starts_at),
      ends_at: Date.parse(slot.ends_at)
    }))
  )
