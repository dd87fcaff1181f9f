import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Response from "effect/http/HttpServerResponse"
import { refuse } from "../../../src/http/middleware/refuse.ts"
import { eventually, raw, serve } from "../uws/harness.ts"

const bodyOf = (text: string): Record<string, unknown> => JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4))

describe("what the server refuses before any route", () => {
  it.live("is a problem document that names the request", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(Effect.succeed(Response.text("ok")), { refuse })
      const { text } = yield* raw(
        port,
        "POST / HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na"
      )
      assert.match(text, /^HTTP\/1.1 400/)
      assert.match(text, /x-request-id: mine-1/i)
      assert.match(text, /content-type: application\/problem\+json/i)
      assert.deepInclude(bodyOf(text), {
        type: "urn:overplanned:problem:invalid-request",
        status: 400,
        request_id: "mine-1"
      })
    }).pipe(Effect.scoped)
  )

  it.live("tells headers that are somewhat too large so, and goes on serving others", () =>
    Effect.gen(function* () {
      const { port, url } = yield* serve(Effect.succeed(Response.text("ok")), { refuse })
      for (const method of ["GET", "POST"]) {
        const length = method === "POST" ? "Content-Length: 2\r\n" : ""
        const many = Array.from({ length: 40 }, (_, i) => `X-Bulk-${i}: ${"a".repeat(1000)}\r\n`).join("")
        for (const bulk of [`X-Bulk: ${"a".repeat(20_000)}\r\n`, many]) {
          const { closed, text } = yield* raw(port, `${method} / HTTP/1.1\r\nHost: x\r\n${length}${bulk}\r\n{}`)
          assert.match(text, /^HTTP\/1.1 431 Request Header Fields Too Large/)
          assert.match(text, /content-type: application\/problem\+json/i)
          assert.deepInclude(bodyOf(text), { type: "urn:overplanned:problem:headers-too-large", status: 431 })
          assert.match(String(bodyOf(text)["detail"]), /16384 bytes/)
          assert.isTrue(closed)
        }
      }
      const long = yield* raw(port, `GET /?${"q".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)
      assert.match(long.text, /^HTTP\/1.1 431 [\s\S]*problem\+json/)
      const large = yield* Effect.promise(() => fetch(url, { headers: { "x-large": "a".repeat(15_000) } }))
      assert.strictEqual(large.status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("says when to come back where there are too many, and makes an id where none is given", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { app, port, url } = yield* serve(Effect.as(Deferred.await(gate), Response.text("ok")), {
        refuse,
        maxInFlight: 1
      })
      const first = yield* Effect.forkChild(Effect.promise(() => fetch(url)))
      yield* eventually("the first request is under way", () => app.counts().requests === 1)
      const { text } = yield* raw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      yield* Deferred.succeed(gate, undefined)
      assert.match(text, /^HTTP\/1.1 503/)
      assert.match(text, /retry-after: 1/i)
      const body = bodyOf(text)
      assert.strictEqual(body["type"], "urn:overplanned:problem:unavailable")
      assert.match(String(body["request_id"]), /^[0-9a-f-]{36}$/)
      assert.include(text.toLowerCase(), `x-request-id: ${body["request_id"]}`)
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
    }).pipe(Effect.scoped)
  )
})
