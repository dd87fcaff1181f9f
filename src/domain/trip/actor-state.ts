/** All that a trip's actor holds: the trip itself, what makes repeating harmless, and what can be derived again. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { type CityConditions, calm } from "../city/model.ts"
import type { DecisionSlate } from "../decisions.ts"
import type { PivotId, SlotId, UserId, Uuid } from "../ids.ts"
import type { Persona } from "../persona/persona.ts"
import type { OfferText, PivotRequest } from "../pivot/model.ts"
import { bytesOfRankings, type HeldRankings } from "../pivot/ranked.ts"
import type { ModelRef } from "../ranking.ts"
import type { TripEventEnvelope } from "./events.ts"
import { evolveTrip } from "./evolve.ts"
import { type HeldTrip, holdChanged, plainTrip } from "./held-trip.ts"
import type { TripState } from "./model.ts"
import type { PackedPlan } from "./packed-plan.ts"
import type { Fallbacks } from "./planner.ts"
import { undoableNow } from "./undoing.ts"

/** Which event an idempotency key led to. */
export interface Receipt {
  readonly key: string
  readonly by: string | null
  readonly seq: number
  readonly at: number
  readonly type: string
  /** The offer or the stop that the write was about. */
  readonly subject?: string
}

/** An offer and what is needed to honour it: held as text, because many are open and few are ever looked into. */
export interface OpenOffer {
  readonly pivot_id: PivotId
  readonly text: OfferText
  readonly slot_id: SlotId | null
  readonly model: ModelRef
  /** How many options it has. */
  readonly options: number
  readonly request: PivotRequest
  readonly request_id: string | undefined
  readonly by: string | null
  /** Whose devices were answered with it, oldest first: who asks again from one of them wants another answer. */
  readonly answered: ReadonlyArray<string>
  /** The plan that it was made for. */
  readonly plan: PackedPlan
  /** Marks of the city's events that it answers; absent where somebody asked for it. */
  readonly about?: ReadonlyArray<string>
  readonly offered_at: number
  readonly expires_at: number
  /** Whether it reached anybody: nobody ignores what nobody saw. */
  readonly shown: boolean
  /** Somebody had answered it in time, and was heard when its time was over. */
  readonly heard?: true
}

/** What somebody was shown, best first, and the decision that it is. */
export interface Look {
  readonly decision_id: typeof Uuid.Type
  readonly by: UserId
  /** The stop that it could replace; null for what fits into some minutes. */
  readonly slot_id: SlotId | null
  readonly slate: DecisionSlate
  readonly at: number
}

/** Lost in a crash without harm: it is derived again on activation. */
export interface TripMemory {
  readonly catalog: CityCatalog | undefined
  readonly conditions: CityConditions | undefined
  readonly personas: ReadonlyArray<Persona>
  readonly rankings: HeldRankings | undefined
  readonly fallbacks: Fallbacks | undefined
  readonly offers: ReadonlyArray<OpenOffer>
  /** Offers that nobody answered in time, newest last: whoever had no network then may have. Absent where there are none. */
  readonly passed?: ReadonlyArray<OpenOffer>
  /** Marks of city events that this trip was told of, newest last. */
  readonly told: ReadonlyArray<string>
  /** What members looked through without changing anything, newest last; absent where nobody did. */
  readonly looks?: ReadonlyArray<Look>
}

export interface TripActorState {
  readonly id: string
  readonly trip: HeldTrip | undefined
  readonly receipts: ReadonlyArray<Receipt>
  /** The newest events in order, for streams that reconnect. */
  readonly recent: ReadonlyArray<TripEventEnvelope>
  readonly memory: TripMemory
}

/** Changes of the memory. They are applied like events and never journaled. */
export type TripMemoryEvent =
  | { readonly _tag: "offered"; readonly offer: OpenOffer }
  /** `passed`: unanswered. */
  | { readonly _tag: "offer_closed"; readonly pivot_id: string; readonly passed?: true }
  /** It was answered in time, by somebody who was heard too late. */
  | { readonly _tag: "offer_heard"; readonly pivot_id: string }
  /** Somebody came to the trip's stream and was told of all that was open at that instant. */
  | { readonly _tag: "offers_shown"; readonly at: number }
  /** Somebody was told of it whose app is closed. */
  | { readonly _tag: "offer_told"; readonly pivot_id: string }
  /** It was the answer to one device more. */
  | { readonly _tag: "offer_shared"; readonly pivot_id: string; readonly device: string }
  /** Its time is over earlier than it was promised: the next wake-up says that nobody answered. */
  | { readonly _tag: "offer_due"; readonly pivot_id: string; readonly at: number }
  /** What could be undone until this instant cannot be any more: it takes memory no longer. */
  | { readonly _tag: "undo_over"; readonly at: number }
  | { readonly _tag: "told"; readonly marks: ReadonlyArray<string> }
  | { readonly _tag: "looked"; readonly look: Look }
  | { readonly _tag: "fallbacks_ready"; readonly fallbacks: Fallbacks }
  | {
      readonly _tag: "world_known"
      readonly catalog?: CityCatalog
      readonly conditions?: CityConditions
      readonly personas?: ReadonlyArray<Persona>
      readonly rankings?: HeldRankings
    }
  | { readonly _tag: "person_forgotten"; readonly user_id: string }

