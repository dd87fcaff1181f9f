/** Disruptions: offers from memory, and answers to them. */
import type { PivotEvent, RankingEvent } from "../decisions.ts"
import type { OptionId, PivotId } from "../ids.ts"
import type { Offer, PivotRequest } from "../pivot/model.ts"
import { modelVersion } from "../ranking.ts"
import type { Intention, Trigger } from "../vocabulary.ts"
import type { OpenOffer } from "./actor-state.ts"
import type { TripCommand } from "./commands.ts"
import type { PivotAnswer, PreparedOption, TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  experiment,
  isRejection,
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

const rfc3339 = (millis: number): string => new Date(millis).toISOString()

/** What taking an offer says about why the plan changed. A mood is a wish, not a nuisance. */
const INTENTION: Readonly<Record<Trigger, Intention>> = {
  weather: "weather",
  transit: "schedule",
  venue_closed: "schedule",
  mood: "curiosity"
}

const offerOf = (
  turn: Turn,
  world: TripWorld,
  request: PivotRequest,
  answer: PivotAnswer,
  pivotId: PivotId
): Offer => ({
  pivot_id: pivotId,
  trigger: request.trigger,
  slot_id: answer.slot_id,
  options: answer.options.map((one) => one.option),
  ...(answer.options.length === 0 ? { reasons: answer.reasons } : {}),
  computed_at: rfc3339(
    answer.source === "precomputed" ? (world.fallbacks?.computed_at ?? turn.context.now) : turn.context.now
  ),
  expires_at: rfc3339(turn.context.now + turn.rules.offerMillis),
  state_version: turn.trip.seq,
  model: answer.model,
  source: answer.source,
  catalog_version: world.catalog.version
})

const offered = (turn: Turn, request: PivotRequest, answer: PivotAnswer, offer: Offer): TripRecord => {
  const payload: PivotEvent = {
    id: offer.pivot_id,
    pivot_id: offer.pivot_id,
    user_id: turn.by,
    trip_id: turn.trip.id,
    slot_id: offer.slot_id,
    trigger: request.trigger,
    detail: request.detail ?? {},
    options: answer.options.map((one, position) => ({
      option_id: one.option.option_id,
      node_id: one.node_id,
      score: one.option.score,
      position,
      features: one.features,
      changes: one.option.changes.length
    })),
    reasons: answer.reasons,
    source: offer.source,
    state_version: offer.state_version,
    model_name: offer.model.name,
    model_version: offer.model.version,
    response: null,
    chosen_option_id: null,
    time_to_action_ms: null,
    latency_ms: 0,
    slots_changed: null,
    offered_at: turn.context.now,
    responded_at: null
  }
  return { type: "pivot_event", id: turn.context.id(), payload }
}

const ranked = (turn: Turn, world: TripWorld, answer: PivotAnswer): TripRecord => {
  const id = turn.context.id()
  const selected = answer.options.flatMap((one) => (one.node_id === null ? [] : [one.node_id]))
  const known = new Set(answer.slate.candidate_ids)
  const payload: RankingEvent = {
    id,
    user_id: turn.by ?? turn.trip.user_id,
    trip_id: turn.trip.id,
    session_id: turn.trip.session_id,
    day_number: null,
    surface: "pivot",
    model_name: answer.model.name,
    model_version: answer.model.version,
    ...answer.slate,
    selected_ids: selected.filter((node) => known.has(node)),
    user_state: userState(world.personas),
    latency_ms: 0,
    occurred_at: turn.context.now
  }
  return { type: "ranking_event", id, payload }
}

/** An offer made: shown at once, remembered, and logged. */
export const makeOffer = (
  turn: Turn,
  world: TripWorld,
  request: PivotRequest,
  requestId: string | undefined,
  pivotId = turn.context.id() as PivotId
) => {
  const answer = turn.rules.planner.pivot(world, request)
  const offer = offerOf(turn, world, request, answer, pivotId)
  const records = [offered(turn, request, answer, offer)]
  if (answer.slate.candidate_ids.length > 0) records.push(ranked(turn, world, answer))
  const open: OpenOffer = {
    offer,
    request,
    request_id: requestId,
    by: turn.by,
    options: answer.options,
    offered_at: turn.context.now,
    expires_at: turn.context.now + turn.rules.offerMillis
  }
  return { offer, open, records }
}

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
  if (again !== undefined) return { reply: { _tag: "offered", offer: again.offer }, advice: true }
  if (command.request.slot_id !== undefined) {
    const slot = slotAhead(turn, command.request.slot_id)
    if (isRejection(slot)) return reject(slot)
  }
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(trip))
  const { offer, open, records } = makeOffer(turn, world, command.request, command.request_id)
  return {
    reply: { _tag: "offered", offer },
    records,
    transient: [{ _tag: "offered", offer: open }],
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
  return {
    reply: refusal({ fresh: made.offer }),
    records: made.records,
    transient: [...closing, { _tag: "offered", offer: made.open }],
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

const responded = (
  turn: Turn,
  open: OpenOffer,
  response: "accept" | "dismiss" | "ignore",
  chosen: PreparedOption | undefined
): ReadonlyArray<TripRecord> => {
  const { offer } = open
  const userId = turn.by ?? open.by ?? turn.trip.user_id
  const model = modelVersion(offer.model)
  const delay = Math.max(0, turn.context.now - open.offered_at)
  const records: Array<TripRecord> = [
    {
      type: "pivot_response",
      id: turn.context.id(),
      payload: {
        pivot_id: offer.pivot_id,
        trip_id: turn.trip.id,
        response,
        chosen_option_id: chosen?.option.option_id ?? null,
        time_to_action_ms: delay,
        slots_changed: chosen === undefined ? null : chosen.option.changes.length,
        responded_at: turn.context.now
      }
    },
    signal(turn, userId, `pivot_${response}`, {
      slot_id: offer.slot_id,
      node_id: chosen?.node_id ?? null,
      model_version: model,
      context: {
        pivot_id: offer.pivot_id,
        trigger: offer.trigger,
        time_to_action_ms: delay,
        ...(chosen === undefined ? {} : { position: open.options.indexOf(chosen) })
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
      slot_id: offer.slot_id,
      intention: INTENTION[offer.trigger],
      confidence: offer.trigger === "mood" ? 0.5 : 0.9,
      source: "pivot",
      occurred_at: turn.context.now
    }
  })
  records.push(experiment(turn, "plan_edited", { pivot_id: offer.pivot_id, option_id: chosen.option.option_id }))
  return records
}

const accept = (turn: Turn, open: OpenOffer, optionId: OptionId | undefined): TripDecision => {
  const { offer } = open
  const chosen = open.options.find((one) => one.option.option_id === optionId)
  if (chosen === undefined) {
    return reject(
      new R.OptionNotFound({
        message: "The offer has no such option: accept one of its option_ids.",
        pivot_id: offer.pivot_id
      })
    )
  }
  const world = worldOf(turn)
  if (world === undefined) return reject(notReady(turn.trip))
  const outcome = turn.rules.planner.accept(world, chosen)
  if (outcome._tag === "refused") {
    const message = outcome.reasons[0]?.message ?? "This option does not hold any more."
    return refuseWith(
      turn,
      open.request,
      offer.pivot_id,
      (extra) => new R.OptionInvalid({ message, pivot_id: offer.pivot_id, reasons: outcome.reasons, ...extra })
    )
  }
  return changed(
    turn,
    {
      _tag: "pivot_accepted",
      pivot_id: offer.pivot_id,
      option_id: chosen.option.option_id,
      trigger: offer.trigger,
      ...aboutOf(open),
      slots: outcome.change.slots,
      removed: outcome.change.removed
    },
    {
      records: responded(turn, open, "accept", chosen),
      transient: [{ _tag: "offer_closed", pivot_id: offer.pivot_id }]
    }
  )
}

export const respondPivot = (turn: Turn, command: Respond): TripDecision => {
  const open = turn.state.memory.offers.find((one) => one.offer.pivot_id === command.pivot_id)
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
    { _tag: "pivot_dismissed", pivot_id: open.offer.pivot_id, trigger: open.offer.trigger, ...aboutOf(open) },
    {
      records: responded(turn, open, "dismiss", undefined),
      transient: [{ _tag: "offer_closed", pivot_id: open.offer.pivot_id }]
    }
  )
}

/** Nobody answered in time: that is an answer too. One offer per wake-up; the next is due at once. */
export const expireOffers = (turn: Turn): TripDecision => {
  const due = turn.state.memory.offers.find((one) => one.expires_at <= turn.context.now)
  if (due === undefined) return NOTHING
  const closing = [{ _tag: "offer_closed" as const, pivot_id: due.offer.pivot_id }]
  const empty = due.options.length === 0
  if (empty && due.about === undefined) return { ...NOTHING, transient: closing }
  return changed(
    turn,
    { _tag: "pivot_ignored", pivot_id: due.offer.pivot_id, trigger: due.offer.trigger, ...aboutOf(due) },
    // Where there was nothing to choose nobody ignored a choice: it only counts as told.
    { records: empty ? [] : responded(turn, due, "ignore", undefined), transient: closing }
  )
}
