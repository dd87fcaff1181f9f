/** What the travelers of a trip bring, as a new plan has to respect it: as they ask for it now, or as it was. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { LockedStop } from "../itinerary/model.ts"
import type { FixedThing, Lodging } from "../plan/model.ts"
import { localDate, zoneOf } from "../time/zone.ts"
import { type Bounds, bookedIssues, type FixedWish, fixedWithin, lodgingIssues, readFixed } from "./fixed.ts"
import type { TripState } from "./model.ts"
import type { RequestIssue } from "./request.ts"

export interface Brought {
  readonly fixed: ReadonlyArray<FixedThing>
  readonly lodging?: Lodging
}

/** What the travelers bring from now on; left out, it stays as it was. */
export interface BringChange {
  readonly fixed?: ReadonlyArray<FixedWish>
  /** Null where there is none any more. */
  readonly lodging?: Lodging | null
}

interface Told {
  readonly brought: Brought
  readonly issues: ReadonlyArray<RequestIssue>
}

/** Which end of the dates leaves a day out. */
const sideOf = (day: number): "start_date" | "end_date" => (day < 1 ? "start_date" : "end_date")

/** Dates that would lose what the travelers bring. */
const lostIssues = (timeZone: string, outside: ReadonlyArray<FixedThing>): ReadonlyArray<RequestIssue> =>
  outside.map(({ day, starts_at, title }) => ({
    path: [sideOf(day)],
    message: `"${title}" on ${localDate(zoneOf(timeZone)!, starts_at)} would lie outside the trip: change or remove it first`
  }))

/** Dates that would lose a booking. What has been lived through may lie outside. */
export const lockedIssues = (
  catalog: CityCatalog,
  kept: ReadonlyArray<LockedStop>,
  days: number,
  now: number
): ReadonlyArray<RequestIssue> =>
  kept.flatMap((stop): ReadonlyArray<RequestIssue> => {
    if ((stop.day >= 1 && stop.day <= days) || stop.starts_at <= now) return []
    const date = localDate(zoneOf(catalog.city.time_zone)!, stop.starts_at)
    const message = `${catalog.nodes[stop.index]!.name} on ${date} is locked and would lie outside the trip: unlock or remove it first`
    return [{ path: [sideOf(stop.day)], message }]
  })

const withLodging = (fixed: ReadonlyArray<FixedThing>, lodging: Lodging | null | undefined): Brought =>
  lodging === undefined || lodging === null ? { fixed } : { fixed, lodging }

/** To a trip that begins. */
export const firstBrought = (change: BringChange, bounds: Bounds, newId: () => string): Told => {
  const { fixed, issues } = readFixed(change.fixed ?? [], bounds, [], newId)
  return {
    brought: withLodging(fixed, change.lodging),
    issues: [...issues, ...lodgingIssues(bounds.catalog, change.lodging)]
  }
}

/** To a trip that is there, with the dates that it is to have. */
export const broughtTo = (trip: TripState, change: BringChange, bounds: Bounds, newId: () => string): Told => {
  const known = trip.fixed ?? []
  const lodging = change.lodging === undefined ? trip.lodging : change.lodging
  const where = lodgingIssues(bounds.catalog, change.lodging)
  if (change.fixed === undefined) {
    const { fixed, outside } = fixedWithin(known, trip.time_zone, bounds.startDate, bounds.days)
    return { brought: withLodging(fixed, lodging), issues: [...lostIssues(trip.time_zone, outside), ...where] }
  }
  const read = readFixed(change.fixed, bounds, known, newId)
  const issues = [...read.issues, ...bookedIssues(read, known, trip.slots, bounds.catalog), ...where]
  return { brought: withLodging(read.fixed, lodging), issues }
}
