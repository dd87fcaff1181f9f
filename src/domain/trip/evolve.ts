/** How events make a trip. Pure; a state is never changed in place, unchanged parts are shared. */
import type { SlotId, UserId } from "../ids.ts"
import type { Slot, Veto } from "../plan/model.ts"
import type { TripEvent, TripEventEnvelope } from "./events.ts"
import type { TripState } from "./model.ts"
import { undoableAfter } from "./undoing.ts"
import { type Vote, withBallot, withoutVoter } from "./vote.ts"

const inOrder = (a: Slot, b: Slot): number => a.day - b.day || a.order - b.order || a.starts_at - b.starts_at

/** The plan with some slots put in place (by id) and some taken out, in order. */
export const withSlots = (
  slots: ReadonlyArray<Slot>,
  put: ReadonlyArray<Slot>,
  removed: ReadonlyArray<SlotId>
): ReadonlyArray<Slot> => {
  if (put.length === 0 && removed.length === 0) return slots
  const gone = new Set<string>(removed)
  const replaced = new Map(put.map((slot) => [slot.id, slot]))
  const kept = slots.filter((slot) => !gone.has(slot.id)).map((slot) => replaced.get(slot.id) ?? slot)
  const known = new Set<string>(slots.map((slot) => slot.id))
  return [...kept, ...put.filter((slot) => !known.has(slot.id))].sort(inOrder)
}

const patchSlot = (slots: ReadonlyArray<Slot>, id: string, patch: Partial<Slot>): ReadonlyArray<Slot> =>
  slots.map((slot) => (slot.id === id ? { ...slot, ...patch } : slot))

const withVeto = (vetoes: ReadonlyArray<Veto>, veto: Veto): ReadonlyArray<Veto> => {
  const others = vetoes.filter((other) => other.user_id !== veto.user_id)
  return veto.node_ids.length === 0 && veto.tags.length === 0 ? others : [...others, veto]
}

const left = (trip: TripState, userId: UserId, owner = trip.user_id): Partial<TripState> => ({
  user_id: owner,
  members: trip.members
    .filter((member) => member.user_id !== userId)
    .map((member) => (member.user_id === owner ? { ...member, role: "owner" as const } : member)),
  invitations: trip.invitations.filter((one) => one.user_id !== userId && one.invited_by !== userId),
  vetoes: trip.vetoes.filter((veto) => veto.user_id !== userId)
})

const contextOf = ({ plan_context }: Pick<TripState, "plan_context">): Pick<TripState, "plan_context"> =>
  plan_context === undefined ? {} : { plan_context }

type Own = "fixed" | "lodging"

/** What the travelers bring themselves, as an event leaves it. */
const ownAfter = (
  trip: TripState,
  { fixed = trip.fixed ?? null, lodging = trip.lodging ?? null }: { readonly [K in Own]?: TripState[K] | null }
): Pick<TripState, Own> => ({
  ...(fixed === null || fixed.length === 0 ? {} : { fixed }),
  ...(lodging === null ? {} : { lodging })
})

const asBefore = (trip: TripState, event: Extract<TripEvent, { _tag: "plan_undone" }>): Partial<TripState> => {
  const slots = withSlots(trip.slots, event.slots, event.removed)
  if (event.was === undefined) return { slots }
  const { plan_context, fixed, lodging, ...was } = event.was
  return { ...was, ...(plan_context === null ? {} : { plan_context }), ...ownAfter(trip, { fixed, lodging }), slots }
}

type ByCalendar = Pick<TripState, "completed_by_calendar" | "never_begun">

const completedByCalendar = ({
  by_calendar,
  previous,
  status
}: Extract<TripEvent, { _tag: "status_changed" }>): ByCalendar => {
  if (status !== "completed" || by_calendar !== true) return {}
  const begun = previous !== "planning" && previous !== "confirmed"
  return { completed_by_calendar: true, ...(begun ? {} : { never_begun: previous }) }
}

