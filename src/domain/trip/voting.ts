/** A group decides on an offer: opening a vote, voting, and what is done once it is counted. */
import type { Uuid } from "../ids.ts"
import type { PlaceOutcome } from "../learning-log/outcomes.ts"
import { type OfferOption, readOffer } from "../pivot/model.ts"
import { judgedPlaces, placesOf } from "../pivot/places.ts"
import { modelVersion } from "../ranking.ts"
import type { OpenOffer } from "./actor-state.ts"
import { accept, respondPivot } from "./answer-offers.ts"
import { answerTo } from "./answer-records.ts"
import { answeredTaste } from "./answered-taste.ts"
import type { TripCommand } from "./commands.ts"
import { outcomesRecord } from "./outcomes.ts"
import { PackedPlan } from "./packed-plan.ts"
import * as R from "./rejections.ts"
import {
  changed,
  closed,
  isOver,
  reject,
  signal,
  type TripDecision,
  type TripRecord,
  type Turn,
  worldOf
} from "./turn.ts"
import { countedAt, resultOf, type Vote, type VoteAnswer, type VoteResult, votersFor } from "./vote.ts"

/** A trip whose city is not there to check an option with is waited for this long; then nothing is changed. */
const PATIENCE_MS = 5 * 60_000

const knows = (options: ReadonlyArray<OfferOption>, answer: VoteAnswer): boolean =>
  answer.response === "dismiss" || options.some(({ option_id }) => option_id === answer.option_id)

const noOption = (pivot_id: Vote["pivot_id"]) =>
  new R.OptionNotFound({ message: "The offer has no such option: name one of its option_ids.", pivot_id })

const noVote = (message: string) => new R.NoVote({ message })

export const openVote = (turn: Turn, command: Extract<TripCommand, { _tag: "open_vote" }>): TripDecision => {
  const { trip, state, context } = turn
  if (isOver(trip)) return reject(closed(trip))
  if (trip.vote !== undefined) {
    return reject(
      noVote("The group votes on an offer already. Vote on that one; it is counted before the next begins.")
    )
  }
  if (trip.members.length < 2) return reject(noVote("There is nobody to vote with: answer the offer yourself."))
  const open = state.memory.offers.find((one) => one.pivot_id === command.pivot_id)
  if (open === undefined || open.expires_at <= context.now) {
    return respondPivot(turn, {
      _tag: "respond_pivot",
      by: command.by,
      pivot_id: command.pivot_id,
      response: "dismiss"
    })
  }
  const { options } = readOffer(open.text)
  if (options.length === 0) return reject(noVote("There is nothing to vote on: the offer has no options."))
  if (!knows(options, command.default)) return reject(noOption(open.pivot_id))
  const touched = new Set<string>(options.flatMap(({ changes }) => changes.map(({ slot_id }) => slot_id)))
  const basis = open.plan
    .unpack()
    .filter(({ id }) => touched.has(id))
    .map(({ id, node_id, starts_at }) => ({ id, node_id, starts_at }))
  const vote: Vote = {
    pivot_id: open.pivot_id,
    offer: open.text,
    request: open.request,
    model: open.model,
    slot_id: open.slot_id,
    ...(open.about === undefined ? {} : { about: open.about }),
    offered_at: open.offered_at,
    basis,
    opened_by: command.by,
    opened_at: context.now,
    closes_at: context.now + command.for_ms,
    default: command.default,
    ballots: []
  }
  return changed(
    turn,
    { _tag: "vote_opened", pivot_id: open.pivot_id, vote },
    { transient: [{ _tag: "offer_closed", pivot_id: open.pivot_id }] }
  )
}

export const castVote = (turn: Turn, command: Extract<TripCommand, { _tag: "cast_vote" }>): TripDecision => {
  const { trip, context } = turn
  const { answer, by: user_id, pivot_id } = command
  const { vote } = trip
  if (isOver(trip)) return reject(closed(trip))
  if (vote === undefined || vote.pivot_id !== pivot_id || countedAt(vote, trip) <= context.now) {
    return reject(noVote("No vote is open on this offer: it was counted, or none was begun. Read the trip again."))
  }
  if (!knows(readOffer(vote.offer).options, answer)) return reject(noOption(pivot_id))
  return changed(turn, { _tag: "vote_cast", pivot_id, user_id, answer })
}

