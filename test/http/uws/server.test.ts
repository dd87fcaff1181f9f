import { Readable } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as UwsHttpServer from "../../../src/http/uws/UwsHttpServer.ts"
import { eventually, raw, serve } from "./harness.ts"

const get = (url: string, init?: RequestInit) => Effect.promise(() => fetch(url, init))
const text = (response: globalThis.Response) => Effect.promise(() => response.text())
const bytes = (count: number, fill = "a") => Buffer.alloc(count, fill)

const app = Effect.gen(function* () {
  const request = yield* HttpServerRequest
  const path = request.url.split("?")[0]
  switch (path) {
    case "/echo":
      return Response.text(yield* request.text, { headers: { "x-method": request.method } })
    case "/json":
      return Response.jsonUnsafe({ got: yield* request.json })
    case "/later":
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      return Response.text(`later ${request.url} ${request.headers["x-thing"]}`)
    case "/about":
      return Response.jsonUnsafe({
        url: request.url,
        originalUrl: request.originalUrl,
        headers: request.headers,
        cookies: request.cookies,
        address: Option.getOrNull(request.remoteAddress)
      })
    case "/cookies":
      return Response.text("ok", { headers: { "set-cookie": "third=3" } }).pipe(
        Response.setCookieUnsafe("first", "1"),
        Response.setCookieUnsafe("second", "2", { httpOnly: true })
      )
    case "/stream":
      return Response.stream(Stream.fromIterable(["one ", "two ", "three"]).pipe(Stream.encodeText))
    case "/sized":
      return Response.stream(Stream.make(bytes(700_000), bytes(700_000, "b")), { contentLength: 1_400_000 })
    case "/short":
      return Response.stream(Stream.make(bytes(10)), { contentLength: 20 })
    case "/broken":
      return Response.stream(Stream.concat(Stream.make(bytes(10)), Stream.fail("no more")))
    case "/big":
      return Response.uint8Array(bytes(5_000_000))
    case "/readable":
      return Response.raw(Readable.from(["read", "able"]))
    case "/upload": {
      let size = 0
      yield* Stream.runForEach(request.stream, (chunk) => Effect.sync(() => (size += chunk.length)))
      return Response.text(String(size))
    }
    case "/ignore":
      return Response.text("did not read it")
    case "/none":
      return Response.empty()
    case "/empty":
      return Response.empty({ status: 201 })
    case "/split":
      return Response.text("x", { headers: { "x-bad": "a\r\nset-cookie: stolen=1" } })
    case "/dies":
      return yield* Effect.die("on purpose")
    default:
      return Response.text("nothing here", { status: 404 })
  }
})

