/** What stood at a stop at an instant in the past, and who decided that. */
import type { TripEventEnvelope } from "./events.ts"
import type { HeldTrip } from "./held-trip.ts"
import type { StopAt } from "./packed-plan.ts"

/**
 * As far as the trip's newest events tell: null where the stop was given another place since, or may have been, and undefined
 * where the trip has no such stop. A swap
 * keeps the stop's id, and what somebody thought of the old place must not be held against the new one.
 */
export const stopThen = (
  trip: Pick<HeldTrip, "plan" | "seq">,
  recent: ReadonlyArray<TripEventEnvelope>,
  slotId: string,
  at: number
): StopAt | null | undefined => {
  const stop = trip.plan.at(slotId)
  if (stop === undefined) return undefined
  const oldest = recent[0]
  // The creation is number 1 and not among them: it is the trip itself.
  const allKnown = (oldest?.seq ?? trip.seq + 1) <= 2
  if (!allKnown && (oldest === undefined || oldest.at > at)) return null
  const changed = recent.some(
    (one) => one.at > at && "slots" in one.event && one.event.slots.some(({ id }) => id === slotId)
  )
  return changed ? null : stop
}
