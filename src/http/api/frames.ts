/**
 * The frames of a trip's stream, as schemas: what clients say is read by them, what they are told is typed by them, and
 * `/asyncapi.json` is made from them.
 */
import * as Schema from "effect/Schema"
import { isStorableText } from "../../domain/basics/storable.ts"
import { OptionId, PivotId, SlotId, UserId } from "../../domain/ids.ts"
import { Offer, PivotRequest } from "../../domain/pivot/model.ts"
import { VoteResult } from "../../domain/trip/vote.ts"
import { Intention, Trigger, TripStatus } from "../../domain/vocabulary.ts"
import { FixedView, Instant, SaidAt, SlotView, TripView, UndoView, VoteView } from "./shapes.ts"

/** Longest id that a client may give a frame: a UUID several times over, and short enough to be remembered. */
export const LONGEST_ID = 128

const FrameId = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(LONGEST_ID),
  Schema.makeFilter((text: string) => isStorableText(text) || "holds NUL or half of a surrogate pair")
)

const named = (identifier: string) => ({ identifier })
const maybeId = { id: Schema.optionalKey(FrameId) }

/** By what they are about: the type decides which shape a frame has to have. */
export const CLIENT_FRAMES = {
  pivot: Schema.Struct({ type: Schema.Literal("pivot"), id: FrameId, ...PivotRequest.fields }).annotate(
    named("PivotFrame")
  ),
  respond: Schema.Union([
    Schema.Struct({
      type: Schema.Literal("respond"),
      id: FrameId,
      pivot_id: PivotId,
      response: Schema.Literal("accept"),
      option_id: OptionId,
      said_at: Schema.optionalKey(SaidAt)
    }),
    Schema.Struct({
      type: Schema.Literal("respond"),
      id: FrameId,
      pivot_id: PivotId,
      response: Schema.Literal("dismiss"),
      reason: Schema.optionalKey(Intention),
      said_at: Schema.optionalKey(SaidAt)
    })
  ]).annotate(named("RespondFrame")),
  auth: Schema.Struct({ type: Schema.Literal("auth"), ...maybeId, token: Schema.String }).annotate(named("AuthFrame")),
  ping: Schema.Struct({ type: Schema.Literal("ping"), ...maybeId }).annotate(named("PingFrame"))
} as const

const HelloFrame = Schema.Struct({
  type: Schema.Literal("hello"),
  epoch: Schema.String,
  seq: Schema.Int,
  recovered: Schema.Boolean,
  open_offers: Schema.Array(Offer),
  online: Schema.Array(UserId),
  trip: Schema.optionalKey(TripView)
}).annotate(named("HelloFrame"))

const OfferFrame = Schema.Struct({ type: Schema.Literal("offer"), ...maybeId, ...Offer.fields }).annotate(
  named("OfferFrame")
)

const AckFrame = Schema.Struct({
  type: Schema.Literal("ack"),
  ...maybeId,
  state_version: Schema.optionalKey(Schema.Int),
  expires_at: Schema.optionalKey(Instant)
}).annotate(named("AckFrame"))

