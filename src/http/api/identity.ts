/** Who asks. Declared apart from its check, so that the contract stays free of server code. */
import * as Context from "effect/Context"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import type { UserId } from "../../domain/ids.ts"
import { AdminsOnly, Unauthorized } from "./problems.ts"

export interface Caller {
  readonly userId: UserId
  readonly role: "traveler" | "admin"
  /** Unix milliseconds. */
  readonly expiresAt: number
}

export class CurrentCaller extends Context.Service<CurrentCaller, Caller>()("overplanned/CurrentCaller") {}

/** A valid token, from anybody. */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentCaller }>()(
  "overplanned/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: Unauthorized }
) {}

/** A valid token that says `role: admin`. */
export class AdminAuthorization extends HttpApiMiddleware.Service<AdminAuthorization, { requires: CurrentCaller }>()(
  "overplanned/AdminAuthorization",
  { error: AdminsOnly }
) {}
