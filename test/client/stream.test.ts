import type { IncomingMessage } from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { type WebSocket, WebSocketServer } from "ws"
import { waitBefore } from "../../client/back-off.ts"
import { makeClient, streamAddress, TokenKeeper, TripStream, Unanswered } from "../../client/index.ts"

const HELLO = JSON.stringify({ type: "hello", epoch: "e1", seq: 7, recovered: false, open_offers: [] })

const until = async (what: string, condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 30_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A server that does with each connection what the test says, and one stream to it. */
const streaming = async (
  greet: (socket: WebSocket, request: IncomingMessage, nth: number) => void,
  use: (page: {
    readonly stream: TripStream
    readonly states: Array<string>
    readonly frames: Array<{ type: string }>
    readonly asked: Array<IncomingMessage>
  }) => Promise<void>,
  renew: (token: string) => Promise<string | undefined> = async () => undefined
): Promise<void> => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: (offered) => [...offered][0]! })
  await new Promise((resolve) => server.once("listening", resolve))
  const asked: Array<IncomingMessage> = []
  server.on("connection", (socket, request) => greet(socket, request, asked.push(request)))
  const states: Array<string> = []
  const frames: Array<{ type: string }> = []
  const stream = new TripStream({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tripId: "trip",
    tokens: new TokenKeeper("a.b.c", renew),
    since: () => 9,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state)
  })
  try {
    await use({ stream, states, frames, asked })
  } finally {
    stream.close()
    for (const client of server.clients) client.terminate()
    server.close()
  }
}

