import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as jose from "jose"
import { isUuid, type UserId } from "../../domain/ids.ts"
import { SESSION_OVER } from "../../domain/sign-in-code.ts"
import { ErasedSubjects, type TokenHolder, TokenRefused, Tokens } from "../../services/tokens.ts"
import { newId } from "../../support/new-id.ts"

export interface TokensOptions {
  readonly key: { readonly secret: Redacted.Redacted } | { readonly jwksUrl: string }
  readonly audience: string | undefined
  readonly issuer: string | undefined
  readonly maxTokenAgeMillis: number
  /** How long after signing in tokens are renewed, and how long after a token ran out. */
  readonly sessionMillis: number
  readonly renewWithinMillis: number
  readonly clockSkewMillis: number
}

/** Checked tokens that are remembered; past it the oldest is checked again when it comes back. */
const REMEMBERED_TOKENS = 20_000

/** No honest token of ours is longer; hashing megabytes for a stranger is a gift. */
const LONGEST_TOKEN = 8192

/** How long a key set is trusted before it is fetched again, how often a miss may fetch it, and how long that may take. */
const JWKS = { cacheMaxAge: 600_000, cooldownDuration: 30_000, timeoutDuration: 3_000 }

const ELSEWHERE = "Tokens come from AUTH_JWKS_URL here; ask that issuer for one. Only AUTH_SECRET lets us make them."

