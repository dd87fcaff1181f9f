/**
 * What a traveler does to a plan by hand: a place more, a stop elsewhere, another order. A change says which stops made way;
 * what cannot be is refused with the stop or the door that stands in its way.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { SlotId } from "../ids.ts"
import { type DayStop, isStuck, type RetimedStop } from "../itinerary/retime.ts"
import { minuteAt } from "../itinerary/rules.ts"
import { PIVOT_MODEL, type PivotSettings } from "../pivot/env.ts"
import { isPlanned, mayOffer } from "../pivot/replace.ts"
import { likingFor } from "../pivot/search.ts"
import type { Slot } from "../plan/model.ts"
import { modelVersion } from "../ranking.ts"
import {
  absenceAt,
  closedUp,
  type DayFacts,
  dayFacts,
  type EditWorld,
  isOpenFor,
  LEVELS,
  type Level,
  lastDay,
  minutesMoved,
  slotsOf,
  stopsOn,
  timesOf,
  waysOf,
  windowsFor
} from "./edit-day.ts"
import { pivotWorld } from "./pivot-world.ts"
import type { PlanOutcome, TripWorld } from "./planner.ts"

const MINUTE = 60_000

/** Where somebody wants a stop: at a time, on a day, or wherever it goes best. */
export interface Where {
  readonly day?: number | undefined
  /** An instant. */
  readonly at?: number | undefined
}

export const refused = (reason: string, message: string): Extract<PlanOutcome, { _tag: "refused" }> => ({
  _tag: "refused",
  reasons: [{ reason, message, places: 0 }]
})

export const editWorld = (world: TripWorld, settings: PivotSettings): EditWorld => {
  const { env, live } = pivotWorld(world, settings)
  return {
    trip: world.trip,
    env,
    live,
    indexOf: world.catalog.indexOf,
    orientations: world.personas.map((persona) => persona.dimensions.time_orientation.value),
    now: world.now
  }
}

/** A stop that looks for its place in the plan. */
interface Seeker {
  readonly id: string
  readonly index: number
  readonly minutes: number
  readonly name: string
  /** An arrival comes before everything else of its day, a departure after it. */
  readonly bounds?: "arrival" | "departure" | undefined
}

export interface Fit {
  readonly facts: DayFacts
  readonly times: ReadonlyArray<RetimedStop>
  readonly cost: number
}

/** What a minute of moving others weighs beside a minute on the way, and a stop more on a day that has some already. */
const MOVING = 0.5
const CROWDED = 6

const windowOf = (world: EditWorld, facts: DayFacts, seeker: Seeker, level: Level, at: number | undefined) => {
  const { index, minutes } = seeker
  if (at !== undefined) return { stay: minutes, arrivals: [at, at] }
  if (index >= 0) return windowsFor(world, facts, index, minutes, level === "shorter" ? "usual" : level)
  const first = Math.max(facts.opens, facts.hours.from)
  const last = facts.hours.to - minutes
  return last < first ? undefined : { stay: minutes, arrivals: [first, last] }
}

const fitOn = (
  world: EditWorld,
  number: number,
  seeker: Seeker,
  at: number | undefined,
  level: Level,
  blame: (stop: DayStop) => void
): Fit | undefined => {
  const facts = dayFacts(world, number)
  const minute = at === undefined ? undefined : minuteAt(facts.day, at)
  const window = windowOf(world, facts, seeker, level, minute)
  if (window === undefined) return undefined
  const others = stopsOn(world, facts, level, new Set([seeker.id]))
  const before = timesOf(world, facts, others)
  const usual = isStuck(before) ? 0 : waysOf(before)
  let best: Fit | undefined
  const first = seeker.bounds === "departure" ? others.length : 0
  const last = seeker.bounds === "arrival" ? 0 : others.length
  for (let position = first; position <= last; position++) {
    const wanted =
      minute ?? (position === 0 ? window.arrivals[0]! : others[position - 1]!.wanted + others[position - 1]!.stay)
    const stop: DayStop = { ...seeker, ...window, wanted, pinned: false }
    const times = timesOf(world, facts, others.toSpliced(position, 0, stop))
    if (isStuck(times)) {
      if (times.stuck.id !== seeker.id) blame(times.stuck)
      continue
    }
    const moved = minutesMoved(times.filter((one) => one.stop.id !== seeker.id))
    const cost = waysOf(times) - usual + MOVING * moved + CROWDED * others.length
    if (best === undefined || cost < best.cost) best = { facts, times, cost }
  }
  return best
}

const dayOfInstant = (world: EditWorld, at: number): number | undefined => {
  for (let day = 1; day <= lastDay(world); day++) {
    const { noon } = dayFacts(world, day).day
    if (at >= noon - 12 * 60 * MINUTE && at < noon + 12 * 60 * MINUTE) return day
  }
  return undefined
}

