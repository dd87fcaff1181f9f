/** What lies between the stops of a day: a gap that is no pause any more is free time, with a name and two ideas. */

import { distanceKm } from "../basics/geo.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { exclusionOf } from "../itinerary/exclusion.ts"
import type { PlannedTrip, Slot } from "../plan/model.ts"

/** A shorter gap is a pause. */
const PAUSE_MINUTES = 45
const IDEAS = 2
/** About a kilometre: what one walks to without planning to. */
const NEAR_DEGREES = 0.01
const NEAR_KM = 1
const MINUTE = 60_000

type Trip = Pick<PlannedTrip, "constraints" | "vetoes" | "slots" | "fixed">

const ideasNear = (trip: Trip, catalog: CityCatalog, at: number, from: number, to: number): ReadonlyArray<number> => {
  const here = catalog.nodes[at]!
  const excluded = exclusionOf(catalog, trip.constraints, trip.vetoes)
  const planned = new Set<string>(trip.slots.map((slot) => slot.node_id))
  const room = (to - from) / MINUTE
  const near: Array<{ readonly index: number; readonly km: number }> = []
  for (let index = 0; index < catalog.nodes.length; index++) {
    const node = catalog.nodes[index]!
    if (Math.abs(node.lat - here.lat) > NEAR_DEGREES || Math.abs(node.lon - here.lon) > 2 * NEAR_DEGREES) continue
    if (planned.has(node.id) || node.typical_minutes > room) continue
    if (catalog.retired(index) || excluded(index) !== undefined || catalog.openAt(index, from) === "closed") continue
    const km = distanceKm(here, node)
    if (km <= NEAR_KM) near.push({ index, km })
  }
  return near
    .sort((a, b) => a.km - b.km)
    .slice(0, IDEAS)
    .map(({ index }) => index)
}

const COUNT_WORDS = ["nothing", "one idea", "two ideas"]

/** Whether something of the travelers' own lies in a gap: what is left around it is theirs to know. */
const isTaken = ({ fixed = [] }: Trip, from: number, to: number): boolean =>
  fixed.some((thing) => thing.starts_at < to && thing.ends_at > from)

/** The free times of a day, in order. `slots` are the day's. */
export const freeTimes = (trip: Trip, catalog: CityCatalog, slots: ReadonlyArray<Slot>) =>
  slots.flatMap((slot, i) => {
    const before = slots[i - 1]
    const at = before === undefined ? undefined : catalog.indexOf(before.node_id)
    if (before === undefined || at === undefined) return []
    const ends = slot.starts_at - slot.travel_minutes * MINUTE
    const minutes = Math.floor((ends - before.ends_at) / MINUTE)
    if (minutes <= PAUSE_MINUTES || isTaken(trip, before.ends_at, slot.starts_at)) return []
    const ideas = ideasNear(trip, catalog, at, before.ends_at, ends).map((index) => catalog.nodes[index]!)
    const { name, neighbourhood } = catalog.nodes[at]!
    const where = neighbourhood === "" ? name : neighbourhood
    return [
      {
        starts_at: new Date(before.ends_at).toISOString(),
        ends_at: new Date(ends).toISOString(),
        minutes,
        message: `${minutes} minutes around ${where}${ideas.length === 0 ? "" : `: ${COUNT_WORDS[ideas.length]} nearby`}`,
        ideas: ideas.map((node) => ({ id: node.id as string, name: node.name }))
      }
    ]
  })