/** Any of the problems of the HTTP contract: their `type` says which, and what else it carries. */
const FrameProblem = Schema.StructWithRest(
  Schema.Struct({
    type: Schema.String,
    status: Schema.Finite,
    title: Schema.String,
    detail: Schema.optionalKey(Schema.String)
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
).annotate(named("Problem"))

const ErrorFrame = Schema.Struct({ type: Schema.Literal("error"), ...maybeId, problem: FrameProblem }).annotate(
  named("ErrorFrame")
)

const PongFrame = Schema.Struct({ type: Schema.Literal("pong"), ...maybeId }).annotate(named("PongFrame"))

/** Every change of the trip has its number, and moments of it are told to every member in order. */
const sequenced = { seq: Schema.Int, at: Instant }
const by = { by: Schema.NullOr(UserId) }

const planned = {
  slot: Schema.NullOr(Schema.Union([SlotView, Schema.Struct({ id: SlotId })])),
  changed: Schema.Array(SlotView),
  undo: Schema.Array(UndoView),
  /** All that the travelers bring, where it may have changed. */
  fixed: Schema.optionalKey(Schema.Array(FixedView)),
  /** The change that was taken back. */
  undone: Schema.optionalKey(Schema.Int),
  removed: Schema.optionalKey(Schema.Array(SlotId)),
  downstream: Schema.Array(SlotId)
}

const SlotChangedFrame = Schema.Struct({
  type: Schema.Literal("slot_changed"),
  cause: Schema.Literals(["swap", "remove", "add", "move", "reorder", "fixed", "undo", "lock", "done", "pivot"]),
  ...planned,
  pivot_id: Schema.optionalKey(PivotId),
  option_id: Schema.optionalKey(OptionId),
  trigger: Schema.optionalKey(Trigger),
  /** What the group's vote came to, where it decided. */
  vote: Schema.optionalKey(VoteResult),
  ...by,
  ...sequenced
}).annotate(named("SlotChangedFrame"))

const TripChangedFrame = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("trip_changed"),
    cause: Schema.Literals(["reschedule", "replan", "undo"]),
    ...planned,
    ...by,
    ...sequenced
  }),
  Schema.Struct({ type: Schema.Literal("trip_changed"), cause: Schema.Literal("create"), ...by, ...sequenced }),
  Schema.Struct({
    type: Schema.Literal("trip_changed"),
    cause: Schema.Literal("status"),
    status: TripStatus,
    previous: TripStatus,
    ...by,
    ...sequenced
  }),
  Schema.Struct({ type: Schema.Literal("trip_changed"), cause: Schema.Literal("vetoes"), ...sequenced })
]).annotate(named("TripChangedFrame"))

const MemberChangedFrame = Schema.Struct({
  type: Schema.Literal("member_changed"),
  user_id: UserId,
  change: Schema.Literals(["invited", "declined", "withdrawn", "expired", "joined", "left"]),
  ...by,
  ...sequenced
}).annotate(named("MemberChangedFrame"))

const PresenceFrame = Schema.Struct({
  type: Schema.Literal("member_changed"),
  user_id: UserId,
  online: Schema.Boolean
}).annotate(named("PresenceFrame"))

const OfferClosedFrame = Schema.Struct({
  type: Schema.Literal("offer_closed"),
  pivot_id: PivotId,
  response: Schema.Literals(["dismiss", "ignore"]),
  vote: Schema.optionalKey(VoteResult),
  ...by,
  ...sequenced
}).annotate(named("OfferClosedFrame"))

const VoteChangedFrame = Schema.Struct({
  type: Schema.Literal("vote_changed"),
  pivot_id: PivotId,
  change: Schema.Literals(["opened", "cast"]),
  /** As it stands now; null where it is over by now. */
  vote: Schema.NullOr(VoteView),
  ...by,
  ...sequenced
}).annotate(named("VoteChangedFrame"))

const DrainFrame = Schema.Struct({ type: Schema.Literal("drain"), reconnect_in_ms: Schema.Int }).annotate(
  named("DrainFrame")
)

/** On the stream of a shared plan: where the trip stands. Whoever has an older version reads it anew. */
const SharedFrame = Schema.Struct({ type: Schema.Literal("trip_at"), state_version: Schema.Int }).annotate(
  named("SharedFrame")
)
export type SharedFrame = typeof SharedFrame.Encoded
export const SHARED_FRAMES = [SharedFrame] as const

/** What an event of the trip is told with: numbered, in order, and given again to who was away. */
export const EVENT_FRAMES = [
  SlotChangedFrame,
  TripChangedFrame,
  MemberChangedFrame,
  OfferClosedFrame,
  VoteChangedFrame
] as const
const EventFrame = Schema.Union(EVENT_FRAMES)
export type EventFrame = typeof EventFrame.Encoded

/** What belongs to one moment or one listener, and has no number. */
export const OTHER_FRAMES = [
  HelloFrame,
  OfferFrame,
  AckFrame,
  ErrorFrame,
  PongFrame,
  PresenceFrame,
  DrainFrame
] as const

export type HelloFrame = typeof HelloFrame.Encoded
