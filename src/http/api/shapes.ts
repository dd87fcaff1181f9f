/** The JSON shapes that more than one group of the contract speaks of. */
import * as Schema from "effect/Schema"
import { StorableNumber, Text } from "../../domain/basics/storable.ts"
import { recordBy, wordIn } from "../../domain/basics/words.ts"
import { Attribution } from "../../domain/catalog/attribution.ts"
import { Expected } from "../../domain/catalog/expectation.ts"
import { PlaceFacts } from "../../domain/catalog/facts.ts"
import { NEEDS } from "../../domain/catalog/fits.ts"
import { Names, Setting } from "../../domain/catalog/node.ts"
import { CategoryWord, VibeTagWord } from "../../domain/catalog/words.ts"
import { NodeId, PivotId, SlotId, TripId, UserId } from "../../domain/ids.ts"
import { EvidenceLine, NodeBrief, Offer } from "../../domain/pivot/model.ts"
import { FIXED_KINDS, Lodging, PlacedBy, Relaxation, TripConstraints } from "../../domain/plan/model.ts"
import { IsoDate, TripModel } from "../../domain/trip/model.ts"
import { VoteAnswer } from "../../domain/trip/vote.ts"
import { UNDOABLE } from "../../domain/view/trip.ts"
import { DayPart, Open, TripStatus } from "../../domain/vocabulary.ts"

/** RFC 3339 in UTC. */
export const Instant = Schema.String

/** An instant, or a time of the clock of the trip's city. */
export const Moment = Text(40).check(
  Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/, {
    message: "must be an instant such as 2026-05-01T12:30:00Z, or a time of the city's clock such as 2026-05-01T14:30"
  })
)
/** The same, or a whole day by the city's calendar. */
export const MomentOrDay = Text(40).check(
  Schema.isPattern(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/, {
    message:
      "must be a day such as 2026-05-01, a time of the city's clock such as 2026-05-01T14:30, or an instant such as 2026-05-01T12:30:00Z"
  })
)

/** An instant and nothing else: a device tells when something happened there. */
export const SaidAt = Text(40).check(
  Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/, {
    message: "must be an instant such as 2026-05-01T12:30:00Z"
  }),
  Schema.makeFilter((text: string) => !Number.isNaN(Date.parse(text)) || "is no instant there ever was")
)

/** What somebody calls something of their own. */
export const Title = Text(120).check(Schema.isMinLength(1))
export const Lat = StorableNumber.check(
  Schema.isBetween({ minimum: -90, maximum: 90 }, { message: "must lie from -90 to 90" })
)
export const Lon = StorableNumber.check(
  Schema.isBetween({ minimum: -180, maximum: 180 }, { message: "must lie from -180 to 180" })
)

export const SlotView = Schema.Struct({
  id: SlotId,
  order: Schema.Int,
  day_part: DayPart,
  starts_at: Instant,
  ends_at: Instant,
  time_zone: Schema.String,
  locked: Schema.Boolean,
  status: Schema.Literals(["planned", "done", "skipped"]),
  node: NodeBrief,
  open: Open,
  expected: Schema.NullOr(Expected),
  /** As its source writes them; null where nobody knows. */
  opening_hours: Schema.NullOr(Schema.String),
  /** 0 free, 1 cheap, 2 moderate, 3 expensive, 4 a splurge; null for a place that is no longer listed. */
  price_tier: Schema.NullOr(Schema.Int),
  /** Whether somebody said so; else it is what is usual for such places. */
  price_known: Schema.Boolean,
  booking_needed: Schema.Boolean,
  /** For each need of the party, whether the place is fit for it, as far as it is known. */
  fits: recordBy(NEEDS, Schema.Literals(["fits", "unknown", "does-not"])),
  travel_minutes: Schema.Int,
  /** Lines that one would likely take to it; empty where one walks, or where no feed of the city's lines is known. */
  lines: Schema.Array(Schema.String),
  narrative: Schema.NullOr(Schema.String),
  score: Schema.Finite,
  /** The term of a good day that put it there; null where people chose it, or a pivot did. */
  placed_by: Schema.NullOr(PlacedBy),
  why: Schema.Array(Schema.String),
  evidence: Schema.Array(EvidenceLine)
}).annotate({ identifier: "SlotView" })
export type SlotView = typeof SlotView.Type

