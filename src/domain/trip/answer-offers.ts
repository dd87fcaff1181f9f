/** Answers to offers, and what becomes of those that nobody answers. */
import type { OptionId, PivotId, Uuid } from "../ids.ts"
import { type Offer, type OfferOption, type PivotRequest, readOffer } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import type { OpenOffer } from "./actor-state.ts"
import { answerTo, ignored, responded, wanted } from "./answer-records.ts"
import { decidedBy } from "./decided.ts"
import { lateAnswer, type Respond } from "./late-answers.ts"
import { makeOffer, makeRoom, tellingOf } from "./make-offers.ts"
import { placeOf } from "./offered-place.ts"
import { pivotEdits } from "./plan-edits.ts"
import type { PlanOutcome } from "./planner.ts"
import * as R from "./rejections.ts"
import {
  changed,
  closed,
  intention,
  isOver,
  isRejection,
  learnFrom,
  NOTHING,
  notReady,
  reject,
  slotAhead,
  type TripDecision,
  type TripRecord,
  type Turn,
  worldOf
} from "./turn.ts"
import type { VoteResult } from "./vote.ts"

/** A fresh offer to go with a refusal, so that nobody is left with nothing. */
const fresh = (turn: Turn, request: PivotRequest) => {
  const world = turn.trip.status === "active" ? worldOf(turn) : undefined
  if (world === undefined) return undefined
  const slot = request.slot_id === undefined ? undefined : slotAhead(turn, request.slot_id)
  const still = slot === undefined || !isRejection(slot)
  const { slot_id: _gone, ...anywhere } = request
  return makeOffer(turn, world, still ? request : anywhere, {})
}

/** Refuses with a fresh offer that is remembered and logged like any other; `answered` is what was wanted all the same. */
const refuseWith = (
  turn: Turn,
  request: PivotRequest,
  close: string | undefined,
  refusal: (fresh: { readonly fresh?: Offer }) => R.TripRejection,
  answered: ReadonlyArray<TripRecord> = []
): TripDecision => {
  const made = fresh(turn, request)
  const closing = close === undefined ? [] : [{ _tag: "offer_closed" as const, pivot_id: close }]
  const tasks = learnFrom(answered)
  if (made === undefined) return { reply: refusal({}), transient: closing, records: answered, tasks }
  const room = makeRoom(turn, 1, close)
  return {
    reply: refusal({ fresh: readOffer(made.open.text) }),
    records: [...answered, ...tellingOf(made.records, room)],
    transient: [...closing, ...room.transient, { _tag: "offered", offer: made.open }],
    tasks,
    advice: true
  }
}

