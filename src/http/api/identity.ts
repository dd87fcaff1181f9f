/** Who asks. Declared apart from its check, so that the contract stays free of server code. */
import * as Context from "effect/Context"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import type { TokenHolder } from "../../services/tokens.ts"
import {
  AdminsOnly,
  IdempotencyConflict,
  InvalidRequest,
  RequestUnderWay,
  TooManyRequests,
  Unauthorized,
  Unavailable
} from "./problems.ts"

export class CurrentCaller extends Context.Service<CurrentCaller, TokenHolder>()("overplanned/CurrentCaller") {}

/** A valid token, from anybody who stays within their limits; a write that was sent before is answered as before. */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentCaller }>()(
  "overplanned/Authorization",
  {
    security: { bearer: HttpApiSecurity.bearer },
    error: [Unauthorized, TooManyRequests, IdempotencyConflict, RequestUnderWay, InvalidRequest, Unavailable]
  }
) {}

/** A valid token that says `role: admin`. */
export class AdminAuthorization extends HttpApiMiddleware.Service<AdminAuthorization, { requires: CurrentCaller }>()(
  "overplanned/AdminAuthorization",
  { error: AdminsOnly }
) {}