const sentence = (error: unknown): string => {
  if (error instanceof jose.errors.JWTExpired)
    return "The token has expired. Renew it, or sign in again; what was acknowledged is kept."
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

/** When their traveler signed in, in seconds. */
const signedIn = (payload: jose.JWTPayload, now: number): number =>
  typeof payload["auth_time"] === "number" ? payload["auth_time"] : (payload.iat ?? Math.floor(now / 1000))

const readHolder = (payload: jose.JWTPayload, now: number, options: TokensOptions): TokenHolder | string => {
  const { sub, exp, iat } = payload
  const role = payload["role"] ?? "traveler"
  if (!isUuid(sub)) return "The token's subject is not the id of a traveler."
  if (role !== "traveler" && role !== "admin") return `The token's role is neither traveler nor admin.`
  if (exp! * 1000 - (iat === undefined ? now : iat * 1000) > options.maxTokenAgeMillis) {
    return `The token lives longer than ${options.maxTokenAgeMillis / 3_600_000} hours. Get one that is shorter lived.`
  }
  if (iat !== undefined && iat * 1000 > now + options.clockSkewMillis) return "The token was made in the future."
  return { userId: sub as UserId, role, expiresAt: exp! * 1000, signedInAt: signedIn(payload, now) * 1000 }
}

/** What a token of a session that began before is to say, in seconds: it ends with its session; or why there is to be none. */
const ofSession = (signedInAt: number, now: number, lifeMillis: number, options: TokensOptions) => {
  const from = Math.floor(now / 1000)
  const life = Math.min(lifeMillis, options.maxTokenAgeMillis)
  const until = Math.floor(Math.min(from * 1000 + life, signedInAt + options.sessionMillis) / 1000)
  if (until <= from) return SESSION_OVER
  return { from, lives: until - from, signedIn: Math.min(from, Math.floor(signedInAt / 1000)) }
}

/** The same for the token that stands in for this one. */
const successor = (
  payload: jose.JWTPayload,
  { role, signedInAt }: TokenHolder,
  now: number,
  options: TokensOptions
) => {
  if (role !== "traveler") return "Only a traveler's token is renewed. Make a new one."
  const made = payload.iat ?? Math.floor(now / 1000)
  return ofSession(signedInAt, now, Math.max(payload.exp! - made, 60) * 1000, options)
}

/** Makes tokens of our own; `signedIn` is when their traveler signed in, in seconds. */
const issuerOf =
  (secret: Uint8Array, { audience, issuer }: Pick<TokensOptions, "audience" | "issuer">) =>
  (userId: UserId, role: TokenHolder["role"], from: number, lives: number, signedIn: number) => {
    const token = new jose.SignJWT({ role, auth_time: signedIn })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(userId)
      .setIssuedAt(from)
      .setExpirationTime(from + lives)
      // Two that are made in the same second are two.
      .setJti(newId(from * 1000))
    if (audience !== undefined) token.setAudience(audience)
    if (issuer !== undefined) token.setIssuer(issuer)
    return Effect.promise(() => token.sign(secret))
  }

const refused = (message: string) => new TokenRefused({ message })

/** Makes travelers' tokens of sessions that began before, where there is one to be made. */
const sessionIssuer = (issue: ReturnType<typeof issuerOf> | undefined) =>
  Effect.fnUntraced(function* (userId: UserId, next: ReturnType<typeof ofSession> | ReturnType<typeof successor>) {
    if (issue === undefined) return yield* refused(ELSEWHERE)
    if (typeof next === "string") return yield* refused(next)
    const { from, lives, signedIn } = next
    const token = yield* issue(userId, "traveler", from, lives, signedIn)
    return { userId, token, expiresAt: (from + lives) * 1000 }
  })

export const make = Effect.fnUntraced(function* (options: TokensOptions) {
  const erased = yield* ErasedSubjects
  const remembered = new Map<string, TokenHolder>()

  const secret = "secret" in options.key ? new TextEncoder().encode(Redacted.value(options.key.secret)) : undefined
  const keySet = "jwksUrl" in options.key ? jose.createRemoteJWKSet(new URL(options.key.jwksUrl), JWKS) : undefined
  // The algorithms follow from the key, never from the token: that is what closes the door on algorithm confusion.
  const rules: jose.JWTVerifyOptions = {
    algorithms: secret === undefined ? ["RS256", "ES256"] : ["HS256"],
    requiredClaims: ["sub", "exp"],
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.issuer === undefined ? {} : { issuer: options.issuer })
  }

  /** `late` forgives a token that ran out that long ago, for who renews it. */
  const check = (token: string, now: number, late = 0) => {
    const lenient = { ...rules, currentDate: new Date(now), clockTolerance: (options.clockSkewMillis + late) / 1000 }
    return Effect.tryPromise({
      try: () =>
        secret === undefined ? jose.jwtVerify(token, keySet!, lenient) : jose.jwtVerify(token, secret, lenient),
      catch: (error) => new TokenRefused({ message: sentence(error) })
    })
  }

  const holderOf = (payload: jose.JWTPayload, now: number) => readHolder(payload, now, options)
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

  const issue = secret === undefined ? undefined : issuerOf(secret, options)

  const issued = sessionIssuer(issue)

  const renew = Effect.fnUntraced(function* (token: string) {
    if (issue === undefined) return yield* refused(ELSEWHERE)
    if (token.length > LONGEST_TOKEN) return yield* refused("The token is too long to be ours.")
    const now = yield* Clock.currentTimeMillis
    const { payload } = yield* check(token, now, options.renewWithinMillis)
    const holder = holderOf(payload, now)
    if (typeof holder === "string") return yield* refused(holder)
    if (erased.has(holder.userId)) return yield* gone
    return yield* issued(holder.userId, successor(payload, holder, now, options))
  })

  return Tokens.of({
    verify,
    known,
    mint: Effect.fnUntraced(function* ({ userId, role, ttlMillis }) {
      if (issue === undefined) return yield* refused(ELSEWHERE)
      if (ttlMillis > options.maxTokenAgeMillis) {
        return yield* refused(
          `A token of ${ttlMillis / 3_600_000} hours would be refused: AUTH_MAX_TOKEN_AGE is ${options.maxTokenAgeMillis / 3_600_000} hours.`
        )
      }
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      return yield* issue(userId, role, now, Math.floor(ttlMillis / 1000), now)
    }),
    handOn: Effect.fnUntraced(function* ({ userId, signedInAt, ttlMillis }) {
      const now = yield* Clock.currentTimeMillis
      return yield* issued(userId, ofSession(signedInAt, now, ttlMillis, options))
    }),
    renew
  })
})

export const layer = (options: TokensOptions) => Layer.effect(Tokens, make(options))
