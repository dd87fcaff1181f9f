import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as jose from "jose"
import { isUuid, type UserId } from "../../domain/ids.ts"
import { ErasedSubjects, type TokenHolder, TokenRefused, Tokens } from "../../services/tokens.ts"

export interface TokensOptions {
  readonly key: { readonly secret: Redacted.Redacted } | { readonly jwksUrl: string }
  readonly audience: string | undefined
  readonly issuer: string | undefined
  readonly maxTokenAgeMillis: number
  readonly clockSkewMillis: number
}

/** Checked tokens that are remembered; past it the oldest is checked again when it comes back. */
const REMEMBERED_TOKENS = 20_000

/** No honest token of ours is longer; hashing megabytes for a stranger is a gift. */
const LONGEST_TOKEN = 8192

/** How long a key set is trusted before it is fetched again, how often a miss may fetch it, and how long that may take. */
const JWKS = { cacheMaxAge: 600_000, cooldownDuration: 30_000, timeoutDuration: 3_000 }

const sentence = (error: unknown): string => {
  if (error instanceof jose.errors.JWTExpired) return "The token has expired. Get a new one."
  if (error instanceof jose.errors.JWTClaimValidationFailed) {
    switch (error.claim) {
      case "aud":
        return "The token is meant for another audience."
      case "iss":
        return "The token comes from another issuer."
      case "nbf":
        return "The token is not valid yet."
      default:
        return `The token's claim "${error.claim}" is missing or wrong.`
    }
  }
  if (error instanceof jose.errors.JWKSTimeout || error instanceof jose.errors.JWKSInvalid) {
    return "The key set that tokens are checked with cannot be read right now. Try again shortly."
  }
  if (error instanceof jose.errors.JWKSNoMatchingKey) return "No key of the key set made this token."
  if (error instanceof jose.errors.JOSEAlgNotAllowed) return "The token is signed in a way that is not accepted here."
  if (error instanceof jose.errors.JWSSignatureVerificationFailed) return "The token's signature is not ours."
  return "The token cannot be read."
}

export const make = Effect.fnUntraced(function* (options: TokensOptions) {
  const erased = yield* ErasedSubjects
  const remembered = new Map<string, TokenHolder>()

  const secret = "secret" in options.key ? new TextEncoder().encode(Redacted.value(options.key.secret)) : undefined
  const keySet = "jwksUrl" in options.key ? jose.createRemoteJWKSet(new URL(options.key.jwksUrl), JWKS) : undefined
  // The algorithms follow from the key, never from the token: that is what closes the door on algorithm confusion.
  const rules: jose.JWTVerifyOptions = {
    algorithms: secret === undefined ? ["RS256", "ES256"] : ["HS256"],
    clockTolerance: options.clockSkewMillis / 1000,
    requiredClaims: ["sub", "exp"],
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.issuer === undefined ? {} : { issuer: options.issuer })
  }

  const check = (token: string, now: number) =>
    Effect.tryPromise({
      try: () =>
        secret === undefined
          ? jose.jwtVerify(token, keySet!, { ...rules, currentDate: new Date(now) })
          : jose.jwtVerify(token, secret, { ...rules, currentDate: new Date(now) }),
      catch: (error) => new TokenRefused({ message: sentence(error) })
    })

  const holderOf = (payload: jose.JWTPayload, now: number): TokenHolder | string => {
    const { sub, exp, iat } = payload
    const role = payload["role"] ?? "traveler"
    if (!isUuid(sub)) return "The token's subject is not the id of a traveler."
    if (role !== "traveler" && role !== "admin") return `The token's role is neither traveler nor admin.`
    if (exp! * 1000 - (iat === undefined ? now : iat * 1000) > options.maxTokenAgeMillis) {
      return `The token lives longer than ${options.maxTokenAgeMillis / 3_600_000} hours. Get one that is shorter lived.`
    }
    if (iat !== undefined && iat * 1000 > now + options.clockSkewMillis) return "The token was made in the future."
    return { userId: sub as UserId, role, expiresAt: exp! * 1000 }
  }

  const gone = new TokenRefused({ message: "This account was deleted." })

  const known = (token: string, now: number): TokenHolder | undefined => {
    const holder = remembered.get(token)
    if (holder === undefined) return undefined
    if (holder.expiresAt + options.clockSkewMillis > now) return erased.has(holder.userId) ? undefined : holder
    remembered.delete(token)
    return undefined
  }

  const verify = Effect.fnUntraced(function* (token: string) {
    const now = yield* Clock.currentTimeMillis
    const before = known(token, now)
    if (before !== undefined) return before
    if (token === "") return yield* new TokenRefused({ message: "Send a token: Authorization: Bearer <token>." })
    if (token.length > LONGEST_TOKEN) return yield* new TokenRefused({ message: "The token is too long to be ours." })
    const { payload } = yield* check(token, now)
    const holder = holderOf(payload, now)
    if (typeof holder === "string") return yield* new TokenRefused({ message: holder })
    if (erased.has(holder.userId)) return yield* gone
    if (remembered.size >= REMEMBERED_TOKENS) remembered.delete(remembered.keys().next().value!)
    remembered.set(token, holder)
    return holder
  })

  return Tokens.of({
    verify,
    known,
    mint: Effect.fnUntraced(function* ({ userId, role, ttlMillis }) {
      if (secret === undefined) {
        return yield* new TokenRefused({
          message: "Tokens come from AUTH_JWKS_URL here; ask that issuer for one. Only AUTH_SECRET lets us make them."
        })
      }
      if (ttlMillis > options.maxTokenAgeMillis) {
        return yield* new TokenRefused({
          message: `A token of ${ttlMillis / 3_600_000} hours would be refused: AUTH_MAX_TOKEN_AGE is ${options.maxTokenAgeMillis / 3_600_000} hours.`
        })
      }
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const token = new jose.SignJWT({ role })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setSubject(userId)
        .setIssuedAt(now)
        .setExpirationTime(now + Math.floor(ttlMillis / 1000))
      if (options.audience !== undefined) token.setAudience(options.audience)
      if (options.issuer !== undefined) token.setIssuer(options.issuer)
      return yield* Effect.promise(() => token.sign(secret))
    })
  })
})

export const layer = (options: TokensOptions) => Layer.effect(Tokens, make(options))
