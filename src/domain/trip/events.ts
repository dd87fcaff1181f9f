/**
 * What can happen to a trip. The sequence of these is the trip's truth; every projection, snapshot and stream frame
 * follows from it. Events are facts about the outcome, complete enough to be applied without a catalog or a clock.
 */
import * as Schema from "effect/Schema"
import { OptionId, PivotId, SlotId, UserId } from "../ids.ts"
import { PlanContext } from "../learning-log/plan-context.ts"
import { FixedThing, Lodging, Relaxation, Slot, TripConstraints, Veto } from "../plan/model.ts"
import { Trigger, TripStatus } from "../vocabulary.ts"
import { Invitation, IsoDate, TripModel, TripState, Undoable } from "./model.ts"
import { Vote, VoteAnswer, VoteResult } from "./vote.ts"

export const TRIP_EVENT_SCHEMA_VERSION = 1

/** Slots that were put in place (new or changed) and slots that went: one shape for every change of the plan. */
const SlotsChanged = { slots: Schema.Array(Slot), removed: Schema.Array(SlotId) }

/** What the travelers bring themselves, as it is from now on; absent where it stays as it was, null where nothing is left. */
const FixedChanged = {
  fixed: Schema.optionalKey(Schema.NullOr(Schema.Array(FixedThing))),
  lodging: Schema.optionalKey(Schema.NullOr(Lodging))
}

/** Marks of the city's events that an offer answered: the trip is never told of them again. */
const About = { about: Schema.optionalKey(Schema.Array(Schema.String)) }

/** What the group said, where the answer is theirs: the vote is over with it. */
const Voted = { vote: Schema.optionalKey(VoteResult) }

export const TripEvent = Schema.Union([
  Schema.TaggedStruct("trip_created", { trip: TripState }),
  Schema.TaggedStruct("trip_rescheduled", {
    start_date: IsoDate,
    end_date: IsoDate,
    /** Absent in events that were written before new dates said what they could not keep. */
    relaxed: Schema.optionalKey(Schema.Array(Relaxation)),
    plan_context: Schema.optionalKey(PlanContext),
    ...FixedChanged,
    ...SlotsChanged
  }),
  Schema.TaggedStruct("trip_replanned", {
    constraints: TripConstraints,
    model: TripModel,
    catalog_version: Schema.Int,
    plan_context: Schema.optionalKey(PlanContext),
    relaxed: Schema.Array(Relaxation),
    ...FixedChanged,
    ...SlotsChanged
  }),
  /** `by_calendar`: nobody asked for it, the date did. */
  Schema.TaggedStruct("status_changed", {
    status: TripStatus,
    previous: TripStatus,
    by_calendar: Schema.optionalKey(Schema.Literal(true))
  }),
  Schema.TaggedStruct("slot_swapped", { slot_id: SlotId, ...SlotsChanged }),
  Schema.TaggedStruct("slot_removed", { slot_id: SlotId, ...SlotsChanged }),
  Schema.TaggedStruct("slot_added", { slot_id: SlotId, ...SlotsChanged }),
  Schema.TaggedStruct("slot_moved", { slot_id: SlotId, ...SlotsChanged }),
  Schema.TaggedStruct("day_reordered", { day: Schema.Int, ...SlotsChanged }),
  /** Something of the travelers' own came, went or has another time; `slots` made way for it. */
  Schema.TaggedStruct("fixed_changed", { slot_id: SlotId, ...FixedChanged, ...SlotsChanged }),
  /** The plan is again as it was before the change `undone`, a number of an earlier event. */
  Schema.TaggedStruct("plan_undone", { undone: Schema.Int, was: Undoable.fields.was, ...SlotsChanged }),
  Schema.TaggedStruct("slot_locked", { slot_id: SlotId, locked: Schema.Boolean }),
  Schema.TaggedStruct("slot_done", { slot_id: SlotId }),
  Schema.TaggedStruct("member_invited", { invitation: Invitation }),
  Schema.TaggedStruct("invitation_closed", {
    user_id: UserId,
    reason: Schema.Literals(["declined", "withdrawn", "expired"])
  }),
  Schema.TaggedStruct("member_joined", { user_id: UserId, ordinal: Schema.Int }),
  /** `owner` is who owns the trip from now on, where an erased owner left it to others. */
  Schema.TaggedStruct("member_left", {
    user_id: UserId,
    erased: Schema.Boolean,
    owner: Schema.optionalKey(UserId)
  }),
  Schema.TaggedStruct("vetoes_set", { veto: Veto }),
  Schema.TaggedStruct("pivot_accepted", {
    pivot_id: PivotId,
    option_id: OptionId,
    trigger: Trigger,
    ...About,
    ...Voted,
    ...SlotsChanged
  }),
  Schema.TaggedStruct("pivot_dismissed", { pivot_id: PivotId, trigger: Trigger, ...About, ...Voted }),
  Schema.TaggedStruct("pivot_ignored", { pivot_id: PivotId, trigger: Trigger, ...About }),
  Schema.TaggedStruct("vote_opened", { pivot_id: PivotId, vote: Vote }),
  Schema.TaggedStruct("vote_cast", { pivot_id: PivotId, user_id: UserId, answer: VoteAnswer })
])
export type TripEvent = typeof TripEvent.Type

/** An event in its place in the trip's stream. */
export const TripEventEnvelope = Schema.Struct({
  id: Schema.String,
  trip_id: Schema.String,
  seq: Schema.Int,
  at: Schema.Int,
  actor_id: Schema.NullOr(Schema.String),
  idempotency_key: Schema.optionalKey(Schema.String),
  event: TripEvent
})
export type TripEventEnvelope = typeof TripEventEnvelope.Type
