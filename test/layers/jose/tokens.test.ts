import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import * as jose from "jose"
import type { UserId } from "../../../src/domain/ids.ts"
import * as JoseTokens from "../../../src/layers/jose/tokens.ts"
import { ErasedSubjects, Tokens } from "../../../src/services/tokens.ts"

const SECRET = "an-hs256-secret-of-more-than-32-bytes"
const USER = "01890a5d-ac96-774b-bcce-b302099a8057" as UserId
const HOUR = 3_600_000
const NOW = Date.UTC(2026, 4, 1)

const erased = new Set<string>()
const erasedSubjects = Layer.succeed(
  ErasedSubjects,
  ErasedSubjects.of({
    has: (id) => erased.has(id),
    anybody: Effect.sync(() => erased.size > 0),
    among: (ids) => Effect.succeed([...ids].filter((id) => erased.has(id))),
    add: () => Effect.void,
    onErased: () => Effect.void,
    purge: Effect.succeed(0)
  })
)

const options = {
  audience: "overplanned",
  issuer: "us",
  maxTokenAgeMillis: 24 * HOUR,
  sessionMillis: 90 * 86_400_000,
  renewWithinMillis: 7 * 86_400_000,
  clockSkewMillis: 30_000
}

const withSecret = JoseTokens.layer({ ...options, key: { secret: Redacted.make(SECRET) } }).pipe(
  Layer.provide(erasedSubjects)
)

const sign = (
  claims: jose.JWTPayload,
  alg = "HS256",
  key: Parameters<jose.SignJWT["sign"]>[0] = new TextEncoder().encode(SECRET),
  kid?: string
) =>
  Effect.promise(() =>
    new jose.SignJWT({ aud: "overplanned", iss: "us", iat: NOW / 1000, exp: NOW / 1000 + 3600, sub: USER, ...claims })
      .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
      .sign(key)
  )

const refusal = (token: string) => Effect.flatMap(Tokens, (tokens) => Effect.flip(tokens.verify(token)))

const atNow = TestClock.setTime(NOW)

describe("tokens of our own secret", () => {
  it.effect("are told apart from everybody else's", () =>
    Effect.gen(function* () {
      yield* atNow
      const tokens = yield* Tokens
      const good = yield* tokens.mint({ userId: USER, role: "admin", ttlMillis: HOUR })
      const holder = yield* tokens.verify(good)
      assert.deepStrictEqual(holder, { userId: USER, role: "admin", expiresAt: NOW + HOUR, signedInAt: NOW })

      const cases: ReadonlyArray<readonly [RegExp, Effect.Effect<string>]> = [
        [/expired/, sign({ exp: NOW / 1000 - 3600, iat: NOW / 1000 - 7200 })],
        [/another audience/, sign({ aud: "somebody else" })],
        [/another issuer/, sign({ iss: "somebody else" })],
        [/"sub" is missing/, sign({ sub: undefined as never })],
        [/not the id of a traveler/, sign({ sub: "root" })],
        [/not the id of a traveler/, sign({ sub: [USER] as never })],
        [/not the id of a traveler/, sign({ sub: { toString: USER } as never })],
        [/neither traveler nor admin/, sign({ role: ["admin"] })],
        [/lives longer than 24 hours/, sign({ exp: NOW / 1000 + 25 * 3600 })],
        [/made in the future/, sign({ iat: NOW / 1000 + 600 })],
        [/neither traveler nor admin/, sign({ role: "root" })],
        [/signature is not ours/, sign({}, "HS256", new TextEncoder().encode("another secret of more than 32 bytes"))],
        [/not accepted here/, sign({}, "HS512", new TextEncoder().encode(SECRET.repeat(2)))],
        [/cannot be read|not accepted/, Effect.succeed(new jose.UnsecuredJWT({ sub: USER }).encode())],
        [/cannot be read/, Effect.succeed("nonsense")],
        [/too long/, Effect.succeed("x".repeat(10_000))],
        [/Send a token/, Effect.succeed("")]
      ]
      for (const [why, token] of cases) {
        const value = yield* token
        const { message } = yield* refusal(value)
        assert.match(message, why)
        if (value.length > 0) assert.notInclude(message, value)
      }
    }).pipe(Effect.provide(withSecret))
  )

  it.effect("stop at their time, not when they were last seen, and allow for another clock", () =>
    Effect.gen(function* () {
      yield* atNow
      const tokens = yield* Tokens
      const token = yield* tokens.mint({ userId: USER, role: "traveler", ttlMillis: HOUR })
      yield* tokens.verify(token)
      yield* TestClock.setTime(NOW + HOUR + 20_000)
      yield* tokens.verify(token)
      yield* TestClock.setTime(NOW + HOUR + 31_000)
      assert.match((yield* refusal(token)).message, /expired/)
    }).pipe(Effect.provide(withSecret))
  )

  it.effect("of an erased person stop at once, also those seen before", () =>
    Effect.gen(function* () {
      yield* atNow
      const tokens = yield* Tokens
      const token = yield* tokens.mint({ userId: USER, role: "traveler", ttlMillis: HOUR })
      yield* tokens.verify(token)
      erased.add(USER)
      const { message } = yield* refusal(token)
      erased.clear()
      assert.match(message, /deleted/)
    }).pipe(Effect.provide(withSecret))
  )
})

describe("tokens of a key set", () => {
  const serving = (keys: () => unknown) =>
    Effect.acquireRelease(
      Effect.callback<Server & { url: string; asked: number }>((resume) => {
        const server = Object.assign(
          createServer((_, response) => {
            server.asked++
            response.setHeader("content-type", "application/json")
            response.end(JSON.stringify({ keys: keys() }))
          }),
          { url: "", asked: 0 }
        )
        server.listen(0, "127.0.0.1", () => {
          server.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
          resume(Effect.succeed(server))
        })
      }),
      (server) => Effect.sync(() => server.close())
    )

  it.effect("are checked with its keys, fetched once; a secret cannot stand in for a key", () =>
    Effect.gen(function* () {
      yield* atNow
      const pair = yield* Effect.promise(() => jose.generateKeyPair("ES256"))
      const jwk = yield* Effect.promise(() => jose.exportJWK(pair.publicKey))
      const server = yield* serving(() => [{ ...jwk, kid: "one", alg: "ES256", use: "sig" }])
      const layer = JoseTokens.layer({ ...options, key: { jwksUrl: server.url } }).pipe(Layer.provide(erasedSubjects))
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        for (const role of ["traveler", "admin"]) {
          const holder = yield* tokens.verify(yield* sign({ role }, "ES256", pair.privateKey, "one"))
          assert.strictEqual(holder.role, role)
        }
        assert.strictEqual(server.asked, 1)

        const publicPem = new TextEncoder().encode(yield* Effect.promise(() => jose.exportSPKI(pair.publicKey)))
        assert.match((yield* refusal(yield* sign({}, "HS256", publicPem, "one"))).message, /not accepted here/)

        const stranger = yield* Effect.promise(() => jose.generateKeyPair("ES256"))
        assert.match((yield* refusal(yield* sign({}, "ES256", stranger.privateKey, "two"))).message, /No key/)
        assert.match(
          (yield* Effect.flip(tokens.mint({ userId: USER, role: "admin", ttlMillis: HOUR }))).message,
          /AUTH_JWKS_URL/
        )
      }).pipe(Effect.provide(layer))
    })
  )
})
