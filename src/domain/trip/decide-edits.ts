/** Changes of the plan that a traveler makes by hand beside swapping: places come, stops move, an order is another one, and all of it goes back. */
import { uuidOfName } from "../basics/hash.ts"
import type { SlotId, Uuid } from "../ids.ts"
import type { FixedThing, Slot } from "../plan/model.ts"
import type { TripCommand } from "./commands.ts"
import { changeable, refused, swapDecision } from "./decide-slots.ts"
import { MAX_FIXED, placeIssues } from "./fixed.ts"
import { lookAt, looked, lookRecord } from "./looks.ts"
import type { Undoable } from "./model.ts"
import { editedFrom } from "./plan-edits.ts"
import type { OwnOutcome } from "./plan-own.ts"
import type { TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  closed,
  intention,
  isOver,
  isRejection,
  notReady,
  reject,
  type TripDecision,
  type TripRecord,
  type Turn,
  unchanged,
  worldOf
} from "./turn.ts"
import { undoableNow } from "./undoing.ts"
import { undoneRecords } from "./undone-log.ts"

/** The trip's world where its plan may change, or why not. */
const openWorld = (turn: Turn): TripWorld | R.TripRejection =>
  isOver(turn.trip) ? closed(turn.trip) : (worldOf(turn) ?? notReady(turn.trip))

const isWorld = (value: TripWorld | R.TripRejection): value is TripWorld => !(value instanceof Error)

/** Something of the travelers' own that changed, and the stops that made way. */
const ownChanged = (turn: Turn, outcome: OwnOutcome, records: ReadonlyArray<TripRecord>): TripDecision => {
  if (outcome._tag === "refused") return refused(outcome)
  const { fixed, slots, thing } = outcome
  return changed(
    turn,
    { _tag: "fixed_changed", slot_id: thing.id, fixed: fixed.length === 0 ? null : fixed, slots, removed: [] },
    { records }
  )
}

export const addStop = (turn: Turn, command: Extract<TripCommand, { _tag: "add_stop" }>): TripDecision => {
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const { at, day, node_id, own } = command
  const { planner } = turn.rules
  if (own !== undefined) {
    if ((turn.trip.fixed?.length ?? 0) >= MAX_FIXED) {
      return reject(new R.DoesNotFit({ message: `A trip holds ${MAX_FIXED} things of your own: remove one first.` }))
    }
    const [wrong] = placeIssues(world.catalog, own, ["own"])
    if (wrong !== undefined) {
      return reject(new R.DoesNotFit({ message: `${wrong.path.join(".")}: ${wrong.message}.` }))
    }
    return ownChanged(
      turn,
      planner.addOwn(world, own, { at, day }),
      intention(turn, command.by, null, command.intention)
    )
  }
  const outcome = planner.add(world, node_id!, { at, day })
  if (outcome._tag === "refused") return refused(outcome)
  const came = outcome.change.slots.find((slot) => !turn.trip.slots.some(({ id }) => id === slot.id))!
  const look = lookAt(turn, null, came.node_id)
  const decision = look?.decision_id ?? (uuidOfName("overplanned/decision", turn.context.id()) as typeof Uuid.Type)
  const logged =
    look === undefined ? swapDecision(turn, world, outcome, came.node_id, decision) : [lookRecord(turn, world, look)]
  const slots = outcome.change.slots.map((slot) => (slot.id === came.id ? { ...slot, decision_id: decision } : slot))
  const records: Array<TripRecord> = [
    ...logged,
    ...intention(turn, command.by, came.id, command.intention),
    editedFrom(turn, "add", came, null, came.node_id)
  ]
  return changed(turn, { _tag: "slot_added", slot_id: came.id, slots, removed: [] }, { records })
}

/** What is the travelers' own under this id. */
const ownOf = (turn: Turn, id: string): FixedThing | undefined => turn.trip.fixed?.find((thing) => thing.id === id)

const overNow = (turn: Turn, thing: FixedThing): R.TripRejection | undefined =>
  thing.ends_at <= turn.context.now
    ? new R.SlotInPast({ message: "That is over and stays as it was.", slot_id: thing.id })
    : undefined

export const moveStop = (turn: Turn, command: Extract<TripCommand, { _tag: "move_stop" }>): TripDecision => {
  const { at, day, slot_id } = command
  if (at === undefined && day === undefined) {
    return reject(new R.DoesNotFit({ message: "Say where to move it: at a time, or to a day." }))
  }
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const thing = ownOf(turn, slot_id)
  if (thing !== undefined) {
    const over = overNow(turn, thing)
    if (over !== undefined) return reject(over)
    const records = intention(turn, command.by, null, command.intention)
    return ownChanged(turn, turn.rules.planner.moveOwn(world, thing, { at, day }), records)
  }
  const slot = changeable(turn, slot_id)
  if (isRejection(slot)) return reject(slot)
  const outcome = turn.rules.planner.move(world, slot, { at, day })
  if (outcome._tag === "refused") return refused(outcome)
  const { slots } = outcome.change
  if (slots.length === 0) return unchanged(turn)
  const moved = slots.find(({ id }) => id === slot.id) ?? slot
  const records: Array<TripRecord> = [
    ...intention(turn, command.by, slot.id, command.intention),
    editedFrom(turn, "move", moved, slot.node_id, slot.node_id)
  ]
  return changed(turn, { _tag: "slot_moved", slot_id: slot.id, slots, removed: [] }, { records })
}

