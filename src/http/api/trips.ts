import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { VibeTagWord } from "../../domain/catalog/words.ts"
import { NodeId, OptionId, PivotId, SlotId, TripId, UserId, UUID } from "../../domain/ids.ts"
import { NodeBrief, Offer, PivotRequest } from "../../domain/pivot/model.ts"
import { FIXED_KINDS, TripConstraints } from "../../domain/plan/model.ts"
import { MOST_RULED_OUT } from "../../domain/trip/commands.ts"
import { MAX_FIXED } from "../../domain/trip/fixed.ts"
import { IsoDate } from "../../domain/trip/model.ts"
import { MAX_DAYS } from "../../domain/trip/request.ts"
import { Intention } from "../../domain/vocabulary.ts"
import { Authorization } from "./identity.ts"
import { Conflict, InvalidRequest, NotFound, PivotExpired, StaleState, Unavailable, Unprocessable } from "./problems.ts"
import { ChangeView, Lat, Lon, Moment, page, SaidAt, Title, TripSummary, TripView } from "./shapes.ts"

/** Something that stays at its time: an arrival, a reservation, a ticket. Everything else goes around it. */
const Fixed = Schema.Struct({
  title: Title,
  /** Nothing is planned before an arrival or after a departure; a reservation at a meal's hours is that meal. */
  kind: Schema.optionalKey(Schema.Literals(FIXED_KINDS)),
  at: Moment,
  until: Moment,
  lat: Schema.optionalKey(Lat),
  lon: Schema.optionalKey(Lon)
}).annotate({
  examples: [
    {
      title: "Train from Portland",
      kind: "arrival",
      at: "2026-05-01T11:05",
      until: "2026-05-01T11:30",
      lat: 47.598,
      lon: -122.33
    },
    { title: "Table for four", kind: "reservation", at: "2026-05-02T19:00", until: "2026-05-02T21:00" }
  ]
})
const FixedList = Schema.Array(Fixed).check(Schema.isMaxLength(MAX_FIXED))

/** Where the travelers sleep: the way from there and back counts in every day. */
const LodgingWish = Schema.Struct({ title: Schema.optionalKey(Title), lat: Lat, lon: Lon }).annotate({
  examples: [{ title: "Inn at the market", lat: 47.61, lon: -122.34 }]
})

export const TripCreation = Schema.Struct({
  city: Schema.String.check(
    Schema.isPattern(/^[a-z0-9-]{1,64}$/, { message: "must be the slug of a city, such as seattle" })
  ),
  start_date: IsoDate,
  days: Schema.Int.check(
    Schema.isBetween({ minimum: 1, maximum: MAX_DAYS }, { message: `must be a whole number from 1 to ${MAX_DAYS}` })
  ),
  party: Schema.optionalKey(Schema.Array(UserId).check(Schema.isMaxLength(7))),
  constraints: Schema.optionalKey(TripConstraints),
  fixed: Schema.optionalKey(FixedList),
  lodging: Schema.optionalKey(LodgingWish)
}).annotate({ identifier: "TripCreation" })
export type TripCreation = typeof TripCreation.Type

export const TripPatch = Schema.Struct({
  start_date: Schema.optionalKey(IsoDate),
  end_date: Schema.optionalKey(IsoDate),
  /** All that is fixed from now on; what stays has the title and beginning that it had. The plan is made anew around it. */
  fixed: Schema.optionalKey(FixedList),
  /** Null where there is none any more. */
  lodging: Schema.optionalKey(Schema.NullOr(LodgingWish)),
  status: Schema.optionalKey(Schema.Literals(["confirmed", "active", "completed", "shortened", "cancelled"]))
}).annotate({ identifier: "TripPatch" })

/** Why somebody changes the plan; kept as an intention signal. */
const Why = Schema.optionalKey(Intention)

export const SlotAction = Schema.Union([
  Schema.Struct({ action: Schema.Literal("swap"), node_id: Schema.optionalKey(NodeId), reason: Why }),
  /** To a time, or to a day, where it goes best then. */
  Schema.Struct({
    action: Schema.Literal("move"),
    day: Schema.optionalKey(Schema.Int),
    at: Schema.optionalKey(Moment),
    reason: Why
  }),
  Schema.Struct({ action: Schema.Literals(["lock", "unlock", "remove"]), reason: Why }),
  /** Whether its door was open when one came: the plan stays as it is. */
  Schema.Struct({ action: Schema.Literal("report"), open: Schema.Boolean })
])

/** When it was said, where there was no network then. */
const Said = Schema.optionalKey(SaidAt)

export const PivotAnswer = Schema.Union([
  Schema.Struct({ response: Schema.Literal("accept"), option_id: OptionId, said_at: Said }),
  Schema.Struct({ response: Schema.Literal("dismiss"), reason: Why, said_at: Said })
])

