import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Response from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import { WebSocket } from "ws"
import type { Socket } from "../../../src/http/uws/socket.ts"
import { accept, acceptThenClose, refuse } from "../../../src/http/uws/upgrade.ts"
import type { WebSocketRoute } from "../../../src/http/uws/websocket.ts"
import { eventually, type Running, raw, serve } from "./harness.ts"

interface Client {
  readonly socket: WebSocket
  readonly messages: Array<string | Buffer>
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined
}

/** Opens a socket and gathers what it hears; fails with the status if the upgrade is refused. */
const open = (
  port: number,
  path: string,
  protocols: ReadonlyArray<string> = [],
  headers: Record<string, string> = {}
): Effect.Effect<Client, number> =>
  Effect.callback((resume) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], { headers })
    const messages: Array<string | Buffer> = []
    let closed: { code: number; reason: string } | undefined
    socket.on("message", (data: Buffer, binary) => messages.push(binary ? data : data.toString()))
    socket.on("close", (code, reason) => {
      closed = { code, reason: reason.toString() }
    })
    socket.on("error", () => {})
    socket.on("unexpected-response", (_request, response) => resume(Effect.fail(response.statusCode ?? 0)))
    socket.on("open", () => resume(Effect.succeed({ socket, messages, closed: () => closed })))
  })

const closedWith = (client: Client) =>
  Effect.map(
    eventually("the socket closes", () => client.closed() !== undefined),
    () => client.closed()!
  )

const withRoute = <A, R>(
  route: WebSocketRoute<A, R>,
  options: Parameters<typeof serve>[1] = {}
): Effect.Effect<Running, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const running = yield* serve(Effect.succeed(Response.text("plain")), options)
    yield* running.app.websocket(route)
    return running
  })

class Greeting extends Context.Service<Greeting, { readonly word: string }>()("test/Greeting") {}

const never = { authorize: () => Effect.never, message: () => {} }