describe("the server", () => {
  it.live("answers fetch: bodies, statuses, headers, queries, addresses", () =>
    Effect.gen(function* () {
      const { url, port } = yield* serve(app)
      const about = yield* get(`${url}/about?a=1&b=%20`, { headers: { cookie: "x=1; y=2", "X-Thing": "t" } })
      const seen = JSON.parse(yield* text(about))
      assert.strictEqual(seen.url, "/about?a=1&b=%20")
      assert.strictEqual(seen.originalUrl, `http://127.0.0.1:${port}/about?a=1&b=%20`)
      assert.strictEqual(seen.headers["x-thing"], "t")
      assert.deepStrictEqual(seen.cookies, { x: "1", y: "2" })
      assert.strictEqual(seen.address, "127.0.0.1")
      assert.strictEqual(about.headers.get("content-type"), "application/json")

      const plain = JSON.parse(yield* text(yield* get(`${url}/about`)))
      assert.strictEqual(plain.url, "/about")
      const echo = yield* get(`${url}/echo`, { method: "PUT", body: "grüße 🌍" })
      assert.strictEqual(yield* text(echo), "grüße 🌍")
      assert.strictEqual(echo.headers.get("x-method"), "PUT")
      const json = yield* get(`${url}/json`, { method: "POST", body: '{"a":[1,2]}' })
      assert.strictEqual(yield* text(json), '{"got":{"a":[1,2]}}')
      assert.strictEqual((yield* get(`${url}/nope`)).status, 404)
      assert.strictEqual((yield* get(`${url}/dies`)).status, 500)
      const later = yield* get(`${url}/later?x=1`, { headers: { "x-thing": "kept" } })
      assert.strictEqual(yield* text(later), "later /later?x=1 kept")
      const empty = yield* get(`${url}/empty`, { method: "POST" })
      assert.strictEqual(empty.status, 201)
      assert.strictEqual(empty.headers.get("content-length"), "0")
    })
  )

  it.live("sends several set-cookie headers, and none that a value smuggles in", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app)
      const cookies = (yield* get(`${url}/cookies`)).headers.getSetCookie()
      assert.deepStrictEqual([...cookies].sort(), ["first=1", "second=2; HttpOnly", "third=3"])
      const split = yield* get(`${url}/split`)
      assert.strictEqual(split.status, 500)
      assert.deepStrictEqual(split.headers.getSetCookie(), [])
    })
  )

  it.live("streams responses whole, and cuts those that fail so that they never look whole", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app)
      assert.strictEqual(yield* text(yield* get(`${url}/stream`)), "one two three")
      assert.strictEqual(yield* text(yield* get(`${url}/readable`)), "readable")
      const sized = yield* get(`${url}/sized`)
      assert.strictEqual(sized.headers.get("content-length"), "1400000")
      const body = yield* text(sized)
      assert.strictEqual(body, "a".repeat(700_000) + "b".repeat(700_000))
      assert.strictEqual((yield* text(yield* get(`${url}/big`))).length, 5_000_000)
      for (const path of ["/broken", "/short"]) {
        const outcome = yield* Effect.exit(Effect.tryPromise(() => fetch(url + path).then((r) => r.text())))
        assert.strictEqual(outcome._tag, "Failure", path)
      }
    })
  )

  it.live("answers HEAD, OPTIONS and bodyless statuses without a body, on a connection that goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(app)
      const { text } = yield* raw(
        port,
        ["HEAD /about", "HEAD /sized", "GET /none", "OPTIONS /nope", "GET /ignore"]
          .map((line) => `${line} HTTP/1.1\r\nhost: a\r\n\r\n`)
          .join(""),
        (received) => received.includes("did not read it")
      )
      const answers = text.split("HTTP/1.1 ").slice(1)
      assert.deepStrictEqual(
        answers.map((answer) => answer.slice(0, 3)),
        ["200", "200", "204", "404", "200"]
      )
      const lengths = answers.map((answer) => /content-length: (\d+)/i.exec(answer)?.[1])
      assert.isAbove(Number(lengths[0]), 10)
      assert.strictEqual(lengths[1], "1400000")
      assert.isUndefined(lengths[2])
      for (const answer of answers.slice(0, 3)) assert.isTrue(answer.endsWith("\r\n\r\n"))
    })
  )

  it.live("refuses bodies over the limit with a 413 problem, declared or not, read whole or streamed", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app, { maxBodySize: 100_000 })
      for (const path of ["/echo", "/upload"]) {
        for (const streamed of [false, true]) {
          const body = streamed ? Readable.toWeb(Readable.from([bytes(90_000), bytes(90_000)])) : bytes(180_000)
          const response = yield* get(url + path, { method: "POST", body, duplex: "half" } as RequestInit)
          assert.strictEqual(response.status, 413, `${path} ${streamed}`)
          assert.strictEqual(response.headers.get("content-type"), "application/problem+json")
          assert.include((JSON.parse(yield* text(response)) as { detail: string }).detail, "100000")
        }
      }
      assert.strictEqual(yield* text(yield* get(`${url}/upload`, { method: "POST", body: bytes(100_000) })), "100000")
    })
  )

  it.live("answers text that is not UTF-8 with a 400 problem and bad JSON with 400", () =>
    Effect.gen(function* () {
      const { url } = yield* serve(app)
      const wrong = yield* get(`${url}/json`, { method: "POST", body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) })
      assert.strictEqual(wrong.status, 400)
      assert.include(yield* text(wrong), "UTF-8")
      assert.strictEqual((yield* get(`${url}/json`, { method: "POST", body: "{" })).status, 400)
      const marked = yield* get(`${url}/json`, { method: "POST", body: "\ufeff[1]" })
      assert.strictEqual(yield* text(marked), '{"got":[1]}')
    })
  )

  it.live("interrupts a handler whose client leaves, and frees what it held", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const waiting = Effect.onInterrupt(Effect.andThen(Deferred.succeed(started, undefined), Effect.never), () =>
        Deferred.succeed(interrupted, undefined)
      )
      const { url, app: native } = yield* serve(waiting)
      const abort = new AbortController()
      const request = fetch(url, { signal: abort.signal }).catch(() => undefined)
      yield* Deferred.await(started)
      yield* eventually("the request is counted", () => native.counts().requests === 1)
      abort.abort()
      yield* Deferred.await(interrupted)
      yield* Effect.promise(() => request)
      yield* eventually("all requests are gone", () => native.counts().requests === 0)
    })
  )

  it.live("keeps pace with a slow reader instead of buffering a long stream", () =>
    Effect.gen(function* () {
      let produced = 0
      const endless = Stream.fromEffectRepeat(
        Effect.sync(() => {
          produced++
          return bytes(64 * 1024)
        })
      )
      const { url, app: native } = yield* serve(Effect.succeed(Response.stream(endless)))
      const response = yield* get(url)
      const reader = response.body!.getReader()
      yield* Effect.promise(() => reader.read())
      let before = -1
      yield* eventually("the producer waits for the reader", () => {
        const still = produced === before
        before = produced
        return still
      })
      assert.isBelow(produced, 500)
      yield* Effect.promise(() => reader.cancel())
      yield* eventually("the stream is interrupted", () => native.counts().requests === 0)
    })
  )

  it.live("refuses a port that is in use with one sentence", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(app)
      const error = yield* Effect.flip(Effect.scoped(Layer.build(UwsHttpServer.layer({ host: "127.0.0.1", port }))))
      assert.strictEqual(error._tag, "ListenFailed")
      assert.strictEqual(
        error.message,
        `Port ${port} on 127.0.0.1 is already in use: stop the program that uses it, or set PORT to a free one.`
      )
      const elsewhere = yield* Effect.flip(
        Effect.scoped(Layer.build(UwsHttpServer.layer({ host: "203.0.113.9", port: 0 })))
      )
      assert.include(elsewhere.message, "not an address of this machine")
    })
  )
})

