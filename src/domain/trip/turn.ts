/** One turn of a trip: what is known, who asks, and how events, records and refusals are written down. */
import type {
  DoorReported,
  ExperimentEvent,
  IntentionSignal,
  PivotOffered,
  PivotResponse,
  RankingEvent
} from "../decisions.ts"
import type { UserId } from "../ids.ts"
import type { OutcomesRecord } from "../learning-log/outcomes.ts"
import { contextOf, type PlanEventType, type PlanPayload, planPayload } from "../learning-log/plan.ts"
import type { UserState } from "../learning-log/snapshots.ts"
import type { Persona } from "../persona/persona.ts"
import type { OfferText } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import { modelVersion } from "../ranking.ts"
import { SIGNAL_WEIGHT, type Signal } from "../signal.ts"
import type { Intention } from "../vocabulary.ts"
import { conditionsOf, RECEIPT_MILLIS, type TripActorState, type TripMemoryEvent } from "./actor-state.ts"
import type { TripReply } from "./commands.ts"
import type { TripEvent, TripEventEnvelope } from "./events.ts"
import { evolveTrip } from "./evolve.ts"
import { isMember, type TripState } from "./model.ts"
import type { TripPlanner } from "./plan-engine.ts"
import type { PlanLogEntry } from "./plan-log.ts"
import type { TripWorld } from "./planner.ts"
import * as R from "./rejections.ts"

/** A journal entry beside the events: training data, and what became of offers. `id` is the record's own. */
export type TripRecord =
  | { readonly type: "pivot_event"; readonly id: string; readonly payload: PivotOffered }
  | { readonly type: "pivot_response"; readonly id: string; readonly payload: PivotResponse }
  | { readonly type: "ranking_event"; readonly id: string; readonly payload: RankingEvent }
  | { readonly type: "signal"; readonly id: string; readonly payload: Signal }
  | { readonly type: "experiment_event"; readonly id: string; readonly payload: ExperimentEvent }
  | { readonly type: "decision_outcomes"; readonly id: string; readonly payload: OutcomesRecord }
  | { readonly type: "intention_signal"; readonly id: string; readonly payload: IntentionSignal }
  | { readonly type: "door_report"; readonly id: string; readonly payload: DoorReported }
  | { readonly type: "plan_log"; readonly id: string; readonly payload: PlanLogEntry }

/** What a trip starts when its decision is durable. */
export type TripTask =
  | { readonly _tag: "prepare" }
  | { readonly _tag: "push_offer"; readonly offer: OfferText; readonly event: string }
  /** Signals that the trip gave are durable: their travelers may learn from them. */
  | { readonly _tag: "learn"; readonly signals: ReadonlyArray<Signal> }

export interface TripDecision {
  readonly reply: TripReply | R.TripRejection
  readonly events?: ReadonlyArray<TripEventEnvelope>
  readonly records?: ReadonlyArray<TripRecord>
  readonly transient?: ReadonlyArray<TripMemoryEvent>
  readonly tasks?: ReadonlyArray<TripTask>
  readonly advice?: true
}

export interface TurnContext {
  readonly now: number
  /** Whether somebody follows the trip's stream: what it says reaches them. */
  readonly watched: boolean
  readonly id: () => string
}

export interface TripRules {
  readonly planner: TripPlanner
  readonly maxMembers: number
}

/** The log of a plan that the trip took. */
export const planLogged = (log: ReadonlyArray<PlanLogEntry> = []): ReadonlyArray<TripRecord> =>
  log.map((entry) => ({ type: "plan_log", id: entry.id, payload: entry }))

/** What every handler gets: a trip that exists and that the sender belongs to. */
export interface Turn {
  readonly state: TripActorState
  readonly trip: TripState
  readonly context: TurnContext
  readonly rules: TripRules
  readonly by: UserId | null
  readonly key: string | undefined
  /** When what is asked was said, by the device that had no network then; not yet held against anything. */
  readonly said_at?: number
}

export const reject = (reply: R.TripRejection): TripDecision => ({ reply })

const envelope = (turn: Turn, event: TripEvent): TripEventEnvelope => ({
  id: turn.context.id(),
  trip_id: turn.state.id,
  seq: turn.trip.seq + 1,
  at: turn.context.now,
  actor_id: turn.by,
  ...(turn.key === undefined ? {} : { idempotency_key: turn.key }),
  event
})

