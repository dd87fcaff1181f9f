/** The HTTP contract, whole: what `/openapi.json` is made from and what typed clients are derived from. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { dressed } from "../contract/document.ts"
import { AdminGroup } from "./admin.ts"
import { BeginGroup } from "./begin.ts"
import { CitiesGroup } from "./cities.ts"
import { CompanionsGroup } from "./companions.ts"
import { EditsGroup } from "./edits.ts"
import { RequestForm } from "./form.ts"
import { LinksGroup } from "./links.ts"
import { PeopleGroup } from "./people.ts"
import { PushAnswersGroup, PushGroup } from "./push.ts"
import { SharedGroup } from "./shared.ts"
import { TripsGroup } from "./trips.ts"
import { Validators } from "./validators.ts"
import { VotesGroup } from "./votes.ts"

export class Api extends HttpApi.make("overplanned")
  .add(
    BeginGroup,
    TripsGroup,
    EditsGroup,
    VotesGroup,
    LinksGroup,
    SharedGroup,
    PushGroup,
    PushAnswersGroup,
    PeopleGroup,
    CompanionsGroup,
    CitiesGroup,
    AdminGroup
  )
  .middleware(RequestForm)
  .middleware(Validators)
  // Everything that is wrong with a body at once, not one field per attempt.
  // A field or parameter that nobody reads is a wish that would be lost without a word: it is refused.
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Overplanned",
      version: "1",
      description:
        "Plans trips from local evidence and stays with the traveler while the trip is under way. Pivot offers also travel over the WebSocket /ws/trips/{id}/pivot-stream. Every refusal is a problem document (application/problem+json), but for one: a request's head of more than 64 KiB, or of 99 headers or more, is answered 431 with a line of HTML before anything else sees it."
    })
  )
  .annotateMerge(dressed) {}
