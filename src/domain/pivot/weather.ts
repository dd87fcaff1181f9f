/** The weather turns: from when until when, and which stops it spoils. */

import type { TimeSpan } from "../city/live.ts"
import { isExposed } from "../itinerary/places.ts"
import type { Slot } from "../plan/model.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { PivotEnv } from "./env.ts"
import type { PivotDetail } from "./model.ts"
import { daySlots, type PlanSlot } from "./plan.ts"

const MINUTE = 60_000

/** Until then a night belongs to the day before. */
const NIGHT_ENDS_MINUTE = 4 * 60

/** Bad weather of which nobody says when it ends lasts for the rest of the day, and for some hours at least. */
const LEAST_LENGTH_MINUTES = 6 * 60

/** From when until when the weather is what a request says it is. */
export const weatherWindow = (env: PivotEnv, detail: PivotDetail | undefined, now: number): TimeSpan => {
  const said = (text: string | undefined) => (text === undefined ? Number.NaN : Date.parse(text))
  const begins = said(detail?.from)
  const from = Number.isNaN(begins) ? now : Math.max(begins, now)
  const ends = said(detail?.until)
  const left = 1440 + NIGHT_ENDS_MINUTE - env.localMinute(from)
  const rest = left > 1440 ? left - 1440 : left
  return { from, to: ends > from ? ends : from + Math.max(LEAST_LENGTH_MINUTES, rest) * MINUTE }
}

/** Whether the weather of that time spoils a stop. */
const spoilt = (world: PivotWorld, slot: Slot, { from, to }: TimeSpan): boolean => {
  if (slot.status !== "planned" || slot.ends_at <= from || slot.starts_at >= to) return false
  const index = world.catalog.indexOf(slot.node_id)
  return index !== undefined && isExposed(world.env, index)
}

type Exposed = ReadonlyMap<number, ReadonlyArray<Slot>>

/** The stops that the weather spoils and that are booked: they are never moved. */
export const bookedOutside = (world: PivotWorld, window: TimeSpan): ReadonlyArray<Slot> =>
  world.trip.slots.filter((slot) => slot.locked && spoilt(world, slot, window))

/** The stops that the weather spoils, day by day, without those that are booked. */
export const exposedStops = (world: PivotWorld, window: TimeSpan): Exposed => {
  const days = new Map<number, Array<Slot>>()
  for (const slot of world.trip.slots) {
    if (slot.locked || !spoilt(world, slot, window)) continue
    const day = days.get(slot.day)
    if (day === undefined) days.set(slot.day, [slot])
    else day.push(slot)
  }
  return days
}

export interface ExposedDay {
  readonly day: ReadonlyArray<PlanSlot>
  /** Positions of the day's stops that the weather spoils; empty where it spoils none. */
  readonly affected: ReadonlyArray<number>
}

/** The first day with a stop that the weather spoils. */
export const exposedDay = (world: PivotWorld, window: TimeSpan): ExposedDay => {
  const [first] = exposedStops(world, window)
  if (first === undefined) return { day: [], affected: [] }
  const [number, stops] = first
  const day = daySlots(world.trip, number, world.catalog.indexOf)
  return { day, affected: stops.map((stop) => day.findIndex((slot) => slot.id === stop.id)) }
}