const nameOfStop = (world: EditWorld, catalog: CityCatalog, id: string): string => {
  const thing = world.trip.fixed?.find((one) => one.id === id)
  if (thing !== undefined) return `"${thing.title}"`
  const slot = world.trip.slots.find((one) => one.id === id)
  const index = slot === undefined ? undefined : world.indexOf(slot.node_id)
  return index === undefined ? "a stop" : catalog.nodes[index]!.name
}

/** Why nobody is there then: nothing goes before an arrival, or after a departure. */
const awayOn = (world: EditWorld, { minutes }: Seeker, at: number | undefined, on: number | undefined) => {
  if (on === undefined) return undefined
  const { day, hours } = dayFacts(world, on)
  if (at === undefined && hours.from < hours.to) return undefined
  const thing = absenceAt(world, at ?? day.noon, at === undefined ? day.noon : at + minutes * MINUTE)
  if (thing === undefined) return undefined
  return thing.kind === "arrival"
    ? `Nothing goes before "${thing.title}": choose a time after you arrive.`
    : `Nothing goes after "${thing.title}": choose a time before you leave.`
}

/** The best place in the plan for a stop, or why there is none. */
export const placeFor = (world: EditWorld, catalog: CityCatalog, seeker: Seeker, where: Where) => {
  const { at } = where
  if (at !== undefined && at < world.now) return refused("past", "That time is over: choose one that is still ahead.")
  const on = at === undefined ? where.day : dayOfInstant(world, at)
  const days = lastDay(world)
  if (at !== undefined && on === undefined) return refused("dates", "That time lies outside the dates of the trip.")
  if (on !== undefined && (on < 1 || on > days))
    return refused("dates", `The trip has ${days} days, and none is day ${on}.`)
  if (at !== undefined && seeker.index >= 0 && !isOpenFor(world, seeker.index, at, at + seeker.minutes * MINUTE)) {
    return refused("closed", `${seeker.name} is closed at that time, or closes during the visit.`)
  }
  const away = awayOn(world, seeker, at, on)
  if (away !== undefined) return refused("away", away)
  const among = on === undefined ? Array.from({ length: days }, (_, i) => i + 1) : [on]
  let inTheWay: DayStop | undefined
  for (const level of LEVELS) {
    let best: Fit | undefined
    for (const day of among) {
      const fit = fitOn(world, day, seeker, at, level, (stop) => {
        inTheWay = stop
      })
      if (fit !== undefined && (best === undefined || fit.cost < best.cost)) best = fit
    }
    if (best !== undefined) return best
  }
  const then = at !== undefined ? "at that time" : on !== undefined ? `on day ${on}` : "on any day"
  if (inTheWay === undefined) {
    return refused("closed", `${seeker.name} is not open for long enough ${then}, within the hours of the day.`)
  }
  const name = nameOfStop(world, catalog, inTheWay.id)
  return refused(
    "no_time",
    `There is no time for ${seeker.name} ${then}: ${name} could not be reached any more. Move or remove that first.`
  )
}

export const isFit = (value: Fit | PlanOutcome): value is Fit => "times" in value

/** A place of the catalog more, or why not. */
export const addPlace = (world: TripWorld, settings: PivotSettings, nodeId: string, where: Where): PlanOutcome => {
  const { catalog } = world
  const index = catalog.indexOf(nodeId)
  if (index === undefined) return refused("unknown_node", `${catalog.city.name} has no such place.`)
  const known = pivotWorld(world, settings)
  const node = catalog.nodes[index]!
  if (isPlanned(known, index)) return refused("planned", `${node.name} is in the plan already.`)
  if (!mayOffer(known, index)) {
    return refused("excluded", `${node.name} goes against a veto, a thing to avoid, a need or the budget of this trip.`)
  }
  const edit = editWorld(world, settings)
  const id = world.id() as SlotId
  const minutes = Math.max(15, Math.round(node.typical_minutes / 5) * 5)
  const fit = placeFor(edit, catalog, { id, index, minutes, name: node.name }, where)
  if (!isFit(fit)) return fit
  const score = likingFor(known.env, known.tastes, index, undefined)
  const fresh = {
    id,
    node_id: node.id as Slot["node_id"],
    locked: false,
    status: "planned",
    score,
    model_version: modelVersion(PIVOT_MODEL)
  } as const
  return {
    _tag: "change",
    change: { slots: slotsOf(edit, fit.facts, fit.times, new Map([[id, fresh]])), removed: [] },
    model: PIVOT_MODEL,
    slate: { candidate_ids: [node.id], scores: [score] }
  }
}

