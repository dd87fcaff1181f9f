/** When fallbacks that were right are worked out anew: because time passes, or because of what happens in the city. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { bites } from "../city/live.ts"
import type { CityEvent } from "../city/model.ts"
import { holdsNode } from "../pivot/fallbacks.ts"
import type { TripState } from "./model.ts"
import type { Fallbacks } from "./planner.ts"

/** Their horizon moves on with the clock: after this long there is enough new in it. */
const REFRESH_MILLIS = 6 * 3_600_000

/** Trips of one city have the same meal times: they take their turns over this long, a few in a second. */
const SPREAD_MILLIS = 15 * 60_000

/** A stop that was kept ready begins at most this long after the slot it stands in for, or lasts this long. */
const REACH_MILLIS = 4 * 3_600_000

/** Each trip's own place within the spread, the same every time. */
const turnOf = (id: string): number => (Number.parseInt(id.slice(-4), 16) / 0x1_0000) * SPREAD_MILLIS

/**
 * When fallbacks of a trip under way that were worked out at this instant have become old: when its next stop has begun
 * (from then on one comes from there), or after the refresh interval.
 */
export const staleAt = (trip: TripState, computedAt: number): number | undefined => {
  if (trip.status !== "active") return undefined
  let next = computedAt + REFRESH_MILLIS
  let ahead = false
  for (const slot of trip.slots) {
    if (slot.status !== "planned" || slot.ends_at <= computedAt) continue
    ahead = true
    if (slot.starts_at > computedAt && slot.starts_at < next) next = slot.starts_at
  }
  return ahead ? Math.floor(next + turnOf(trip.id)) : undefined
}

/** Whether an event may have made something wrong that is kept ready. A late train closes no place. */
const upsets = (event: CityEvent, { set }: Fallbacks, catalog: CityCatalog): boolean => {
  if (event.kind === "transit") return false
  if (event.kind === "weather" && !bites(event)) return false
  const from = event.from - REACH_MILLIS
  if (!set.starts.some((starts) => starts > from && starts < event.until)) return false
  if (event.kind === "weather") return true
  const index = catalog.indexOf(event.node_id)
  return index !== undefined && holdsNode(set, index)
}

export const upsetBy = (
  kept: Fallbacks | undefined,
  catalog: CityCatalog | undefined,
  events: ReadonlyArray<CityEvent>
): boolean => kept !== undefined && catalog !== undefined && events.some((event) => upsets(event, kept, catalog))
