/**
 * A plan: the stops of a trip and what they have to respect. Below both the trip, which holds one, and the pivots, which
 * change one. Times are Unix milliseconds.
 */
import * as Schema from "effect/Schema"
import { NEEDS } from "../catalog/fits.ts"
import { AvoidableWord } from "../catalog/words.ts"
import { NodeId, SlotId, UserId, Uuid } from "../ids.ts"
import { Budget, DayPart, Pace, type TripStatus } from "../vocabulary.ts"

const ClockTime = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day such as 09:30" })
)

export const TripConstraints = Schema.Struct({
  budget: Schema.optionalKey(Budget),
  pace: Schema.optionalKey(Pace),
  must: Schema.optionalKey(Schema.Array(NodeId).check(Schema.isMaxLength(40))),
  avoid: Schema.optionalKey(Schema.Array(AvoidableWord).check(Schema.isMaxLength(64))),
  /** What somebody of the party needs: no place is planned that is known not to be fit for it. */
  needs: Schema.optionalKey(Schema.Array(Schema.Literals(NEEDS)).check(Schema.isMaxLength(NEEDS.length))),
  day_start: Schema.optionalKey(ClockTime),
  day_end: Schema.optionalKey(ClockTime)
}).annotate({ identifier: "TripConstraints" })
export type TripConstraints = typeof TripConstraints.Type

/** The terms of a good day that can put a stop into it. */
export const PlacedBy = Schema.Literals([
  "must",
  "meal",
  "breakfast",
  "sunset",
  "share",
  "taste",
  "near",
  "fit",
  "open",
  "full"
])
export type PlacedBy = typeof PlacedBy.Type

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
  /** The logged decision that brought its place here; absent where that was made before decisions were named. */
  decision_id: Schema.optionalKey(Uuid),
  /** The term that put it there; absent where people chose it, or a pivot did, and of plans made before it was kept. */
  placed_by: Schema.optionalKey(PlacedBy),
  narrative: Schema.optionalKey(Schema.String),
  model_version: Schema.String
})
export type Slot = typeof Slot.Type

/** What somebody brings to a plan besides places of the catalog: it stays at its time, and everything else goes around it. */
export const FIXED_KINDS = ["arrival", "departure", "reservation", "ticket", "place", "other"] as const

export const FixedThing = Schema.Struct({
  id: SlotId,
  title: Schema.String,
  kind: Schema.Literals(FIXED_KINDS),
  /** The day of the trip on which it begins. */
  day: Schema.Int,
  starts_at: Schema.Int,
  ends_at: Schema.Int,
  /** Both or neither: where nobody said, it takes no way. */
  lat: Schema.optionalKey(Schema.Finite),
  lon: Schema.optionalKey(Schema.Finite)
})
export type FixedThing = typeof FixedThing.Type

/** Where the travelers sleep: days begin and end there. */
export const Lodging = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  lat: Schema.Finite,
  lon: Schema.Finite
}).annotate({ identifier: "Lodging" })
export type Lodging = typeof Lodging.Type

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
  /** The meal that the day lacks; absent where it is about none, and of plans made before it was named. */
  meal: Schema.optionalKey(Schema.Literals(["lunch", "dinner"])),
  message: Schema.String
}).annotate({ identifier: "Relaxation" })
export type Relaxation = typeof Relaxation.Type

/** As much of a trip as there is to know for changing its plan. */
export interface PlannedTrip {
  /** The number of its last change. */
  readonly seq: number
  readonly status: TripStatus
  readonly constraints: TripConstraints
  readonly vetoes: ReadonlyArray<Veto>
  /** In order of day, then of `order`. */
  readonly slots: ReadonlyArray<Slot>
  /** In order of time. */
  readonly fixed?: ReadonlyArray<FixedThing>
  readonly lodging?: Lodging
}
