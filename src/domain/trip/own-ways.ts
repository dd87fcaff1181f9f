/** Ways of a day that no stop of the plan carries: to what is the travelers' own, and back to where they sleep. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { homeOf, NOWHERE, ownIndex, ownPoints, travelAmong } from "../itinerary/own-points.ts"
import type { FixedThing } from "../plan/model.ts"
import type { TripState } from "./model.ts"

interface Point {
  readonly index: number
  readonly starts: number
}

const pointsOn = (trip: TripState, catalog: CityCatalog, day: number): ReadonlyArray<Point> =>
  [
    ...trip.slots
      .filter((slot) => slot.day === day && slot.status !== "skipped")
      .map((slot) => ({ index: catalog.indexOf(slot.node_id) ?? NOWHERE, starts: slot.starts_at })),
    ...(trip.fixed ?? []).flatMap((thing, k) =>
      thing.day === day ? [{ index: ownIndex(k), starts: thing.starts_at }] : []
    )
  ].sort((a, b) => a.starts - b.starts)

const minutes = (trip: TripState, catalog: CityCatalog, from: number | undefined, to: number | undefined): number =>
  from === undefined || to === undefined || from === NOWHERE || to === NOWHERE
    ? 0
    : Math.ceil(travelAmong(catalog, ownPoints(trip))(from, to, 0))

/** Minutes to something of the travelers' own from what comes before it. */
export const wayTo = (trip: TripState, catalog: CityCatalog, thing: FixedThing): number => {
  const points = pointsOn(trip, catalog, thing.day)
  const at = points.findIndex(({ index }) => index === ownIndex(trip.fixed!.findIndex(({ id }) => id === thing.id)))
  return minutes(trip, catalog, points[at - 1]?.index ?? homeOf(trip), points[at]?.index)
}

/** Minutes back to the lodging at the end of a day; null without one, or without a day. */
export const wayBack = (trip: TripState, catalog: CityCatalog, day: number): number | null => {
  const home = homeOf(trip)
  const last = pointsOn(trip, catalog, day).at(-1)
  return home === undefined || last === undefined ? null : minutes(trip, catalog, last.index, home)
}
