/** The calendar days of a trip, anchored in the city's own clock. */
import { isoDate, parseIsoDate } from "../time/calendar.ts"
import { instantOf, type Zone } from "../time/zone.ts"
import type { TripDay } from "./rules.ts"

/** Days of a trip from its first date, numbered from 1; none where the date is not one. */
export const tripDays = (zone: Zone, startDate: string, count: number): ReadonlyArray<TripDay> => {
  const first = parseIsoDate(startDate)
  if (first === undefined) return []
  return Array.from({ length: count }, (_, i) => ({
    day: i + 1,
    date: isoDate(first + i),
    noon: instantOf(zone, first + i, 720)
  }))
}

/** How many days a trip has, both ends included; 0 where the dates are wrong. */
export const dayCount = (startDate: string, endDate: string): number => {
  const first = parseIsoDate(startDate)
  const last = parseIsoDate(endDate)
  return first === undefined || last === undefined ? 0 : Math.max(0, last - first + 1)
}