/** The offer as the trip held it before the vote began. */
const offerOf = (vote: Vote, plan: PackedPlan): OpenOffer => ({
  pivot_id: vote.pivot_id,
  text: vote.offer,
  slot_id: vote.slot_id,
  model: vote.model,
  options: readOffer(vote.offer).options.length,
  request: vote.request,
  request_id: undefined,
  by: vote.opened_by,
  answered: [],
  plan,
  ...(vote.about === undefined ? {} : { about: vote.about }),
  offered_at: vote.offered_at,
  expires_at: vote.closes_at,
  shown: true
})

/** What each of them said, for what is learnt of their tastes: nobody else's choice is laid to their door, nor anything to that of who was silent. */
const said = (turn: Turn, vote: Vote): ReadonlyArray<TripRecord> => {
  const { options } = readOffer(vote.offer)
  const decision_id = vote.pivot_id as string as typeof Uuid.Type
  return vote.ballots.flatMap(({ answer, user_id }) => {
    const outcomes = judgedPlaces(options, answer.response === "accept" ? answer.option_id : undefined).map(
      ({ node_id, outcome, slot_id }): PlaceOutcome => ({
        id: turn.context.id(),
        decision_id,
        activity_node_id: node_id,
        slot_id,
        outcome
      })
    )
    const position = answer.response === "accept" ? options.findIndex((one) => one.option_id === answer.option_id) : -1
    const place = options[position] === undefined ? null : (placesOf(options[position])[0]?.node_id ?? null)
    const own = answeredTaste(turn, user_id, options, vote.basis)
    const opinion = signal(turn, user_id, answer.response === "accept" ? "pivot_accept" : "pivot_dismiss", {
      slot_id: vote.slot_id,
      node_id: place,
      model_version: modelVersion(vote.model),
      decision_id,
      context: {
        pivot_id: vote.pivot_id,
        trigger: vote.request.trigger,
        ...(position < 0 ? {} : { position }),
        ...(own === undefined ? {} : { own })
      }
    })
    return [opinion, ...outcomesRecord(turn, outcomes, user_id)]
  })
}

/** `chosen` is what the group wanted and what does not hold any more. */
const dismissed = (turn: Turn, vote: Vote, open: OpenOffer, result: VoteResult, chosen?: OfferOption): TripDecision =>
  changed(
    turn,
    {
      _tag: "pivot_dismissed",
      pivot_id: vote.pivot_id,
      trigger: vote.request.trigger,
      ...(vote.about === undefined ? {} : { about: vote.about }),
      vote: result
    },
    {
      records: [
        chosen === undefined
          ? answerTo(turn, open, "dismiss", undefined, { voted: true })
          : answerTo(turn, open, "accept", chosen, { voted: true, slots_changed: 0 }),
        ...said(turn, vote)
      ]
    }
  )

/** Counts a vote whose time has come. */
export const countVote = (turn: Turn): TripDecision | undefined => {
  const { trip, context } = turn
  const { vote } = trip
  if (vote === undefined || countedAt(vote, trip) > context.now || isOver(trip)) return undefined
  const by = { ...turn, by: null, key: undefined }
  const open = offerOf(vote, turn.state.trip?.plan ?? new PackedPlan(trip.slots))
  const { answer, result } = resultOf(vote, trip)
  if (answer.response === "dismiss") return dismissed(by, vote, open, { ...result, problem: null })
  if (worldOf(turn) === undefined && context.now < vote.closes_at + PATIENCE_MS) return undefined
  const records = said(by, vote)
  const wantedBy = votersFor(vote, answer)
  const taken = accept(by, open, answer.option_id, {
    stops: vote.basis,
    result: { ...result, problem: null },
    wantedBy,
    records
  })
  if (!(taken.reply instanceof Error)) return taken
  const chosen = readOffer(vote.offer).options.find(({ option_id }) => option_id === answer.option_id)
  return dismissed(by, vote, open, { ...result, problem: taken.reply.message }, chosen)
}
