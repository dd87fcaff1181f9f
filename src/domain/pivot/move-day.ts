/** A stop that goes to another day of the trip: out of its own, and into the room that the other one has by then. */
import type { SlotId } from "../ids.ts"
import type { Slot } from "../plan/model.ts"
import { dayPartAt } from "../time/day-part.ts"
import { type Accepted, applyInDay, type Taking } from "./accept.ts"
import type { PivotWorld } from "./answer-model.ts"
import { daySlots, isCatalogued, minutesBetween } from "./plan.ts"
import { gapBefore, roomIn } from "./second-best.ts"

/** Puts the stop into the other day, at the position where it has room, and its followers one further. */
const into = (
  world: PivotWorld,
  slot: Slot,
  index: number,
  number: number,
  now: number
): ReadonlyArray<Slot> | string => {
  const { trip, catalog, env } = world
  const day = daySlots(trip, number, catalog.indexOf)
  const room = roomIn(world, day, index, now)
  if (room === undefined) return `day ${number} has no room for it any more`
  const { position, visit } = room
  const before = trip.slots.filter((one) => one.day === number)
  const follower = day.slice(position).find(isCatalogued)
  const orderOf = (id: SlotId) => before.find((one) => one.id === id)!.order
  const order = follower === undefined ? Math.max(...before.map((one) => one.order)) + 1 : orderOf(follower.id)
  const moved: Slot = {
    ...slot,
    day: number,
    order,
    day_part: dayPartAt(env.localMinute(visit.arrive)),
    starts_at: visit.arrive,
    ends_at: visit.leave,
    travel_minutes: Math.ceil(minutesBetween(env, gapBefore(day, position)!.from, index, visit.arrive))
  }
  const later = before
    .filter((one) => one.order >= order)
    .map((one) =>
      one.id === day[position]?.id
        ? { ...one, order: one.order + 1, travel_minutes: visit.travelOut }
        : { ...one, order: one.order + 1 }
    )
  return [moved, ...later]
}

/** Applies an option's changes as of now, or says why they do not hold. */
export const applyChanges = (world: PivotWorld, taking: Taking): Accepted | string => {
  const [change, ...others] = taking.changes
  const slot = world.trip.slots.find((one) => one.id === change?.slot_id)
  if (change?.day === undefined || slot === undefined || change.day === slot.day) return applyInDay(world, taking)
  const index = world.catalog.indexOf(slot.node_id)
  if (others.length > 0 || index === undefined) return "a stop that goes to another day goes alone"
  const home = applyInDay(world, { ...taking, changes: [{ ...change, action: "drop" }] })
  if (typeof home === "string") return home
  const away = into(world, slot, index, change.day, taking.now)
  return typeof away === "string" ? away : { slots: [...home.slots, ...away], removed: [], changed: 1 }
}
