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
export const StopAddition = Schema.Union([
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

const ADD =
  "Adds a place of the catalog (search `GET /cities/{slug}/nodes?q=`) or one of your own. Other stops give way as little as they can: first in time, then in how long one stays. What cannot be is refused with what stands in its way."
const CHOOSE =
  "What a swap of this stop could bring, best first, each checked as of now. Nothing changes: choose one with `PATCH /trips/{id}/slots/{slot_id}` and `{action: swap, node_id}`."
const REORDER =
  "The stops of a day in another order. Name each that can still move once; locked stops and what is fixed keep their times."
const UNDO =
  "Takes back a change of the plan, for ten minutes: swaps, edits, accepted offers, new dates, new plans. `change` is one of the trip's `undo`, the newest where it is left out. Two who undo the same change undo it once."
const FITS =
  "What fits into so many minutes from now, or from `at`: places between where you are by the plan and where you go on to, alone or one after the other."

export class EditsGroup extends HttpApiGroup.make("edits")
  .add(
    HttpApiEndpoint.post("add", "/:id/slots", {
      params: { id: TripId },
      headers: IfMatch,
      payload: StopAddition,
      success: ChangeView.pipe(HttpApiSchema.status(201)),
      error: tripProblems
    }).annotateMerge(OpenApi.annotations({ description: ADD })),
    HttpApiEndpoint.get("choices", "/:id/slots/:slot_id/choices", {
      params: { id: TripId, slot_id: SlotId },
      success: Choices,
      error: tripProblems
    }).annotateMerge(OpenApi.annotations({ description: CHOOSE })),
    HttpApiEndpoint.put("reorder", "/:id/days/:day/order", {
      params: { id: TripId, day: DayNumber },
      headers: IfMatch,
      payload: Schema.Struct({ slot_ids: Schema.Array(SlotId).check(Schema.isMaxLength(64)) }),
      success: ChangeView,
      error: tripProblems
    }).annotateMerge(OpenApi.annotations({ description: REORDER })),
    HttpApiEndpoint.post("undo", "/:id/undo", {
      params: { id: TripId },
      headers: IfMatch,
      payload: Schema.Struct({ change: Schema.optionalKey(Schema.Int) }),
      success: ChangeView,
      error: tripProblems
    }).annotateMerge(OpenApi.annotations({ description: UNDO })),
    HttpApiEndpoint.get("fits", "/:id/fits", {
      params: { id: TripId },
      query: { minutes: Minutes, at: Schema.optionalKey(Moment) },
      success: Fits,
      error: tripProblems
    }).annotateMerge(OpenApi.annotations({ description: FITS }))
  )
  .middleware(Authorization)
  .prefix("/api/v1/trips")
  .annotateMerge(
    OpenApi.annotations({
      title: "Edits",
      description: "Plans, changed by hand: what comes, moves and goes, and goes back."
    })
  ) {}