export const PREPARE: ReadonlyArray<TripTask> = [{ _tag: "prepare" }]

/** A change that happened: the reply carries the trip as it is afterwards, and fallbacks are worked out anew. */
export const changed = (
  turn: Turn,
  event: TripEvent,
  extra: { readonly records?: ReadonlyArray<TripRecord>; readonly transient?: ReadonlyArray<TripMemoryEvent> } = {}
): TripDecision => {
  const made = envelope(turn, event)
  return {
    reply: { _tag: "changed", trip: evolveTrip(turn.trip, made), event: made, replayed: false },
    events: [made],
    tasks: [...PREPARE, ...learnFrom(extra.records ?? [])],
    ...extra
  }
}

/** Several changes, one after the other and with one fate; the last one is what the answer tells of. */
export const changedBy = (turn: Turn, events: readonly [...ReadonlyArray<TripEvent>, TripEvent]): TripDecision => {
  const made: Array<TripEventEnvelope> = []
  let { trip } = turn
  for (const event of events) {
    const key = made.length === events.length - 1 ? turn.key : undefined
    const one = envelope({ ...turn, trip, key }, event)
    made.push(one)
    trip = evolveTrip(trip, one)
  }
  return { reply: { _tag: "changed", trip, event: made.at(-1)!, replayed: false }, events: made }
}

/** What travelers say of themselves is learnt from, also where nothing could be done of it. */
export const learnFrom = (records: ReadonlyArray<TripRecord>): ReadonlyArray<TripTask> => {
  const signals = records.flatMap((record) => (record.type === "signal" ? [record.payload] : []))
  return signals.length === 0 ? [] : [{ _tag: "learn", signals }]
}

/** Heard, and nothing to say. */
export const NOTHING: TripDecision = { reply: { _tag: "noted", offer: null } }

/** Nothing had to change. */
export const unchanged = (turn: Turn): TripDecision => ({
  reply: { _tag: "changed", trip: turn.trip, event: null, replayed: false }
})

/** The answer to a write that was done before: the trip as it is now, and its event while that is remembered. */
export const replayed = (
  turn: Turn,
  makes: ReadonlyArray<TripEvent["_tag"]>,
  subject: string | undefined
): TripDecision | undefined => {
  if (turn.key === undefined) return undefined
  const since = turn.context.now - RECEIPT_MILLIS
  const receipt = turn.state.receipts.find((one) => one.key === turn.key && one.by === turn.by && one.at > since)
  if (receipt === undefined) return undefined
  // Who was a member then and is invited anew today sees nothing of the trip before they have joined again.
  if (turn.by !== null && !isMember(turn.trip, turn.by)) return reject(keyReused(receipt.type))
  const other = receipt.subject !== undefined && subject !== undefined && receipt.subject !== subject
  if (other || !makes.some((type) => type === receipt.type)) return reject(keyReused(receipt.type))
  const event = turn.state.recent.find((one) => one.seq === receipt.seq) ?? null
  return { reply: { _tag: "changed", trip: turn.trip, event, replayed: true } }
}

export const keyReused = (what: string) =>
  new R.KeyReused({
    message: `This id or idempotency key stands for something else already (${what}); use a new one for this.`
  })

/** The trip's world at this turn, or undefined while its city's catalog is not in memory. */
export const worldOf = (turn: Turn): TripWorld | undefined => {
  const { catalog, personas, fallbacks, rankings } = turn.state.memory
  if (catalog === undefined) return undefined
  return {
    trip: turn.trip,
    catalog,
    personas,
    rankings,
    conditions: conditionsOf(turn.state, turn.trip),
    fallbacks,
    now: turn.context.now,
    id: turn.context.id
  }
}

export const notFound = () =>
  new R.TripNotFound({ message: "There is no such trip for you: check the id, or ask its owner to invite you." })

export const notReady = (trip: TripState) =>
  new R.TripNotReady({
    message: `The catalog of ${trip.city} is still being loaded; try again in a moment.`
  })

export const isOver = (trip: Pick<TripState, "status">): boolean =>
  trip.status === "completed" || trip.status === "shortened" || trip.status === "cancelled"

export const closed = (trip: TripState) =>
  new R.TripClosed({ message: `The trip is ${trip.status}: its plan does not change any more.`, status: trip.status })