const change = (trip: TripState, event: TripEvent, at: number): Partial<TripState> => {
  switch (event._tag) {
    case "trip_created":
      return event.trip
    case "trip_rescheduled":
      return {
        start_date: event.start_date,
        end_date: event.end_date,
        ...(event.relaxed === undefined ? {} : { relaxed: event.relaxed }),
        ...contextOf(event),
        ...ownAfter(trip, event),
        slots: withSlots(trip.slots, event.slots, event.removed)
      }
    case "trip_replanned":
      return {
        constraints: event.constraints,
        model: event.model,
        catalog_version: event.catalog_version,
        relaxed: event.relaxed,
        ...contextOf(event),
        ...ownAfter(trip, event),
        slots: withSlots(trip.slots, event.slots, event.removed)
      }
    case "status_changed":
      return { status: event.status, ...completedByCalendar(event) }
    case "slot_swapped":
    case "slot_removed":
    case "slot_added":
    case "slot_moved":
    case "day_reordered":
    case "pivot_accepted":
      return { slots: withSlots(trip.slots, event.slots, event.removed) }
    case "fixed_changed":
      return { ...ownAfter(trip, event), slots: withSlots(trip.slots, event.slots, event.removed) }
    case "plan_undone":
      return asBefore(trip, event)
    case "slot_locked":
      return { slots: patchSlot(trip.slots, event.slot_id, { locked: event.locked }) }
    case "slot_done":
      return { slots: patchSlot(trip.slots, event.slot_id, { status: "done" }) }
    case "member_invited":
      return {
        invitations: [...trip.invitations.filter((one) => one.user_id !== event.invitation.user_id), event.invitation]
      }
    case "invitation_closed":
      return { invitations: trip.invitations.filter((one) => one.user_id !== event.user_id) }
    case "member_joined":
      return {
        // Still there only where the event of their leaving was lost.
        members: [
          ...trip.members.filter((one) => one.user_id !== event.user_id),
          { user_id: event.user_id, role: "member", ordinal: event.ordinal, joined_at: at }
        ],
        invitations: trip.invitations.filter((one) => one.user_id !== event.user_id)
      }
    case "member_left":
      return left(trip, event.user_id, event.owner)
    case "vetoes_set":
      return { vetoes: withVeto(trip.vetoes, event.veto) }
    case "pivot_dismissed":
    case "pivot_ignored":
    case "vote_opened":
    case "vote_cast":
      return {}
  }
}

/** The vote that goes on after an event, if one does: it ends with the offer's answer, and with the trip. */
const voteAfter = (vote: Vote | undefined, event: TripEvent): Vote | undefined => {
  if (event._tag === "vote_opened") return event.vote
  if (vote === undefined) return undefined
  switch (event._tag) {
    case "vote_cast":
      return vote.pivot_id === event.pivot_id ? withBallot(vote, event.user_id, event.answer) : vote
    case "member_left":
      return withoutVoter(vote, event.user_id)
    case "pivot_accepted":
    case "pivot_dismissed":
      return vote.pivot_id === event.pivot_id ? undefined : vote
    case "status_changed":
      return event.status === "active" ? vote : undefined
    default:
      return vote
  }
}

/** Applies the next event. An event out of place is a defect: history has a hole. */
export const evolveTrip = (trip: TripState | undefined, envelope: TripEventEnvelope): TripState => {
  const { event, seq } = envelope
  if (trip === undefined) {
    if (event._tag !== "trip_created") throw new Error(`trip ${envelope.trip_id} begins with ${event._tag}`)
    return { ...event.trip, seq }
  }
  if (seq !== trip.seq + 1) throw new Error(`trip ${trip.id}: event ${seq} cannot follow ${trip.seq}`)
  const { completed_by_calendar, never_begun, undoable, vote: before, ...plain } = trip
  // Only the status that the calendar gave is the calendar's.
  const kept: ByCalendar =
    event._tag === "status_changed"
      ? {}
      : {
          ...(completed_by_calendar === undefined ? {} : { completed_by_calendar }),
          ...(never_begun === undefined ? {} : { never_begun })
        }
  const changes = change(plain, event, envelope.at)
  const rest = isWhole(event) ? withoutOwn(plain) : plain
  const undo = undoableAfter(trip, { slots: changes.slots ?? trip.slots }, envelope)
  const vote = voteAfter(before, event)
  return {
    ...rest,
    ...kept,
    ...changes,
    ...(undo.length === 0 ? {} : { undoable: undo }),
    ...(vote === undefined ? {} : { vote }),
    seq
  }
}

/** Whether an event says all of what the travelers bring: what is left out of its changes is gone. */
const isWhole = (event: TripEvent): boolean =>
  event._tag === "trip_rescheduled" ||
  event._tag === "trip_replanned" ||
  event._tag === "fixed_changed" ||
  (event._tag === "plan_undone" && event.was !== undefined)

const withoutOwn = ({ fixed: _, lodging: __, ...trip }: TripState): TripState => trip
