/**
 * A trip as its actor holds it: plain data that a snapshot can store. Times are Unix milliseconds; dates are
 * calendar days of the city. `seq` is the number of the last event applied and the trip's `state_version`.
 */
import * as Schema from "effect/Schema"
import { CityId, PivotId, SessionId, SlotId, TripId, UserId, Uuid } from "../ids.ts"
import { PlanContext } from "../learning-log/plan-context.ts"
import { FixedThing, Lodging, Relaxation, Slot, TripConstraints, Veto } from "../plan/model.ts"
import { TripStatus } from "../vocabulary.ts"
import { Vote } from "./vote.ts"

export const IsoDate = Schema.String.check(
  Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
    message: "must be a calendar date such as 2026-05-01"
  })
)
export const TripModel = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  source: Schema.Literals(["local", "llm", "ml", "cache"])
}).annotate({ identifier: "TripModel" })
export type TripModel = typeof TripModel.Type

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

/** A change that was acknowledged and could not be stored: the trip goes on without it. */
export const LostChange = Schema.Struct({ seq: Schema.Int, type: Schema.NullOr(Schema.String) })
export type LostChange = typeof LostChange.Type

/** What a change of the plan took away, kept for as long as it can be undone. Who made it is not part of it. */
export const Undoable = Schema.Struct({
  /** The change, by the `state_version` that it led to. */
  seq: Schema.Int,
  at: Schema.Int,
  /** The kind of event that it was. */
  change: Schema.String,
  /** Stops to put back as they were, and those that were not there before. */
  slots: Schema.Array(Slot),
  removed: Schema.Array(SlotId),
  /** The stop that was moved by hand, and the offer that was taken, where it was that. */
  moved: Schema.optionalKey(SlotId),
  pivot_id: Schema.optionalKey(PivotId),
  /** Present where the change went beyond stops; null stands for what the trip did not have. */
  was: Schema.optionalKey(
    Schema.Struct({
      start_date: IsoDate,
      end_date: IsoDate,
      constraints: TripConstraints,
      model: TripModel,
      catalog_version: Schema.Int,
      relaxed: Schema.Array(Relaxation),
      plan_context: Schema.NullOr(PlanContext),
      fixed: Schema.NullOr(Schema.Array(FixedThing)),
      lodging: Schema.NullOr(Lodging)
    })
  )
})
export type Undoable = typeof Undoable.Type

export const TripState = Schema.Struct({
  id: TripId,
  city_id: CityId,
  city: Schema.String,
  time_zone: Schema.String,
  user_id: UserId,
  status: TripStatus,
  /** The date completed the trip, and not a person: where the clock was wrong, the trip goes on. */
  completed_by_calendar: Schema.optionalKey(Schema.Literal(true)),
  /** What it was when the calendar completed it although it had never begun: no server ran on its days. */
  never_begun: Schema.optionalKey(Schema.Literals(["planning", "confirmed"])),
  start_date: IsoDate,
  end_date: IsoDate,
  epoch: Uuid,
  seq: Schema.Int,
  constraints: TripConstraints,
  /** Groups what follows from one plan: decisions and the signals about them. */
  session_id: SessionId,
  model: TripModel,
  catalog_version: Schema.Int,
  /** How the plan came about; trips that were planned before this was kept have none. */
  plan_context: Schema.optionalKey(PlanContext),
  members: Schema.Array(Member),
  invitations: Schema.Array(Invitation),
  vetoes: Schema.Array(Veto),
  /** In order of day, then of `order`. */
  slots: Schema.Array(Slot),
  /** What the travelers brought themselves, in order of time; absent where there is nothing. */
  fixed: Schema.optionalKey(Schema.Array(FixedThing)),
  lodging: Schema.optionalKey(Lodging),
  /** The newest changes of the plan, oldest first; older ones than ten minutes may still be among them. */
  undoable: Schema.optionalKey(Schema.Array(Undoable)),
  relaxed: Schema.Array(Relaxation),
  degraded: Schema.optionalKey(Schema.String),
  /** The offer that the group votes on just now. */
  vote: Schema.optionalKey(Vote),
  /** Known from the storage each time the trip is read, and never from its events. */
  lost: Schema.optionalKey(Schema.Array(LostChange)),
  created_at: Schema.Int
})
export type TripState = typeof TripState.Type

export const isMember = (trip: Pick<TripState, "members">, userId: string): boolean =>
  trip.members.some((member) => member.user_id === userId)