describe("the live connection", () => {
  it("goes where the trip's stream is, without the token in the address", () => {
    assert.strictEqual(streamAddress("https://x.test/a#b", "t", undefined), "wss://x.test/ws/trips/t/pivot-stream")
    assert.strictEqual(
      streamAddress("http://127.0.0.1:8000", "t", { epoch: "e&1", since: 3 }),
      "ws://127.0.0.1:8000/ws/trips/t/pivot-stream?epoch=e%261&since=3"
    )
  })

  it("waits longer after each failure, never longer than the bound", () => {
    assert.isBelow(waitBefore(0, 0.99), 501)
    for (let attempt = 0; attempt < 50; attempt++) {
      for (const random of [0, 0.5, 0.99]) assert.isTrue(waitBefore(attempt, random) <= 20_000, `${attempt}`)
    }
    assert.isAbove(waitBefore(5, 0), waitBefore(1, 0.99))
  })

  it("offers the token as a subprotocol, comes back after a break and says what it knows", () =>
    streaming(
      (socket, _, nth) => {
        socket.send(HELLO)
        // Told when to come back: at once.
        if (nth === 1) {
          socket.send(JSON.stringify({ type: "drain", reconnect_in_ms: 0 }))
          socket.close(1001)
        }
      },
      async ({ states, asked }) => {
        await until("live again", () => states.filter((state) => state === "live").length === 2)
        assert.deepStrictEqual(states, ["connecting", "live", "waiting", "connecting", "live"])
        assert.strictEqual(
          asked[0]!.headers["sec-websocket-protocol"]?.replaceAll(" ", ""),
          "overplanned.v1,bearer.a.b.c"
        )
        assert.strictEqual(asked[0]!.url, "/ws/trips/trip/pivot-stream")
        assert.strictEqual(asked[1]!.url, "/ws/trips/trip/pivot-stream?epoch=e1&since=9")
      }
    ))

  it("does not wait for ever for a server that takes the connection and says nothing", async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve))
    const origin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const client = makeClient({ origin, token: "a.b.c", timeoutMillis: 50 })
    const heard: Array<string> = []
    const [onFrame, onPlan, onEnded] = [() => {}, () => {}, () => {}]
    const stream = client.stream({
      tripId: "t",
      since: () => 9,
      onFrame,
      onState: (state) => heard.push(`trip ${state}`)
    })
    const shared = client.shared({ code: "c", onPlan, onEnded, onState: (state) => heard.push(`shared ${state}`) })
    try {
      await until("both wait", () => ["trip waiting", "shared waiting"].every((one) => heard.includes(one)))
    } finally {
      stream.close()
      shared.close()
      silent.close()
    }
  })

  it("comes back to a server that was not there", async () => {
    const place = new WebSocketServer({ host: "127.0.0.1", port: 0 })
    await new Promise((resolve) => place.once("listening", resolve))
    const { port } = place.address() as AddressInfo
    await new Promise((resolve) => place.close(resolve))
    const states: Array<string> = []
    const stream = new TripStream({
      origin: `http://127.0.0.1:${port}`,
      tripId: "trip",
      tokens: new TokenKeeper("a.b.c", async () => undefined),
      since: () => 9,
      onFrame: () => {},
      onState: (state) => states.push(state)
    })
    await until("a first failure", () => states.includes("waiting"))
    const server = new WebSocketServer({ host: "127.0.0.1", port, handleProtocols: (offered) => [...offered][0]! })
    server.on("connection", (socket) => socket.send(HELLO))
    try {
      await until("live", () => states.includes("live"))
    } finally {
      stream.close()
      for (const client of server.clients) client.terminate()
      server.close()
    }
  })

  it("gives each request its own answer and passes on what nobody asked for", () =>
    streaming(
      (socket) => {
        socket.send(HELLO)
        socket.on("message", (data) => {
          const { id } = JSON.parse(String(data))
          socket.send(JSON.stringify({ type: "slot_changed", seq: 8 }))
          socket.send(JSON.stringify({ type: "offer", id, pivot_id: `for ${id}` }))
        })
      },
      async ({ stream, states, frames }) => {
        await until("live", () => states.includes("live"))
        const answers = await Promise.all(
          ["x", "y"].map((id) => stream.request({ type: "pivot", id, trigger: "mood" }))
        )
        assert.deepStrictEqual(
          answers.map((answer) => (answer as unknown as { pivot_id: string }).pivot_id),
          ["for x", "for y"]
        )
        assert.deepStrictEqual(
          frames.map((frame) => frame.type),
          ["hello", "slot_changed", "slot_changed"]
        )
      }
    ))

  it("says that a request was not answered when the connection breaks, so that it can go another way", () =>
    streaming(
      (socket) => {
        socket.send(HELLO)
        socket.on("message", () => socket.terminate())
      },
      async ({ stream, states }) => {
        await until("live", () => states.includes("live"))
        const failure = await stream
          .request({ type: "pivot", id: "x", trigger: "mood" })
          .catch((error: unknown) => error)
        assert.instanceOf(failure, Unanswered)
      }
    ))

  it("goes on where it was with a renewed token, once the old one has run out", () =>
    streaming(
      (socket, request, nth) => {
        if (nth === 1) {
          socket.send(HELLO)
          socket.close(4401, "the token has expired")
        } else socket.send(JSON.stringify({ ...JSON.parse(HELLO), recovered: request.url?.includes("since=9") }))
      },
      async ({ states, asked, frames }) => {
        await until("live again", () => states.filter((state) => state === "live").length === 2)
        assert.deepStrictEqual(states, ["connecting", "live", "connecting", "live"])
        assert.include(asked[1]!.headers["sec-websocket-protocol"], "bearer.d.e.f")
        assert.deepInclude<object>(frames.at(-1)!, { type: "hello", recovered: true })
      },
      async (token) => (token === "a.b.c" ? "d.e.f" : undefined)
    ))

  it("comes back where the token could not be renewed the first time, because nobody answered", () => {
    let asked = 0
    return streaming(
      (socket, request) => {
        if (request.headers["sec-websocket-protocol"]?.includes("d.e.f")) socket.send(HELLO)
        else socket.close(4401, "the token has expired")
      },
      async ({ states }) => {
        await until("live", () => states.includes("live"))
        assert.deepStrictEqual(states, ["connecting", "waiting", "connecting", "connecting", "live"])
      },
      async () => {
        if (++asked === 1) throw new Error("no network")
        return "d.e.f"
      }
    )
  })

  for (const [code, state] of [
    [4401, "unauthorized"],
    [4404, "not_found"]
  ] as const) {
    it(`stays away after ${code}`, () =>
      streaming(
        (socket) => socket.close(code),
        async ({ states, asked }) => {
          await until(state, () => states.includes(state))
          assert.deepStrictEqual(states, ["connecting", state])
          assert.strictEqual(asked.length, 1)
        }
      ))
  }
})