/** A gap that is no pause any more, and what one could do with it. */
export const FreeTimeView = Schema.Struct({
  starts_at: Schema.String,
  ends_at: Schema.String,
  minutes: Schema.Int,
  message: Schema.String,
  ideas: Schema.Array(Schema.Struct({ id: Schema.String, name: Schema.String }))
}).annotate({ identifier: "FreeTimeView" })

/** Something that the travelers bring themselves: everything else goes around it. */
export const FixedView = Schema.Struct({
  id: SlotId,
  title: Schema.String,
  kind: Schema.Literals(FIXED_KINDS),
  day: Schema.Int,
  starts_at: Instant,
  ends_at: Instant,
  lat: Schema.NullOr(Schema.Finite),
  lon: Schema.NullOr(Schema.Finite),
  /** The way there, from what comes before it. */
  travel_minutes: Schema.Int
}).annotate({ identifier: "FixedView" })

/** A change of the plan that can be taken back until then, by `POST /trips/{id}/undo`; the newest first. */
export const UndoView = Schema.Struct({ change: Schema.Int, what: wordIn(UNDOABLE), until: Instant }).annotate({
  identifier: "UndoView"
})

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 }))

/** What stops cost, as far as anybody said: tiers and not amounts, because no source gives those. */
export const PricesView = Schema.Struct({
  free: Count,
  cheap: Count,
  moderate: Count,
  expensive: Count,
  splurge: Count,
  unknown: Count,
  /** Stops whose known price is above the trip's budget; null where it has none. */
  above_budget: Schema.NullOr(Count),
  to_book: Count,
  message: Schema.String
}).annotate({ identifier: "PricesView" })

export const DayView = Schema.Struct({
  day: Schema.Int,
  date: IsoDate,
  slots: Schema.Array(SlotView),
  /** Minutes on the way: between stops, from the lodging and, as `back_minutes`, back to it. */
  way: Schema.Struct({ minutes: Schema.Int, back_minutes: Schema.NullOr(Schema.Int) }),
  prices: PricesView,
  /** Absent where the day has none. */
  free_time: Schema.optionalKey(Schema.Array(FreeTimeView))
}).annotate({ identifier: "DayView" })

export const MemberView = Schema.Struct({
  user_id: UserId,
  role: Schema.Literals(["owner", "member"]),
  /** How much of this plan serves this member, 0 to 1, and with which stops. */
  share: Schema.optionalKey(Schema.Finite),
  stops: Schema.optionalKey(Schema.Array(SlotId)),
  /** The same in a sentence; absent where nothing is known of what they like. */
  got: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "MemberView" })

/** The offer that the group votes on, until when, and who has voted; what they voted is told to nobody. */
export const VoteView = Schema.Struct({
  pivot_id: PivotId,
  offer: Offer,
  opened_by: Schema.NullOr(UserId),
  opened_at: Instant,
  closes_at: Instant,
  default: VoteAnswer,
  voted: Schema.Array(UserId)
}).annotate({ identifier: "VoteView" })

