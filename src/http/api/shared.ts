import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Text } from "../../domain/basics/storable.ts"
import { Attribution } from "../../domain/catalog/attribution.ts"
import { IsoDate } from "../../domain/trip/model.ts"
import { TripStatus } from "../../domain/vocabulary.ts"
import { NotFound, Unavailable } from "./problems.ts"
import { DayView, FixedView, Instant } from "./shapes.ts"

export const SharedTrip = Schema.Struct({
  from_name: Schema.NullOr(Schema.String),
  city: Schema.String,
  city_name: Schema.String,
  time_zone: Schema.String,
  currency: Schema.NullOr(Schema.String),
  status: TripStatus,
  start_date: IsoDate,
  end_date: IsoDate,
  state_version: Schema.Int,
  days: Schema.Array(DayView),
  fixed: Schema.Array(FixedView),
  attribution: Schema.Array(Attribution),
  around: Schema.Array(Schema.Struct({ lat: Schema.Finite, lon: Schema.Finite, neighbourhood: Schema.String })),
  expires_at: Instant
}).annotate({ identifier: "SharedTrip" })

/** What is open to whoever holds a link: no token is asked for, and nothing can be changed. */
export class SharedGroup extends HttpApiGroup.make("shared")
  .add(
    HttpApiEndpoint.get("read", "/shared/:code", {
      params: { code: Text(64) },
      success: SharedTrip,
      error: [NotFound, Unavailable]
    })
  )
  .prefix("/api/v1")
  .annotateMerge(
    OpenApi.annotations({
      title: "Shared",
      description: "A plan that somebody shared by a link, to read without signing in."
    })
  ) {}
