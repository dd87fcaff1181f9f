/**
 * The pure decider of a trip: what a command does to it, or why not. No clock, no randomness, no I/O; everything that
 * is known comes with the state and the turn's context.
 */

import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityConditions, CityEvent } from "../city/model.ts"
import type { Persona } from "../persona/persona.ts"
import type { HeldRankings } from "../pivot/ranked.ts"
import { subjectOf, type TripActorState } from "./actor-state.ts"
import { expireOffers, respondPivot } from "./answer-offers.ts"
import { changeToday, pivotToday } from "./by-date.ts"
import type { TripCommand } from "./commands.ts"
import { cityChanged, worldKnown } from "./decide-city.ts"
import { addStop, choicesFor, fitsFor, moveStop, removeOwn, reorderDay, undo } from "./decide-edits.ts"
import { deleteTrip, editVetoes, eraseMember, invite, join, leave, setVetoes } from "./decide-members.ts"
import { lockSlot, removeSlot, swapSlot } from "./decide-slots.ts"
import { reportDoor } from "./door-reports.ts"
import { EVENT_WORDS } from "./event-words.ts"
import type { TripEvent, TripEventEnvelope } from "./events.ts"
import { evolveTrip } from "./evolve.ts"
import { plainTrip } from "./held-trip.ts"
import { advanceByDate, setStatus } from "./lifecycle.ts"
import { isMember, type TripState } from "./model.ts"
import type { Fallbacks } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  closed,
  isOver,
  NOTHING,
  notFound,
  PREPARE,
  planLogged,
  reject,
  replayed,
  type TripDecision,
  type TripRules,
  type Turn,
  type TurnContext
} from "./turn.ts"
import { undoOverAt } from "./undoing.ts"
import { castVote, countVote, openVote } from "./voting.ts"

/** What the actor's own children and timers tell it. These never leave this node. */
export type TripSelfCommand =
  | { readonly _tag: "wake" }
  | { readonly _tag: "fallbacks_ready"; readonly fallbacks: Fallbacks }
  /** An offer reached somebody by another road than the trip's stream. */
  | { readonly _tag: "offer_told"; readonly pivot_id: string }
  /** Something happened in the trip's city; answered with the offer that was pushed, if the plan is touched. */
  | {
      readonly _tag: "city_changed"
      readonly conditions: CityConditions
      readonly events: ReadonlyArray<CityEvent>
    }
  | {
      readonly _tag: "world_known"
      readonly catalog?: CityCatalog
      readonly conditions?: CityConditions
      readonly personas?: ReadonlyArray<Persona>
      readonly rankings?: HeldRankings
      /** It changed while the trip lived: what was worked out from it is worked out again. */
      readonly refreshed?: true
    }

/** Which events a write can lead to: an idempotency key stands for one kind of change only. */
const MAKES: Readonly<Partial<Record<TripCommand["_tag"], ReadonlyArray<TripEvent["_tag"]>>>> = {
  create: ["trip_created"],
  reschedule: ["trip_rescheduled"],
  replan: ["trip_replanned"],
  set_status: ["status_changed"],
  invite: ["member_invited"],
  join: ["member_joined"],
  leave: ["member_left", "invitation_closed"],
  set_vetoes: ["vetoes_set"],
  edit_vetoes: ["vetoes_set"],
  swap_slot: ["slot_swapped"],
  lock_slot: ["slot_locked"],
  remove_slot: ["slot_removed", "fixed_changed"],
  add_stop: ["slot_added", "fixed_changed"],
  move_stop: ["slot_moved", "fixed_changed"],
  reorder_day: ["day_reordered"],
  undo: ["plan_undone"],
  open_vote: ["vote_opened"],
  cast_vote: ["vote_cast"],
  respond_pivot: ["pivot_accepted", "pivot_dismissed"]
}

const create = (
  state: TripActorState,
  command: Extract<TripCommand, { _tag: "create" }>,
  context: TurnContext,
  rules: TripRules
): TripDecision => {
  const made: TripEventEnvelope = {
    id: context.id(),
    trip_id: state.id,
    seq: 1,
    at: context.now,
    actor_id: command.by,
    ...(command.idempotency_key === undefined ? {} : { idempotency_key: command.idempotency_key }),
    event: { _tag: "trip_created", trip: { ...command.trip, seq: 1 } }
  }
  const trip = evolveTrip(undefined, made)
  // What it logs is left out: a plan that nobody has seen yet is accepted by nobody. It is when the trip goes on.
  const started = advanceByDate({ state, trip, context, rules, by: null, key: undefined })
  const events = [made, ...(started?.events ?? [])]
  return {
    reply: { _tag: "changed", trip: events.slice(1).reduce(evolveTrip, trip), event: made, replayed: false },
    events,
    records: planLogged(command.log),
    tasks: PREPARE
  }
}

