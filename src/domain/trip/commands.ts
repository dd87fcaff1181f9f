/** What a trip can be asked, and what it answers. Both are schemas: they travel between nodes as they are. */
import * as Schema from "effect/Schema"
import { Text } from "../basics/storable.ts"
import { NodeId, OptionId, PivotId, SlotId, UserId, Uuid } from "../ids.ts"
import { PlanContext } from "../learning-log/plan-context.ts"
import { OfferText, PivotRequest } from "../pivot/model.ts"
import { FixedThing, Lodging, Relaxation, Slot, TripConstraints } from "../plan/model.ts"
import { Intention, TripStatus } from "../vocabulary.ts"
import { TripEventEnvelope } from "./events.ts"
import { IsoDate, TripModel, TripState } from "./model.ts"
import { PlanLogEntry } from "./plan-log.ts"
import { Choices, Fits } from "./suggestions.ts"
import { VoteAnswer } from "./vote.ts"

const IdempotencyKey = Text(200).check(Schema.isMinLength(1))

const reader = { by: UserId }

const writer = {
  by: UserId,
  /** The `state_version` that the change is based on; refused when the trip moved on. */
  if_match: Schema.optionalKey(Schema.Int),
  idempotency_key: Schema.optionalKey(IdempotencyKey)
}

/** Places of one trip that one traveler may rule out. */
export const MOST_RULED_OUT = 200

const ruledOut = Schema.Struct({
  node_ids: Schema.Array(NodeId).check(Schema.isMaxLength(MOST_RULED_OUT)),
  tags: Schema.Array(Text(64)).check(Schema.isMaxLength(64))
})

const where = { day: Schema.optionalKey(Schema.Int), at: Schema.optionalKey(Schema.Int) }

/** The log of the plan that the trip is given: kept if the trip takes the plan, and only then. */
const logged = { log: Schema.optionalKey(Schema.Array(PlanLogEntry)) }

const plan = {
  ...logged,
  slots: Schema.Array(Slot),
  removed: Schema.Array(SlotId),
  plan_context: Schema.optionalKey(PlanContext),
  fixed: Schema.optionalKey(Schema.NullOr(Schema.Array(FixedThing))),
  lodging: Schema.optionalKey(Schema.NullOr(Lodging))
}

