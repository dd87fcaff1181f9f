/** Why a trip did not do as it was told: precise enough for a traveler to act upon, and each its own problem type. */
import * as Schema from "effect/Schema"
import { OptionId, PivotId, SlotId, UserId } from "../ids.ts"
import { NoPivotReason, Offer } from "../pivot/model.ts"
import { TripStatus } from "../vocabulary.ts"

const message = { message: Schema.String }

/** There is no such trip, or none that this person may see: the two are not told apart. */
export class TripNotFound extends Schema.TaggedError<TripNotFound>()("TripNotFound", message) {}

export class TripExists extends Schema.TaggedError<TripExists>()("TripExists", message) {}

/** Only the owner may do this. */
export class OwnerOnly extends Schema.TaggedError<OwnerOnly>()("OwnerOnly", message) {}

/** The trip moved on since the state the change was based on. */
export class VersionMismatch extends Schema.TaggedError<VersionMismatch>()("VersionMismatch", {
  ...message,
  expected: Schema.Int,
  actual: Schema.Int,
  /** What has happened since, oldest first, as far as that is remembered. */
  changes: Schema.Array(Schema.Struct({ state_version: Schema.Int, what: Schema.String }))
}) {}

export class InvalidTransition extends Schema.TaggedError<InvalidTransition>()("InvalidTransition", {
  ...message,
  from: TripStatus,
  to: TripStatus
}) {}

/** The trip is over: its plan does not change any more. */
export class TripClosed extends Schema.TaggedError<TripClosed>()("TripClosed", { ...message, status: TripStatus }) {}

/** Pivots are for trips that are under way. */
export class TripNotActive extends Schema.TaggedError<TripNotActive>()("TripNotActive", {
  ...message,
  status: TripStatus
}) {}

export class InvalidDates extends Schema.TaggedError<InvalidDates>()("InvalidDates", message) {}

export class SlotNotFound extends Schema.TaggedError<SlotNotFound>()("SlotNotFound", { ...message, slot_id: SlotId }) {}

export class SlotInPast extends Schema.TaggedError<SlotInPast>()("SlotInPast", { ...message, slot_id: SlotId }) {}

/** A locked slot is a booking: unlock it first. */
export class SlotLocked extends Schema.TaggedError<SlotLocked>()("SlotLocked", { ...message, slot_id: SlotId }) {}

/** Nothing passes the checks that every replacement must pass. */
export class NoReplacement extends Schema.TaggedError<NoReplacement>()("NoReplacement", {
  ...message,
  reasons: Schema.Array(NoPivotReason)
}) {}

/** What is asked for cannot be, and says why. */
export class DoesNotFit extends Schema.TaggedError<DoesNotFit>()("DoesNotFit", message) {}

/** No change is left that can be taken back, or a later one rests on it. */
export class NothingToUndo extends Schema.TaggedError<NothingToUndo>()("NothingToUndo", message) {}

export class NotInvited extends Schema.TaggedError<NotInvited>()("NotInvited", message) {}

export class NotAMember extends Schema.TaggedError<NotAMember>()("NotAMember", { ...message, user_id: UserId }) {}

export class GroupFull extends Schema.TaggedError<GroupFull>()("GroupFull", {
  ...message,
  limit: Schema.Int
}) {}

/** The offer is too old, or was lost in a crash; `fresh` is what holds now. */
export class PivotExpired extends Schema.TaggedError<PivotExpired>()("PivotExpired", {
  ...message,
  pivot_id: PivotId,
  fresh: Schema.optionalKey(Offer)
}) {}

/** Somebody was faster: what happened to the offer. */
export class PivotAnswered extends Schema.TaggedError<PivotAnswered>()("PivotAnswered", {
  ...message,
  pivot_id: PivotId,
  response: Schema.Literals(["accept", "dismiss", "ignore"]),
  option_id: Schema.NullOr(OptionId),
  by: Schema.NullOr(UserId),
  state_version: Schema.Int
}) {}

/** There is no vote to take part in, or none can be begun, and why. */
export class NoVote extends Schema.TaggedError<NoVote>()("NoVote", message) {}

/** The group votes on this offer: nobody answers it alone. */
export class VoteOpen extends Schema.TaggedError<VoteOpen>()("VoteOpen", { ...message, pivot_id: PivotId }) {}

export class OptionNotFound extends Schema.TaggedError<OptionNotFound>()("OptionNotFound", {
  ...message,
  pivot_id: PivotId
}) {}

/** The option was right when it was offered and is not any more; `fresh` is what holds now. */
export class OptionInvalid extends Schema.TaggedError<OptionInvalid>()("OptionInvalid", {
  ...message,
  pivot_id: PivotId,
  reasons: Schema.Array(NoPivotReason),
  fresh: Schema.optionalKey(Offer)
}) {}

/** What the trip needs to answer is not in memory yet (its city's catalog); it is being fetched. */
export class TripNotReady extends Schema.TaggedError<TripNotReady>()("TripNotReady", message) {}

/** The idempotency key was used for something else. */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", message) {}

export const TripRejection = Schema.Union([
  TripNotFound,
  TripExists,
  OwnerOnly,
  VersionMismatch,
  InvalidTransition,
  TripClosed,
  TripNotActive,
  InvalidDates,
  SlotNotFound,
  SlotInPast,
  SlotLocked,
  NoReplacement,
  DoesNotFit,
  NothingToUndo,
  NotInvited,
  NotAMember,
  GroupFull,
  PivotExpired,
  PivotAnswered,
  OptionNotFound,
  NoVote,
  VoteOpen,
  OptionInvalid,
  TripNotReady,
  KeyReused
])
export type TripRejection = typeof TripRejection.Type