export const TripView = Schema.Struct({
  id: TripId,
  city: Schema.String,
  status: TripStatus,
  start_date: IsoDate,
  end_date: IsoDate,
  state_version: Schema.Int,
  constraints: TripConstraints,
  days: Schema.Array(DayView),
  prices: PricesView,
  fixed: Schema.Array(FixedView),
  lodging: Schema.NullOr(Lodging),
  undo: Schema.Array(UndoView),
  vote: Schema.NullOr(VoteView),
  model: TripModel,
  members: Schema.Array(MemberView),
  /** Whose work the places of this trip are, in the words that their licences ask for. */
  attribution: Schema.Array(Attribution),
  relaxed: Schema.optionalKey(Schema.Array(Relaxation)),
  degraded: Schema.optionalKey(Schema.String),
  /** Changes that were acknowledged and could not be kept: the plan goes on without them. */
  lost: Schema.optionalKey(Schema.Array(Schema.Struct({ state_version: Schema.Int, message: Schema.String })))
}).annotate({ identifier: "TripView" })
export type TripView = typeof TripView.Type

export const TripSummary = Schema.Struct({
  id: TripId,
  city: Schema.String,
  status: TripStatus,
  start_date: IsoDate,
  end_date: IsoDate,
  state_version: Schema.Int
}).annotate({ identifier: "TripSummary" })

/** What a change did: the slots as they are now, and the ones that are gone. */
export const ChangeView = Schema.Struct({
  trip_id: TripId,
  state_version: Schema.Int,
  status: TripStatus,
  /** All that the travelers bring, as it is now. */
  fixed: Schema.Array(FixedView),
  undo: Schema.Array(UndoView),
  changed: Schema.Array(SlotView),
  /** Slots that keep their place and begin at another time: when they were to begin, and when they do now. */
  moved: Schema.Array(Schema.Struct({ slot_id: SlotId, from: Schema.String, to: Schema.String })),
  removed: Schema.Array(SlotId),
  /** Slots later that day whose times or openness were checked again. */
  downstream: Schema.Array(SlotId)
}).annotate({ identifier: "ChangeView" })
export type ChangeView = typeof ChangeView.Type

export const NodeView = Schema.Struct({
  id: NodeId,
  name: Schema.String,
  category: CategoryWord,
  neighbourhood: Schema.String,
  lat: Schema.Finite,
  lon: Schema.Finite,
  time_zone: Schema.String,
  opening_hours: Schema.NullOr(Schema.String),
  open: Open,
  expected: Schema.NullOr(Expected),
  price_tier: Schema.Int,
  price_known: Schema.Boolean,
  setting: Setting,
  vibe_tags: Schema.Array(VibeTagWord),
  overrated: Schema.NullOr(Schema.Boolean),
  /** Whose word that is: an editor's of ours, or what sources were counted to say. */
  overrated_by: Schema.NullOr(Schema.Literals(["editor", "sources"])),
  cross_ref_confidence: Schema.NullOr(Schema.Finite),
  source: Schema.String,
  source_tier: Schema.Int,
  evidence: Schema.Array(EvidenceLine),
  /** By language; `local` is the one on the door. */
  names: Names,
  facts: PlaceFacts,
  booking_needed: Schema.Boolean,
  attribution: Schema.Array(Attribution)
}).annotate({ identifier: "NodeView" })
export type NodeView = typeof NodeView.Type

/** How many entries a list is to give at most. */
export const Limit = Schema.optionalKey(
  Schema.FiniteFromString.check(
    Schema.isInt({ message: "must be a whole number from 1 to 200" }),
    Schema.isBetween({ minimum: 1, maximum: 200 }, { message: "must be a whole number from 1 to 200" })
  )
)

/** What a list takes: a cursor from the page before, of the form that this list gives, and how many. */
export const page = (form: RegExp) => ({
  cursor: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(form, { message: "must be the next_cursor of the page before, as it was given" })
    )
  ),
  limit: Limit
})

export const JobView = Schema.Struct({
  id: Schema.String,
  kind: Schema.String,
  state: Schema.Literals(["queued", "running", "done", "failed"]),
  attempts: Schema.Int,
  progress: Schema.NullOr(Schema.Unknown),
  result: Schema.NullOr(Schema.Unknown),
  error: Schema.NullOr(Schema.String),
  created_at: Instant,
  finished_at: Schema.NullOr(Instant)
}).annotate({ identifier: "JobView" })
