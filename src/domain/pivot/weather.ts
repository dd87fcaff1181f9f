/** The weather turns: from when until when, and which stops it spoils. */
import type { Slot } from "../plan/model.ts"
import type { PivotWorld } from "./answer-model.ts"
import type { TimeSpan } from "./env.ts"
import type { PivotDetail } from "./model.ts"
import { daySlots, type PlanSlot } from "./plan.ts"
import { isExposed } from "./search.ts"

/** Bad weather of which nobody says when it ends. */
const USUAL_LENGTH = 6 * 3_600_000

/** From when until when the weather is what a request says it is. */
export const weatherWindow = (detail: PivotDetail | undefined, now: number): TimeSpan => {
  const said = (text: string | undefined) => (text === undefined ? Number.NaN : Date.parse(text))
  const begins = said(detail?.from)
  const from = Number.isNaN(begins) ? now : Math.max(begins, now)
  const ends = said(detail?.until)
  return { from, to: ends > from ? ends : from + USUAL_LENGTH }
}

/** Whether the weather of that time spoils a stop. */
const spoilt = (world: PivotWorld, slot: Slot, { from, to }: TimeSpan): boolean => {
  if (slot.status !== "planned" || slot.locked || slot.ends_at <= from || slot.starts_at >= to) return false
  const index = world.catalog.indexOf(slot.node_id)
  return index !== undefined && isExposed(world.env, index)
}

type Exposed = ReadonlyMap<number, ReadonlyArray<Slot>>

/** The stops that the weather spoils, day by day. */
export const exposedStops = (world: PivotWorld, window: TimeSpan): Exposed => {
  const days = new Map<number, Array<Slot>>()
  for (const slot of world.trip.slots) {
    if (!spoilt(world, slot, window)) continue
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
