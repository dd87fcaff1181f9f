/** Which of a city's events touch a plan, and what its travelers would ask because of them. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityEvent } from "../city/model.ts"
import { distanceKm } from "../geo.ts"
import type { PivotSettings } from "../pivot/env.ts"
import type { PivotRequest } from "../pivot/model.ts"
import { exposedDay } from "../pivot/weather.ts"
import { bites } from "./live-city.ts"
import type { Slot } from "./model.ts"
import { pivotWorld } from "./pivot-world.ts"
import type { TripWorld } from "./planner.ts"

const aheadDuring = (slot: Slot, now: number, from: number, until: number): boolean =>
  slot.status === "planned" && slot.ends_at > now && slot.ends_at > from && slot.starts_at < until

const near = (catalog: CityCatalog, slot: Slot, area: { lat: number; lon: number; radius_metres: number }): boolean => {
  const index = catalog.indexOf(slot.node_id)
  return index !== undefined && distanceKm(catalog.nodes[index]!, area) * 1000 <= area.radius_metres
}

export const touchedBy =
  (settings: PivotSettings) =>
  (world: TripWorld, event: CityEvent): PivotRequest | undefined => {
    const { trip, catalog, now } = world
    const until = new Date(event.until).toISOString()
    const ahead = trip.slots.filter((slot) => aheadDuring(slot, now, event.from, event.until))
    if (ahead.length === 0) return undefined
    switch (event.kind) {
      case "closure": {
        const slot = ahead.find((one) => one.node_id === event.node_id)
        return slot === undefined ? undefined : { trigger: "venue_closed", slot_id: slot.id, detail: { until } }
      }
      case "weather": {
        if (!bites(event)) return undefined
        const from = Math.max(now, event.from)
        const { day, affected } = exposedDay(pivotWorld(world, settings), from, event.until)
        const first = affected[0] === undefined ? undefined : day[affected[0]]
        if (first === undefined) return undefined
        const detail = { condition: event.condition, until }
        // Weather that is on already concerns the day as a whole; what is only ahead concerns its first stop.
        return event.from <= now ? { trigger: "weather", detail } : { trigger: "weather", slot_id: first.id, detail }
      }
      case "transit": {
        const { area } = event
        const moving = ahead.filter((slot) => slot.travel_minutes > 0)
        const slot = area === undefined ? moving[0] : moving.find((one) => near(catalog, one, area))
        if (slot === undefined) return undefined
        const line = event.line === undefined ? {} : { line: event.line }
        return { trigger: "transit", slot_id: slot.id, detail: { delay_minutes: event.delay_minutes, ...line } }
      }
    }
  }
