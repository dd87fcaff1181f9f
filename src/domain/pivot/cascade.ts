/**
 * Letting the rest of a day follow from a change: each stop keeps its time if it can still be reached, is cut short
 * or moved if not, and every stop that moves is checked again at its new time. Bookings never move.
 */

import { isWet, type LiveCity } from "../city/live.ts"
import { isExposed, MEAL } from "../itinerary/places.ts"
import { mealAt } from "../itinerary/rules.ts"
import type { PivotEnv } from "./env.ts"
import { minutesBetween, type PlanSlot } from "./plan.ts"
import { ceilGrid, goesAt, leastStay, openState, opensAt, openUntil } from "./visit.ts"

export interface Step {
  readonly slot: PlanSlot
  /** Where the slot stands in its day as it is. */
  readonly position: number
  /** The node it is at: the slot's own, or what replaces it. */
  readonly index: number
  readonly starts: number
  readonly ends: number
  /** Checked even where nothing moves it: it is new here. */
  readonly fresh: boolean
}

export const keptStep = (slot: PlanSlot, position: number): Step => ({
  slot,
  position,
  index: slot.index,
  starts: slot.starts,
  ends: slot.ends,
  fresh: false
})

export interface Timed {
  readonly slot: PlanSlot
  readonly index: number
  readonly arrive: number
  readonly leave: number
  readonly travelIn: number
  readonly open: "open" | "unknown"
}

export type Mode = "shorten" | "slip"

const MINUTE = 60_000
/** How far a stop may slip before it is at the wrong time of day, or a meal no meal any more. */
const PART_SLACK = 90
const MEAL_SLACK = 45
/** How much later than planned a day may end. */
const OVERRUN = 90 * MINUTE
/** A slip that changes nothing about the time of day. */
const NEGLIGIBLE = 15 * MINUTE
const LONGEST_WAIT = 30 * MINUTE

const rightTime = (env: PivotEnv, index: number, at: number): boolean => {
  const minute = env.localMinute(at)
  if ((env.places.flags[index]! & MEAL) !== 0) {
    return mealAt(env.table, minute) !== undefined || mealAt(env.table, minute - MEAL_SLACK) !== undefined
  }
  const parts = env.places.dayParts[index]!
  return goesAt(parts, minute) || goesAt(parts, (minute - PART_SLACK + 1440) % 1440)
}

const rainsOn = (env: PivotEnv, live: LiveCity, index: number, from: number, to: number): boolean =>
  isExposed(env, index) && isWet(live, from, to)

/** The times of a stop that is reached at `ready`, or `undefined` where it cannot be. */
const settle = (
  env: PivotEnv,
  live: LiveCity,
  step: Step,
  ready: number,
  travelIn: number,
  mode: Mode
): Timed | undefined => {
  const { index } = step
  if (index < 0) return undefined
  const stay = step.ends - step.starts
  const least = Math.min(stay, leastStay(env.places.minutes[index]!))
  let arrive = Math.max(step.starts, ceilGrid(ready))
  let open = openState(env, live, index, arrive)
  if (open === "closed") {
    const opens = opensAt(env, live, index, arrive)
    if (opens === undefined || opens - arrive > LONGEST_WAIT) return undefined
    arrive = ceilGrid(opens)
    open = openState(env, live, index, arrive)
    if (open === "closed") return undefined
  }
  // What is new here was chosen for its hour; what slips may have slipped out of it.
  if (arrive - step.starts > NEGLIGIBLE && !rightTime(env, index, arrive)) return undefined
  const wanted = mode === "slip" ? arrive + stay : Math.max(arrive + least, Math.min(step.ends, arrive + stay))
  const leave = openUntil(env, live, index, arrive, wanted)
  if (leave - arrive < least || rainsOn(env, live, index, arrive, leave)) return undefined
  return { slot: step.slot, index, arrive, leave, travelIn, open }
}

export interface Start {
  /** Where one is, or -1. */
  readonly from: number
  readonly depart: number
  /** Minutes lost on the way to the first stop. */
  readonly delay: number
}

/** Times for the steps in this order, or `undefined` where a booking would be missed or a stop cannot be. */
export const cascade = (
  env: PivotEnv,
  live: LiveCity,
  steps: ReadonlyArray<Step>,
  start: Start,
  mode: Mode
): ReadonlyArray<Timed> | undefined => {
  const out: Array<Timed> = []
  let from = start.from
  let depart = start.depart
  let settled = false
  const lastEnd = steps.reduce((last, step) => Math.max(last, step.slot.ends), 0)
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    const travelIn = Math.ceil(minutesBetween(env, from, step.index, depart))
    const ready = depart + (travelIn + (i === 0 ? start.delay : 0)) * MINUTE
    // Behind a stop that kept its time and its successor, the plan is what it was.
    const asBefore = settled && steps[i - 1]!.position + 1 === step.position
    if (!step.fresh && (asBefore || ready <= step.starts)) {
      const open = step.index < 0 ? "unknown" : openState(env, live, step.index, step.starts)
      out.push({
        slot: step.slot,
        index: step.index,
        arrive: step.starts,
        leave: step.ends,
        travelIn,
        open: open === "open" ? "open" : "unknown"
      })
      settled = true
    } else {
      if (step.slot.locked && !step.fresh) return undefined
      const timed = settle(env, live, step, ready, travelIn, mode)
      if (timed === undefined) return undefined
      out.push(timed)
      settled = false
    }
    from = step.index
    depart = out[i]!.leave
  }
  return depart > lastEnd + OVERRUN ? undefined : out
}
