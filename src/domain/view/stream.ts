/** A trip's events as its stream tells them: one frame per event, so that `seq` rises by one for whoever listens. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Slot } from "../plan/model.ts"
import type { TripEvent, TripEventEnvelope } from "../trip/events.ts"
import type { TripState } from "../trip/model.ts"
import { fixedViews, type Shown, shownTaste, slotView, undoView } from "./trip.ts"

const CAUSES: Readonly<Partial<Record<TripEvent["_tag"], string>>> = {
  slot_swapped: "swap",
  slot_removed: "remove",
  slot_added: "add",
  slot_moved: "move",
  day_reordered: "reorder",
  fixed_changed: "fixed",
  plan_undone: "undo",
  slot_locked: "lock",
  slot_done: "done",
  pivot_accepted: "pivot",
  trip_rescheduled: "reschedule",
  trip_replanned: "replan"
}

/** The stops that an event put in place, as it left them. */
const placed = (event: TripEvent, trip: TripState): ReadonlyArray<Slot> => {
  if ("slots" in event) return event.slots
  if (event._tag !== "slot_locked" && event._tag !== "slot_done") return []
  const slot = trip.slots.find((one) => one.id === event.slot_id)
  return slot === undefined ? [] : [slot]
}

const planFrame = (envelope: TripEventEnvelope, trip: TripState, view: (slot: Slot) => object) => {
  const { event } = envelope
  const slots = placed(event, trip)
  const removed = "removed" in event ? event.removed : []
  const days = new Set(slots.map((slot) => slot.day))
  const first = Math.min(...slots.map((slot) => slot.starts_at))
  return {
    cause: CAUSES[event._tag],
    slot: slots[0] === undefined ? (removed[0] === undefined ? null : { id: removed[0] }) : view(slots[0]),
    changed: slots.map(view),
    undo: undoView(trip),
    ...(removed.length === 0 ? {} : { removed }),
    downstream: trip.slots.filter((slot) => days.has(slot.day) && slot.starts_at > first).map((slot) => slot.id)
  }
}

/** What the frame says, by kind of event. Whose vetoes changed is nobody else's business. */
const frameBody = (
  envelope: TripEventEnvelope,
  trip: TripState,
  catalog: CityCatalog,
  view: (slot: Slot) => object
) => {
  const { event, actor_id: by } = envelope
  switch (event._tag) {
    case "slot_swapped":
    case "slot_removed":
    case "slot_added":
    case "slot_moved":
    case "day_reordered":
    case "slot_locked":
    case "slot_done":
      return { type: "slot_changed", ...planFrame(envelope, trip, view), by }
    case "pivot_accepted": {
      const { pivot_id, option_id, trigger } = event
      return { type: "slot_changed", ...planFrame(envelope, trip, view), pivot_id, option_id, trigger, by }
    }
    case "fixed_changed":
      return { type: "slot_changed", ...planFrame(envelope, trip, view), fixed: fixedViews(trip, catalog), by }
    case "plan_undone": {
      // Where dates or constraints came back there is more to read than stops.
      const type = event.was === undefined ? "slot_changed" : "trip_changed"
      const { undone } = event
      return { type, ...planFrame(envelope, trip, view), undone, fixed: fixedViews(trip, catalog), by }
    }
    case "trip_rescheduled":
    case "trip_replanned":
      return { type: "trip_changed", ...planFrame(envelope, trip, view), fixed: fixedViews(trip, catalog), by }
    case "trip_created":
      return { type: "trip_changed", cause: "create", by }
    case "status_changed":
      return { type: "trip_changed", cause: "status", status: event.status, previous: event.previous, by }
    case "vetoes_set":
      return { type: "trip_changed", cause: "vetoes" }
    case "member_invited":
      return { type: "member_changed", user_id: event.invitation.user_id, change: "invited", by }
    case "invitation_closed":
      return { type: "member_changed", user_id: event.user_id, change: event.reason, by }
    case "member_joined":
      return { type: "member_changed", user_id: event.user_id, change: "joined", by }
    case "member_left":
      return { type: "member_changed", user_id: event.user_id, change: "left", by }
    case "pivot_dismissed":
      return { type: "offer_closed", pivot_id: event.pivot_id, response: "dismiss", by }
    case "pivot_ignored":
      return { type: "offer_closed", pivot_id: event.pivot_id, response: "ignore", by }
  }
}

/** `trip` is the trip after the event, or a later state of it for who was away. */
export const eventFrame = (envelope: TripEventEnvelope, trip: TripState, shown: Shown) => {
  const taste = shownTaste(shown.personas)
  const frame = frameBody(envelope, trip, shown.catalog, (slot) => slotView(slot, trip, shown, taste))
  return { ...frame, seq: envelope.seq, at: new Date(envelope.at).toISOString() }
}
