/**
 * Everything that can go wrong with a request, as RFC 9457 problem documents. A `type` is stable for ever: clients
 * branch on it. `detail` says what happened to this request and what to do about it; the gateway adds `request_id`.
 */
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Schema from "effect/Schema"

const PREFIX = "urn:overplanned:problem:"

const declare = <const Name extends string, const Status extends number>(name: Name, status: Status, title: string) =>
  ({ type: `${PREFIX}${name}`, status, title }) as const

export const Issue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Finite])),
  message: Schema.String
}).annotate({ identifier: "Issue" })

/** In every problem: what the log of this request is found by. The gateway adds it. */
const traced = { request_id: Schema.optionalKey(Schema.String) }

export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  declare("invalid-request", 400, "The request is not of the form this route takes"),
  { ...traced, errors: Schema.optionalKey(Schema.Array(Issue)) }
) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  declare("unauthorized", 401, "A valid token is needed"),
  traced
) {}

export class AdminsOnly extends HttpApiError.Problem<AdminsOnly>()(
  "AdminsOnly",
  declare("admins-only", 403, "This route is for administrators"),
  traced
) {}

export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  declare("not-found", 404, "There is no such thing, or it is not yours"),
  traced
) {}

export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  declare("conflict", 409, "The present state does not allow this"),
  traced
) {}

/** The offer was taken, withdrawn, has run out, or was lost; a fresh one is attached where one could be made. */
export class PivotExpired extends HttpApiError.Problem<PivotExpired>()(
  "PivotExpired",
  declare("pivot-expired", 409, "This offer can no longer be taken"),
  { ...traced, offer: Schema.optionalKey(Schema.Unknown) }
) {}

export class IdempotencyConflict extends HttpApiError.Problem<IdempotencyConflict>()(
  "IdempotencyConflict",
  declare("idempotency-conflict", 409, "This Idempotency-Key was used for another request"),
  traced
) {}

/** The same write, with the same Idempotency-Key, has not been answered yet. */
export class RequestUnderWay extends HttpApiError.Problem<RequestUnderWay>()(
  "RequestUnderWay",
  declare("request-under-way", 409, "The first request with this Idempotency-Key is still under way"),
  { ...traced, retry_after_seconds: Schema.Int }
) {}

export class StaleState extends HttpApiError.Problem<StaleState>()(
  "StaleState",
  declare("stale-state", 412, "The trip has moved on"),
  {
    ...traced,
    state_version: Schema.Int,
    /** What has happened since, oldest first, as far as that is remembered. */
    changes: Schema.optionalKey(Schema.Array(Schema.Struct({ state_version: Schema.Int, what: Schema.String })))
  }
) {}

export class PayloadTooLarge extends HttpApiError.Problem<PayloadTooLarge>()(
  "PayloadTooLarge",
  declare("payload-too-large", 413, "The body is too large"),
  traced
) {}

/** The request is well formed and cannot be granted: dates in the past, contradictory constraints, an unknown city. */
export class Unprocessable extends HttpApiError.Problem<Unprocessable>()(
  "Unprocessable",
  declare("unprocessable", 422, "This cannot be done as asked"),
  {
    ...traced,
    errors: Schema.optionalKey(Schema.Array(Issue)),
    seeded_cities: Schema.optionalKey(Schema.Array(Schema.String))
  }
) {}

export class TooManyRequests extends HttpApiError.Problem<TooManyRequests>()(
  "TooManyRequests",
  declare("too-many-requests", 429, "Too many requests"),
  { ...traced, retry_after_seconds: Schema.Int }
) {}

export class Unavailable extends HttpApiError.Problem<Unavailable>()(
  "Unavailable",
  declare("unavailable", 503, "This cannot be answered right now"),
  { ...traced, retry_after_seconds: Schema.Int }
) {}

/** Bodies for what fails outside any route: unknown paths, media types, defects. */
export const problemBody = (name: string, status: number, title: string, detail: string) => ({
  type: `${PREFIX}${name}`,
  status,
  title,
  detail
})
