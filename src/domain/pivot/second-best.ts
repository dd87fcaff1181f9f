/** Where no place passes, what is left to do: wait until it is over, leave the stop out, or go there on another day. */

import { isWet } from "../city/live.ts"
import { isExposed, MEAL } from "../itinerary/places.ts"
import { mealAt } from "../itinerary/rules.ts"
import type { PivotWorld } from "./answer-model.ts"
import { cascade, keptStep } from "./cascade.ts"
import { type ChangeDraft, dropOf, type OptionDraft } from "./draft.ts"
import { daySlots, type Gap, gapAt, type PlanSlot } from "./plan.ts"
import { clock } from "./present.ts"
import { ceilGrid, fitVisit, openState, opensAt, type Visit } from "./visit.ts"

const MINUTE = 60_000
/** Longer than this nobody waits for one place. */
const LONGEST_DELAY = 180 * MINUTE
/** The last stop of another day is left as long after it was planned to end at most. */
const LATER_HOME = 90 * MINUTE
/** Days ahead that are looked at. */
const MOST_DAYS = 3

const nameOf = ({ catalog }: PivotWorld, { index }: PlanSlot): string =>
  index < 0 ? "The stop" : catalog.nodes[index]!.name

const optionOf = (
  kind: OptionDraft["kind"],
  changes: ReadonlyArray<ChangeDraft>,
  score: number,
  why: string
): OptionDraft => ({
  ...(kind === undefined ? {} : { kind }),
  changes,
  score,
  why: [why],
  index: undefined,
  measures: { slots_changed: changes.length }
})

/** The same stop later the same day, what follows it moved or cut short as far as it must. */
const wait = (
  world: PivotWorld,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  over: number | undefined,
  now: number
) => {
  const { env, live } = world
  const slot = day[position]!
  if (slot.index < 0 || slot.locked) return undefined
  const soonest = Math.max(slot.starts, now)
  const opens =
    openState(env, live, slot.index, soonest) === "closed" ? opensAt(env, live, slot.index, soonest) : soonest
  const from = Math.max(over ?? 0, opens ?? Number.POSITIVE_INFINITY)
  if (from <= slot.starts || from - slot.starts > LONGEST_DELAY) return undefined
  const starts = ceilGrid(from)
  const stay = slot.ends - slot.starts
  const steps = day.slice(position).map((one, i) => ({
    ...keptStep(one, position + i),
    ...(i === 0 ? { starts, ends: starts + stay, fresh: true } : {})
  }))
  const gap = gapAt(day, position, now)
  const timed = cascade(env, live, steps, { from: gap.from, depart: gap.depart, delay: 0 }, "shorten")
  if (timed === undefined) return undefined
  const changes = timed.flatMap((one): ReadonlyArray<ChangeDraft> => {
    const { starts: was, ends: until, id } = one.slot
    if (one.arrive === was && one.leave === until) return []
    const shorter = one.leave - one.arrive < until - was
    return [
      {
        slot_id: id,
        action: shorter ? "shorten" : "move",
        index: undefined,
        starts: one.arrive,
        ends: one.leave,
        open: one.open,
        travel: one.travelIn
      }
    ]
  })
  return optionOf("wait", changes, 0.3, `Wait: ${nameOf(world, slot)} at ${clock(env.localMinute(timed[0]!.arrive))}`)
}

const skip = (world: PivotWorld, slot: PlanSlot): OptionDraft =>
  optionOf("skip", [dropOf(slot)], 0.1, `Leave out ${nameOf(world, slot)}`)

/** The gap of a day before the stop at a position; behind the last one it ends when the day is long enough. */
export const gapBefore = (day: ReadonlyArray<PlanSlot>, position: number): Gap | undefined => {
  const before = day[position - 1]
  if (before === undefined) return undefined
  const next = day[position]
  if (before.bounds === "departure" || next?.bounds === "arrival") return undefined
  return {
    from: before.index,
    depart: before.ends,
    earliest: before.ends,
    to: next?.index ?? -1,
    deadline: next?.starts ?? before.ends + LATER_HOME
  }
}

/** Whether a meal would be one there, and not the second of its kind. */
const wellTimed = ({ env }: PivotWorld, day: ReadonlyArray<PlanSlot>, index: number, visit: Visit): boolean => {
  if ((env.places.flags[index]! & MEAL) === 0) return true
  const meal = mealAt(env.table, env.localMinute(visit.arrive))
  if (meal === undefined) return false
  return !day.some(
    (slot) =>
      slot.index >= 0 &&
      (env.places.flags[slot.index]! & MEAL) !== 0 &&
      mealAt(env.table, env.localMinute(slot.starts)) === meal
  )
}

export interface Room {
  readonly position: number
  readonly visit: Visit
}

/** Where a day has room for the place: the gap that leaves it most time. */
export const roomIn = (
  world: PivotWorld,
  day: ReadonlyArray<PlanSlot>,
  index: number,
  now: number
): Room | undefined => {
  const { env, live } = world
  let best: Room | undefined
  for (let position = 1; position <= day.length; position++) {
    const gap = gapBefore(day, position)
    if (gap === undefined || gap.depart < now) continue
    const visit = fitVisit(env, live, index, gap)
    if (typeof visit === "string" || !wellTimed(world, day, index, visit)) continue
    const wet = isWet(live, visit.arrive, visit.leave)
    if (wet && isExposed(env, index)) continue
    if (best === undefined || visit.leave - visit.arrive > best.visit.leave - best.visit.arrive)
      best = { position, visit }
  }
  return best
}

const anotherDay = (world: PivotWorld, slot: PlanSlot, now: number): OptionDraft | undefined => {
  if (slot.index < 0 || slot.locked) return undefined
  const { slots } = world.trip
  const days = [...new Set(slots.map((one) => one.day))].filter((one) => one > slot.day).slice(0, MOST_DAYS)
  for (const number of days) {
    const room = roomIn(world, daySlots(world.trip, number, world.catalog.indexOf), slot.index, now)
    if (room === undefined) continue
    const { arrive, leave, open, travelIn } = room.visit
    const at = clock(world.env.localMinute(arrive))
    return optionOf(
      "another_day",
      [
        {
          slot_id: slot.id,
          action: "move",
          index: undefined,
          starts: arrive,
          ends: leave,
          open,
          travel: travelIn,
          day: number
        }
      ],
      0.2,
      `${nameOf(world, slot)} on day ${number} at ${at} instead`
    )
  }
  return undefined
}

/** `over` is when what spoils the stop is known to end. */
export const secondBest = (
  world: PivotWorld,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  over: number | undefined,
  now: number
): ReadonlyArray<OptionDraft> => {
  const slot = day[position]!
  const options = [wait(world, day, position, over, now), anotherDay(world, slot, now), skip(world, slot)]
  return options.filter((one) => one !== undefined)
}
