/**
 * Who may come in: the token is checked, the traveler's own limit counts, a repeated write is answered from its
 * receipt, and the traveler's row is there from the first valid token on.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type * as Response from "effect/http/HttpServerResponse"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { unhandled } from "effect/Types"
import { isUuid, type TripId } from "../../domain/ids.ts"
import { Newcomers } from "../../services/newcomers.ts"
import { type TokenHolder, Tokens } from "../../services/tokens.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { AdminAuthorization, Authorization, CurrentCaller } from "../api/identity.ts"
import {
  AdminsOnly,
  type IdempotencyConflict,
  type InvalidRequest,
  type RequestUnderWay,
  TooManyRequests,
  Unauthorized,
  Unavailable
} from "../api/problems.ts"
import { answerOnce } from "../middleware/idempotency.ts"
import type { RateLimiter } from "../middleware/rate-limit.ts"
import { type RequestFacts, RequestScope } from "../middleware/request-scope.ts"

/** The groups whose routes are about one trip, where they name one by `id`. */
const ABOUT_TRIPS: ReadonlySet<string> = new Set(["trips", "links"])

interface Route {
  readonly endpoint: HttpApiEndpoint.Top
  readonly group: HttpApiGroup.Top
}

/** What coming in can come to, beside what happens inside. */
type Admission =
  | IdempotencyConflict
  | RequestUnderWay
  | InvalidRequest
  | TooManyRequests
  | Unauthorized
  | Unavailable
  | unhandled

export const layer = (options: {
  readonly userLimitPerMinute: number | undefined
  readonly limiter: RateLimiter | undefined
}) =>
  Layer.effect(
    Authorization,
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const newcomers = yield* Newcomers
      const once = yield* answerOnce
      const trips = yield* TripRuntime
      const { limiter } = options

      /** Whether a request that was answered before would get past the door of its route today. */
      const letInNow = Effect.fnUntraced(function* ({ endpoint, group }: Route, caller: TokenHolder) {
        if (endpoint.middlewares.has(AdminAuthorization)) return caller.role === "admin"
        const { id } = yield* HttpRouter.params
        if (!ABOUT_TRIPS.has(group.identifier) || !isUuid(id)) return true
        return yield* trips.ask(id as TripId, { _tag: "read", by: caller.userId }).pipe(
          Effect.as(true),
          Effect.catchTag("TripNotFound", () => Effect.succeed(false)),
          Effect.mapError(({ message }) => new Unavailable({ detail: message, retry_after_seconds: 1 }))
        )
      })

      const admit = (
        handler: Effect.Effect<Response.HttpServerResponse, unhandled, CurrentCaller>,
        route: Route,
        caller: TokenHolder,
        scope: RequestFacts
      ): Effect.Effect<Response.HttpServerResponse, Admission, HttpServerRequest | HttpRouter.RouteContext> => {
        scope.callerId = caller.userId
        const wait = limiter === undefined ? 0 : limiter.take(caller.userId, scope.receivedAt)
        if (wait > 0) {
          return Effect.fail(
            new TooManyRequests({
              detail: `That is more than ${options.userLimitPerMinute} requests in a minute. Try again in ${wait} seconds.`,
              retry_after_seconds: wait
            })
          )
        }
        newcomers.welcome(caller.userId, scope.receivedAt)
        return once(Effect.provideService(handler, CurrentCaller, caller), letInNow(route, caller), caller)
      }

      return Authorization.of({
        // The usual case, a token that was seen before, is decided on the spot: no fiber steps, no waiting.
        bearer: (handler, { credential, ...route }) =>
          Effect.withFiber((fiber) => {
            const scope = fiber.getRef(RequestScope)
            const token = Redacted.value(credential)
            const known = tokens.known(token, scope.receivedAt)
            if (known !== undefined) return admit(handler, route, known, scope)
            return Effect.matchEffect(tokens.verify(token), {
              onFailure: (refused) => Effect.fail(new Unauthorized({ detail: refused.message })),
              onSuccess: (caller) => admit(handler, route, caller, scope)
            })
          })
      })
    })
  )

export const adminLayer = Layer.succeed(
  AdminAuthorization,
  AdminAuthorization.of((handler) =>
    Effect.gen(function* () {
      const caller = yield* CurrentCaller
      if (caller.role === "admin") return yield* handler
      return yield* new AdminsOnly({ detail: "Your token's role is traveler. Use a token with role admin." })
    })
  )
)
