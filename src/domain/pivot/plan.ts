/** A trip's slots as the pivot engine reads them, and the gap that a replacement has to fit into. */
import type { SlotId } from "../ids.ts"
import { NOWHERE, ownIndex } from "../itinerary/own-points.ts"
import type { FixedThing, PlannedTrip, Slot } from "../plan/model.ts"
import type { PivotEnv } from "./env.ts"

export interface PlanSlot {
  readonly id: SlotId
  readonly day: number
  /** Position in the catalog's matrix; -1 where the catalog does not know the node, less than that for what is the travelers' own. */
  readonly index: number
  readonly starts: number
  readonly ends: number
  readonly locked: boolean
  /** Lived through or given up: it changes no more. */
  readonly past: boolean
  /** Nothing goes before an arrival, nor after a departure. */
  readonly bounds?: "arrival" | "departure"
}

export type IndexOf = (nodeId: string) => number | undefined

export const planSlot = (slot: Slot, indexOf: IndexOf): PlanSlot => ({
  id: slot.id,
  day: slot.day,
  index: indexOf(slot.node_id) ?? -1,
  starts: slot.starts_at,
  ends: slot.ends_at,
  locked: slot.locked,
  past: slot.status !== "planned"
})

/** Something of the travelers' own, the k-th of its trip: a stop that never moves. */
const fixedSlot = (thing: FixedThing, k: number): PlanSlot => ({
  id: thing.id,
  day: thing.day,
  index: ownIndex(k),
  starts: thing.starts_at,
  ends: thing.ends_at,
  locked: true,
  past: false,
  ...(thing.kind === "arrival" || thing.kind === "departure" ? { bounds: thing.kind } : {})
})

/** Whether it is a stop of the plan, and not something of the travelers' own. */
export const isCatalogued = (slot: PlanSlot): boolean => slot.index >= NOWHERE

/** Stops, and what is the travelers' own among them, in order of time. */
export const withFixed = (
  stops: Array<PlanSlot>,
  { fixed }: Pick<PlannedTrip, "fixed">,
  day: number
): Array<PlanSlot> => {
  if (fixed === undefined) return stops
  const own = fixed.map(fixedSlot).filter((one) => one.day === day)
  return own.length === 0 ? stops : [...stops, ...own].sort((a, b) => a.starts - b.starts)
}

/** The slots of one day in their order; those that were skipped left the day. */
export const daySlots = (
  trip: Pick<PlannedTrip, "slots" | "fixed">,
  day: number,
  indexOf: IndexOf
): Array<PlanSlot> => {
  const out: Array<PlanSlot> = []
  for (const slot of trip.slots) if (slot.day === day && slot.status !== "skipped") out.push(planSlot(slot, indexOf))
  return withFixed(out, trip, day)
}

/** Minutes between two nodes; nodes that the catalog does not know are taken to be where one is. */
export const minutesBetween = (env: PivotEnv, from: number, to: number, at: number): number =>
  from === NOWHERE || to === NOWHERE || from === to ? 0 : env.travel(from, to, at)

/** How far one goes on foot. */
export const WALKABLE_MINUTES = 25

/** Where one comes from and where one has to be: what a slot's replacement lives between. */
export interface Gap {
  /** The node one sets off from, or what is one's own; -1 at the start of a day. */
  readonly from: number
  readonly depart: number
  /** Nothing is gained by being there before. */
  readonly earliest: number
  /** The node one has to go on to; -1 at the end of a day. */
  readonly to: number
  /** When one has to be there, or have left where nothing follows. */
  readonly deadline: number
}

/** The last stop of a day may run over by this much. */
const OVERRUN = 60 * 60_000

/** The gap around the slot at a position of its day, as it is now. */
export const gapAt = (day: ReadonlyArray<PlanSlot>, position: number, now: number): Gap => {
  const slot = day[position]!
  const before = day[position - 1]
  const after = day[position + 1]
  // Whose slot has begun stands in front of it.
  const there = slot.starts <= now
  return {
    from: there ? slot.index : (before?.index ?? -1),
    depart: there ? now : Math.max(before?.ends ?? now, now),
    earliest: Math.max(slot.starts, now),
    to: after?.index ?? -1,
    deadline: after === undefined ? slot.ends + OVERRUN : after.starts
  }
}
