/** Disruptions: offers from memory, and answers to them. */
import type { PivotOffered, PivotResponse, PushedOut } from "../decisions.ts"
import type { OptionId, PivotId, Uuid } from "../ids.ts"
import { type Offer, type OfferOption, type PivotRequest, readOffer } from "../pivot/model.ts"
import { modelVersion } from "../ranking.ts"
import type { Intention, Trigger } from "../vocabulary.ts"
import { MAX_HELD_OFFERS, MAX_OFFERS, type OpenOffer, type TripMemoryEvent } from "./actor-state.ts"
import type { TripCommand } from "./commands.ts"
import { decidedBy } from "./decided.ts"
import { PackedPlan } from "./packed-plan.ts"
import { pivotEdits } from "./plan-edits.ts"
import type { PlanOutcome, TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  intention,
  isRejection,
  keyReused,
  NOTHING,
  notReady,
  reject,
  signal,
  slotAhead,
  type TripDecision,
  type TripRecord,
  type Turn,
  userState,
  worldOf
} from "./turn.ts"

/** What taking an offer says about why the plan changed. A mood is a wish, not a nuisance. */
const INTENTION: Readonly<Record<Trigger, Intention>> = {
  weather: "weather",
  transit: "schedule",
  venue_closed: "schedule",
  mood: "curiosity"
}

/** An offer made: shown at once, remembered, and logged. */
export const makeOffer = (
  turn: Turn,
  world: TripWorld,
  request: PivotRequest,
  requestId: string | undefined,
  pivotId?: PivotId
) => {
  const { trip, by, context } = turn
  const offer = turn.rules.planner.pivot(world, request, pivotId)
  const payload: PivotOffered = {
    offer,
    detail: request.detail,
    by,
    user_id: by ?? trip.user_id,
    trip_id: trip.id,
    session_id: trip.session_id,
    offered_at: context.now,
    user_state: userState(world.personas)
  }
  const open: OpenOffer = {
    pivot_id: offer.pivot_id,
    text: offer.text,
    slot_id: offer.slot_id,
    model: offer.model,
    options: offer.chosen.length,
    request,
    request_id: requestId,
    by,
    plan: turn.state.trip?.plan ?? new PackedPlan(trip.slots),
    offered_at: context.now,
    expires_at: offer.expires_at,
    shown: by !== null || context.watched
  }
  const records: ReadonlyArray<TripRecord> = [{ type: "pivot_event", id: offer.pivot_id, payload }]
  return { offer, open, records }
}

interface Room {
  readonly pushedOut: ReadonlyArray<PushedOut>
  readonly transient: ReadonlyArray<TripMemoryEvent>
}

const ROOMY: Room = { pushedOut: [], transient: [] }

/**
 * Makes room for this many offers more. Who never answered an offer before newer ones pushed it out ignored it, which is
 * logged with the first of them and waited for by nobody: asking stays advice. It gives no signal, because `pivot_ignore` means that
 * somebody let an offer time out, and this one had no time. One that answers an event in the city gives way
 * through the wake-up that its time running out would bring, because its event has to say for good that the trip was told.
 */
export const makeRoom = (turn: Turn, coming: number, closing?: string): Room => {
  const { now } = turn.context
  const { offers } = turn.state.memory
  if (offers.length + coming <= MAX_OFFERS) return ROOMY
  const pushedOut: Array<PushedOut> = []
  const transient: Array<TripMemoryEvent> = []
  let open = coming - MAX_OFFERS
  let held = coming - MAX_HELD_OFFERS
  for (const one of offers) {
    if (one.pivot_id === closing) continue
    held++
    if (one.expires_at > now) open++
  }
  for (const one of offers) {
    if (open <= 0 && held <= 0) break
    if (one.pivot_id === closing) continue
    const isOpen = one.expires_at > now
    if (held > 0 || (isOpen && one.about === undefined)) {
      if (one.options > 0 && one.shown) pushedOut.push({ pivot_id: one.pivot_id, after_ms: delayOf(turn, one) })
      transient.push({ _tag: "offer_closed", pivot_id: one.pivot_id })
      held--
    } else if (isOpen) transient.push({ _tag: "offer_due", pivot_id: one.pivot_id, at: now })
    if (isOpen) open--
  }
  return { pushedOut, transient }
}

/** The records of new offers, the first of which also tells what had to go for them. */
export const tellingOf = (
  records: ReadonlyArray<TripRecord>,
  { pushedOut }: Pick<Room, "pushedOut">
): ReadonlyArray<TripRecord> => {
  const [first, ...others] = records
  if (pushedOut.length === 0 || first?.type !== "pivot_event") return records
  return [{ ...first, payload: { ...first.payload, pushed_out: pushedOut } }, ...others]
}

const sameRequest = (a: PivotRequest, b: PivotRequest): boolean =>
  a.trigger === b.trigger && a.slot_id === b.slot_id && JSON.stringify(a.detail) === JSON.stringify(b.detail)

