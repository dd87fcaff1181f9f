/**
 * Who may come in: the token is checked, the traveler's own limit counts, a repeated write is answered from its
 * receipt, and the traveler's row is there from the first valid token on.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type * as Response from "effect/http/HttpServerResponse"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { unhandled } from "effect/Types"
import { isUuid, type TripId } from "../../domain/ids.ts"
import type { Receipt } from "../../domain/records/kinds.ts"
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
import { TripView } from "../api/shapes.ts"
import { answerOnce } from "../middleware/idempotency.ts"
import type { RateLimiter } from "../middleware/rate-limit.ts"
import { type RequestFacts, RequestScope } from "../middleware/request-scope.ts"

/** How the paths begin that name a trip, whichever group they belong to. */
const OF_A_TRIP = "/api/v1/trips/:id"

const A_TRIP = SchemaAST.resolveIdentifier(TripView.ast)

const readId = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ id: Schema.String })))

/**
 * The trip that an answer tells of: the one that its path names, or the one that came of it, where a trip is made or
 * somebody takes up an invitation. Undefined where it tells of none.
 */
const tripTold = (endpoint: HttpApiEndpoint.Top, named: string | undefined, receipt: Receipt): string | undefined => {
  if (endpoint.path.startsWith(OF_A_TRIP)) return named
  const isTrip = [...endpoint.success].some(({ ast }) => SchemaAST.resolveIdentifier(ast) === A_TRIP)
  return isTrip ? Option.getOrUndefined(readId(receipt.body))?.id : undefined
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
      const letInNow = Effect.fnUntraced(function* (endpoint: HttpApiEndpoint.Top, caller: TokenHolder, was: Receipt) {
        if (endpoint.middlewares.has(AdminAuthorization)) return caller.role === "admin"
        const id = tripTold(endpoint, (yield* HttpRouter.params)["id"], was)
        if (!isUuid(id)) return true
        return yield* trips.ask(id as TripId, { _tag: "read", by: caller.userId }).pipe(
          Effect.as(true),
          Effect.catchTag("TripNotFound", () => Effect.succeed(false)),
          Effect.mapError(({ message }) => new Unavailable({ detail: message, retry_after_seconds: 1 }))
        )
      })

      const admit = (
        handler: Effect.Effect<Response.HttpServerResponse, unhandled, CurrentCaller>,
        endpoint: HttpApiEndpoint.Top,
        caller: TokenHolder,
        scope: RequestFacts
      ): Effect.Effect<Response.HttpServerResponse, Admission, HttpServerRequest | HttpRouter.RouteContext> => {
        scope.callerId = caller.userId
        const wait = limiter === undefined ? 0 : limiter.take(caller.userId, scope.receivedAt)
        if (wait > 0) {
          return Effect.fail(
            new TooManyRequests({
              detail: `That is more than ${options.userLimitPerMinute} requests in a minute.`,
              retry_after_seconds: wait
            })
          )
        }
        newcomers.welcome(caller.userId, scope.receivedAt)
        return once(
          Effect.provideService(handler, CurrentCaller, caller),
          (receipt) => letInNow(endpoint, caller, receipt),
          caller
        )
      }

      return Authorization.of({
        // The usual case, a token that was seen before, is decided on the spot: no fiber steps, no waiting.
        bearer: (handler, { credential, endpoint }) =>
          Effect.withFiber((fiber) => {
            const scope = fiber.getRef(RequestScope)
            const token = Redacted.value(credential)
            const known = tokens.known(token, scope.receivedAt)
            if (known !== undefined) return admit(handler, endpoint, known, scope)
            return Effect.matchEffect(tokens.verify(token), {
              onFailure: (refused) => Effect.fail(new Unauthorized({ detail: refused.message })),
              onSuccess: (caller) => admit(handler, endpoint, caller, scope)
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
