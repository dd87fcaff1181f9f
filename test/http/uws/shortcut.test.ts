import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Response from "effect/http/HttpServerResponse"
import type { ShortAnswer } from "../../../src/http/uws/shortcut.ts"
import { eventually, raw, serve } from "./harness.ts"

const usual = Effect.succeed(Response.text("usual"))
const said = (response: globalThis.Response) => Effect.promise(() => response.text())
const created = Response.empty({ status: 201, headers: { "x-way": "short" } })

describe("a shortcut", () => {
  it.live("answers its method and path, at once or later; what it leaves alone goes the usual road with its body", () =>
    Effect.gen(function* () {
      const { url, app } = yield* serve(usual)
      app.shortcut("POST", "/quick", (request, body, answer) => {
        if (request.headers["x-odd"] !== undefined) return false
        const text = body.toString()
        if (text === "later") setImmediate(() => answer.send(created, text))
        else answer.send(created, text)
        return true
      })
      const post = (path: string, body: string, headers: Record<string, string> = {}) =>
        Effect.promise(() => fetch(`${url}${path}`, { method: "POST", body, headers }))
      for (const body of ["now", "later"]) {
        const response = yield* post("/quick", body)
        assert.deepStrictEqual(
          [response.status, response.headers.get("x-way"), yield* said(response)],
          [201, "short", body]
        )
      }
      assert.strictEqual(yield* said(yield* post("/quick", "now", { "x-odd": "1" })), "usual")
      assert.strictEqual(yield* said(yield* post("/quick?query", "now")), "usual")
      assert.strictEqual(yield* said(yield* post("/other", "now")), "usual")
      assert.strictEqual(yield* said(yield* Effect.promise(() => fetch(`${url}/quick`))), "usual")
    })
  )

  it.live("answers hundreds that were waiting together, each with its own", () =>
    Effect.gen(function* () {
      const { url, app } = yield* serve(usual)
      const held: Array<() => void> = []
      app.shortcut("POST", "/quick", (_, body, answer) => {
        const text = body.toString()
        held.push(() => answer.send(created, text))
        if (held.length === 300) for (const release of held) release()
        return true
      })
      const answers = yield* Effect.forEach(
        Array.from({ length: 300 }, (_, n) => String(n)),
        (body) =>
          Effect.promise(() => fetch(`${url}/quick`, { method: "POST", body }).then((response) => response.text())),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        answers,
        Array.from({ length: 300 }, (_, n) => String(n))
      )
    })
  )

  it.live("hands over to a fiber, and counts as a request under way until it has answered", () =>
    Effect.gen(function* () {
      const { url, app } = yield* serve(usual)
      let held: ShortAnswer | undefined
      app.shortcut("POST", "/quick", (_, __, answer) => {
        held = answer
        return true
      })
      const asked = yield* Effect.forkChild(Effect.promise(() => fetch(`${url}/quick`, { method: "POST", body: "x" })))
      yield* eventually("the request arrives", () => held !== undefined)
      assert.strictEqual(app.counts().requests, 1)
      const drained = yield* Effect.forkChild(app.drain)
      held!.handOver(Effect.succeed(Response.text("by a fiber", { status: 503 })))
      const response = yield* Fiber.join(asked)
      assert.deepStrictEqual([response.status, yield* said(response)], [503, "by a fiber"])
      yield* Fiber.join(drained)
      assert.strictEqual(app.counts().requests, 0)
    })
  )

  it.live("is not answered any more once its client has left or the server cut it", () =>
    Effect.gen(function* () {
      const { port, app } = yield* serve(usual, { drainTimeout: "50 millis" })
      const held: Array<ShortAnswer> = []
      app.shortcut("POST", "/quick", (_, __, answer) => {
        held.push(answer)
        return true
      })
      const ask = raw(port, "POST /quick HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx")
      const left = yield* Effect.forkChild(ask)
      yield* eventually("the first request arrives", () => held.length === 1)
      yield* Fiber.interrupt(left)
      yield* eventually("the client has left", () => app.counts().connections === 0)
      held[0]!.send(created, "nobody is there")
      yield* eventually("the request is over", () => app.counts().requests === 0)
      const cut = yield* Effect.forkChild(ask)
      yield* eventually("the second request arrives", () => held.length === 2)
      yield* app.drain
      held[1]!.send(created, "too late")
      held[1]!.handOver(usual)
      assert.deepStrictEqual(yield* Fiber.join(cut), { text: "", closed: true })
    })
  )
})
