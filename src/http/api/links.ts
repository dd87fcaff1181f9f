import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { TripId, Uuid } from "../../domain/ids.ts"
import { LinkKind, MOST_LINK_DAYS } from "../../domain/trip/links.ts"
import { IsoDate } from "../../domain/trip/model.ts"
import { TripStatus } from "../../domain/vocabulary.ts"
import { Authorization } from "./identity.ts"
import { Conflict, InvalidRequest, NotFound, PivotExpired, StaleState, Unavailable, Unprocessable } from "./problems.ts"
import { Instant, TripView } from "./shapes.ts"

export const LinkView = Schema.Struct({
  id: Uuid,
  kind: LinkKind,
  from_name: Schema.NullOr(Schema.String),
  expires_at: Instant
}).annotate({ identifier: "LinkView" })

/** Told once: of the secret only a hash is kept. */
export const NewLink = Schema.Struct({
  ...LinkView.fields,
  /** For people to type or read out. */
  code: Schema.String,
  /** Where it leads on this server: a page to join, a calendar to subscribe to, or a page to read the plan on. */
  path: Schema.String
}).annotate({ identifier: "NewLink" })

export const InvitationView = Schema.Struct({
  from_name: Schema.NullOr(Schema.String),
  city: Schema.String,
  start_date: IsoDate,
  end_date: IsoDate,
  status: TripStatus,
  travelers: Schema.Int,
  joined: Schema.Boolean,
  expires_at: Instant,
  /** What members of the trip see of each other, in sentences. */
  sees: Schema.Array(Schema.String)
}).annotate({ identifier: "InvitationView" })

/** What asking a trip for something can come to. */
const problems = [NotFound, Conflict, PivotExpired, StaleState, Unprocessable, Unavailable, InvalidRequest] as const

const code = { code: Text(64) }

export class LinksGroup extends HttpApiGroup.make("links")
  .add(
    HttpApiEndpoint.post("make", "/trips/:id/links", {
      params: { id: TripId },
      payload: Schema.Struct({
        kind: LinkKind,
        /** What the one who invites wants to be called; whoever holds the link reads it. */
        from_name: Schema.optionalKey(Text(60).check(Schema.isMinLength(1))),
        /** How long it is to hold. */
        days: Schema.optionalKey(
          Schema.Int.check(
            Schema.isBetween(
              { minimum: 1, maximum: MOST_LINK_DAYS },
              { message: `must be a whole number of days from 1 to ${MOST_LINK_DAYS}` }
            )
          )
        )
      }),
      success: NewLink.pipe(HttpApiSchema.status(201)),
      error: problems
    }),
    HttpApiEndpoint.get("mine", "/trips/:id/links", {
      params: { id: TripId },
      success: Schema.Struct({ links: Schema.Array(LinkView) }),
      error: problems
    }),
    HttpApiEndpoint.delete("revoke", "/trips/:id/links/:link_id", {
      params: { id: TripId, link_id: Uuid },
      success: HttpApiSchema.NoContent,
      error: problems
    }),
    HttpApiEndpoint.get("invitation", "/invitations/:code", {
      params: code,
      success: InvitationView,
      error: problems
    }),
    HttpApiEndpoint.post("accept", "/invitations/:code/join", { params: code, success: TripView, error: problems })
  )
  .middleware(Authorization)
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({
      title: "Links",
      description:
        "Secret links to a trip: invitations, calendars that follow the plan, and a view of it to read. They run out and can be revoked."
    })
  ) {}