const openOffers = (turn: Turn) => turn.state.memory.offers.filter((one) => one.expires_at > turn.context.now)

const recover = (turn: Turn, command: Extract<TripCommand, { _tag: "recover" }>): TripDecision => {
  const { trip, state } = turn
  const since = command.since
  const oldest = state.recent[0]?.seq ?? trip.seq + 1
  const complete =
    command.epoch === trip.epoch && since !== undefined && since <= trip.seq && since >= oldest - 1 && since >= 0
  const open = openOffers(turn)
  return {
    reply: {
      _tag: "recovered",
      recovered: complete,
      epoch: trip.epoch,
      seq: trip.seq,
      events: complete ? state.recent.filter((one) => one.seq > since) : [],
      trip,
      open_offers: open.map((one) => one.text)
    },
    ...(open.some(({ shown }) => !shown) ? { transient: [{ _tag: "offers_shown", at: turn.context.now }] } : {})
  }
}

/** What a new plan says besides its stops. */
const planned = ({
  plan_context,
  fixed,
  lodging
}: Pick<Extract<TripCommand, { _tag: "replan" }>, "plan_context" | "fixed" | "lodging">) => ({
  ...(plan_context === undefined ? {} : { plan_context }),
  ...(fixed === undefined ? {} : { fixed }),
  ...(lodging === undefined ? {} : { lodging })
})

const reschedule = (turn: Turn, command: Extract<TripCommand, { _tag: "reschedule" }>): TripDecision => {
  if (isOver(turn.trip)) return reject(closed(turn.trip))
  if (command.end_date < command.start_date) {
    return reject(new R.InvalidDates({ message: "A trip cannot end before it starts." }))
  }
  const event: TripEvent = {
    _tag: "trip_rescheduled",
    start_date: command.start_date,
    end_date: command.end_date,
    ...(command.relaxed === undefined ? {} : { relaxed: command.relaxed }),
    ...planned(command),
    slots: command.slots,
    removed: command.removed
  }
  return changed(turn, event, { records: planLogged(command.log) })
}

const replan = (turn: Turn, command: Extract<TripCommand, { _tag: "replan" }>): TripDecision => {
  if (isOver(turn.trip)) return reject(closed(turn.trip))
  const { constraints, model, catalog_version, relaxed, slots, removed } = command
  const event: TripEvent = {
    _tag: "trip_replanned",
    constraints,
    model,
    catalog_version,
    relaxed,
    ...planned(command),
    slots,
    removed
  }
  return changed(turn, event, { records: planLogged(command.log) })
}

const dispatch = (turn: Turn, command: TripCommand): TripDecision => {
  switch (command._tag) {
    case "read":
      return { reply: { _tag: "trip", trip: turn.trip, open_offers: openOffers(turn).map((one) => one.text) } }
    case "recover":
      return recover(turn, command)
    case "create":
      return reject(new R.TripExists({ message: "A trip with this id is there already." }))
    case "reschedule":
      return reschedule(turn, command)
    case "replan":
      return replan(turn, command)
    case "set_status":
      return setStatus(turn, command.status)
    case "invite":
      return invite(turn, command)
    case "join":
      return join(turn, command.by)
    case "leave":
      return leave(turn, command.user_id)
    case "delete_trip":
      return deleteTrip(turn)
    case "erase_member":
      return eraseMember(turn, command.user_id)
    case "set_vetoes":
      return setVetoes(turn, { user_id: command.by, node_ids: command.node_ids, tags: command.tags })
    case "edit_vetoes":
      return editVetoes(turn, command)
    case "swap_slot":
      return swapSlot(turn, command)
    case "lock_slot":
      return lockSlot(turn, command)
    case "report_door":
      return reportDoor(turn, command)
    case "remove_slot":
      return removeOwn(turn, command) ?? removeSlot(turn, command)
    case "choices":
      return choicesFor(turn, command)
    case "fits":
      return fitsFor(turn, command)
    case "add_stop":
      return addStop(turn, command)
    case "move_stop":
      return moveStop(turn, command)
    case "reorder_day":
      return reorderDay(turn, command)
    case "undo":
      return undo(turn, command)
    case "request_pivot":
      return pivotToday(turn, command)
    case "open_vote":
      return openVote(turn, command)
    case "cast_vote":
      return castVote(turn, command)
    case "respond_pivot":
      return respondPivot(turn, command)
  }
}

