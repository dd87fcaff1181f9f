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
})

export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  declare("invalid-request", 400, "The request is not of the form this route takes"),
  { errors: Schema.optionalKey(Schema.Array(Issue)) }
) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  declare("unauthorized", 401, "A valid token is needed")
) {}

export class AdminsOnly extends HttpApiError.Problem<AdminsOnly>()(
  "AdminsOnly",
  declare("admins-only", 403, "This route is for administrators")
) {}

export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  declare("not-found", 404, "There is no such thing, or it is not yours")
) {}

export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  declare("conflict", 409, "The present state does not allow this")
) {}

/** The offer was taken, withdrawn, has run out, or was lost; a fresh one is attached where one could be made. */
export class PivotExpired extends HttpApiError.Problem<PivotExpired>()(
  "PivotExpired",
  declare("pivot-expired", 409, "This offer can no longer be taken"),
  { offer: Schema.optionalKey(Schema.Unknown) }
) {}

export class IdempotencyConflict extends HttpApiError.Problem<IdempotencyConflict>()(
  "IdempotencyConflict",
  declare("idempotency-conflict", 409, "This Idempotency-Key was used for another request")
) {}

export class StaleState extends HttpApiError.Problem<StaleState>()(
  "StaleState",
  declare("stale-state", 412, "The trip has moved on"),
  { state_version: Schema.Int }
) {}

export class PayloadTooLarge extends HttpApiError.Problem<PayloadTooLarge>()(
  "PayloadTooLarge",
  declare("payload-too-large", 413, "The body is too large")
) {}

/** The request is well formed and cannot be granted: dates in the past, contradictory constraints, an unknown city. */
export class Unprocessable extends HttpApiError.Problem<Unprocessable>()(
  "Unprocessable",
  declare("unprocessable", 422, "This cannot be done as asked"),
  { errors: Schema.optionalKey(Schema.Array(Issue)), seeded_cities: Schema.optionalKey(Schema.Array(Schema.String)) }
) {}

export class TooManyRequests extends HttpApiError.Problem<TooManyRequests>()(
  "TooManyRequests",
  declare("too-many-requests", 429, "Too many requests"),
  { retry_after_seconds: Schema.Int }
) {}

export class Unavailable extends HttpApiError.Problem<Unavailable>()(
  "Unavailable",
  declare("unavailable", 503, "This cannot be answered right now"),
  { retry_after_seconds: Schema.Int }
) {}

/** Bodies for what fails outside any route: unknown paths, media types, defects. */
export const problemBody = (name: string, status: number, title: string, detail: string) => ({
  type: `${PREFIX}${name}`,
  status,
  title,
  detail
})
