import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import { type Network, readNetwork } from "../../../src/domain/basics/networks.ts"
import { Conflict } from "../../../src/http/api/problems.ts"
import { makeDeadlines } from "../../../src/http/middleware/deadlines.ts"
import { pipeline } from "../../../src/http/middleware/pipeline.ts"
import * as UwsHttpServer from "../../../src/http/uws/UwsHttpServer.ts"
import { logged } from "../../harness/logged.ts"

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7/

interface Overrides {
  readonly onDisbelieved?: (peer: string) => void
  readonly corsOrigins?: ReadonlyArray<string>
  readonly trustedProxies?: ReadonlyArray<Network>
  readonly addressLimitPerMinute?: number
  readonly requestTimeoutMillis?: number
}

const serving = (
  routes: Effect.Effect<Response.HttpServerResponse, unknown, HttpServerRequest | Scope.Scope>,
  overrides: Overrides = {}
) =>
  Effect.gen(function* () {
    const requestTimeoutMillis = overrides.requestTimeoutMillis ?? 10_000
    const through = pipeline({
      corsOrigins: [],
      trustedProxies: [],
      addressLimitPerMinute: undefined,
      ...overrides,
      requestTimeoutMillis,
      deadlines: yield* makeDeadlines(requestTimeoutMillis),
      logRequests: false,
      modelInForce: () => "local_ranker:1",
      methodsOf: () => [],
      metrics: { answered: () => {} }
    })
    yield* HttpServer.serveEffect(through(Effect.interruptible(routes)))
    const { address } = yield* HttpServer.HttpServer
    const base = HttpServer.formatAddress(address)
    return (path: string, init?: RequestInit) => Effect.promise(() => fetch(`${base}${path}`, init))
  })

const server = UwsHttpServer.layer({ host: "127.0.0.1", port: 0 })

const live = <A, E>(effect: Effect.Effect<A, E, HttpServer.HttpServer | Scope.Scope>) =>
  Effect.scoped(effect).pipe(Effect.provide(server))

