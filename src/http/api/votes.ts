import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { PivotId, TripId } from "../../domain/ids.ts"
import { VoteAnswer } from "../../domain/trip/vote.ts"
import { Authorization } from "./identity.ts"
import { VoteView } from "./shapes.ts"
import { IfMatch, tripProblems } from "./trips.ts"

/** Longest that a group may take to decide, in minutes: what was offered does not hold for hours. */
const MOST_VOTE_MINUTES = 120

const Minutes = Schema.Int.check(
  Schema.isBetween(
    { minimum: 1, maximum: MOST_VOTE_MINUTES },
    { message: `must be a whole number of minutes from 1 to ${MOST_VOTE_MINUTES}` }
  )
)

export const VoteHere = Schema.Struct({
  vote: Schema.NullOr(VoteView),
  /** What you voted; null where you have not. */
  yours: Schema.NullOr(VoteAnswer)
}).annotate({ identifier: "VoteHere" })

const ofOffer = { id: TripId, pivot_id: PivotId }

export class VotesGroup extends HttpApiGroup.make("votes")
  .add(
    HttpApiEndpoint.post("open", "/:id/pivots/:pivot_id/vote", {
      params: ofOffer,
      headers: IfMatch,
      payload: Schema.Struct({
        minutes: Schema.optionalKey(Minutes),
        default: Schema.optionalKey(VoteAnswer)
      }),
      success: VoteHere.pipe(HttpApiSchema.status(201)),
      error: tripProblems
    }),
    HttpApiEndpoint.put("cast", "/:id/pivots/:pivot_id/vote", {
      params: ofOffer,
      headers: IfMatch,
      payload: VoteAnswer,
      success: VoteHere,
      error: tripProblems
    }),
    HttpApiEndpoint.get("read", "/:id/vote", { params: { id: TripId }, success: VoteHere, error: tripProblems })
  )
  .middleware(Authorization)
  .prefix("/api/v1/trips")
  .annotateMerge(
    OpenApi.annotations({
      title: "Votes",
      description: "A group decides together on an offer, by a deadline and with a default."
    })
  ) {}
