/**
 * What trips answer while nothing can be written down: of those that were read while another server's journal, which may hold more
 * of them, is not stored yet; and of any while the disk takes nothing, or says nothing.
 */
import { WriteFailed, WriteRefused } from "../../domain/actor-errors.ts"
import type { TripActorState } from "../../domain/trip/actor-state.ts"
import type { TripCommand } from "../../domain/trip/commands.ts"
import { isDueByDate } from "../../domain/trip/lifecycle.ts"
import { writeRefused } from "../engine/refusals.ts"

/** Answered from what is stored, also then. */
const ANSWERED_FROM_STORED: ReadonlySet<TripCommand["_tag"]> = new Set(["read", "recover", "request_pivot"])

/** Such a trip decides nothing: not even that there is nothing to change, which no journal would be asked for. */
export const refusedUnread = (
  id: string,
  command: TripCommand,
  awaited: (() => string | undefined) | undefined
): WriteRefused | undefined => {
  const why = ANSWERED_FROM_STORED.has(command._tag) ? undefined : awaited?.()
  return why === undefined ? undefined : (writeRefused("trip", id, new Error(why)) as WriteRefused)
}

/** A pivot is advice: it is answered also where the trip should have started by now, and that cannot be written. */
export const asUnread = (command: TripCommand, awaited: (() => string | undefined) | undefined): TripCommand =>
  command._tag === "request_pivot" && awaited?.() !== undefined ? { ...command, unwritten: true } : command

/** What a pivot is asked as once more where the disk did not take the start of its trip, or what its answer would have waited for. */
export const askedUnwritten = (command: TripCommand, failure: unknown): TripCommand | undefined =>
  command._tag === "request_pivot" && (failure instanceof WriteRefused || failure instanceof WriteFailed)
    ? { ...command, unwritten: true }
    : undefined

/** So long a pivot waits for the start of its trip to be written; then it is answered without it. */
export const HELD_UP_MILLIS = 500

/**
 * How a pivot is asked whose answer could wait for its trip's start, on a disk, or a database, that says nothing: under a name, by which it
 * gets the same offer when it is asked for once more. Undefined where nothing has to be written first.
 */
export const mayBeHeldUp = (
  command: TripCommand,
  { trip }: Pick<TripActorState, "trip">,
  now: number,
  id: () => string
): Extract<TripCommand, { _tag: "request_pivot" }> | undefined =>
  command._tag === "request_pivot" && command.unwritten !== true && trip !== undefined && isDueByDate(trip, now)
    ? { ...command, request_id: command.request_id ?? id() }
    : undefined