describe("the pipeline", () => {
  it.live("answers a request that takes too long with 503, and interrupts what was under way", () =>
    live(
      Effect.gen(function* () {
        let interrupted = false
        const never = Effect.onInterrupt(Effect.never, () =>
          Effect.sync(() => {
            interrupted = true
          })
        )
        const ask = yield* serving(never, { requestTimeoutMillis: 50 })
        const response = yield* ask("/api/v1/trips")
        const problem = yield* Effect.promise(() => response.json() as Promise<Record<string, unknown>>)
        assert.strictEqual(response.status, 503)
        assert.strictEqual(response.headers.get("retry-after"), "1")
        assert.match(String(problem["detail"]), /took longer than 0.05 seconds/)
        assert.strictEqual(problem["request_id"], response.headers.get("x-request-id"))
        assert.isTrue(interrupted)
      })
    )
  )

  it.live("turns declared problems and surprises into documents that name the request and nothing of our insides", () =>
    live(
      Effect.gen(function* () {
        const routes = Effect.flatMap(HttpRequest.HttpServerRequest, ({ url }) =>
          url === "/declared"
            ? Effect.fail(new Conflict({ detail: "It is locked." }))
            : Effect.die(new Error("secret path /etc/passwd"))
        )
        const ask = yield* serving(routes)
        for (const [path, status, type] of [
          ["/declared", 409, "conflict"],
          ["/surprise", 500, "unexpected"]
        ] as const) {
          const response = yield* ask(path, { headers: { "x-request-id": "mine-1" } })
          const text = yield* Effect.promise(() => response.text())
          const problem = JSON.parse(text)
          assert.strictEqual(response.status, status)
          assert.strictEqual(response.headers.get("content-type"), "application/problem+json")
          assert.strictEqual(problem.type, `urn:overplanned:problem:${type}`)
          assert.strictEqual(problem.request_id, "mine-1")
          assert.notInclude(text, "secret")
        }
      })
    )
  )

  it.live("delivers what a route reports of itself with its status, as it is", () =>
    live(
      Effect.gen(function* () {
        const report = {
          status: "down",
          dependencies: [{ name: "journal", status: "down", detail: "The disk is full." }]
        }
        const ask = yield* serving(Effect.succeed(Response.jsonUnsafe(report, { status: 503 })))
        const response = yield* ask("/ready")
        assert.strictEqual(response.status, 503)
        assert.deepEqual(yield* Effect.promise(() => response.json()), report)
        assert.match(response.headers.get("x-request-id") ?? "", ID)
      })
    )
  )

  it.live("logs what nobody expected without saying whom it was about", () => {
    const { lines, layer } = logged()
    return live(
      Effect.gen(function* () {
        const ask = yield* serving(Effect.die(new Error("a bug")))
        const person = "0198c0de-0000-7000-8000-0000000000AA"
        assert.strictEqual(
          (yield* ask(`/api/v1/trips/x/members/${person}?why=${person}`, { method: "DELETE" })).status,
          500
        )
        assert.include(lines[0], "DELETE /api/v1/trips/x/members/:id failed unexpectedly")
        assert.notInclude(lines.join(), person)
      }).pipe(Effect.provide(layer))
    )
  })

  it.live("names every request itself where the client's name would not do", () =>
    live(
      Effect.gen(function* () {
        const ask = yield* serving(Effect.succeed(Response.jsonUnsafe({})))
        const hostile = yield* ask("/api/v1/x", { headers: { "x-request-id": "a b\u00e9<script>" } })
        assert.match(hostile.headers.get("x-request-id") ?? "", ID)
        assert.strictEqual(hostile.headers.get("x-model-version"), "local_ranker:1")
        assert.isNull((yield* ask("/health")).headers.get("x-model-version"))
      })
    )
  )

  it.live("limits an address, and believes a proxy about it only where it is ours", () =>
    live(
      Effect.gen(function* () {
        const ok = Effect.succeed(Response.jsonUnsafe({}))
        const trustedProxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"].map((one) => readNetwork(one)!)
        const ask = yield* serving(ok, { addressLimitPerMinute: 2, trustedProxies })
        const from = (address: string) => ask("/x", { headers: { "x-forwarded-for": address } })
        const spoofed = "203.0.113.9, 198.51.100.1, 10.0.0.1"
        assert.deepStrictEqual(
          [yield* from(spoofed), yield* from(spoofed), yield* from(spoofed)].map((response) => response.status),
          [200, 200, 429]
        )
        assert.strictEqual((yield* from("198.51.100.2")).status, 200)
        assert.strictEqual((yield* ask("/health")).status, 200)
        const sameAgain = "192.0.2.1, 198.51.100.1:4711, [2001:db8:1::7]:443, 10.20.30.40"
        assert.strictEqual((yield* from(sameAgain)).status, 429, "a port is nobody's own, and ranges are whole")
        assert.strictEqual((yield* from("198.51.100.1, 2001:db8:2::7")).status, 200, "outside of them is a client")
      })
    )
  )

  it.live("says once of whom it does not believe that they say who they pass on", () =>
    live(
      Effect.gen(function* () {
        const told: Array<string> = []
        const ask = yield* serving(Effect.succeed(Response.jsonUnsafe({})), {
          addressLimitPerMinute: 2,
          onDisbelieved: (peer) => void told.push(peer)
        })
        assert.strictEqual((yield* ask("/x")).status, 200)
        assert.deepStrictEqual(told, [])
        for (const [address, status] of [
          ["198.51.100.1", 200],
          ["198.51.100.2", 429]
        ] as const) {
          assert.strictEqual((yield* ask("/x", { headers: { "x-forwarded-for": address } })).status, status)
        }
        assert.deepStrictEqual(told, ["127.0.0.1"])
      })
    )
  )

  it.live("lets browsers of configured origins in, and no others", () =>
    live(
      Effect.gen(function* () {
        const ask = yield* serving(Effect.succeed(Response.jsonUnsafe({})), { corsOrigins: ["https://app.example"] })
        const allowed = yield* ask("/x", { headers: { origin: "https://app.example" } })
        assert.strictEqual(allowed.headers.get("access-control-allow-origin"), "https://app.example")
        const stranger = yield* ask("/x", { headers: { origin: "https://evil.example" } })
        assert.isNull(stranger.headers.get("access-control-allow-origin"))
        const preflight = yield* ask("/x", { method: "OPTIONS", headers: { origin: "https://app.example" } })
        assert.strictEqual(preflight.status, 204)
        assert.include(preflight.headers.get("access-control-allow-headers") ?? "", "idempotency-key")
      })
    )
  )
})
