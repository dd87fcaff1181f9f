/** Of a whole day: the moment of it that says most about whether a place lets one in. */
import { instantOf, zoneOf } from "../time/zone.ts"
import type { CityCatalog } from "./city-catalog.ts"
import { expectationAt } from "./expectation.ts"

/** Before that nobody is about who was not out all night, and nights belong to the day on which they began. */
const FIRST_MINUTE = 6 * 60
const NOON_MINUTE = 12 * 60
const HOUR = 3_600_000

/** Of a place of which nobody knows: when such places are usually open, else when nothing is usual, else any time. */
const ofUnknown = (catalog: CityCatalog, index: number, from: number, until: number): number => {
  let open: number | undefined
  for (let at = from; at < until; at += HOUR) {
    if (catalog.openAt(index, at) !== "unknown") continue
    const usually = expectationAt(catalog, index, at)?.usually
    if (usually === "open") return at
    if (usually === undefined) open ??= at
  }
  return open ?? from
}

/** When it is open, if it is on that day; else when nobody knows; else noon, when it is as closed as all day. */
export const momentOfDay = (catalog: CityCatalog, index: number, day: number): number => {
  const zone = zoneOf(catalog.nodes[index]!.time_zone)!
  const until = instantOf(zone, day + 1, 0)
  let unknown: number | undefined
  for (let at: number | undefined = instantOf(zone, day, FIRST_MINUTE); at !== undefined && at < until; ) {
    const open = catalog.openAt(index, at)
    if (open === "open") return at
    if (open === "unknown") unknown ??= at
    at = catalog.nextChange(index, at)
  }
  return unknown === undefined ? instantOf(zone, day, NOON_MINUTE) : ofUnknown(catalog, index, unknown, until)
}
