/**
 * Who may come in: the token is checked, the traveler's own limit counts, a repeated write is answered from its
 * receipt, and the traveler's row is there from the first valid token on.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Newcomers } from "../../services/newcomers.ts"
import { Tokens } from "../../services/tokens.ts"
import { AdminAuthorization, Authorization, CurrentCaller } from "../api/identity.ts"
import { AdminsOnly, TooManyRequests, Unauthorized } from "../api/problems.ts"
import { answerOnce } from "../middleware/idempotency.ts"
import { RateLimiter } from "../middleware/rate-limit.ts"
import { RequestScope } from "../middleware/request-scope.ts"

export const layer = (options: { readonly userLimitPerMinute: number | undefined }) =>
  Layer.effect(
    Authorization,
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const newcomers = yield* Newcomers
      const once = yield* answerOnce
      const limiter = options.userLimitPerMinute === undefined ? undefined : new RateLimiter(options.userLimitPerMinute)
      return Authorization.of({
        bearer: (handler, { credential }) =>
          Effect.gen(function* () {
            const caller = yield* Effect.catch(tokens.verify(Redacted.value(credential)), (refused) =>
              Effect.fail(new Unauthorized({ detail: refused.message }))
            )
            const scope = yield* RequestScope
            scope.callerId = caller.userId
            const wait = limiter === undefined ? 0 : limiter.take(caller.userId, yield* Clock.currentTimeMillis)
            if (wait > 0) {
              return yield* new TooManyRequests({
                detail: `That is more than ${options.userLimitPerMinute} requests in a minute. Try again in ${wait} seconds.`,
                retry_after_seconds: wait
              })
            }
            yield* newcomers.welcome(caller.userId)
            return yield* once(Effect.provideService(handler, CurrentCaller, caller), caller)
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