describe("WebSocket routes", () => {
  it.live("give the request at the upgrade and messages both ways, in order, with the route's services", () =>
    Effect.gen(function* () {
      const { port, url } = yield* withRoute({
        pattern: "/ws/trips/:id/:part",
        authorize: (request) =>
          Effect.map(Greeting, ({ word }) =>
            accept(`${word} ${request.params.join("+")} ${request.query.get("since")} ${request.headers["x-who"]}`)
          ),
        protocol: "overplanned.v1",
        open: (socket) => void socket.send(socket.data),
        message: (socket, message) => {
          if (message === "effect") return Effect.map(Greeting, ({ word }) => void socket.send(word))
          socket.send(message)
        }
      })
      const client = yield* open(port, "/ws/trips/7/stream?since=12", ["overplanned.v1", "bearer.secret"], {
        "x-who": "me"
      })
      assert.strictEqual(client.socket.protocol, "overplanned.v1")
      client.socket.send("one")
      client.socket.send(Buffer.from([0, 255]))
      client.socket.send("effect")
      yield* eventually("all answers", () => client.messages.length === 4)
      assert.deepStrictEqual(client.messages, ["hello 7+stream 12 me", "one", Buffer.from([0, 255]), "hello"])
      const plain = yield* Effect.promise(() => fetch(`${url}/ws/trips/7/stream`).then((response) => response.text()))
      assert.strictEqual(plain, "plain")
      client.socket.close()
    }).pipe(Effect.provideService(Greeting, { word: "hello" }))
  )

  it.live("let a socket in whose decision took its time, and hear what it said meanwhile, but not too much", () =>
    Effect.gen(function* () {
      const decision = yield* Deferred.make<void>()
      const { port } = yield* withRoute({
        pattern: "/ws/:how",
        protocol: "v1",
        authorize: (request) =>
          request.params[0] === "soon" ? Effect.as(Deferred.await(decision), accept("in")) : Effect.never,
        open: (socket) => void socket.send(socket.data),
        message: (socket, message) => void socket.send(message),
        bounds: { maxEarly: 3 }
      })
      const client = yield* open(port, "/ws/soon", ["v1"])
      assert.strictEqual(client.socket.protocol, "v1")
      client.socket.send("one")
      client.socket.send(Buffer.from([2]))
      const loud = yield* open(port, "/ws/never")
      for (let i = 0; i < 4; i++) loud.socket.send("let me in")
      assert.strictEqual((yield* closedWith(loud)).code, 1008)
      assert.isEmpty(client.messages)
      yield* Deferred.succeed(decision, undefined)
      yield* eventually("both are answered", () => client.messages.length === 3)
      assert.deepStrictEqual(client.messages, ["in", "one", Buffer.from([2])])
    })
  )

  it.live("can refuse with a close code after the upgrade, or with a status before it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { port, app } = yield* withRoute({
        pattern: "/ws/:how",
        protocol: "v1",
        authorize: (request) => {
          const tooMany = refuse("429 Too Many Requests", 3)
          if (request.params[0] === "soon") return Effect.succeed(tooMany)
          return Effect.as(
            Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
            request.params[0] === "late" ? tooMany : acceptThenClose(4401, "token expired")
          )
        },
        open: () => void seen.push("open"),
        message: () => void seen.push("message"),
        close: () => void seen.push("close")
      })
      const client = yield* open(port, "/ws/token", ["v1"])
      client.socket.send("never heard")
      assert.deepStrictEqual(yield* closedWith(client), { code: 4401, reason: "token expired" })
      assert.strictEqual(yield* Effect.flip(open(port, "/ws/soon")), 429)
      const late = yield* open(port, "/ws/late")
      assert.deepStrictEqual(yield* closedWith(late), { code: 1013, reason: "429 Too Many Requests" })
      assert.deepStrictEqual(seen, [])
      assert.strictEqual(app.counts().sockets, 0)
    })
  )

  it.live("interrupt an authorisation whose client leaves, and refuse one that takes too long", () =>
    Effect.gen(function* () {
      let interrupted = 0
      const started = yield* Deferred.make<void>()
      const { port } = yield* withRoute({
        ...never,
        pattern: "/ws",
        authorize: () =>
          Effect.onInterrupt(Effect.andThen(Deferred.succeed(started, undefined), Effect.never), () =>
            Effect.sync(() => interrupted++)
          ),
        bounds: { authorizeTimeoutMillis: 150 }
      })
      const gone = connect(port, "127.0.0.1")
      gone.write(
        "GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
      )
      yield* Deferred.await(started)
      gone.destroy()
      yield* eventually("the authorisation is interrupted", () => interrupted === 1)
      assert.strictEqual((yield* closedWith(yield* open(port, "/ws"))).code, 1013)
      assert.strictEqual(interrupted, 2)
    })
  )

  it.live("answer a failing authorisation with 500 and go on", () =>
    Effect.gen(function* () {
      const { port } = yield* withRoute({ ...never, pattern: "/ws", authorize: () => Effect.die("on purpose") })
      assert.strictEqual(yield* Effect.flip(open(port, "/ws")), 500)
      assert.strictEqual(yield* Effect.flip(open(port, "/ws")), 500)
    })
  )

  it.live("close messages that are too large with 1009, bad text with 1007, a flood with 1008", () =>
    Effect.gen(function* () {
      const { port } = yield* withRoute({
        pattern: "/ws",
        authorize: () => Effect.succeed(accept(undefined)),
        message: (_socket, message) => (message === "wait" ? Effect.never : undefined),
        bounds: { maxPayload: 1_000, maxConcurrent: 3 }
      })
      const large = yield* open(port, "/ws")
      large.socket.send("x".repeat(1_001))
      assert.strictEqual((yield* closedWith(large)).code, 1009)
      const huge = yield* open(port, "/ws")
      huge.socket.send("x".repeat(1_000_000))
      assert.isTrue([1006, 1009].includes((yield* closedWith(huge)).code))
      const bad = yield* open(port, "/ws")
      bad.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
      assert.isTrue([1006, 1007].includes((yield* closedWith(bad)).code))
      const flood = yield* open(port, "/ws")
      for (let i = 0; i < 5; i++) flood.socket.send("wait")
      assert.strictEqual((yield* closedWith(flood)).code, 1008)
    })
  )

  it.live("close a socket whose callback throws with 1011, and go on with the others", () =>
    Effect.gen(function* () {
      const { port } = yield* withRoute({
        pattern: "/ws",
        authorize: () => Effect.succeed(accept(undefined)),
        message: (socket, message) => {
          if (message === "throw") throw new Error("on purpose")
          if (message === "die") return Effect.die("on purpose")
          socket.send("fine")
        }
      })
      const other = yield* open(port, "/ws")
      const client = yield* open(port, "/ws")
      client.socket.send("throw")
      assert.strictEqual((yield* closedWith(client)).code, 1011)
      other.socket.send("die")
      other.socket.send("hello")
      yield* eventually("the other is answered", () => other.messages.length === 1)
    })
  )

  it.live("interrupt a socket's effects when it closes and run its close callback once, to the end", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { port, app } = yield* withRoute({
        pattern: "/ws",
        authorize: () => Effect.succeed(accept("a")),
        message: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => events.push("interrupted"))),
        close: (socket, code, reason) =>
          Effect.andThen(
            Effect.promise(() => new Promise((resolve) => setImmediate(resolve))),
            Effect.sync(() => events.push(`${code} ${reason} ${socket.send("too late")}`))
          )
      })
      const client = yield* open(port, "/ws")
      client.socket.send("x")
      client.socket.close(4000, "bye")
      yield* eventually("both happened", () => events.length === 2)
      assert.deepStrictEqual(events, ["interrupted", "4000 bye closed"])
      assert.strictEqual(app.counts().sockets, 0)
    })
  )

  it.live("bound what waits for a slow reader, tell when it caught up, and can still close it with a reason", () =>
    Effect.gen(function* () {
      let server: Socket<undefined> | undefined
      let writable = 0
      const { port } = yield* withRoute({
        pattern: "/ws",
        authorize: () => Effect.succeed(accept(undefined)),
        open: (socket) => {
          server = socket
        },
        message: () => {},
        writable: () => void writable++,
        bounds: { maxBackpressure: 100_000 }
      })
      const fill = () => {
        let sent = 0
        while (server!.send("x".repeat(50_000)) !== "full") sent++
        return sent
      }
      const client = yield* open(port, "/ws")
      client.socket.pause()
      const sent = fill()
      assert.isAtMost(server!.bufferedAmount, 160_000)
      client.socket.resume()
      yield* eventually("the reader caught up", () => writable === 1 && client.messages.length === sent)
      client.socket.pause()
      const more = fill()
      server!.close(4008, "too slow")
      assert.strictEqual(server!.send("x"), "closed")
      client.socket.resume()
      assert.deepStrictEqual(yield* closedWith(client), { code: 4008, reason: "too slow" })
      assert.strictEqual(client.messages.length, sent + more)
    })
  )

  it.live("say goodbye when the server stops: at once, or as the route arranges until the deadline", () =>
    Effect.gen(function* () {
      const running = yield* withRoute(
        { pattern: "/plain", authorize: () => Effect.succeed(accept(undefined)), message: () => {} },
        { drainTimeout: "100 millis" }
      )
      const { app, port } = running
      yield* app.websocket({
        pattern: "/polite",
        authorize: () => Effect.succeed(accept(undefined)),
        message: () => {},
        drain: (socket) => void socket.send("reconnect elsewhere")
      })
      const asked = yield* Deferred.make<void>()
      yield* app.websocket({
        ...never,
        pattern: "/undecided",
        authorize: () => Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
      })
      const plain = yield* open(port, "/plain")
      const polite = yield* open(port, "/polite")
      const undecided = yield* open(port, "/undecided")
      yield* Deferred.await(asked)
      yield* eventually("three are open", () => app.counts().sockets === 3)
      yield* app.drain
      assert.strictEqual((yield* closedWith(plain)).code, 1001)
      assert.strictEqual((yield* closedWith(polite)).code, 1001)
      assert.deepStrictEqual(polite.messages, ["reconnect elsewhere"])
      assert.strictEqual((yield* closedWith(undecided)).code, 1013)
      yield* eventually("every connection is gone", () => app.counts().connections === 0)
      assert.deepStrictEqual(app.counts(), { connections: 0, requests: 0, sockets: 0 })
    })
  )

  it.live("answer an upgrade without a key as a plain request", () =>
    Effect.gen(function* () {
      const { port } = yield* withRoute({ ...never, pattern: "/ws" })
      const { text } = yield* raw(
        port,
        "GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        (t) => t.endsWith("plain")
      )
      assert.include(text, "200 OK")
    })
  )
})
