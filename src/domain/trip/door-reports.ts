/** What travelers say of the door that they stand before: evidence on the hours of a place. */
import { uuidOfName } from "../basics/hash.ts"
import type { DoorReported } from "../decisions.ts"
import type { UserId } from "../ids.ts"
import type { Slot } from "../plan/model.ts"
import type { TripCommand } from "./commands.ts"
import * as R from "./rejections.ts"
import {
  closed,
  isRejection,
  notReady,
  reject,
  slotOf,
  type TripDecision,
  type TripRecord,
  type Turn,
  unchanged
} from "./turn.ts"

/** From so long before a stop on somebody may be there … */
const EARLY = 3_600_000
/** … and so long after it they still know how it was. */
const REMEMBERED = 24 * 3_600_000

const isThere = ({ starts_at, ends_at }: Slot, now: number) => now >= starts_at - EARLY && now <= ends_at

/** One person says one thing of one visit, however often: the newest counts. */
const reportOf = (turn: Turn, by: UserId, slot: Slot, open: boolean, hours: string | null): TripRecord => {
  const { now } = turn.context
  const payload: DoorReported = {
    id: uuidOfName("overplanned/door-report", turn.trip.id, slot.id, slot.node_id, by),
    user_id: by,
    trip_id: turn.trip.id,
    slot_id: slot.id,
    activity_node_id: slot.node_id,
    open,
    opening_hours: hours,
    // Said afterwards, it is about the time of the visit.
    occurred_at: isThere(slot, now) ? now : slot.starts_at
  }
  return { type: "door_report", id: turn.context.id(), payload }
}

/** The hours of a place as they are written now; `undefined` where the city is not in memory, or does not know the place. */
const hoursOf = ({ state }: Turn, { node_id }: Slot): string | null | undefined => {
  const { catalog } = state.memory
  const index = catalog?.indexOf(node_id)
  return index === undefined ? undefined : catalog!.nodes[index]!.opening_hours
}

/** Who asked for another place because this one is closed, is there, and takes what is offered, has found it closed. */
export const foundClosed = (turn: Turn, slotId: string | null): ReadonlyArray<TripRecord> => {
  const slot = turn.trip.slots.find((one) => one.id === slotId)
  if (turn.by === null || slot === undefined || !isThere(slot, turn.context.now)) return []
  const hours = hoursOf(turn, slot)
  return hours === undefined ? [] : [reportOf(turn, turn.by, slot, false, hours)]
}

export const reportDoor = (turn: Turn, command: Extract<TripCommand, { _tag: "report_door" }>): TripDecision => {
  if (turn.trip.status === "cancelled") return reject(closed(turn.trip))
  const slot = slotOf(turn, command.slot_id)
  if (isRejection(slot)) return reject(slot)
  const { now } = turn.context
  if (now < slot.starts_at - EARLY) {
    return reject(new R.DoesNotFit({ message: "That stop is still ahead: say how its door was once you are there." }))
  }
  if (now > slot.ends_at + REMEMBERED) {
    return reject(
      new R.DoesNotFit({ message: "That stop was over more than a day ago: nobody is asked about it any more." })
    )
  }
  const hours = hoursOf(turn, slot)
  if (hours === undefined) return reject(notReady(turn.trip))
  return { ...unchanged(turn), records: [reportOf(turn, command.by, slot, command.open, hours)] }
}