describe("stopping", () => {
  const slow = Effect.gen(function* () {
    const go = yield* Deferred.make<void>()
    const started = yield* Deferred.make<void>()
    const handler = Effect.andThen(
      Deferred.succeed(started, undefined),
      Effect.as(Deferred.await(go), Response.text("finished"))
    )
    return { go, started, handler }
  })

  it.live("answers what is under way, with Connection: close, and takes nothing new", () =>
    Effect.gen(function* () {
      const { go, started, handler } = yield* slow
      const { url, port, app: native } = yield* serve(handler)
      const request = yield* Effect.forkChild(get(url))
      yield* Deferred.await(started)
      const drained = yield* Effect.forkChild(native.drain)
      yield* native.awaitDraining
      const refused = yield* Effect.exit(Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/`)))
      assert.strictEqual(refused._tag, "Failure")
      yield* Deferred.succeed(go, undefined)
      const response = yield* Fiber.join(request)
      assert.strictEqual(response.headers.get("connection"), "close")
      assert.strictEqual(yield* text(response), "finished")
      yield* Fiber.join(drained)
    })
  )

  it.live("cuts what is still under way at the deadline, and can be asked twice", () =>
    Effect.gen(function* () {
      const { started, handler } = yield* slow
      const { url, app: native } = yield* serve(handler, { drainTimeout: "50 millis" })
      const request = yield* Effect.forkChild(get(url))
      yield* Deferred.await(started)
      yield* Effect.all([native.drain, native.drain], { concurrency: 2 })
      assert.strictEqual((yield* Fiber.join(request)).status, 503)
    })
  )
})
