/**
 * Ordinary signals take a short way through the gateway. A media type that names its charset sends a request the usual
 * road: whatever is sent, both give the same answer, and what one of them took the other knows.
 */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const signal = (more: object = {}) => ({
  id: randomUUID(),
  signal_type: "slot_accept",
  slot_id: randomUUID(),
  occurred_at: new Date(Date.now() - 1000).toISOString(),
  context: { time_to_action_ms: 2300, day_part: "evening" },
  ...more
})

const SHORT = "application/json"
const USUAL = "application/json; charset=utf-8"

describe("a signal's two roads", () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ CORS_ORIGINS: "https://app.example", RATE_LIMIT_USER_PER_MINUTE: "60" })
  })
  afterAll(() => world?.close())

  const send = async (road: string, token: string, body: string | Uint8Array, headers: Record<string, string>) => {
    const response = await fetch(`${world.server().url}/api/v1/signals`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": road, ...headers },
      body: body as string
    })
    const told = Object.fromEntries(response.headers)
    const text = await response.text()
    const id = told["x-request-id"]!
    delete told["date"]
    return { status: response.status, text: text.replaceAll(id, "<id>"), headers: { ...told, "x-request-id": "<id>" } }
  }

  /** Requests that took the short way so far. */
  const short = async () => {
    const metrics = await (await fetch(`${world.server().url}/metrics`)).text()
    return Number(/^overplanned_signals_short_way_total(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1] ?? 0)
  }

  /** Sends the same kind of body both ways; each way gets ids of its own, so that none is a repetition. */
  const both = async (make: () => unknown, headers: Record<string, string> = {}, token?: string) => {
    const who = await world.someone()
    await who.call("GET", "/users/me/persona")
    const body = () => {
      const made = make()
      return typeof made === "string" || made instanceof Uint8Array ? made : JSON.stringify(made)
    }
    const one = await send(SHORT, token ?? who.token, body(), headers)
    const other = await send(USUAL, token ?? who.token, body(), headers)
    assert.deepStrictEqual(one, other)
    return one
  }

  it("take one signal, several and many", async () => {
    // Very many at once would hold up others, and go the long way; so does what would take long to be read at all.
    const noted = () => signal({ context: { note: "n".repeat(3_000) } })
    for (const [count, shortened, one] of [
      [1, 1, signal],
      [5, 1, signal],
      [100, 1, signal],
      [101, 0, signal],
      [40, 0, noted]
    ] as const) {
      const before = await short()
      const answer = await both(() => (count === 1 ? one() : Array.from({ length: count }, () => one())))
      assert.strictEqual(answer.status, 202)
      assert.deepStrictEqual(JSON.parse(answer.text), { accepted: count, duplicates: 0, rejected: [] })
      assert.strictEqual(await short(), before + shortened, `the short way of ${count}`)
    }
  })

  it("say the same of each item that is not taken", async () => {
    const answer = await both(() => [
      signal(),
      signal({ signal_type: "candidate_set_logged" }),
      signal({ context: { day_of_trip: 0 } }),
      signal({ occurred_at: "yesterday" }),
      signal({ trip_id: "00000000-0000-7000-8000-000000000404" }),
      null
    ])
    assert.deepStrictEqual(
      JSON.parse(answer.text).rejected.map(({ index }: { readonly index: number }) => index),
      [1, 2, 3, 4, 5]
    )
  })

  it("refuse in the same words what is no call of signals", async () => {
    const wanted: ReadonlyArray<readonly [body: () => unknown, status: number, headers?: Record<string, string>]> = [
      [() => [], 422],
      [() => Array.from({ length: 1001 }, () => signal()), 422],
      [() => "{no", 400],
      [() => "", 400],
      [() => Uint8Array.of(0x22, 0xff, 0x22), 400],
      [() => signal(), 415, { "content-type": "text/plain" }],
      [() => signal(), 400, { "idempotency-key": "with spaces in it" }],
      [() => signal(), 202, { origin: "https://app.example" }],
      [() => signal(), 202, { origin: "https://elsewhere.example", "x-request-id": "mine-1" }]
    ]
    for (const [body, status, headers] of wanted) assert.strictEqual((await both(body, headers)).status, status)
    assert.strictEqual((await both(() => signal(), {}, "no.such.token")).status, 401)
  })

  it("know each other's signals, and count into one limit", async () => {
    const who = await world.someone()
    const first = signal()
    const told = async (road: string, body: object) =>
      JSON.parse((await send(road, who.token, JSON.stringify(body), {})).text)
    assert.strictEqual((await told(USUAL, first)).accepted, 1)
    assert.strictEqual((await told(SHORT, first)).duplicates, 1)
    assert.match((await told(SHORT, { ...first, context: {} })).rejected[0].problem, /used before/)
    for (let n = 3; n < 60; n++) {
      assert.strictEqual((await told(n % 2 === 0 ? SHORT : USUAL, signal())).accepted, 1)
    }
    // A minute that turns meanwhile forgives one by one what is long ago; counted apart, twice as many would pass.
    let passed = 0
    for (const road of [SHORT, USUAL]) {
      const refused = await until(`a refusal on ${road}`, async () => {
        const answer = await send(road, who.token, JSON.stringify(signal()), {})
        if (answer.status !== 429) passed++
        return answer.status === 429 && answer
      })
      assert.match(refused.text, /more than 60 requests in a minute/)
    }
    assert.isBelow(passed, 30)
  })
})