/** What became of an offer that is not open any more, as far as the recent events tell. */
const answeredBefore = (turn: Turn, pivotId: PivotId): R.PivotAnswered | undefined => {
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

type Then = ReadonlyArray<Pick<Slot, "id" | "node_id" | "starts_at">>

/** Whether a stop that the option changes is another than it was when the option was offered. */
const changedSince = (turn: Turn, then: Then, option: OfferOption): boolean => {
  const now = turn.trip.slots
  return option.changes.some(({ slot_id }) => {
    const offered = then.find((slot) => slot.id === slot_id)
    const planned = now.find((slot) => slot.id === slot_id)
    return offered?.node_id !== planned?.node_id || offered?.starts_at !== planned?.starts_at
  })
}

/** What a group's vote brings along: the stops as they were when it began, what it came to, who wanted that, and what is written down of it. */
interface Voted {
  readonly stops: Then
  readonly result: VoteResult
  readonly wantedBy: ReadonlyArray<string>
  readonly records: ReadonlyArray<TripRecord>
}

/** The stops of the plan that an offer was made for; undefined where it is still the plan. */
const plannedThen = (turn: Turn, open: OpenOffer): Then | undefined =>
  open.plan === turn.state.trip?.plan ? undefined : open.plan.unpack()

export const accept = (turn: Turn, open: OpenOffer, optionId: OptionId | undefined, voted?: Voted): TripDecision => {
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
  const then = voted?.stops ?? plannedThen(turn, open)
  const outcome =
    then !== undefined && changedSince(turn, then, chosen)
      ? OVERTAKEN
      : turn.rules.planner.accept(world, { option: chosen, trigger, node_id: placeOf(chosen), model: open.model })
  if (outcome._tag === "refused") {
    const message = outcome.reasons[0]?.message ?? "This option does not hold any more."
    return refuseWith(
      turn,
      open.request,
      pivot_id,
      (extra) => new R.OptionInvalid({ message, pivot_id, reasons: outcome.reasons, ...extra }),
      wanted(turn, open, { option: chosen, position: offer.options.indexOf(chosen) }, { slots_changed: 0 })
    )
  }
  const { removed } = outcome.change
  const slots = decidedBy(turn.trip.slots, outcome.change.slots, pivot_id as string as typeof Uuid.Type)
  return changed(
    turn,
    {
      _tag: "pivot_accepted",
      pivot_id,
      option_id: chosen.option_id,
      trigger,
      ...aboutOf(open),
      ...(voted === undefined ? {} : { vote: voted.result }),
      slots,
      removed
    },
    {
      records:
        voted === undefined
          ? responded(turn, open, "accept", { option: chosen, position: offer.options.indexOf(chosen) }, slots)
          : [
              answerTo(turn, open, "accept", chosen, { voted: true }),
              ...voted.records,
              ...pivotEdits(turn, pivot_id, chosen, slots, voted.wantedBy)
            ],
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

/** Its time is over: nothing changes by the answer, and if it was given in time it is written down. */
const tooLate = (turn: Turn, command: Respond, open: OpenOffer | undefined): TripDecision => {
  const { pivot_id } = command
  const before = answeredBefore(turn, pivot_id)
  if (before !== undefined && before.response !== "ignore") return reject(before)
  const heard = lateAnswer(turn, command)
  if (before !== undefined) return { ...heard, reply: before, tasks: learnFrom(heard.records) }
  // What was lost is not known; the next stop is what a traveler in the middle of a disruption cares about.
  const request: PivotRequest = open?.request ?? { trigger: "venue_closed" }
  const message = "This offer has expired; the fresh one attached is what holds now."
  const refusal = (extra: { readonly fresh?: Offer }) => new R.PivotExpired({ message, pivot_id, ...extra })
  const { advice, ...refused } = refuseWith(turn, request, undefined, refusal, heard.records)
  const answered = { ...refused, transient: [...heard.transient, ...(refused.transient ?? [])] }
  // What somebody said is no advice: who is told that they were heard does not say it again.
  return advice === undefined || heard.records.length > 0 ? answered : { ...answered, advice }
}

export const respondPivot = (now: Turn, command: Respond): TripDecision => {
  const turn: Turn = command.said_at === undefined ? now : { ...now, said_at: command.said_at }
  if (turn.trip.vote?.pivot_id === command.pivot_id) {
    return reject(
      new R.VoteOpen({
        message: `The group votes on this offer until ${new Date(turn.trip.vote.closes_at).toISOString()}: vote in place of answering it alone.`,
        pivot_id: command.pivot_id
      })
    )
  }
  const open = turn.state.memory.offers.find((one) => one.pivot_id === command.pivot_id)
  if (open === undefined || open.expires_at <= turn.context.now) {
    return tooLate(turn, command, open)
  }
  if (command.response === "accept") {
    return isOver(turn.trip) ? reject(closed(turn.trip)) : accept(turn, open, command.option_id)
  }
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
  const closing = [{ _tag: "offer_closed" as const, pivot_id: due.pivot_id, passed: true as const }]
  if (due.options === 0 && due.about === undefined) return { ...NOTHING, transient: closing }
  return changed(
    turn,
    { _tag: "pivot_ignored", pivot_id: due.pivot_id, trigger: due.request.trigger, ...aboutOf(due) },
    { records: ignored(turn, due), transient: closing }
  )
}