export const TripCommand = Schema.Union([
  Schema.TaggedStruct("read", reader),
  /** Everything after `since` in order, or the whole trip where that cannot be proven complete. */
  Schema.TaggedStruct("recover", { ...reader, epoch: Schema.optionalKey(Uuid), since: Schema.optionalKey(Schema.Int) }),
  /** Starts the trip's life with a finished plan. `trip.seq` is ignored: the creation is event 1. */
  Schema.TaggedStruct("create", {
    by: UserId,
    idempotency_key: Schema.optionalKey(IdempotencyKey),
    trip: TripState,
    ...logged
  }),
  Schema.TaggedStruct("reschedule", {
    ...writer,
    start_date: IsoDate,
    end_date: IsoDate,
    relaxed: Schema.optionalKey(Schema.Array(Relaxation)),
    ...plan
  }),
  Schema.TaggedStruct("replan", {
    ...writer,
    constraints: TripConstraints,
    model: TripModel,
    catalog_version: Schema.Int,
    relaxed: Schema.Array(Relaxation),
    ...plan
  }),
  Schema.TaggedStruct("set_status", { ...writer, status: TripStatus }),
  Schema.TaggedStruct("invite", { ...writer, user_id: UserId, expires_at: Schema.Int }),
  Schema.TaggedStruct("join", writer),
  Schema.TaggedStruct("leave", { ...writer, user_id: UserId }),
  /** Called off where it was ahead, and nobody's from then on, its owner's neither. */
  Schema.TaggedStruct("delete_trip", writer),
  /** The person is being erased: taken out of the trip whatever its status, and out of what the actor remembers. */
  Schema.TaggedStruct("erase_member", { user_id: UserId }),
  Schema.TaggedStruct("set_vetoes", { ...writer, ...ruledOut.fields }),
  Schema.TaggedStruct("edit_vetoes", { ...writer, add: ruledOut, remove: ruledOut }),
  Schema.TaggedStruct("swap_slot", {
    ...writer,
    slot_id: SlotId,
    node_id: Schema.optionalKey(NodeId),
    intention: Schema.optionalKey(Intention)
  }),
  Schema.TaggedStruct("lock_slot", {
    ...writer,
    slot_id: SlotId,
    locked: Schema.Boolean,
    intention: Schema.optionalKey(Intention)
  }),
  /** Whether its door was open when one came: nothing of the plan changes. */
  Schema.TaggedStruct("report_door", { ...reader, slot_id: SlotId, open: Schema.Boolean }),
  /** What could stand in a stop's place, and what fits into some minutes: nothing changes. */
  Schema.TaggedStruct("choices", { ...reader, slot_id: SlotId }),
  Schema.TaggedStruct("fits", { ...reader, minutes: Schema.Int, at: Schema.optionalKey(Schema.Int) }),
  /** A place of the catalog, or something of one's own; where it goes best unless a day or an instant is given. */
  Schema.TaggedStruct("add_stop", {
    ...writer,
    node_id: Schema.optionalKey(NodeId),
    own: Schema.optionalKey(
      Schema.Struct({
        title: Schema.String,
        minutes: Schema.Int,
        lat: Schema.optionalKey(Schema.Finite),
        lon: Schema.optionalKey(Schema.Finite)
      })
    ),
    ...where,
    intention: Schema.optionalKey(Intention)
  }),
  Schema.TaggedStruct("move_stop", {
    ...writer,
    slot_id: SlotId,
    ...where,
    intention: Schema.optionalKey(Intention)
  }),
  Schema.TaggedStruct("reorder_day", { ...writer, day: Schema.Int, slot_ids: Schema.Array(SlotId) }),
  /** Takes a change of the plan back: the one that led to this version, else the newest. */
  Schema.TaggedStruct("undo", { ...writer, change: Schema.optionalKey(Schema.Int) }),
  Schema.TaggedStruct("remove_slot", { ...writer, slot_id: SlotId, intention: Schema.optionalKey(Intention) }),
  /** Advice: answered at once. The same `request_id` gets the same offer again while it is open. */
  Schema.TaggedStruct("request_pivot", {
    ...reader,
    request_id: Schema.optionalKey(IdempotencyKey),
    /** The open stream that asks, which tells the devices of one person apart; absent where none does. */
    device: Schema.optionalKey(Uuid),
    /** Nothing can be written right now: the answer may not hang on that. */
    unwritten: Schema.optionalKey(Schema.Boolean),
    request: PivotRequest
  }),
  /** The group decides on an open offer: at the latest after so many milliseconds, by the default where the votes do not. */
  Schema.TaggedStruct("open_vote", { ...writer, pivot_id: PivotId, for_ms: Schema.Int, default: VoteAnswer }),
  /** Replaces what the same person voted before. */
  Schema.TaggedStruct("cast_vote", { ...writer, pivot_id: PivotId, answer: VoteAnswer }),
  Schema.TaggedStruct("respond_pivot", {
    ...writer,
    pivot_id: PivotId,
    response: Schema.Literals(["accept", "dismiss"]),
    option_id: Schema.optionalKey(OptionId),
    /** Why somebody dismisses an offer. */
    intention: Schema.optionalKey(Intention),
    /** When it was said, by a device that had no network then; in Unix milliseconds. */
    said_at: Schema.optionalKey(Schema.Int)
  })
])
export type TripCommand = typeof TripCommand.Type

export const TripReply = Schema.Union([
  Schema.TaggedStruct("trip", { trip: TripState, open_offers: Schema.Array(OfferText) }),
  Schema.TaggedStruct("recovered", {
    recovered: Schema.Boolean,
    epoch: Uuid,
    seq: Schema.Int,
    events: Schema.Array(TripEventEnvelope),
    /** As it is now: where nothing could be proven missing or complete, all there is to say. */
    trip: TripState,
    open_offers: Schema.Array(OfferText)
  }),
  /** The trip after the change, and the event that made it; without one, the change was made before (or is none). */
  Schema.TaggedStruct("changed", {
    trip: TripState,
    event: Schema.NullOr(TripEventEnvelope),
    replayed: Schema.Boolean
  }),
  Schema.TaggedStruct("choices", { choices: Choices }),
  Schema.TaggedStruct("fits", { fits: Fits }),
  Schema.TaggedStruct("offered", { offer: OfferText }),
  Schema.TaggedStruct("noted", { offer: Schema.NullOr(OfferText) })
])
export type TripReply = typeof TripReply.Type
