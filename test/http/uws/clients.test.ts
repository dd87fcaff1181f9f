import { execFile, spawnSync } from "node:child_process"
import { connect, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import autocannon from "autocannon"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { eventually, raw, serve } from "./harness.ts"

const hasCurl = spawnSync("curl", ["--version"]).error === undefined

const curl = (...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly out: string; readonly err: string }>((resume) => {
    const child = execFile("curl", ["-sv", "--http1.1", "--max-time", "10", ...args], (_error, out, err) =>
      resume(Effect.succeed({ out, err }))
    )
    // Not every call reads it.
    child.stdin?.on("error", () => {})
    child.stdin?.end("x".repeat(200_000))
  })

const app = Effect.gen(function* () {
  const request = yield* HttpServerRequest
  switch (request.url) {
    case "/count":
      return Response.text(String((yield* request.text).length))
    case "/stream": {
      let size = 0
      yield* Stream.runForEach(request.stream, (chunk) => Effect.sync(() => (size += chunk.length)))
      return Response.text(String(size))
    }
    case "/json":
      return Response.jsonUnsafe(yield* request.json)
    default:
      return Response.text(`hello ${request.method}`)
  }
})

const head = (line: string, ...headers: ReadonlyArray<string>) =>
  `${[`${line} HTTP/1.1`, "host: a", ...headers].join("\r\n")}\r\n\r\n`

/** Opens connections, says the same on each and keeps them open. */
const openMany = (port: number, count: number, text: string): Effect.Effect<ReadonlyArray<Socket>> =>
  Effect.all(
    Array.from({ length: count }, () =>
      Effect.callback<Socket>((resume) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.write(text)
          resume(Effect.succeed(socket))
        })
        socket.on("error", () => {})
      })
    ),
    { concurrency: 50 }
  )

describe("real clients", () => {
  it.live.skipIf(!hasCurl)("curl uploads chunked, and with Expect: 100-continue without having to wait", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app)
      for (const path of ["/count", "/stream"]) {
        const chunked = yield* curl("-T", "-", "-X", "POST", "-H", "Transfer-Encoding: chunked", `${url}${path}`)
        assert.strictEqual(chunked.out, "200000", path)
        const expecting = yield* curl("-d", "@-", "-H", "Expect: 100-continue", `${url}${path}`)
        assert.strictEqual(expecting.out, "200000", path)
        assert.include(expecting.err, "100 Continue")
      }
      const options = yield* curl("-X", "OPTIONS", url)
      assert.strictEqual(options.out, "hello OPTIONS")
      const head = yield* curl("-I", url)
      assert.match(head.out, /content-length: 10/i)
    })
  )

  it.live.skipIf(!hasCurl)("curl hears 413 for a body that is too large, also when it asked before sending", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app, { maxBodySize: 1_000 })
      for (const args of [
        ["-H", "Expect: 100-continue"],
        ["-H", "Expect:"],
        ["-H", "Transfer-Encoding: chunked"]
      ]) {
        const { err, out } = yield* curl("-d", "@-", ...args, `${url}/count`)
        assert.include(err, "HTTP/1.1 413", args.join(" "))
        assert.include(out, "At most 1000 bytes")
      }
    })
  )

  it.live("autocannon with pipelining gets its answers", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app)
      for (const options of [{}, { method: "POST" as const, body: '{"a":1}' }]) {
        const result = yield* Effect.promise(() =>
          autocannon({
            url: `${url}${"body" in options ? "/json" : "/"}`,
            connections: 10,
            pipelining: 10,
            amount: 3_000,
            ...options
          })
        )
        // It does not wait for the last pipeline of each of its connections.
        assert.isAtLeast(result["2xx"], 3_000 - 10 * 10)
        assert.strictEqual(result.errors + result.non2xx + result.timeouts, 0)
      }
    })
  )

  it.live(
    "pipelined requests are answered in order; behind one that waits the connection is closed, never mixed up",
    () =>
      Effect.gen(function* () {
        const { port } = yield* serve(app)
        const many = Array.from({ length: 300 }, (_, i) => `${head("POST /json", "content-length: 3")}${100 + i}`).join(
          ""
        )
        const { text } = yield* raw(port, many, (received) => received.endsWith("399"))
        const bodies = text
          .split("HTTP/1.1 200 OK")
          .slice(1)
          .map((answer) => Number(answer.slice(-3)))
        assert.deepStrictEqual(
          bodies,
          Array.from({ length: 300 }, (_, i) => 100 + i)
        )
        const waiting = yield* serve(Effect.as(Effect.sleep("20 millis"), Response.text("late")))
        const behind = yield* raw(waiting.port, head("GET /") + head("GET /"), (received) => received.endsWith("late"))
        assert.isTrue(behind.closed || behind.text.split("HTTP/1.1").length === 2)
      })
  )
})