/** A stop at another time or on another day; what it leaves closes up. */
export const moveStop = (world: TripWorld, settings: PivotSettings, slot: Slot, where: Where): PlanOutcome => {
  const { catalog } = world
  const edit = editWorld(world, settings)
  const index = catalog.indexOf(slot.node_id)
  if (index === undefined) return refused("unknown_node", "That place is no longer listed: remove the stop instead.")
  const minutes = (slot.ends_at - slot.starts_at) / MINUTE
  const fit = placeFor(edit, catalog, { id: slot.id, index, minutes, name: catalog.nodes[index]!.name }, where)
  if (!isFit(fit)) return fit
  const left =
    fit.facts.day.day === slot.day ? [] : closedUp(edit, dayFacts(edit, slot.day), new Set<string>([slot.id]))
  return { _tag: "change", change: { slots: [...slotsOf(edit, fit.facts, fit.times), ...left], removed: [] } }
}

/**
 * Puts what does not move, and was not named, into an order: so that as few of the named as can be change sides with it.
 * Where several places of it are as good, `late` says whether it is put before or behind what might be on either side.
 */
const withPins = (
  named: ReadonlyArray<DayStop>,
  pins: ReadonlyArray<DayStop>,
  before: ReadonlyArray<DayStop>,
  late: boolean
): ReadonlyArray<DayStop> => {
  const positionOf = new Map(before.map((stop, i) => [stop.id, i]))
  const isBefore = (a: DayStop, b: DayStop) => positionOf.get(a.id)! < positionOf.get(b.id)!
  type Placed = { readonly cost: number; readonly at: ReadonlyArray<number> }
  // The best places of the pins so far, none of them behind more than this many of the named.
  let best = Array.from({ length: named.length + 1 }, (): Placed => ({ cost: 0, at: [] }))
  for (const pin of pins) {
    let least: Placed = { cost: Number.POSITIVE_INFINITY, at: [] }
    best = best.map((sofar, at) => {
      const crossing = named.filter((stop, i) => i < at !== isBefore(stop, pin)).length
      const cost = sofar.cost + crossing
      if (cost < least.cost || (late && cost === least.cost)) least = { cost, at: [...sofar.at, at] }
      return least
    })
  }
  const { at } = best[named.length]!
  const out: Array<DayStop> = []
  for (let i = 0; i <= named.length; i++) {
    pins.forEach((pin, k) => {
      if (at[k] === i) out.push(pin)
    })
    if (i < named.length) out.push(named[i]!)
  }
  return out
}

/**
 * The stops of a day in another order. `ids` are all of its stops that can move, and any others that are to be before or behind
 * some of them; what is not named keeps its side of each.
 */
export const reorderDay = (
  world: TripWorld,
  settings: PivotSettings,
  number: number,
  ids: ReadonlyArray<string>
): PlanOutcome => {
  const edit = editWorld(world, settings)
  const facts = dayFacts(edit, number)
  let stuck: DayStop | undefined
  for (const level of LEVELS) {
    const stops = stopsOn(edit, facts, level)
    const movable = stops.filter((stop) => !stop.pinned)
    const byId = new Map(stops.map((stop) => [stop.id, stop]))
    const foreign = ids.find((id) => !byId.has(id))
    if (foreign !== undefined)
      return refused("unknown_slot", `Day ${number} has no stop ${foreign}: read the trip again.`)
    const named = ids.map((id) => byId.get(id)!)
    if (named.filter((stop) => !stop.pinned).length < movable.length || new Set(ids).size < ids.length) {
      return refused("incomplete", `Name each stop of day ${number} that can move once: there are ${movable.length}.`)
    }
    // Each takes over the time of whoever had its place in the order.
    const times = movable.map((stop) => stop.wanted).values()
    const placed = named.map((stop) => (stop.pinned ? stop : { ...stop, wanted: times.next().value! }))
    const pins = stops.filter((stop) => stop.pinned && !ids.includes(stop.id))
    const orders = [false, true].map((late) => timesOf(edit, facts, withPins(placed, pins, stops, late)))
    const [best] = orders
      .flatMap((timed) => (isStuck(timed) ? [] : [timed]))
      .sort((a, b) => minutesMoved(a) - minutesMoved(b))
    if (best !== undefined) return { _tag: "change", change: { slots: slotsOf(edit, facts, best), removed: [] } }
    for (const timed of orders) if (isStuck(timed)) stuck = timed.stuck
  }
  const name = nameOfStop(edit, world.catalog, stuck!.id)
  return refused(
    "no_time",
    `In that order ${name} could not be reached in time, or while it is open. Try another order, or remove a stop.`
  )
}