/** What asking a trip for something can come to. */
export const tripProblems = [
  NotFound,
  Conflict,
  PivotExpired,
  StaleState,
  Unprocessable,
  Unavailable,
  InvalidRequest
] as const

const TripParams = { id: TripId }
export const IfMatch = { "if-match": Schema.optionalKey(Text(64)) }

const created = HttpApiSchema.status(201)

const RuledOut = Schema.Struct({
  node_ids: Schema.optionalKey(Schema.Array(NodeId).check(Schema.isMaxLength(MOST_RULED_OUT))),
  tags: Schema.optionalKey(Schema.Array(VibeTagWord).check(Schema.isMaxLength(64)))
}).annotate({ identifier: "RuledOut" })

const OwnVetoes = Schema.Struct({
  nodes: Schema.Array(NodeBrief),
  tags: Schema.Array(VibeTagWord),
  /** Slots of the plan that now go against one of them. */
  affected_slots: Schema.Array(SlotId)
}).annotate({ identifier: "OwnVetoes" })

export class TripsGroup extends HttpApiGroup.make("trips")
  .add(
    HttpApiEndpoint.post("create", "/", {
      payload: TripCreation,
      success: TripView.pipe(created),
      error: tripProblems
    }),
    HttpApiEndpoint.get("list", "/", {
      query: page(UUID),
      success: Schema.Struct({ trips: Schema.Array(TripSummary), next_cursor: Schema.NullOr(Schema.String) }),
      error: Unavailable
    }),
    HttpApiEndpoint.get("read", "/:id", { params: TripParams, success: TripView, error: tripProblems }),
    HttpApiEndpoint.patch("change", "/:id", {
      params: TripParams,
      headers: IfMatch,
      payload: TripPatch,
      success: TripView,
      error: tripProblems
    }),
    HttpApiEndpoint.delete("delete", "/:id", {
      params: TripParams,
      headers: IfMatch,
      success: HttpApiSchema.NoContent,
      error: tripProblems
    }),
    HttpApiEndpoint.post("invite", "/:id/members", {
      params: TripParams,
      headers: IfMatch,
      payload: Schema.Struct({ user_id: UserId }),
      success: TripView,
      error: tripProblems
    }),
    HttpApiEndpoint.post("join", "/:id/join", {
      params: TripParams,
      success: TripView,
      error: tripProblems
    }),
    HttpApiEndpoint.delete("leave", "/:id/members/:user_id", {
      params: { id: TripId, user_id: UserId },
      headers: IfMatch,
      success: HttpApiSchema.NoContent,
      error: tripProblems
    }),
    HttpApiEndpoint.post("replan", "/:id/replan", {
      params: TripParams,
      headers: IfMatch,
      payload: Schema.Struct({ constraints: Schema.optionalKey(TripConstraints) }),
      success: TripView,
      error: tripProblems
    }),
    HttpApiEndpoint.get("vetoes", "/:id/vetoes", {
      params: TripParams,
      success: OwnVetoes,
      error: tripProblems
    }),
    HttpApiEndpoint.put("veto", "/:id/vetoes", {
      params: TripParams,
      payload: Schema.Struct({
        node_ids: Schema.Array(NodeId).check(Schema.isMaxLength(MOST_RULED_OUT)),
        tags: Schema.Array(VibeTagWord).check(Schema.isMaxLength(64))
      }),
      success: Schema.Struct({
        node_ids: Schema.Array(NodeId),
        tags: Schema.Array(VibeTagWord),
        /** Slots of the plan that now go against somebody's veto. */
        affected_slots: Schema.Array(SlotId)
      }),
      error: tripProblems
    }),
    HttpApiEndpoint.patch("editVetoes", "/:id/vetoes", {
      params: TripParams,
      payload: Schema.Struct({ add: Schema.optionalKey(RuledOut), remove: Schema.optionalKey(RuledOut) }),
      success: OwnVetoes,
      error: tripProblems
    }),
    HttpApiEndpoint.patch("changeSlot", "/:id/slots/:slot_id", {
      params: { id: TripId, slot_id: SlotId },
      headers: IfMatch,
      payload: SlotAction,
      success: ChangeView,
      error: tripProblems
    }),
    HttpApiEndpoint.post("pivot", "/:id/pivot", {
      params: TripParams,
      payload: PivotRequest,
      success: Offer,
      error: tripProblems
    }),
    HttpApiEndpoint.post("answerPivot", "/:id/pivots/:pivot_id", {
      params: { id: TripId, pivot_id: PivotId },
      headers: IfMatch,
      payload: PivotAnswer,
      success: ChangeView,
      error: tripProblems
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1/trips")
  .annotateMerge(OpenApi.annotations({ title: "Trips", description: "Plans, and what happens to them under way." })) {}
