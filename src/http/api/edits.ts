/** Changes of a plan by hand, what could be changed into what, and all of it taken back. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { NodeId, SlotId, TripId } from "../../domain/ids.ts"
import { MAX_DAYS } from "../../domain/trip/request.ts"
import { Choices, Fits, LEAST_FITTING, MOST_FITTING } from "../../domain/trip/suggestions.ts"
import { Intention } from "../../domain/vocabulary.ts"
import { Authorization } from "./identity.ts"
import { ChangeView, Lat, Lon, Moment, Title } from "./shapes.ts"
import { IfMatch, tripProblems } from "./trips.ts"

const Why = Schema.optionalKey(Intention)

/** A place of the catalog or one of one's own; where it goes best, unless a day or a time is said. */
const anywhere = { day: Schema.optionalKey(Schema.Int), at: Schema.optionalKey(Moment), reason: Why }
const StopAddition = Schema.Union([
  Schema.Struct({ node_id: NodeId, ...anywhere }),
  Schema.Struct({
    own: Schema.Struct({
      title: Title,
      /** How long one stays. */
      minutes: Schema.Int.check(
        Schema.isBetween({ minimum: 5, maximum: 720 }, { message: "must be a whole number from 5 to 720" })
      ),
      lat: Schema.optionalKey(Lat),
      lon: Schema.optionalKey(Lon)
    }),
    ...anywhere
  })
]).annotate({
  examples: [{ own: { title: "Coffee at Ana's", minutes: 60, lat: 47.62, lon: -122.32 }, day: 2 }]
})

const DayNumber = Schema.FiniteFromString.check(
  Schema.isInt({ message: "must be the number of a day, from 1 on" }),
  Schema.isBetween({ minimum: 1, maximum: MAX_DAYS }, { message: `must be a day from 1 to ${MAX_DAYS}` })
)
const minutesText = `must be a whole number from ${LEAST_FITTING} to ${MOST_FITTING}`
const Minutes = Schema.FiniteFromString.check(
  Schema.isInt({ message: minutesText }),
  Schema.isBetween({ minimum: LEAST_FITTING, maximum: MOST_FITTING }, { message: minutesText })
)

export class EditsGroup extends HttpApiGroup.make("edits")
  .add(
    HttpApiEndpoint.post("add", "/:id/slots", {
      params: { id: TripId },
      headers: IfMatch,
      payload: StopAddition,
      success: ChangeView.pipe(HttpApiSchema.status(201)),
      error: tripProblems
    }),
    HttpApiEndpoint.get("choices", "/:id/slots/:slot_id/choices", {
      params: { id: TripId, slot_id: SlotId },
      success: Choices,
      error: tripProblems
    }),
    HttpApiEndpoint.put("reorder", "/:id/days/:day/order", {
      params: { id: TripId, day: DayNumber },
      headers: IfMatch,
      payload: Schema.Struct({ slot_ids: Schema.Array(SlotId).check(Schema.isMaxLength(64)) }),
      success: ChangeView,
      error: tripProblems
    }),
    HttpApiEndpoint.post("undo", "/:id/undo", {
      params: { id: TripId },
      headers: IfMatch,
      payload: Schema.Struct({ change: Schema.optionalKey(Schema.Int) }),
      success: ChangeView,
      error: tripProblems
    }),
    HttpApiEndpoint.get("fits", "/:id/fits", {
      params: { id: TripId },
      query: { minutes: Minutes, at: Schema.optionalKey(Moment) },
      success: Fits,
      error: tripProblems
    })
  )
  .middleware(Authorization)
  .prefix("/api/v1/trips")
  .annotateMerge(
    OpenApi.annotations({
      title: "Edits",
      description: "Plans, changed by hand: what comes, moves and goes, and goes back."
    })
  ) {}
