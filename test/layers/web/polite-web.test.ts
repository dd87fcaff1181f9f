import { gzipSync } from "node:zlib"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Web from "../../../src/layers/web/polite-web.ts"
import type { PoliteWebOptions } from "../../../src/layers/web/turns.ts"
import { PoliteWeb, type WebRequest } from "../../../src/services/polite-web.ts"
import { fakeWeb } from "../../fakes/web.ts"

const FAST = 6_000_000

const asking = (host: string, more: Partial<PoliteWebOptions> = {}) => {
  const options = {
    hosts: new Set([host]),
    inner: new Set(["127.0.0.1"]),
    userAgent: "overplanned/test (nobody)",
    pace: 1000,
    ...more
  }
  const built = Web.layer(options)
  return Effect.map(
    Layer.build(built),
    (services) => (request: Partial<WebRequest> & { url: string }) =>
      Effect.flatMap(PoliteWeb, (web) => web.fetch({ perMinute: FAST, ...request })).pipe(
        Effect.provideContext(services)
      )
  )
}

describe("asking other people's servers", () => {
  layer(Layer.empty, { excludeTestServices: true })((it) => {
    it.effect("reads robots.txt once, and obeys it", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host)
        server.says("/robots.txt", {
          body: "User-agent: *\nDisallow: /\n\nUser-agent: Overplanned\nDisallow: /private\nAllow: /private/open$"
        })
        server.says("/page", { body: "words" })
        server.says("/private/open", { body: "open" })
        assert.strictEqual((yield* fetch({ url: `${server.url}/page` })).text, "words")
        assert.strictEqual((yield* fetch({ url: `${server.url}/private/open` })).text, "open")
        assert.strictEqual((yield* Effect.flip(fetch({ url: `${server.url}/private/page` }))).reason, "robots")
        assert.strictEqual(server.askedFor("/robots.txt").length, 1)
        assert.strictEqual(server.askedFor("/private/page").length, 0)
        assert.include(server.asked[0]!.headers["user-agent"], "overplanned/test")
      })
    )

    it.effect("obeys a robots.txt that stands somewhere else, and leaves alone whose file cannot be followed", () =>
      Effect.gen(function* () {
        const moved = (location: string) => ({ status: 301, headers: { location } })
        for (const [start, reason] of [
          [moved("/rules.txt"), "robots"],
          [moved("/round"), "robots"],
          [moved("http://elsewhere.example/robots.txt"), "robots"],
          [{ status: 404 }, undefined]
        ] as const) {
          const server = yield* fakeWeb
          const fetch = yield* asking(server.host)
          server.says("/robots.txt", start)
          server.says("/rules.txt", { body: "User-agent: *\nDisallow: /" })
          server.says("/round", moved("/round"))
          server.says("/page", { body: "words" })
          const answer = yield* Effect.result(fetch({ url: `${server.url}/page` }))
          assert.strictEqual(answer._tag === "Failure" ? answer.failure.reason : undefined, reason)
          assert.strictEqual(server.askedFor("/page").length, reason === undefined ? 1 : 0)
        }
      })
    )

    it.effect("leaves a host alone whose robots.txt cannot be had", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host)
        server.says("/robots.txt", { status: 503, headers: { "retry-after": "600" } })
        assert.strictEqual((yield* Effect.flip(fetch({ url: `${server.url}/page` }))).reason, "robots")
        assert.strictEqual(server.askedFor("/page").length, 0)
      })
    )

    it.effect("keeps the rate to the request, however many ask at once", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host, { pace: 1 })
        server.says("/page", { body: "words" })
        const one = fetch({ url: `${server.url}/page`, perMinute: 1200, isApi: true })
        const began = performance.now()
        yield* Effect.all([one, one, one, one, one], { concurrency: "unbounded" })
        const times = server.askedFor("/page").map(({ at }) => at)
        assert.strictEqual(times.length, 5)
        // Each is sent no earlier than its turn, and arrives no earlier than that: how long the first was on its way says nothing.
        const early = 5
        for (const [i, at] of times.entries()) assert.isAtLeast(at - began, i * 50 - early)
      })
    )

    it.effect("asks again as it is told after 429 and 503, and leaves alone who wants to be left alone for long", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host)
        let left = 2
        server.says("/busy", () =>
          left-- > 0 ? { status: left === 1 ? 429 : 503, headers: { "retry-after": "0" } } : { body: "at last" }
        )
        assert.strictEqual((yield* fetch({ url: `${server.url}/busy`, isApi: true })).text, "at last")
        assert.strictEqual(server.askedFor("/busy").length, 3)
        server.says("/later", { status: 429, headers: { "retry-after": "3600" } })
        assert.strictEqual((yield* Effect.flip(fetch({ url: `${server.url}/later`, isApi: true }))).reason, "rate")
        assert.strictEqual((yield* Effect.flip(fetch({ url: `${server.url}/busy`, isApi: true }))).reason, "rate")
        assert.strictEqual(server.askedFor("/later").length, 1)
      })
    )

    it.effect("says that nothing changed where nothing did", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host)
        server.says("/page", ({ headers }) =>
          headers["if-none-match"] === '"1"' ? { status: 304 } : { body: "words", headers: { etag: '"1"' } }
        )
        const first = yield* fetch({ url: `${server.url}/page` })
        assert.isTrue((yield* fetch({ url: `${server.url}/page`, etag: first.etag })).notModified)
      })
    )

    it.effect(
      "gives up on bombs, endless and slow answers, endless redirects and broken ones, each with its reason",
      () =>
        Effect.gen(function* () {
          const server = yield* fakeWeb
          const fetch = yield* asking(server.host, { maxBytes: 100_000, timeoutMs: 60_000 })
          const impatient = yield* asking(server.host, { timeoutMs: 500 })
          server.says("/bomb", { headers: { "content-encoding": "gzip" }, body: gzipSync(Buffer.alloc(50_000_000)) })
          server.says("/endless", { endless: true })
          server.says("/slow", { stalls: true })
          server.says("/round", { status: 302, headers: { location: "/round" } })
          server.says("/broken", { breaks: true })
          server.says("/gone", { status: 410 })
          server.says("/garbage", { headers: { "content-encoding": "gzip" }, body: "no gzip at all" })
          const reasons = yield* Effect.forEach(
            ["bomb", "endless", "slow", "round", "broken", "gone", "garbage"],
            (path) =>
              Effect.map(
                Effect.flip((path === "slow" ? impatient : fetch)({ url: `${server.url}/${path}` })),
                ({ reason }) => `${path}: ${reason}`
              )
          )
          assert.deepStrictEqual(reasons, [
            "bomb: size",
            "endless: size",
            "slow: time",
            "round: redirects",
            "broken: unreachable",
            "gone: status",
            "garbage: unreachable"
          ])
          server.says("/fine", { body: "fine" })
          assert.strictEqual((yield* fetch({ url: `${server.url}/fine` })).text, "fine")
        })
    )

    it.effect(
      "goes nowhere but to hosts that are configured, and not behind our own walls, also when it is led there",
      () =>
        Effect.gen(function* () {
          const server = yield* fakeWeb
          const other = yield* fakeWeb
          const fetch = yield* asking(server.host)
          server.says("/away", { status: 301, headers: { location: `${other.url}/secret` } })
          assert.strictEqual((yield* Effect.flip(fetch({ url: `${server.url}/away` }))).reason, "host")
          assert.strictEqual((yield* Effect.flip(fetch({ url: `${other.url}/secret` }))).reason, "host")
          assert.strictEqual((yield* Effect.flip(fetch({ url: "file:///etc/passwd" }))).reason, "host")
          assert.strictEqual((yield* Effect.flip(fetch({ url: "http://user:word@127.0.0.1/" }))).reason, "host")
          assert.strictEqual(other.asked.length, 0)
          const { port } = new URL(server.url)
          const walled = yield* asking(server.host, {
            inner: new Set(),
            hosts: new Set([server.host, `localhost:${port}`])
          })
          for (const url of [server.url, `http://localhost:${port}`]) {
            assert.strictEqual((yield* Effect.flip(walled({ url, isApi: true }))).reason, "host")
          }
          assert.strictEqual(server.askedFor("/").length, 0)
        })
    )

    it.effect("takes keys to no other host", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const other = yield* fakeWeb
        const fetch = yield* asking(server.host, { hosts: new Set([server.host, other.host]) })
        server.says("/api", { status: 302, headers: { location: `${other.url}/page` } })
        other.says("/page", { body: "words" })
        yield* fetch({ url: `${server.url}/api`, headers: { authorization: "Bearer key" }, isApi: true })
        assert.isUndefined(other.askedFor("/page")[0]!.headers.authorization)
      })
    )

    it.effect("reads letters as they are written, whatever the sender says", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const fetch = yield* asking(server.host)
        // "寿司" and "국밥" and "火锅", in the letters of their countries.
        server.says("/sjis", {
          headers: { "content-type": "text/html; charset=Shift_JIS" },
          body: Buffer.from([0x8e, 0xf5, 0x8e, 0x69])
        })
        server.says("/euc", {
          headers: { "content-type": "text/html; charset=euc-kr" },
          body: Buffer.from([0xb1, 0xb9, 0xb9, 0xe4])
        })
        server.says("/gb", {
          headers: { "content-type": "text/html; charset=utf-8" },
          body: Buffer.concat([Buffer.from('<meta charset="gb18030">'), Buffer.from([0xbb, 0xf0, 0xb9, 0xf8])])
        })
        server.says("/odd", { headers: { "content-type": "text/html; charset=no-such-thing" }, body: "寿司" })
        const text = (path: string) => Effect.map(fetch({ url: `${server.url}${path}` }), (answer) => answer.text)
        assert.deepStrictEqual(
          [yield* text("/sjis"), yield* text("/euc"), yield* text("/odd")],
          ["寿司", "국밥", "寿司"]
        )
        assert.include(yield* text("/gb"), "火锅")
      })
    )
  })
})
