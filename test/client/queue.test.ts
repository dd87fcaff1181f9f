/** What is said without a network, and what becomes of it: over a real socket that can be unplugged. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { makeClient, type Problem } from "../../client/index.ts"

interface Heard {
  readonly path: string
  readonly key: string | undefined
  readonly authorization: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: what a client sent.
  readonly body: any
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString("utf8")
  return text === "" ? undefined : JSON.parse(text)
}

/** A server that answers as the test says, and remembers what it heard. */
const answering = async (
  answer: (heard: Heard, nth: number) => { readonly status: number; readonly body?: unknown; readonly etag?: string },
  use: (origin: string, heard: Array<Heard>, server: Server) => Promise<void>
): Promise<void> => {
  const heard: Array<Heard> = []
  const server = createServer(async (request, response) => {
    const one: Heard = {
      path: request.url!,
      key: request.headers["idempotency-key"] as string | undefined,
      authorization: request.headers.authorization,
      body: await bodyOf(request)
    }
    const { status, body, etag } = answer(one, heard.push(one))
    if (etag !== undefined && request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(status, etag === undefined ? {} : { etag }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const store = () => {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value)
  }
}

const answerOf = (pivot_id: string) => ({
  path: { id: "t", pivot_id },
  body: { response: "accept", option_id: "o" } as const
})

const signal = (id: string) => ({
  body: { id, signal_type: "thumbs_up" as const, slot_id: id, occurred_at: "2026-05-01T10:00:00Z" }
})

const problem = (name: string, status: number, detail: string) => ({
  status,
  body: { type: `urn:overplanned:problem:${name}`, status, title: name, detail }
})

describe("what is said without a network", () => {
  it("outlives the page, goes out in order under its own keys, and is told what became of it", () => {
    const sent: Array<string> = []
    const refused: Array<string> = []
    return answering(
      ({ path }) =>
        path.includes("/pivots/late")
          ? problem("pivot-expired", 409, "The plan had changed.")
          : {
              status: 200,
              body: { rejected: path.endsWith("/signals") ? [{ index: 1, problem: "too old" }] : undefined }
            },
      async (origin, heard) => {
        const kept = store()
        const unplugged = makeClient({ origin: "http://127.0.0.1:9", token: "a.b.c" }).queue({ store: kept })
        const first = unplugged.add("trips.answerPivot", answerOf("good"))
        unplugged.add("people.signals", signal("s1"))
        unplugged.add("people.signals", signal("s2"))
        unplugged.add("trips.answerPivot", answerOf("late"))
        await unplugged.send()
        assert.strictEqual(unplugged.entries.length, 4)

        const queue = makeClient({ origin, token: "a.b.c" }).queue({
          store: kept,
          onSent: ({ operation }, answer) => void sent.push(`${operation} ${JSON.stringify(answer)}`),
          onRefused: ({ operation }, { message, kind }: Problem) => void refused.push(`${operation} ${kind} ${message}`)
        })
        await queue.send()
        assert.deepStrictEqual(
          heard.map(({ path }) => path),
          ["/api/v1/trips/t/pivots/good", "/api/v1/signals", "/api/v1/trips/t/pivots/late"]
        )
        assert.strictEqual(heard[0]!.key, first.key)
        assert.strictEqual(heard[0]!.body.said_at, new Date(first.at).toISOString(), "its offer may be over by now")
        assert.deepStrictEqual(
          heard[1]!.body.map(({ id }: { id: string }) => id),
          ["s1", "s2"]
        )
        assert.deepStrictEqual(sent, [
          "trips.answerPivot {}",
          'people.signals {"rejected":[]}',
          'people.signals {"rejected":[{"index":1,"problem":"too old"}]}'
        ])
        assert.deepStrictEqual(refused, ["trips.answerPivot pivot-expired The plan had changed."])
        assert.deepStrictEqual(queue.entries, [])
        assert.strictEqual(kept.getItem("overplanned-queue"), "[]")
      }
    )
  })

  it("stays where the server is there and cannot answer now, and is bounded", () =>
    answering(
      () => ({ status: 503, body: { ...problem("unavailable", 503, "Not now.").body, retry_after_seconds: 60 } }),
      async (origin, heard) => {
        const queue = makeClient({ origin, token: "a.b.c" }).queue()
        queue.add("trips.answerPivot", answerOf("p"))
        await queue.send()
        for (let n = 1; n < 500; n++) queue.add("people.signals", signal(`s${n}`))
        assert.throws(() => queue.add("people.signals", signal("one too many")), /500 things wait/)
        await queue.send()
        assert.strictEqual(queue.entries.length, 500)
        assert.strictEqual(heard.length, 2)
        assert.deepStrictEqual(heard[1], heard[0], "what has a key is the same whenever it is sent")
      }
    ))
})

describe("a token that runs out", () => {
  it("is renewed once for all who ask, and what was asked goes on", () => {
    const renewed: Array<string> = []
    return answering(
      ({ path, authorization }) =>
        path.endsWith("/token/renew")
          ? { status: 200, body: { token: "new.one.x" } }
          : authorization === "Bearer new.one.x"
            ? { status: 200, body: { cities: [] } }
            : problem("unauthorized", 401, "The token has expired."),
      async (origin, heard) => {
        const client = makeClient({ origin, token: "a.b.c", onToken: (token) => void renewed.push(token) })
        const answers = await Promise.all([client.call("cities.list"), client.call("people.persona")])
        assert.strictEqual(answers.length, 2)
        assert.deepStrictEqual(renewed, ["new.one.x"])
        assert.strictEqual(heard.filter(({ path }) => path.endsWith("/token/renew")).length, 1)
        assert.deepStrictEqual(heard.find(({ path }) => path.endsWith("/token/renew"))!.body, { token: "a.b.c" })
      }
    )
  })

  for (const [what, status] of [
    ["busy", 429],
    ["away", 503],
    ["failing", 500]
  ] as const) {
    it(`signs nobody out while who renews it is ${what}, and goes on when they are back`, () => {
      const told: Array<string> = []
      let isBack = false
      return answering(
        ({ path, authorization }) => {
          if (path.endsWith("/token/renew")) {
            return isBack ? { status: 200, body: { token: "new.one.x" } } : problem("not-now", status, "Not now.")
          }
          return authorization === "Bearer new.one.x"
            ? { status: 200, body: { cities: [] } }
            : problem("unauthorized", 401, "The token has expired.")
        },
        async (origin, heard) => {
          const client = makeClient({ origin, token: "a.b.c", onSignedOut: ({ message }) => void told.push(message) })
          const failure = await client.call("cities.list").catch((error: Problem) => error)
          assert.deepInclude(failure, { isAway: true, message: "Not now." })
          const queue = client.queue()
          queue.add("trips.answerPivot", answerOf("p"))
          await queue.send()
          assert.strictEqual(queue.entries.length, 1)
          const renewals = heard.filter(({ path }) => path.endsWith("/token/renew"))
          assert.strictEqual(renewals.length, 2, "one for each that was turned away")
          isBack = true
          assert.deepStrictEqual(await client.call("cities.list"), { cities: [] } as never)
          await queue.send()
          assert.strictEqual(queue.entries.length, 0)
          assert.deepStrictEqual(told, [])
        }
      )
    })
  }

  it("says so once where it cannot be renewed, in the server's words", () => {
    const told: Array<string> = []
    return answering(
      () => problem("unauthorized", 401, "It is too long ago that you signed in."),
      async (origin) => {
        const client = makeClient({ origin, token: "a.b.c", onSignedOut: ({ message }) => void told.push(message) })
        const failure = await client.call("cities.list").catch((error: Problem) => error)
        assert.deepInclude(failure, { status: 401 })
        assert.deepStrictEqual(told, ["It is too long ago that you signed in."])
      }
    )
  })
})

describe("a network that fails in the middle", () => {
  for (const [what, spoil] of [
    [
      "an answer that is cut off",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": "1000" })
        response.write('{"half":')
        setTimeout(() => response.destroy(), 20)
      }
    ],
    [
      "a network that wants one to sign in first",
      (response: ServerResponse) => response.writeHead(511, { "content-type": "text/html" }).end("<h1>Sign in</h1>")
    ],
    [
      "the page of a hotel's network",
      (response: ServerResponse) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<h1>Room number?</h1>")
    ]
  ] as const) {
    it(`takes ${what} for none, and keeps what was to be sent`, async () => {
      const server = createServer((request, response) => {
        request.resume()
        request.on("end", () => spoil(response))
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      try {
        const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const client = makeClient({ origin, token: "a.b.c" })
        const failure = await client.call("cities.list").catch((error: Problem) => error)
        assert.deepInclude(failure, { isAway: true })
        assert.deepInclude(await client.file("people.export").catch((error: Problem) => error), { isAway: true })
        const queue = client.queue()
        queue.add("people.signals", signal("s"))
        await queue.send()
        assert.strictEqual(queue.entries.length, 1)
      } finally {
        server.closeAllConnections()
        server.close()
      }
    })
  }
})

describe("a reading", () => {
  it("is answered without its body when nothing has changed", () =>
    answering(
      () => ({ status: 200, body: { cities: ["x"] }, etag: '"1"' }),
      async (origin, heard) => {
        const client = makeClient({ origin, token: "a.b.c" })
        const first = await client.call("cities.list")
        const second = await client.call("cities.list")
        assert.strictEqual(second, first)
        assert.strictEqual(heard.length, 2)
      }
    ))

  it("lets what was said on one plan stand on its own first change, and on nobody else's", () => {
    const versions: Array<unknown> = []
    return answering(
      ({ path }, nth) => {
        versions.push(path)
        return { status: 200, body: { state_version: nth === 1 ? 8 : 12 } }
      },
      async (origin) => {
        const kept = store()
        const change = (slot_id: string) => ({
          path: { id: "t", slot_id },
          body: { action: "lock" as const },
          ifMatch: 7
        })
        const queue = makeClient({ origin, token: "a.b.c" }).queue({ store: kept })
        for (const slot of ["a", "b", "c"]) queue.add("trips.changeSlot", change(slot))
        const based: Array<unknown> = []
        const watching = makeClient({
          origin,
          token: "a.b.c",
          fetch: (url, init) => {
            based.push(new Headers(init?.headers).get("if-match"))
            return fetch(url, init)
          }
        }).queue({ store: kept })
        await watching.send()
        assert.deepStrictEqual(based, ["7", "8", "8"])
        assert.strictEqual(versions.length, 3)
      }
    )
  })

  it("shares what waits with other tabs, and tells signals by the server's clock", () =>
    answering(
      () => ({ status: 202, body: { accepted: 1, rejected: [] } }),
      async (origin, heard) => {
        const kept = store()
        const one = makeClient({ origin, token: "a.b.c" }).queue({ store: kept })
        const other = makeClient({ origin, token: "a.b.c" })
        const others = other.queue({ store: kept })
        one.add("people.signals", signal("s1"))
        others.add("people.signals", signal("s2"))
        assert.strictEqual(one.entries.length, 2)
        others.forget(one.entries[1]!.key)
        // A day wrong, as it turns out only now.
        other.clock.hear(new Date(Date.now() + 86_400_000).toUTCString())
        await others.send()
        assert.deepStrictEqual(one.entries, [])
        const [sent] = heard[0]!.body
        assert.strictEqual(sent.id, "s1")
        assert.strictEqual(sent.occurred_at.slice(0, 10), "2026-05-02")
      }
    ))
})
