/** What the learning log says of the answer to an offer. */
import type { PivotResponse } from "../decisions.ts"
import { type OfferOption, readOffer } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import { modelVersion } from "../ranking.ts"
import type { Intention, Trigger } from "../vocabulary.ts"
import type { OpenOffer } from "./actor-state.ts"
import { answeredTaste } from "./answered-taste.ts"
import { foundClosed } from "./door-reports.ts"
import { isMember } from "./model.ts"
import { placeOf } from "./offered-place.ts"
import { pivotEdits } from "./plan-edits.ts"
import { signal, type TripRecord, type Turn } from "./turn.ts"

/** What taking an offer says about why the plan changed. A mood is a wish, not a nuisance. */
const INTENTION: Readonly<Record<Trigger, Intention>> = {
  weather: "weather",
  transit: "schedule",
  venue_closed: "schedule",
  mood: "curiosity"
}

/**
 * When an answer was given: one that had to wait for a network says so itself. Nobody answers an offer before it is made, nor later
 * than now, whatever the clock of a device says.
 */
export const saidAt = (turn: Turn, open: OpenOffer): number => {
  const { now } = turn.context
  return Math.max(open.offered_at, Math.min(turn.said_at ?? now, now))
}

/** What completes the row of an offer. */
export const answerTo = (
  turn: Turn,
  open: OpenOffer,
  response: PivotResponse["response"],
  chosen?: OfferOption,
  more: Partial<Pick<PivotResponse, "voted" | "late" | "nobodys" | "slots_changed">> = {}
): TripRecord => ({
  type: "pivot_response",
  id: turn.context.id(),
  payload: {
    pivot_id: open.pivot_id,
    user_id: turn.by,
    trip_id: turn.trip.id,
    response,
    chosen_option_id: chosen?.option_id ?? null,
    time_to_action_ms: saidAt(turn, open) - open.offered_at,
    slots_changed: chosen === undefined ? null : chosen.changes.length,
    responded_at: saidAt(turn, open),
    ...more
  }
})

const answerer = (turn: Turn, open: OpenOffer) => turn.by ?? open.by ?? turn.trip.user_id

/** An option that was chosen, and its place among the others. */
export interface Chosen {
  readonly option: OfferOption
  readonly position: number
}

export const opinion = (
  turn: Turn,
  open: OpenOffer,
  response: PivotResponse["response"],
  chosen?: Chosen
): TripRecord => {
  const who = answerer(turn, open)
  // Whoever asked has their own in the offer; nobody who lets one be gave an answer.
  const own =
    response === "ignore" || who === open.by
      ? undefined
      : answeredTaste(turn, who, readOffer(open.text).options, open.plan.unpack())
  const about = {
    slot_id: open.slot_id,
    node_id: chosen === undefined ? null : placeOf(chosen.option),
    model_version: modelVersion(open.model),
    decision_id: open.pivot_id,
    context: {
      pivot_id: open.pivot_id,
      trigger: open.request.trigger,
      time_to_action_ms: saidAt(turn, open) - open.offered_at,
      ...(chosen === undefined ? {} : { position: chosen.position }),
      ...(own === undefined ? {} : { own })
    }
  }
  return signal(turn, who, `pivot_${response}`, about, saidAt(turn, open))
}

/** Somebody wants an option; whether it changes as many stops as it says, or none because it does not hold any more. */
export const wanted = (
  turn: Turn,
  open: OpenOffer,
  chosen: Chosen,
  more: Parameters<typeof answerTo>[4] = {}
): ReadonlyArray<TripRecord> => [
  answerTo(turn, open, "accept", chosen.option, more),
  opinion(turn, open, "accept", chosen)
]

/** What becomes of an offer, for the log; `after` are the stops that it changes as they are from now on. */
export const responded = (
  turn: Turn,
  open: OpenOffer,
  response: PivotResponse["response"],
  chosen?: Chosen,
  after: ReadonlyArray<Slot> = []
): ReadonlyArray<TripRecord> => {
  const { pivot_id, slot_id } = open
  const { trigger } = open.request
  if (chosen === undefined) return [answerTo(turn, open, response), opinion(turn, open, response)]
  const records: Array<TripRecord> = [...wanted(turn, open, chosen)]
  const userId = answerer(turn, open)
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
  records.push(...pivotEdits(turn, pivot_id, chosen.option, after))
  // What an announcement said first is no finding of theirs, and a district that nobody gets into is no door.
  const { detail, slot_id: door } = open.request
  if (trigger === "venue_closed" && open.about === undefined && detail?.district === undefined && door !== undefined) {
    records.push(...foundClosed(turn, door))
  }
  return records
}

/**
 * That it was ignored says nothing of any one of them: nobody asked for it, and several travel; or whoever asked travels on no more,
 * and could not answer when they had left.
 */
export const isNobodys = ({ trip }: Turn, { about, by }: OpenOffer): boolean => {
  if (by !== null) return !isMember(trip, by)
  return about === undefined || trip.members.length > 1
}

/** Where there was nothing to choose nobody ignored a choice, nor where nobody was told of it, or somebody's answer came too late. */
export const ignored = (turn: Turn, open: OpenOffer): ReadonlyArray<TripRecord> => {
  if (open.options === 0 || !open.shown || open.heard === true) return []
  if (isNobodys(turn, open)) return [answerTo(turn, open, "ignore", undefined, { nobodys: true })]
  return responded(turn, open, "ignore")
}
