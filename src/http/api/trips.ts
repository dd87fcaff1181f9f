import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { NodeId, OptionId, PivotId, SlotId, TripId, UserId, UUID } from "../../domain/ids.ts"
import { Offer, PivotRequest } from "../../domain/pivot/model.ts"
import { TripConstraints } from "../../domain/plan/model.ts"
import { IsoDate } from "../../domain/trip/model.ts"
import { MAX_DAYS } from "../../domain/trip/request.ts"
import { Intention } from "../../domain/vocabulary.ts"
import { Authorization } from "./identity.ts"
import { Conflict, InvalidRequest, NotFound, PivotExpired, StaleState, Unavailable, Unprocessable } from "./problems.ts"
import { ChangeView, page, TripSummary, TripView } from "./shapes.ts"

export const TripCreation = Schema.Struct({
  city: Schema.String.check(
    Schema.isPattern(/^[a-z0-9-]{1,64}$/, { message: "must be the slug of a city, such as seattle" })
  ),
  start_date: IsoDate,
  days: Schema.Int.check(
    Schema.isBetween({ minimum: 1, maximum: MAX_DAYS }, { message: `must be a whole number from 1 to ${MAX_DAYS}` })
  ),
  party: Schema.optionalKey(Schema.Array(UserId).check(Schema.isMaxLength(7))),
  constraints: Schema.optionalKey(TripConstraints)
})
export type TripCreation = typeof TripCreation.Type

export const TripPatch = Schema.Struct({
  start_date: Schema.optionalKey(IsoDate),
  end_date: Schema.optionalKey(IsoDate),
  status: Schema.optionalKey(Schema.Literals(["confirmed", "active", "completed", "shortened", "cancelled"]))
})

/** Why somebody changes the plan; kept as an intention signal. */
const Why = Schema.optionalKey(Intention)

export const SlotAction = Schema.Union([
  Schema.Struct({ action: Schema.Literal("swap"), node_id: Schema.optionalKey(NodeId), reason: Why }),
  Schema.Struct({ action: Schema.Literals(["lock", "unlock", "remove"]), reason: Why })
])

export const PivotAnswer = Schema.Union([
  Schema.Struct({ response: Schema.Literal("accept"), option_id: OptionId }),
  Schema.Struct({ response: Schema.Literal("dismiss"), reason: Why })
])

/** What asking a trip for something can come to. */
const tripProblems = [NotFound, Conflict, PivotExpired, StaleState, Unprocessable, Unavailable, InvalidRequest] as const

const TripParams = { id: TripId }
const IfMatch = { "if-match": Schema.optionalKey(Text(64)) }

const created = HttpApiSchema.status(201)

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
    HttpApiEndpoint.put("veto", "/:id/vetoes", {
      params: TripParams,
      payload: Schema.Struct({
        node_ids: Schema.Array(NodeId).check(Schema.isMaxLength(200)),
        tags: Schema.Array(Text(64)).check(Schema.isMaxLength(64))
      }),
      success: Schema.Struct({
        node_ids: Schema.Array(NodeId),
        tags: Schema.Array(Schema.String),
        /** Slots of the plan that now go against somebody's veto. */
        affected_slots: Schema.Array(SlotId)
      }),
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