export const requestPivot = (turn: Turn, command: Extract<TripCommand, { _tag: "request_pivot" }>): TripDecision => {
  const { trip, context } = turn
  if (trip.status !== "active") {
    return reject(
      new R.TripNotActive({
        message: `The trip is ${trip.status}; pivots are for trips under way. Start it first.`,
        status: trip.status
      })
    )
  }
  const again =
    command.request_id === undefined
      ? undefined
      : turn.state.memory.offers.find(
          (one) => one.request_id === command.request_id && one.by === turn.by && one.expires_at > context.now
        )
  if (again !== undefined) {
    return sameRequest(again.request, command.request)
      ? { reply: { _tag: "offered", offer: again.text }, advice: true }
      : reject(keyReused("another pivot"))
  }
  if (command.request.slot_id !== undefined) {
    const slot = slotAhead(turn, command.request.slot_id)
    if (isRejection(slot)) return reject(slot)
  }
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(trip))
  const { open, records } = makeOffer(turn, world, command.request, command.request_id)
  const room = makeRoom(turn, 1)
  return {
    reply: { _tag: "offered", offer: open.text },
    records: tellingOf(records, room),
    transient: [...room.transient, { _tag: "offered", offer: open }],
    advice: true
  }
}

/** A fresh offer to go with a refusal, so that nobody is left with nothing. */
const fresh = (turn: Turn, request: PivotRequest) => {
  const world = turn.trip.status === "active" ? worldOf(turn) : undefined
  if (world === undefined) return undefined
  const slot = request.slot_id === undefined ? undefined : slotAhead(turn, request.slot_id)
  const still = slot === undefined || !isRejection(slot)
  const { slot_id: _gone, ...anywhere } = request
  return makeOffer(turn, world, still ? request : anywhere, undefined)
}

/** Refuses with a fresh offer that is remembered and logged like any other. */
const refuseWith = (
  turn: Turn,
  request: PivotRequest,
  close: string | undefined,
  refusal: (fresh: { readonly fresh?: Offer }) => R.TripRejection
): TripDecision => {
  const made = fresh(turn, request)
  const closing = close === undefined ? [] : [{ _tag: "offer_closed" as const, pivot_id: close }]
  if (made === undefined) return { reply: refusal({}), transient: closing }
  const room = makeRoom(turn, 1, close)
  return {
    reply: refusal({ fresh: readOffer(made.open.text) }),
    records: tellingOf(made.records, room),
    transient: [...closing, ...room.transient, { _tag: "offered", offer: made.open }],
    advice: true
  }
}

/** What became of an offer that is not open any more, as far as the recent events tell. */
const answeredBefore = (turn: Turn, pivotId: PivotId): R.TripRejection | undefined => {
  for (const { event, actor_id, seq } of turn.state.recent) {
    if (!("pivot_id" in event) || event.pivot_id !== pivotId) continue
    const response =
      event._tag === "pivot_accepted" ? "accept" : event._tag === "pivot_dismissed" ? "dismiss" : "ignore"
    const what = { accept: "accepted", dismiss: "dismissed", ignore: "left to expire" }[response]
    return new R.PivotAnswered({
      message: `This offer was ${what} already; the trip is at version ${seq} since.`,
      pivot_id: pivotId,
      response,
      option_id: event._tag === "pivot_accepted" ? event.option_id : null,
      by: actor_id as R.PivotAnswered["by"],
      state_version: seq
    })
  }
  return undefined
}

const aboutOf = ({ about }: OpenOffer) => (about === undefined ? {} : { about })
type Respond = Extract<TripCommand, { _tag: "respond_pivot" }>
const delayOf = (turn: Turn, open: OpenOffer): number => Math.max(0, turn.context.now - open.offered_at)

/** What completes the row of an offer. */
const answerTo = (
  turn: Turn,
  open: OpenOffer,
  response: PivotResponse["response"],
  chosen?: OfferOption
): TripRecord => ({
  type: "pivot_response",
  id: turn.context.id(),
  payload: {
    pivot_id: open.pivot_id,
    user_id: turn.by,
    trip_id: turn.trip.id,
    response,
    chosen_option_id: chosen?.option_id ?? null,
    time_to_action_ms: delayOf(turn, open),
    slots_changed: chosen === undefined ? null : chosen.changes.length,
    responded_at: turn.context.now
  }
})

/** What becomes of an offer, for the log; `chosen` is the option that was taken, and its place among the others. */
const responded = (
  turn: Turn,
  open: OpenOffer,
  response: PivotResponse["response"],
  chosen?: { readonly option: OfferOption; readonly position: number }
): ReadonlyArray<TripRecord> => {
  const { pivot_id, slot_id } = open
  const { trigger } = open.request
  const userId = turn.by ?? open.by ?? turn.trip.user_id
  const delay = delayOf(turn, open)
  const records: Array<TripRecord> = [
    answerTo(turn, open, response, chosen?.option),
    signal(turn, userId, `pivot_${response}`, {
      slot_id,
      node_id: chosen === undefined ? null : placeOf(chosen.option),
      model_version: modelVersion(open.model),
      decision_id: pivot_id,
      context: {
        pivot_id,
        trigger,
        time_to_action_ms: delay,
        ...(chosen === undefined ? {} : { position: chosen.position })
      }
    })
  ]
  if (chosen === undefined) return records
  const id = turn.context.id()
  records.push({
    type: "intention_signal",
    id,
    payload: {
      id,
      user_id: userId,
      trip_id: turn.trip.id,
      slot_id,
      intention: INTENTION[trigger],
      confidence: trigger === "mood" ? 0.5 : 0.9,
      source: "pivot",
      occurred_at: turn.context.now
    }
  })
  records.push(...pivotEdits(turn, pivot_id, chosen.option))
  return records
}

