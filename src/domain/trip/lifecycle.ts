/** A trip's statuses: which may follow which, and what the calendar of its city does to them by itself. */
import { planSlotsOf } from "../learning-log/plan.ts"
import { parseIsoDate } from "../time/calendar.ts"
import { instantOf, zoneOf } from "../time/zone.ts"
import type { TripStatus } from "../vocabulary.ts"
import type { TripState } from "./model.ts"
import { confirmedPlan, keptPlan } from "./outcomes.ts"
import * as R from "./rejections.ts"
import { changed, experiment, reject, type TripDecision, type Turn, unchanged } from "./turn.ts"

const NEXT: Readonly<Record<TripStatus, ReadonlyArray<TripStatus>>> = {
  planning: ["confirmed", "active", "cancelled"],
  confirmed: ["active", "cancelled"],
  active: ["completed", "shortened", "cancelled"],
  completed: [],
  shortened: [],
  cancelled: []
}

/** The last evening runs into the next morning: a trip is over at this hour of the day after its last. */
const OVER_AT_MINUTE = 6 * 60

interface Window {
  readonly from: number
  readonly until: number
}

/** The instants between which a trip is under way by the calendar, in its city's zone. Every turn asks for them. */
const tripWindow = (trip: Pick<TripState, "time_zone" | "start_date" | "end_date">): Window => {
  const zone = zoneOf(trip.time_zone)
  const first = parseIsoDate(trip.start_date)
  const last = parseIsoDate(trip.end_date)
  if (zone === undefined || first === undefined || last === undefined) {
    throw new Error(`trip dates ${trip.start_date} to ${trip.end_date} in ${trip.time_zone} cannot be read`)
  }
  return { from: instantOf(zone, first, 0), until: instantOf(zone, last + 1, OVER_AT_MINUTE) }
}

/**
 * A trip that goes on does so with the plan that stands, also with one that was made since the one before was accepted; and one that is
 * over was lived with it as far as it went.
 */
const GOES_ON: ReadonlySet<TripStatus> = new Set<TripStatus>(["confirmed", "active", "completed", "shortened"])

/**
 * Days that passed while no server ran: the trip is over as any other, and nobody knows how it was. Nothing of its plan is said to be
 * accepted or kept, nor when that is taken back because the clock was wrong.
 */
const isUnseen = ({ never_begun, status: before }: TripState, status: TripStatus): boolean =>
  status === "completed" ? before !== "active" : status === never_begun

const moveTo = (turn: Turn, status: TripStatus): TripDecision => {
  const { trip } = turn
  const byCalendar = turn.by === null ? { by_calendar: true as const } : {}
  // Confirming or starting a plan that was only proposed is how a traveler accepts its places. A calendar takes a plan as
  // it is, and says nothing of any place in it.
  const accepted = trip.status === "planning" && (status === "confirmed" || status === "active") && turn.by !== null
  const over = status === "completed" || status === "shortened"
  const unseen = isUnseen(trip, status)
  const outcomes = accepted ? confirmedPlan(turn) : over && !unseen ? keptPlan(turn) : []
  const logged =
    GOES_ON.has(status) && !unseen
      ? [experiment(turn, "plan_accepted", { trip_id: trip.id, slots: planSlotsOf(trip.slots), ...byCalendar })]
      : []
  return changed(
    turn,
    { _tag: "status_changed", status, previous: trip.status, ...byCalendar },
    { records: [...outcomes, ...logged] }
  )
}

export const setStatus = (turn: Turn, status: TripStatus): TripDecision => {
  const { trip } = turn
  if (trip.status === status) return unchanged(turn)
  if (!NEXT[trip.status].includes(status)) {
    const allowed = NEXT[trip.status].join(", ")
    return reject(
      new R.InvalidTransition({
        message: `A trip that is ${trip.status} cannot become ${status}${allowed === "" ? "; it stays so" : `; it can become ${allowed}`}.`,
        from: trip.status,
        to: status
      })
    )
  }
  if (status === "cancelled" && turn.by !== null && turn.by !== trip.user_id) {
    return reject(new R.OwnerOnly({ message: "Only the trip's owner may cancel it; you may leave it." }))
  }
  return moveTo(turn, status)
}

/** What the calendar goes by. */
type Dated = Pick<
  TripState,
  "time_zone" | "start_date" | "end_date" | "status" | "completed_by_calendar" | "never_begun"
>

/** What the calendar makes of a trip at this instant, where that is something else than it is. */
const statusByDate = (trip: Dated, now: number): TripStatus | undefined => {
  const window = tripWindow(trip)
  if (trip.status === "active") return now >= window.until ? "completed" : undefined
  if (trip.completed_by_calendar === true) {
    if (now >= window.until) return undefined
    return now < window.from ? (trip.never_begun ?? "active") : "active"
  }
  if (trip.status !== "planning" && trip.status !== "confirmed") return undefined
  if (now < window.from) return undefined
  return now < window.until ? "active" : "completed"
}

/** Whether the calendar has something to say to a trip as it is stored; of one in a zone that nobody knows it has nothing. */
export const isDueByDate = (trip: Dated, now: number): boolean =>
  zoneOf(trip.time_zone) !== undefined && statusByDate(trip, now) !== undefined

/** What today's date makes of the trip, if anything. */
export const advanceByDate = (turn: Turn): TripDecision | undefined => {
  const status = statusByDate(turn.trip, turn.context.now)
  return status === undefined ? undefined : moveTo(turn, status)
}

/** When the calendar next has something to say about the trip; the clock may have been wrong, and been put right since. */
export const nextDate = (trip: Omit<TripState, "slots">, now: number): number | undefined => {
  if (trip.status === "active") return tripWindow(trip).until
  if (trip.completed_by_calendar === true) return now < tripWindow(trip).until ? now : undefined
  return trip.status === "planning" || trip.status === "confirmed" ? tripWindow(trip).from : undefined
}
