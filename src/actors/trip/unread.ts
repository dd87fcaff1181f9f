/**
 * What trips answer while nothing can be written down: of those that were read while another server's journal, which may hold more
 * of them, is not stored yet; and of any while the disk takes nothing.
 */
import { WriteFailed, WriteRefused } from "../../domain/actor-errors.ts"
import type { TripCommand } from "../../domain/trip/commands.ts"
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