export const reorderDay = (turn: Turn, command: Extract<TripCommand, { _tag: "reorder_day" }>): TripDecision => {
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const outcome = turn.rules.planner.reorder(world, command.day, command.slot_ids)
  if (outcome._tag === "refused") return refused(outcome)
  const { slots } = outcome.change
  if (slots.length === 0) return unchanged(turn)
  const before = new Map<string, Slot>(turn.trip.slots.map((slot) => [slot.id, slot]))
  const records = slots
    .filter((slot) => before.get(slot.id)!.order !== slot.order)
    .map((slot) => editedFrom(turn, "reorder", slot, slot.node_id, slot.node_id))
  return changed(turn, { _tag: "day_reordered", day: command.day, slots, removed: [] }, { records })
}

/** Something of one's own is gone. Undefined where the stop is one of the plan's. */
export const removeOwn = (
  turn: Turn,
  command: Extract<TripCommand, { _tag: "remove_slot" }>
): TripDecision | undefined => {
  const thing = ownOf(turn, command.slot_id)
  if (thing === undefined) return undefined
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const over = overNow(turn, thing)
  if (over !== undefined) return reject(over)
  return ownChanged(turn, turn.rules.planner.removeOwn(world, thing), [])
}

/** Within so long a second press that names no change is the same press. */
const UNDO_PRESS_MS = 1500

/** The stop that is over by now, and that undoing would take away, or bring back as if it lay ahead. */
const livedThrough = (
  slots: ReadonlyArray<Slot>,
  { removed, slots: were }: Undoable,
  now: number
): SlotId | undefined => {
  const present = new Map(slots.map((slot) => [slot.id, slot]))
  const isOver = (slot: Slot | undefined) => slot !== undefined && (slot.status === "done" || slot.ends_at <= now)
  const taken = removed.find((id) => isOver(present.get(id)))
  if (taken !== undefined) return taken
  return were.find((was) => {
    const is = present.get(was.id)
    const isSame = is !== undefined && is.node_id === was.node_id && is.ends_at === was.ends_at && is.day === was.day
    return isOver(is) ? !isSame || is?.status === "done" : was.ends_at <= now
  })?.id
}

export const undo = (turn: Turn, command: Extract<TripCommand, { _tag: "undo" }>): TripDecision => {
  const { trip, context, state } = turn
  if (isOver(trip)) return reject(closed(trip))
  const { change } = command
  const open = undoableNow(trip, context.now)
  const last = open.at(-1)
  // Who presses it a moment after somebody else has what they wanted, and so has who presses it twice by a slip; who changed something
  // in between means that.
  const newest = state.recent.at(-1)
  const isSlip =
    newest?.event._tag === "plan_undone" &&
    last !== undefined &&
    newest.actor_id === turn.by &&
    context.now - newest.at < UNDO_PRESS_MS
  const done =
    change === undefined
      ? isSlip
      : state.recent.some(({ event }) => event._tag === "plan_undone" && event.undone === change)
  if (done) return unchanged(turn)
  if (last === undefined || (change !== undefined && !open.some(({ seq }) => seq === change))) {
    return reject(
      new R.NothingToUndo({ message: "There is nothing to undo: a change of the plan can be undone for ten minutes." })
    )
  }
  if (change !== undefined && last.seq !== change) {
    return reject(
      new R.NothingToUndo({
        message: `The plan was changed again since: undo change ${last.seq} first, then change ${change}.`
      })
    )
  }
  const lived = livedThrough(trip.slots, last, context.now)
  if (lived !== undefined) {
    return reject(
      new R.SlotInPast({ message: "A stop of that change is over by now and stays as it was.", slot_id: lived })
    )
  }
  return changed(
    turn,
    {
      _tag: "plan_undone",
      undone: last.seq,
      ...(last.was === undefined ? {} : { was: last.was }),
      slots: last.slots,
      removed: last.removed
    },
    { records: undoneRecords(turn, last) }
  )
}

/** What could stand in a stop's place. Nothing changes. */
export const choicesFor = (turn: Turn, command: Extract<TripCommand, { _tag: "choices" }>): TripDecision => {
  const slot = changeable(turn, command.slot_id)
  if (isRejection(slot)) return reject(slot)
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const { choices, slate } = turn.rules.planner.choices(world, slot)
  return { reply: { _tag: "choices", choices }, ...looked(turn, world, command.by, slot.id, slate) }
}

export const fitsFor = (turn: Turn, command: Extract<TripCommand, { _tag: "fits" }>): TripDecision => {
  const world = openWorld(turn)
  if (!isWorld(world)) return reject(world)
  const at = command.at ?? turn.context.now
  const { fits, slate } = turn.rules.planner.fits(world, { at, minutes: command.minutes })
  return { reply: { _tag: "fits", fits }, ...looked(turn, world, command.by, null, slate) }
}
