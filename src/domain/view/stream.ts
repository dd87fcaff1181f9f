/** A trip's events as its stream tells them: one frame per event, so that `seq` rises by one for whoever listens. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Slot } from "../plan/model.ts"
import type { TripEvent, TripEventEnvelope } from "../trip/events.ts"
import type { TripState } from "../trip/model.ts"
import type { VoteResult } from "../trip/vote.ts"
import { fixedViews, type Shown, shownTaste, slotView, undoView, voteView } from "./trip.ts"

/** Why stops are other than they were, by kind of event. */
const CAUSES = {
  slot_swapped: "swap",
  slot_removed: "remove",
  slot_added: "add",
  slot_moved: "move",
  day_reordered: "reorder",
  fixed_changed: "fixed",
  slot_locked: "lock",
  slot_done: "done",
  trip_rescheduled: "reschedule",
  trip_replanned: "replan"
} as const

/** The stops that an event put in place, as it left them. */
const placed = (event: TripEvent, trip: TripState): ReadonlyArray<Slot> => {
  if ("slots" in event) return event.slots
  if (event._tag !== "slot_locked" && event._tag !== "slot_done") return []
  const slot = trip.slots.find((one) => one.id === event.slot_id)
  return slot === undefined ? [] : [slot]
}

const planFrame = <V>(envelope: TripEventEnvelope, trip: TripState, view: (slot: Slot) => V) => {
  const { event } = envelope
  const slots = placed(event, trip)
  const removed = "removed" in event ? event.removed : []
  const days = new Set(slots.map((slot) => slot.day))
  const first = Math.min(...slots.map((slot) => slot.starts_at))
  return {
    slot: slots[0] === undefined ? (removed[0] === undefined ? null : { id: removed[0] }) : view(slots[0]),
    changed: slots.map(view),
    undo: undoView(trip),
    ...(removed.length === 0 ? {} : { removed }),
    downstream: trip.slots.filter((slot) => days.has(slot.day) && slot.starts_at > first).map((slot) => slot.id)
  }
}

/** What the frame says, by kind of event. Whose vetoes changed is nobody else's business. */
const votedOf = ({ vote }: { readonly vote?: VoteResult | undefined }) => (vote === undefined ? {} : { vote })

const frameBody = <V>(envelope: TripEventEnvelope, trip: TripState, catalog: CityCatalog, view: (slot: Slot) => V) => {
  const { event, actor_id: by } = envelope
  switch (event._tag) {
    case "slot_swapped":
    case "slot_removed":
    case "slot_added":
    case "slot_moved":
    case "day_reordered":
    case "slot_locked":
    case "slot_done":
      return { type: "slot_changed", cause: CAUSES[event._tag], ...planFrame(envelope, trip, view), by } as const
    case "pivot_accepted": {
      const { pivot_id, option_id, trigger } = event
      const plan = planFrame(envelope, trip, view)
      return {
        type: "slot_changed",
        cause: "pivot",
        ...plan,
        pivot_id,
        option_id,
        trigger,
        ...votedOf(event),
        by
      } as const
    }
    case "fixed_changed":
      return {
        type: "slot_changed",
        cause: CAUSES[event._tag],
        ...planFrame(envelope, trip, view),
        fixed: fixedViews(trip, catalog),
        by
      } as const
    case "plan_undone": {
      // Where dates or constraints came back there is more to read than stops.
      const { undone } = event
      const back = { ...planFrame(envelope, trip, view), undone, fixed: fixedViews(trip, catalog), by } as const
      return event.was === undefined
        ? ({ type: "slot_changed", cause: "undo", ...back } as const)
        : ({ type: "trip_changed", cause: "undo", ...back } as const)
    }
    case "trip_rescheduled":
    case "trip_replanned":
      return {
        type: "trip_changed",
        cause: CAUSES[event._tag],
        ...planFrame(envelope, trip, view),
        fixed: fixedViews(trip, catalog),
        by
      } as const
    case "trip_created":
      return { type: "trip_changed", cause: "create", by } as const
    case "status_changed":
      return { type: "trip_changed", cause: "status", status: event.status, previous: event.previous, by } as const
    case "vetoes_set":
      return { type: "trip_changed", cause: "vetoes" } as const
    case "member_invited":
      return { type: "member_changed", user_id: event.invitation.user_id, change: "invited", by } as const
    case "invitation_closed":
      return { type: "member_changed", user_id: event.user_id, change: event.reason, by } as const
    case "member_joined":
      return { type: "member_changed", user_id: event.user_id, change: "joined", by } as const
    case "member_left":
      return { type: "member_changed", user_id: event.user_id, change: "left", by } as const
    case "pivot_dismissed":
      return { type: "offer_closed", pivot_id: event.pivot_id, response: "dismiss", ...votedOf(event), by } as const
    // Whoever was away meanwhile is shown the vote as it stands, or none where it is over.
    case "vote_opened":
      return { type: "vote_changed", pivot_id: event.pivot_id, change: "opened", vote: voteView(trip), by } as const
    case "vote_cast":
      return { type: "vote_changed", pivot_id: event.pivot_id, change: "cast", vote: voteView(trip), by } as const
    case "pivot_ignored":
      return { type: "offer_closed", pivot_id: event.pivot_id, response: "ignore", by } as const
  }
}

/** `trip` is the trip after the event, or a later state of it for who was away. */
export const eventFrame = (envelope: TripEventEnvelope, trip: TripState, shown: Shown) => {
  const taste = shownTaste(shown.personas)
  const frame = frameBody(envelope, trip, shown.catalog, (slot) => slotView(slot, trip, shown, taste))
  return { ...frame, seq: envelope.seq, at: new Date(envelope.at).toISOString() }
}