/** Who may see the trip at all: its members; whoever is invited may join or decline; the system may do anything. */
const admits = (trip: TripState, command: TripCommand): boolean => {
  if (!("by" in command)) return true
  if (isMember(trip, command.by)) return true
  const invited = trip.invitations.some((one) => one.user_id === command.by)
  const declines = command._tag === "leave" && command.user_id === command.by
  return invited && (declines || command._tag === "join")
}

const withoutOldUndo = (turn: Turn, decision: TripDecision): TripDecision => {
  const { now } = turn.context
  const over = undoOverAt(turn.trip)
  if (over === undefined || over > now) return decision
  return { ...decision, transient: [...(decision.transient ?? []), { _tag: "undo_over", at: now }] }
}

/** The calendar first; then what the group decided, what nobody answered, and what has become old meanwhile. */
const wake = (turn: Turn): TripDecision => {
  const decision = withoutOldUndo(turn, advanceByDate(turn) ?? countVote(turn) ?? expireOffers(turn))
  const { fallbacks } = turn.state.memory
  const old = fallbacks?.stale_at !== undefined && fallbacks.stale_at <= turn.context.now
  // Every change of the plan is followed by that anyway.
  return old && decision.tasks === undefined ? { ...decision, tasks: PREPARE } : decision
}

const self = (turn: Turn | undefined, command: TripSelfCommand): TripDecision => {
  switch (command._tag) {
    case "fallbacks_ready":
    case "offer_told":
      return { ...NOTHING, transient: [command] }
    case "world_known":
      return turn === undefined ? NOTHING : worldKnown(turn, command, command.refreshed === true)
    case "city_changed":
      return turn === undefined ? NOTHING : cityChanged(turn, command.conditions, command.events)
    case "wake":
      return turn === undefined ? NOTHING : wake(turn)
  }
}

/** Changes that a refusal names; who missed more reads the trip anyway. */
const MOST_NAMED = 5

const movedOn = ({ state, trip }: Turn, expected: number): R.VersionMismatch => {
  const since = state.recent
    .filter(({ seq }) => seq > expected)
    .map(({ event, seq }) => ({ state_version: seq, what: EVENT_WORDS[event._tag] ?? "a change" }))
  const named = since.slice(-MOST_NAMED)
  const what = named.length === 0 ? "" : ` Since then there was ${named.map((one) => one.what).join(", ")}.`
  return new R.VersionMismatch({
    message: `The trip is at version ${trip.seq} by now, not ${expected}.${what} Read it again and decide anew.`,
    expected,
    actual: trip.seq,
    changes: named
  })
}

const SELF: ReadonlySet<string> = new Set<TripSelfCommand["_tag"]>([
  "wake",
  "fallbacks_ready",
  "offer_told",
  "city_changed",
  "world_known"
])

const isSelf = (command: TripCommand | TripSelfCommand): command is TripSelfCommand => SELF.has(command._tag)

export const decideTrip =
  (rules: TripRules) =>
  (state: TripActorState, command: TripCommand | TripSelfCommand, context: TurnContext): TripDecision => {
    const by = "by" in command ? command.by : null
    const key = "idempotency_key" in command ? command.idempotency_key : undefined
    const trip = state.trip && plainTrip(state.trip)
    const turn = trip === undefined ? undefined : { state, trip, context, rules, by, key }
    if (isSelf(command)) return self(turn, command)
    if (turn === undefined)
      return command._tag === "create" ? create(state, command, context, rules) : reject(notFound())
    // First of all: what was answered to a member is not told again to who is none any more.
    if (!admits(turn.trip, command)) return reject(notFound())
    const makes = MAKES[command._tag]
    if (makes !== undefined) {
      const before = replayed(turn, makes, subjectOf(command).subject)
      if (before !== undefined) return before
    }
    if ("if_match" in command && command.if_match !== undefined && command.if_match !== turn.trip.seq) {
      return reject(movedOn(turn, command.if_match))
    }
    const changes = makes !== undefined || command._tag === "delete_trip"
    return changes ? changeToday(turn, (today) => dispatch(today, command)) : dispatch(turn, command)
  }