export const slotOf = (turn: Turn, slotId: string): Slot | R.TripRejection =>
  turn.trip.slots.find((one) => one.id === slotId) ??
  new R.SlotNotFound({
    message: "The plan has no such slot: it may have been replaced; read the trip again.",
    slot_id: slotId as Slot["id"]
  })

/** The slot if it is there and still ahead (or under way), else why not. */
export const slotAhead = (turn: Turn, slotId: string): Slot | R.TripRejection => {
  const slot = slotOf(turn, slotId)
  if (isRejection(slot)) return slot
  if (slot.ends_at <= turn.context.now || slot.status === "done") {
    return new R.SlotInPast({ message: "That stop is over and stays as it was.", slot_id: slot.id })
  }
  return slot
}

export const isRejection = (value: Slot | R.TripRejection): value is R.TripRejection => value instanceof Error

/** The signals of one traveler's act on the plan. */
export const signal = (
  turn: Turn,
  userId: string,
  type: Signal["signal_type"],
  about: {
    readonly slot_id: string | null
    readonly node_id: string | null
    readonly model_version: string
    /** The decision that it answers, where that has a name. */
    readonly decision_id: string | undefined
    readonly context: Readonly<Record<string, unknown>>
  },
  at: number = turn.context.now
): TripRecord => {
  const id = turn.context.id()
  return {
    type: "signal",
    id,
    payload: {
      id,
      user_id: userId,
      signal_type: type,
      activity_node_id: about.node_id,
      slot_id: about.slot_id,
      trip_id: turn.trip.id,
      session_id: turn.trip.session_id,
      context: { group_size: turn.trip.members.length, ...about.context },
      source: "app",
      weight: SIGNAL_WEIGHT.app,
      model_version: about.model_version,
      ...(about.decision_id === undefined ? {} : { decision_id: about.decision_id }),
      occurred_at: at
    }
  }
}

/** Why somebody changed the plan or left it as it is, in their own choice of word. */
export const intention = (
  turn: Turn,
  userId: string,
  slotId: string | null,
  word: Intention | undefined
): ReadonlyArray<TripRecord> => {
  if (word === undefined) return []
  const id = turn.context.id()
  const payload: IntentionSignal = {
    id,
    user_id: userId,
    trip_id: turn.trip.id,
    slot_id: slotId,
    intention: word,
    confidence: 1,
    source: "traveler",
    occurred_at: turn.context.now
  }
  return [{ type: "intention_signal", id, payload }]
}

/** An entry of the experiment log: the plan's unit is its owner, the plan is the session it was made in. */
export const experiment = <T extends PlanEventType>(turn: Turn, type: T, payload: PlanPayload<T>): TripRecord => {
  const id = turn.context.id()
  return {
    type: "experiment_event",
    id,
    payload: {
      event_id: id,
      event_type: type,
      unit_id: turn.trip.user_id,
      plan_id: turn.trip.session_id,
      timestamp: turn.context.now,
      context: {
        policy_version_id: modelVersion(turn.trip.model),
        ...contextOf(turn.trip)
      },
      payload: planPayload(type, payload)
    }
  }
}

const NOBODY: UserState = {
  encoder_version: "none",
  persona_vector: [],
  dimensions: {},
  signal_count: 0,
  sequence: [],
  members: []
}

/** Sequence items that a decision's log carries; older ones are found in the signals. */
const LOGGED_SEQUENCE = 20

/** Single precision in text: seven decimals of a number below one are all that was used, in half the digits. */
const decimals = (vector: Float32Array): ReadonlyArray<number> => {
  const out: Array<number> = []
  for (let i = 0; i < vector.length; i++) out.push(Math.round(vector[i]! * 1e7) / 1e7)
  return out
}

const states = new WeakMap<ReadonlyArray<Persona>, UserState>()

/** Who the decision was for, as a model will need to see it later. Worked out once per set of personas. */
export const userState = (personas: ReadonlyArray<Persona>): UserState => {
  const first = personas[0]
  if (first === undefined) return NOBODY
  let state = states.get(personas)
  if (state === undefined) {
    state = {
      encoder_version: first.encoder_version,
      persona_vector: decimals(first.vector),
      dimensions: { ...first.dimensions },
      signal_count: first.signal_count,
      sequence: first.sequence.slice(-LOGGED_SEQUENCE),
      members: personas.map(({ user_id, signal_count }) => ({ user_id, signal_count }))
    }
    states.set(personas, state)
  }
  return state
}
