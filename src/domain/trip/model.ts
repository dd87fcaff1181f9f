/**
 * A trip as its actor holds it: plain data that a snapshot can store. Times are Unix milliseconds; dates are
 * calendar days of the city. `seq` is the number of the last event applied and the trip's `state_version`.
 */
import * as Schema from "effect/Schema"
import { CityId, NodeId, SessionId, SlotId, TripId, UserId, Uuid } from "../ids.ts"
import { Text } from "../storable.ts"
import { Budget, DayPart, Pace, TripStatus } from "../vocabulary.ts"

export const IsoDate = Schema.String.check(
  Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
    message: "must be a calendar date such as 2026-05-01"
  })
)
export const ClockTime = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day such as 09:30" })
)

export const TripConstraints = Schema.Struct({
  budget: Schema.optionalKey(Budget),
  pace: Schema.optionalKey(Pace),
  must: Schema.optionalKey(Schema.Array(NodeId).check(Schema.isMaxLength(40))),
  avoid: Schema.optionalKey(Schema.Array(Text(64)).check(Schema.isMaxLength(64))),
  day_start: Schema.optionalKey(ClockTime),
  day_end: Schema.optionalKey(ClockTime)
})
export type TripConstraints = typeof TripConstraints.Type

export const TripModel = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  source: Schema.Literals(["local", "llm", "ml", "cache"])
})
export type TripModel = typeof TripModel.Type

export const Slot = Schema.Struct({
  id: SlotId,
  day: Schema.Int,
  order: Schema.Int,
  node_id: NodeId,
  day_part: DayPart,
  starts_at: Schema.Int,
  ends_at: Schema.Int,
  /** From the stop before (or from the start of the day), by the travel model the plan was made with. */
  travel_minutes: Schema.Int,
  locked: Schema.Boolean,
  status: Schema.Literals(["planned", "done", "skipped"]),
  score: Schema.Finite,
  narrative: Schema.optionalKey(Schema.String),
  model_version: Schema.String
})
export type Slot = typeof Slot.Type

export const Member = Schema.Struct({
  user_id: UserId,
  role: Schema.Literals(["owner", "member"]),
  ordinal: Schema.Int,
  joined_at: Schema.Int
})
export type Member = typeof Member.Type

export const Invitation = Schema.Struct({
  user_id: UserId,
  invited_by: UserId,
  expires_at: Schema.Int
})
export type Invitation = typeof Invitation.Type

export const Veto = Schema.Struct({
  user_id: UserId,
  node_ids: Schema.Array(NodeId),
  tags: Schema.Array(Schema.String)
})
export type Veto = typeof Veto.Type

/** A constraint that could not be met, and what was done about it. */
export const Relaxation = Schema.Struct({
  constraint: Schema.String,
  day: Schema.optionalKey(Schema.Int),
  message: Schema.String
})
export type Relaxation = typeof Relaxation.Type

/** A change that was acknowledged and could not be stored: the trip goes on without it. */
export const LostChange = Schema.Struct({ seq: Schema.Int, type: Schema.NullOr(Schema.String) })
export type LostChange = typeof LostChange.Type

export const TripState = Schema.Struct({
  id: TripId,
  city_id: CityId,
  city: Schema.String,
  time_zone: Schema.String,
  user_id: UserId,
  status: TripStatus,
  /** The date completed the trip, and not a person: where the clock was wrong, the trip goes on. */
  completed_by_calendar: Schema.optionalKey(Schema.Literal(true)),
  start_date: IsoDate,
  end_date: IsoDate,
  epoch: Uuid,
  seq: Schema.Int,
  constraints: TripConstraints,
  /** Groups what follows from one plan: decisions and the signals about them. */
  session_id: SessionId,
  model: TripModel,
  catalog_version: Schema.Int,
  members: Schema.Array(Member),
  invitations: Schema.Array(Invitation),
  vetoes: Schema.Array(Veto),
  /** In order of day, then of `order`. */
  slots: Schema.Array(Slot),
  relaxed: Schema.Array(Relaxation),
  degraded: Schema.optionalKey(Schema.String),
  /** Known from the storage each time the trip is read, and never from its events. */
  lost: Schema.optionalKey(Schema.Array(LostChange)),
  created_at: Schema.Int
})
export type TripState = typeof TripState.Type

export const isMember = (trip: Pick<TripState, "members">, userId: string): boolean =>
  trip.members.some((member) => member.user_id === userId)