/** Receipts older than this are dropped: the contract keeps a key for 24 hours. */
export const RECEIPT_MILLIS = 24 * 3_600_000
/** Looks that a trip remembers: an older one is logged anew, and taking one of it is a decision of its own. */
export const MAX_LOOKS = 16
/** More writes with a key than this in 24 hours are beyond any honest client of one trip. */
const MAX_RECEIPTS = 512
/** Events kept for streams, by number and by bytes; who was away for longer gets the whole trip. */
export const MAX_RECENT = 64
const MAX_RECENT_BYTES = 64 * 1024
/** Offers open at the same time; the oldest makes room, and counts as ignored. */
export const MAX_OFFERS = 8
/** Offers held: the open ones, and those whose time is over until a wake-up has written that down. */
export const MAX_HELD_OFFERS = 2 * MAX_OFFERS
/** Offers of which a late answer is still looked for in memory; what answers older ones is held against the database. */
const MAX_PASSED = 4
const MAX_TOLD = 64
/** Devices that are remembered of an offer which answered several; the oldest one may ask again and be told the same. */
const MAX_DEVICES = 16

export const emptyTrip = (id: string): TripActorState => ({
  id,
  trip: undefined,
  receipts: [],
  recent: [],
  memory: {
    catalog: undefined,
    conditions: undefined,
    personas: [],
    rankings: undefined,
    fallbacks: undefined,
    offers: [],
    told: []
  }
})

export const conditionsOf = (state: TripActorState, trip: Pick<TripState, "city_id">): CityConditions =>
  state.memory.conditions ?? calm(trip.city_id)