/** Where there was nothing to choose nobody ignored a choice, nor where nobody was told of it. */
const ignored = (turn: Turn, open: OpenOffer): ReadonlyArray<TripRecord> =>
  open.options === 0 || !open.shown ? [] : responded(turn, open, "ignore")

/** The place that an option is about: the first that it brings in. */
const placeOf = (option: OfferOption): string | null =>
  option.changes.find((change) => change.node !== undefined)?.node?.id ?? null

/** Whether a stop that the option changes is another than it was when the option was offered. */
const changedSince = (turn: Turn, open: OpenOffer, option: OfferOption): boolean => {
  if (open.plan === turn.state.trip?.plan) return false
  const then = open.plan.unpack()
  const now = turn.trip.slots
  return option.changes.some(({ slot_id }) => {
    const offered = then.find((slot) => slot.id === slot_id)
    const planned = now.find((slot) => slot.id === slot_id)
    return offered?.node_id !== planned?.node_id || offered?.starts_at !== planned?.starts_at
  })
}

const accept = (turn: Turn, open: OpenOffer, optionId: OptionId | undefined): TripDecision => {
  const { pivot_id } = open
  const { trigger } = open.request
  const offer = readOffer(open.text)
  const chosen = offer.options.find((one) => one.option_id === optionId)
  if (chosen === undefined) {
    return reject(
      new R.OptionNotFound({ message: "The offer has no such option: accept one of its option_ids.", pivot_id })
    )
  }
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(turn.trip))
  const outcome = changedSince(turn, open, chosen)
    ? OVERTAKEN
    : turn.rules.planner.accept(world, { option: chosen, trigger, node_id: placeOf(chosen), model: open.model })
  if (outcome._tag === "refused") {
    const message = outcome.reasons[0]?.message ?? "This option does not hold any more."
    return refuseWith(
      turn,
      open.request,
      pivot_id,
      (extra) => new R.OptionInvalid({ message, pivot_id, reasons: outcome.reasons, ...extra })
    )
  }
  const { removed } = outcome.change
  const slots = decidedBy(turn.trip.slots, outcome.change.slots, pivot_id as string as typeof Uuid.Type)
  return changed(
    turn,
    { _tag: "pivot_accepted", pivot_id, option_id: chosen.option_id, trigger, ...aboutOf(open), slots, removed },
    {
      records: responded(turn, open, "accept", { option: chosen, position: offer.options.indexOf(chosen) }),
      transient: [{ _tag: "offer_closed", pivot_id }]
    }
  )
}

const OVERTAKEN: PlanOutcome = {
  _tag: "refused",
  reasons: [
    {
      reason: "overtaken",
      message:
        "That stop has been changed since this was offered; the fresh offer attached is for the plan as it is now.",
      places: 0
    }
  ]
}

export const respondPivot = (turn: Turn, command: Respond): TripDecision => {
  const open = turn.state.memory.offers.find((one) => one.pivot_id === command.pivot_id)
  if (open === undefined || open.expires_at <= turn.context.now) {
    const before = answeredBefore(turn, command.pivot_id)
    if (before !== undefined) return reject(before)
    // What was lost is not known; the next stop is what a traveler in the middle of a disruption cares about.
    const request: PivotRequest = open?.request ?? { trigger: "venue_closed" }
    const message = "This offer has expired; the fresh one attached is what holds now."
    return refuseWith(
      turn,
      request,
      undefined,
      (extra) => new R.PivotExpired({ message, pivot_id: command.pivot_id, ...extra })
    )
  }
  if (command.response === "accept") return accept(turn, open, command.option_id)
  return changed(
    turn,
    { _tag: "pivot_dismissed", pivot_id: open.pivot_id, trigger: open.request.trigger, ...aboutOf(open) },
    {
      records: [...responded(turn, open, "dismiss"), ...intention(turn, command.by, open.slot_id, command.intention)],
      transient: [{ _tag: "offer_closed", pivot_id: open.pivot_id }]
    }
  )
}

/** Nobody answered in time: that is an answer too. One offer per wake-up; the next is due at once. */
export const expireOffers = (turn: Turn): TripDecision => {
  const due = turn.state.memory.offers.find((one) => one.expires_at <= turn.context.now)
  if (due === undefined) return NOTHING
  const closing = [{ _tag: "offer_closed" as const, pivot_id: due.pivot_id }]
  if (due.options === 0 && due.about === undefined) return { ...NOTHING, transient: closing }
  return changed(
    turn,
    { _tag: "pivot_ignored", pivot_id: due.pivot_id, trigger: due.request.trigger, ...aboutOf(due) },
    { records: ignored(turn, due), transient: closing }
  )
}
