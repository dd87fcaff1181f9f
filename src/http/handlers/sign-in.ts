/** Signing in on another device: a code is made by whoever is signed in, and typed where they are not. */
import * as Effect from "effect/Effect"
import { Config } from "../../config.ts"
import { readSpoken, writtenSpoken } from "../../domain/basics/spoken.ts"
import { CODE_LENGTH, codePath, networkOf, SESSION_OVER, SIGNED_IN_MS } from "../../domain/sign-in-code.ts"
import { SignInCodes } from "../../services/sign-in-codes.ts"
import { ErasedSubjects, type TokenHolder, Tokens } from "../../services/tokens.ts"
import { NotFound, TooManyRequests, Unauthorized } from "../api/problems.ts"
import { RateLimiter } from "../middleware/rate-limit.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { orUnavailable } from "./refusals.ts"

const ELSEWHERE = "Who signs in here gets their token from AUTH_JWKS_URL, and no codes are made. Sign in there."

/** The same for one that never was, was used, or has run out: a guess learns nothing from it. */
const noCode = new Unauthorized({
  detail:
    "This code does not hold: it was mistyped, was used already, or has run out. Make a new one where you are signed in."
})

const EVERYBODY = "everybody"

export const makeCodes = Effect.gen(function* () {
  const settings = yield* Config
  const codes = yield* SignInCodes
  return Effect.fnUntraced(function* ({ userId, signedInAt }: TokenHolder) {
    if (settings.AUTH_JWKS_URL !== undefined) return yield* new NotFound({ detail: ELSEWHERE })
    const scope = yield* RequestScope
    // Where no token would come of it, none is promised.
    if (scope.receivedAt >= signedInAt + settings.AUTH_SESSION) return yield* new Unauthorized({ detail: SESSION_OVER })
    scope.tellsSecret = true
    const { code, expiresAt } = yield* orUnavailable(codes.make({ userId, signedInAt }, scope.receivedAt))
    const written = writtenSpoken(code)
    return { code: written, path: codePath(written), expires_at: new Date(expiresAt).toISOString() }
  })
})

export const makeSignIn = Effect.gen(function* () {
  const settings = yield* Config
  const codes = yield* SignInCodes
  const tokens = yield* Tokens
  const erased = yield* ErasedSubjects
  // Always on, also where other limits are off: what a code is worth hangs on how many can be tried.
  const byNetwork = new RateLimiter(settings.SIGN_IN_GUESSES_PER_ADDRESS)
  const all = new RateLimiter(settings.SIGN_IN_GUESSES)

  return Effect.fnUntraced(function* (typed: string) {
    if (settings.AUTH_JWKS_URL !== undefined) return yield* new Unauthorized({ detail: ELSEWHERE })
    const { address, receivedAt } = yield* RequestScope
    // Who has tried too much takes nothing from what everybody may try.
    const wait = byNetwork.take(networkOf(address), receivedAt) || all.take(EVERYBODY, receivedAt)
    if (wait > 0) {
      return yield* new TooManyRequests({
        detail: "Too many codes were tried.",
        retry_after_seconds: wait
      })
    }
    const code = readSpoken(CODE_LENGTH, typed)
    if (code === undefined) return yield* noCode
    const holder = yield* orUnavailable(codes.take(code, receivedAt))
    if (holder === undefined || erased.has(holder.userId)) return yield* noCode
    const { userId, token, expiresAt } = yield* tokens
      .handOn({ ...holder, ttlMillis: SIGNED_IN_MS })
      .pipe(Effect.mapError(({ message }) => new Unauthorized({ detail: message })))
    return { user_id: userId, token, expires_at: new Date(expiresAt).toISOString() }
  })
})