const lastOf = <A>(items: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  items.length > most ? items.slice(items.length - most) : items

/** Bytes of an event in memory, near enough for a bound. */
const sizeOfEvent = ({ event }: TripEventEnvelope): number =>
  400 +
  (event._tag === "vote_opened" ? 2_000 + event.vote.offer.length : 0) +
  ("slots" in event ? event.slots.length * 400 + event.removed.length * 60 : 0)

/**
 * What streams catch up from. The creation is not part of it: it holds the whole trip, which is what anybody gets who
 * has seen nothing yet.
 */
export const withRecent = (recent: ReadonlyArray<TripEventEnvelope>, event: TripEventEnvelope) => {
  if (event.event._tag === "trip_created") return recent
  const kept = lastOf([...recent, event], MAX_RECENT)
  let bytes = 0
  let from = kept.length
  while (from > 0 && bytes + sizeOfEvent(kept[from - 1]!) <= MAX_RECENT_BYTES) bytes += sizeOfEvent(kept[--from]!)
  return from === 0 ? kept : kept.slice(from)
}

/** The same key for another offer or stop is another write, and not a repetition. */
export const subjectOf = (write: object): { readonly subject?: string } => {
  const { pivot_id, slot_id } = write as { readonly pivot_id?: string; readonly slot_id?: string }
  const subject = pivot_id ?? slot_id
  return subject === undefined ? {} : { subject }
}

const withReceipt = (state: TripActorState, envelope: TripEventEnvelope): ReadonlyArray<Receipt> => {
  if (envelope.idempotency_key === undefined) return state.receipts
  const receipt = {
    key: envelope.idempotency_key,
    by: envelope.actor_id,
    seq: envelope.seq,
    at: envelope.at,
    type: envelope.event._tag,
    ...subjectOf(envelope.event)
  }
  const fresh = state.receipts.filter((one) => one.at > envelope.at - RECEIPT_MILLIS)
  return lastOf([...fresh, receipt], MAX_RECEIPTS)
}

/** What was answered stays told through every restart: the events say so. */
export const withTold = (memory: TripMemory, { event }: TripEventEnvelope): TripMemory =>
  "about" in event && event.about !== undefined ? remember(memory, { _tag: "told", marks: event.about }) : memory

const withPassed = (memory: TripMemory, offer: OpenOffer | undefined): TripMemory =>
  offer === undefined || offer.options === 0
    ? memory
    : { ...memory, passed: lastOf([...(memory.passed ?? []), offer], MAX_PASSED) }

/** Open or not. */
const eachOffer = (memory: TripMemory, change: (offer: OpenOffer) => OpenOffer): TripMemory => ({
  ...memory,
  offers: memory.offers.map(change),
  ...(memory.passed === undefined ? {} : { passed: memory.passed.map(change) })
})

const remember = (memory: TripMemory, event: TripMemoryEvent): TripMemory => {
  switch (event._tag) {
    case "offered":
      return { ...memory, offers: lastOf([...memory.offers, event.offer], MAX_HELD_OFFERS) }
    case "offer_closed":
      return withPassed(
        { ...memory, offers: memory.offers.filter((one) => one.pivot_id !== event.pivot_id) },
        event.passed === true ? memory.offers.find((one) => one.pivot_id === event.pivot_id) : undefined
      )
    case "offer_heard":
      return eachOffer(memory, (one) => (one.pivot_id === event.pivot_id ? { ...one, heard: true } : one))
    case "offers_shown":
      return {
        ...memory,
        offers: memory.offers.map((one) => (one.shown || one.expires_at <= event.at ? one : { ...one, shown: true }))
      }
    case "offer_told":
      return {
        ...memory,
        offers: memory.offers.map((one) => (one.pivot_id === event.pivot_id ? { ...one, shown: true } : one))
      }
    case "offer_shared":
      return {
        ...memory,
        offers: memory.offers.map((one) =>
          one.pivot_id === event.pivot_id
            ? { ...one, answered: lastOf([...one.answered, event.device], MAX_DEVICES) }
            : one
        )
      }
    case "offer_due":
      return {
        ...memory,
        offers: memory.offers.map((one) => (one.pivot_id === event.pivot_id ? { ...one, expires_at: event.at } : one))
      }
    case "undo_over":
      return memory
    case "told":
      return { ...memory, told: lastOf([...new Set([...memory.told, ...event.marks])], MAX_TOLD) }
    case "looked":
      return { ...memory, looks: lastOf([...(memory.looks ?? []), event.look], MAX_LOOKS) }
    case "fallbacks_ready":
      return { ...memory, fallbacks: event.fallbacks }
    case "world_known":
      return {
        ...memory,
        catalog: event.catalog ?? memory.catalog,
        conditions: event.conditions ?? memory.conditions,
        personas: event.personas ?? memory.personas,
        // They are of these people and this catalog: with either of them they go, or come anew.
        rankings:
          event.rankings ?? (event.personas === undefined && event.catalog === undefined ? memory.rankings : undefined)
      }
    case "person_forgotten":
      return {
        ...eachOffer(memory, (one) => ({
          ...one,
          by: one.by === event.user_id ? null : one.by,
          answered: one.answered.filter((device) => !device.startsWith(event.user_id))
        })),
        personas: memory.personas.filter((persona) => persona.user_id !== event.user_id),
        rankings: undefined,
        ...(memory.looks === undefined ? {} : { looks: memory.looks.filter(({ by }) => by !== event.user_id) })
      }
  }
}

/** An erased person's name leaves everything that is remembered; a stream that was away gets the whole trip. */
const forgetting = (state: TripActorState, trip: HeldTrip, userId: string): TripActorState => ({
  ...state,
  trip,
  recent: [],
  receipts: state.receipts.filter((one) => one.by !== userId),
  memory: remember(state.memory, { _tag: "person_forgotten", user_id: userId })
})

const heldAfter = (state: TripActorState, event: TripMemoryEvent): TripActorState => {
  if (event._tag !== "undo_over" || state.trip?.undoable === undefined) return state
  const { undoable, ...trip } = state.trip
  const left = undoableNow({ undoable }, event.at)
  return { ...state, trip: left.length === 0 ? trip : { ...trip, undoable: left } }
}

export const evolveActor = (state: TripActorState, event: TripEventEnvelope | TripMemoryEvent): TripActorState => {
  if (!("event" in event)) return { ...heldAfter(state, event), memory: remember(state.memory, event) }
  const before = state.trip && plainTrip(state.trip)
  const trip = holdChanged(state.trip, before, evolveTrip(before, event))
  if (event.event._tag === "member_left" && event.event.erased) return forgetting(state, trip, event.event.user_id)
  return {
    ...state,
    trip,
    memory: withTold(state.memory, event),
    recent: withRecent(state.recent, event),
    receipts: withReceipt(state, event)
  }
}

/** Bytes of what is there for a few trips only: what the travelers bring, and what can be undone. */
const sizeOfOwn = ({ fixed = [], undoable = [], vote }: HeldTrip): number =>
  (vote === undefined ? 0 : 2_000 + vote.offer.length) +
  fixed.length * 300 +
  undoable.reduce((sum, one) => sum + 400 + one.slots.length * 700, 0)

/** Bytes, near enough for a budget: measured over real trips by the engine benchmark. */
export const sizeOfTrip = (state: TripActorState): number => {
  const { trip, memory } = state
  if (trip === undefined) return 500
  let bytes = sizeOfOwn(trip) + 1_200 + trip.plan.bytes + trip.members.length * 200 + trip.vetoes.length * 200
  bytes += state.receipts.length * 150 + state.recent.reduce((sum, event) => sum + sizeOfEvent(event), 0)
  for (const open of memory.offers) bytes += 600 + open.text.length
  for (const open of memory.passed ?? []) bytes += 600 + open.text.length
  for (const { slate } of memory.looks ?? []) bytes += 400 + slate.candidate_ids.length * 24
  if (memory.rankings !== undefined) bytes += bytesOfRankings(memory.rankings)
  return bytes + (memory.fallbacks?.bytes ?? 0)
}
