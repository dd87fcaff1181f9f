/**
 * Taking an option. Minutes have passed since it was offered, and the plan may have changed: everything in it is
 * verified again as of now. What slipped a little is timed anew, what is not true any more is refused with a fresh offer.
 */
import type { NodeId, SlotId } from "../ids.ts"
import type { Slot } from "../plan/model.ts"
import { type ModelRef, modelVersion } from "../ranking.ts"
import { dayPartAt } from "../time/day-part.ts"
import type { PivotWorld } from "./answer-model.ts"
import { cascade, keptStep, type Step, type Timed } from "./cascade.ts"
import type { Change, Offer } from "./model.ts"
import { daySlots, gapAt, isCatalogued, minutesBetween, type PlanSlot } from "./plan.ts"
import { isPlanned, mayOffer } from "./replace.ts"

export interface Accepted {
  /** New values of every slot of the day that differs, in order: what the event carries. */
  readonly slots: ReadonlyArray<Slot>
  readonly removed: ReadonlyArray<SlotId>
  /** Slots that a traveler sees changed: not those whose way there is another one now. */
  readonly changed: number
}

const slotOf = (
  world: PivotWorld,
  before: Slot,
  timed: Timed,
  order: number,
  travel: number,
  { score, model }: Pick<Taking, "score" | "model">
): Slot => {
  const { catalog, env } = world
  const replaced = timed.index !== timed.slot.index
  const { narrative, placed_by, ...rest } = before
  return {
    ...rest,
    // What was told of the old place is not true of the new one.
    ...(replaced || narrative === undefined ? {} : { narrative }),
    ...(replaced || placed_by === undefined ? {} : { placed_by }),
    order,
    node_id: replaced ? (catalog.nodes[timed.index]!.id as NodeId) : before.node_id,
    day_part: dayPartAt(env.localMinute(timed.arrive)),
    starts_at: timed.arrive,
    ends_at: timed.leave,
    travel_minutes: travel,
    ...(replaced ? { locked: false, score, model_version: modelVersion(model) } : {})
  }
}

const differs = (a: Slot, b: Slot): boolean =>
  a.node_id !== b.node_id ||
  a.starts_at !== b.starts_at ||
  a.ends_at !== b.ends_at ||
  a.order !== b.order ||
  a.travel_minutes !== b.travel_minutes

/** The changed rest of a day; `first` is the position of the first stop that changes. */
type Plan =
  | { readonly steps: ReadonlyArray<Step>; readonly dropped: ReadonlySet<string>; readonly first: number }
  | string

export interface Taking {
  readonly changes: ReadonlyArray<Change>
  readonly trigger: Offer["trigger"]
  readonly score: number
  /** Who offered it. */
  readonly model: ModelRef
  readonly now: number
}

/** The rest of the day as the option has it, or why it cannot be any more. */
const stepsOf = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, { changes, trigger, now }: Taking): Plan => {
  const dropped = new Set<string>()
  const byId = new Map<string, Step>()
  for (const change of changes) {
    const position = day.findIndex((slot) => slot.id === change.slot_id)
    const slot = day[position]
    if (slot === undefined) return "a stop of it is not in the plan any more"
    if (slot.past || slot.ends <= now) return "a stop of it is over by now"
    if (slot.locked && trigger !== "venue_closed") return "a stop of it has been locked"
    if (change.action === "drop") {
      dropped.add(slot.id)
      continue
    }
    let index = slot.index
    if (change.node !== undefined) {
      const found = world.catalog.indexOf(change.node.id)
      if (found === undefined || !mayOffer(world, found)) return `${change.node.name} may not be offered any more`
      if (isPlanned(world, found)) return `${change.node.name} is in the plan by now`
      index = found
    }
    byId.set(slot.id, {
      slot,
      position,
      index,
      starts: Date.parse(change.starts_at),
      ends: Date.parse(change.ends_at),
      fresh: true
    })
  }
  const first = day.findIndex((slot) => byId.has(slot.id) || dropped.has(slot.id))
  const steps = day
    .map((slot, position) => byId.get(slot.id) ?? keptStep(slot, position))
    .filter((step) => step.position >= first && !dropped.has(step.slot.id))
    .sort((a, b) => a.starts - b.starts || a.position - b.position)
  return { steps, dropped, first }
}

/** Applies changes of one day as of now, or says why they do not hold. */
export const applyInDay = (world: PivotWorld, taking: Taking): Accepted | string => {
  const { trip, catalog, env, live } = world
  const home = trip.slots.find((slot) => slot.id === taking.changes[0]?.slot_id)
  if (home === undefined) return "a stop of it is not in the plan any more"
  const day = daySlots(trip, home.day, catalog.indexOf)
  const plan = stepsOf(world, day, taking)
  if (typeof plan === "string") return plan
  const { steps, dropped, first } = plan
  const gap = gapAt(day, first, taking.now)
  // A late traveler is on the way: the offered times hold the delay, and only the time since can spoil them.
  const late = taking.trigger === "transit" && steps[0]?.index === steps[0]?.slot.index
  const start = late ? { from: -1, depart: taking.now, delay: 0 } : { from: gap.from, depart: gap.depart, delay: 0 }
  const timed = steps.length === 0 ? [] : cascade(env, live, steps, start, "shorten")
  if (timed === undefined) return "it cannot be reached in time, or is closed, by now"
  // Skipped stops keep their place: the day's own places are dealt out again.
  const places = day.flatMap((slot) => trip.slots.find((one) => one.id === slot.id)?.order ?? [])
  // What is the travelers' own has a time and no place in the order.
  let place = day.slice(0, first).filter(isCatalogued).length
  const slots: Array<Slot> = []
  let changed = dropped.size
  timed.forEach((one, i) => {
    if (!isCatalogued(one.slot)) return
    const old = trip.slots.find((slot) => slot.id === one.slot.id)!
    const previous = i === 0 ? (day[first - 1]?.index ?? env.home) : timed[i - 1]!.index
    const travel = previous === undefined ? 0 : Math.ceil(minutesBetween(env, previous, one.index, one.arrive))
    const next = slotOf(world, old, one, places[place++]!, travel, taking)
    if (next.node_id !== old.node_id || next.starts_at !== old.starts_at || next.ends_at !== old.ends_at) changed++
    if (differs(old, next)) slots.push(next)
  })
  return { slots, removed: [...dropped] as Array<SlotId>, changed }
}