describe("hostile clients", () => {
  it.live("an upload that is given up interrupts its reader and frees its connection and bytes", () =>
    Effect.gen(function* () {
      const { app: native, port, url } = yield* serve(app, { maxBufferedBodies: 150_000 })
      for (let round = 0; round < 3; round++) {
        for (const path of ["/count", "/stream"]) {
          const half = head(`POST ${path}`, "content-length: 100000") + "x".repeat(60_000)
          const sockets = yield* openMany(port, 2, half)
          yield* eventually("both are being read", () => native.counts().requests === 2)
          for (const socket of sockets) socket.destroy()
          yield* eventually(
            "nothing is left",
            () => native.counts().requests === 0 && native.counts().connections === 0
          )
        }
      }
      // Were the bytes of those uploads still counted, this one would not fit.
      const body = "y".repeat(140_000)
      const response = yield* Effect.promise(() => fetch(`${url}/count`, { method: "POST", body }))
      assert.strictEqual(yield* Effect.promise(() => response.text()), "140000")
    })
  )

  it.live("bodies beyond what the server may hold together get 503", () =>
    Effect.gen(function* () {
      const { app: native, port } = yield* serve(app, { maxBufferedBodies: 100_000 })
      const half = head("POST /count", "content-length: 100000") + "x".repeat(60_000)
      const [first] = yield* openMany(port, 1, half)
      yield* eventually("one is being read", () => native.counts().requests === 1)
      const { text } = yield* raw(port, half, (received) => received.includes("\r\n\r\n"))
      assert.match(text, /^HTTP\/1.1 503 /)
      assert.match(text, /retry-after: 1/i)
      first!.destroy()
    })
  )

  it.live("header bombs, malformed heads and ambiguous lengths get an error and a closed connection", () =>
    Effect.gen(function* () {
      const { port, url } = yield* serve(app)
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        [head("GET /", `x: ${"a".repeat(80_000)}`), /^HTTP\/1.1 431 /],
        [head("GET /", ...Array.from({ length: 500 }, (_, i) => `x${i}: 1`)), /^HTTP\/1.1 431 /],
        [head("POST /count", "content-length: 5", "transfer-encoding: chunked"), /^HTTP\/1.1 400 /],
        [`${head("POST /count", "content-length: 5", "content-length: 6")}hello`, /^HTTP\/1.1 400 /],
        [head("POST /count", "content-length: nonsense"), /^(HTTP\/1.1 4\d\d |$)/],
        [`${head("POST /count", "transfer-encoding: chunked")}zz\r\nhello`, /^(HTTP\/1.1 4\d\d |$)/],
        ["GET / HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400 /],
        ["\u0000\u0001\u0002\u0003\r\n\r\n", /^(HTTP\/1.1 [45]\d\d |$)/],
        ["GET / HTTP/3.7\r\nhost: a\r\n\r\n", /^HTTP\/1.1 505 /]
      ]
      for (const [sent, wanted] of cases) {
        const { closed, text } = yield* raw(port, sent)
        assert.match(text, wanted, JSON.stringify(sent.slice(0, 60)))
        assert.isTrue(closed)
      }
      assert.strictEqual((yield* Effect.promise(() => fetch(url))).status, 200)
    })
  )

  it.live("bytes that are no text in the path or a header neither crash nor confuse it", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(app)
      for (const bytes of [
        Buffer.concat([
          Buffer.from("GET /"),
          Buffer.from([0xff, 0xfe, 0x80]),
          Buffer.from(" HTTP/1.1\r\nhost: a\r\n\r\n")
        ]),
        Buffer.concat([
          Buffer.from("GET / HTTP/1.1\r\nhost: a\r\nx: "),
          Buffer.from([0xff, 0xfe]),
          Buffer.from("\r\n\r\n")
        ]),
        Buffer.from("GET /%ff%fe HTTP/1.1\r\nhost: a\r\n\r\n")
      ]) {
        const { text } = yield* raw(port, [bytes], (received) => received.includes("hello"))
        assert.match(text, /^HTTP\/1.1 (200|400) /)
      }
    })
  )

  it.live("an answer given before the body was read closes the connection instead of misreading the rest", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(app)
      const { closed, text } = yield* raw(port, [head("POST /other", "content-length: 90000"), "x".repeat(1_000)])
      assert.isTrue(closed)
      assert.match(text, /connection: close/i)
      assert.strictEqual(text.split("HTTP/1.1").length, 2)
    })
  )

  it.live("half-open requests and connections over the limit do not keep others from being answered", () =>
    Effect.gen(function* () {
      const { app: native, port, url } = yield* serve(app, { maxConnections: 305 })
      const halfOpen = yield* openMany(port, 300, "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ")
      yield* eventually("they are all open", () => native.counts().connections === 300)
      const response = yield* Effect.promise(() => fetch(url, { headers: { connection: "close" } }))
      assert.strictEqual(response.status, 200)
      assert.strictEqual(native.counts().requests, 0)
      yield* openMany(port, 50, "GET / HTTP/1.1\r\n")
      yield* eventually("those over the limit are closed", () => native.counts().connections <= 305)
      for (const socket of halfOpen) socket.destroy()
      yield* eventually("the closed ones are forgotten", () => native.counts().connections <= 5)
    })
  )

  it.live("requests beyond the limit get 503 with Retry-After", () =>
    Effect.gen(function* () {
      const go = yield* Deferred.make<void>()
      const { app: native, url } = yield* serve(Effect.as(Deferred.await(go), Response.text("ok")), { maxInFlight: 2 })
      const waiting = [fetch(url), fetch(url)]
      yield* eventually("two are under way", () => native.counts().requests === 2)
      const refused = yield* Effect.promise(() => fetch(url))
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(refused.headers.get("retry-after"), "1")
      yield* Deferred.succeed(go, undefined)
      for (const response of yield* Effect.promise(() => Promise.all(waiting))) assert.strictEqual(response.status, 200)
    })
  )
})
