/** Which of a city's events touch a plan, and what its travelers would ask because of them. */

import { distanceKm } from "../basics/geo.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { bites } from "../city/live.ts"
import type { CityEvent } from "../city/model.ts"
import type { PivotSettings } from "../pivot/env.ts"
import { exposedStops } from "../pivot/weather.ts"
import type { Slot } from "../plan/model.ts"
import { rfc3339 } from "../time/rfc3339.ts"
import { rides } from "../transit/legs.ts"
import { pivotWorld } from "./pivot-world.ts"
import type { Touch, TripWorld } from "./planner.ts"

const MINUTE = 60_000

/**
 * Legs that are looked at, until one of them cannot take the delay in: a turn has to stay short. More of them where the line is known,
 * since few trips ride it; free time absorbs most of what is late somewhere.
 */
const MOST_LEGS = 3
const MOST_RIDES = 12

const UNTOUCHED: ReadonlyArray<Touch> = []

/** Still ahead or under way, and within the event's time. */
const aheadDuring = (slot: Slot, now: number, { from, until }: CityEvent): boolean =>
  slot.status === "planned" && slot.ends_at > now && slot.ends_at > from && slot.starts_at < until

/** The way to a stop is still to be finished, and falls into the event's time: where one is already, no train is late. */
const legAhead = (slot: Slot, now: number, { from, until }: CityEvent): boolean =>
  slot.status === "planned" &&
  slot.travel_minutes > 0 &&
  slot.starts_at > now &&
  slot.starts_at > from &&
  slot.starts_at - slot.travel_minutes * MINUTE < until

const near = (catalog: CityCatalog, slot: Slot, area: { lat: number; lon: number; radius_metres: number }): boolean => {
  const index = catalog.indexOf(slot.node_id)
  return index !== undefined && distanceKm(catalog.nodes[index]!, area) * 1000 <= area.radius_metres
}

const closed = ({ trip, now }: TripWorld, event: Extract<CityEvent, { kind: "closure" }>): ReadonlyArray<Touch> => {
  const slot = trip.slots.find((one) => one.node_id === event.node_id && aheadDuring(one, now, event))
  if (slot === undefined) return UNTOUCHED
  const request = { trigger: "venue_closed", slot_id: slot.id, detail: { until: rfc3339(event.until) } } as const
  return [{ mark: event.id, slot_ids: [slot.id], request }]
}

/** Each day is a repair of its own. */
const wet = (
  world: TripWorld,
  event: Extract<CityEvent, { kind: "weather" }>,
  settings: PivotSettings
): ReadonlyArray<Touch> => {
  if (!bites(event)) return UNTOUCHED
  const from = Math.max(world.now, event.from)
  const days = [...exposedStops(pivotWorld(world, settings), { from, to: event.until })]
  return days.map(([day, stops], n): Touch => {
    const begins = n === 0 ? from : Math.max(from, stops[0]!.starts_at)
    return {
      mark: `${event.id}/${day}`,
      slot_ids: stops.map((slot) => slot.id),
      request: {
        trigger: "weather",
        detail: {
          condition: event.condition,
          ...(begins > world.now ? { from: rfc3339(begins) } : {}),
          until: rfc3339(event.until)
        }
      }
    }
  })
}

const late = (
  { trip, catalog, now }: TripWorld,
  event: Extract<CityEvent, { kind: "transit" }>
): ReadonlyArray<Touch> => {
  const { area, delay_minutes, line } = event
  const takes = line === undefined ? undefined : rides(catalog, trip.slots, line)
  const legs = trip.slots.filter(
    (slot) =>
      legAhead(slot, now, event) &&
      (area === undefined || near(catalog, slot, area)) &&
      // Where the city's network is known, only those are told who would take the line.
      (takes === undefined || takes(slot))
  )
  const detail = { delay_minutes, ...(line === undefined ? {} : { line }) }
  return legs
    .slice(0, takes === undefined ? MOST_LEGS : MOST_RIDES)
    .map((slot) => ({ mark: event.id, slot_ids: [slot.id], request: { trigger: "transit", slot_id: slot.id, detail } }))
}

export const touchedBy =
  (settings: PivotSettings) =>
  (world: TripWorld, event: CityEvent): ReadonlyArray<Touch> => {
    switch (event.kind) {
      case "closure":
        return closed(world, event)
      case "weather":
        return wet(world, event, settings)
      case "transit":
        return late(world, event)
    }
  }
