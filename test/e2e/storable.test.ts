/** What cannot be stored is refused where it comes in, on every road; nothing that was acknowledged is set aside later. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { fc } from "../support/properties.ts"
import { type Answer, dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const NUL = "\u0000"
const HALF = "\ud83d"

/** The journal is empty, and nothing of it was set aside. */
const drained = (world: World) =>
  until("a journal that is drained", async () => {
    const ready = (await (await fetch(`${world.server().url}/ready`)).json()) as Json
    const journal = JSON.stringify(ready).match(/(\d+) records ahead of the database/)
    return journal?.[1] === "0"
  }).then(() => assert.deepStrictEqual(readdirSync(join(world.folder, "journal", "aside")), []))

const assertRefused = (answer: Answer, what: string) => {
  assert.oneOf(answer.status, [400, 404, 422], `${what}: ${JSON.stringify(answer.body).slice(0, 300)}`)
  assert.isAbove(String(answer.body.detail).length, 20, what)
}

describe("what cannot be stored", () => {
  let world: World
  let ann: Traveler
  let operator: Traveler
  let trip: Json

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    operator = await world.someone({ role: "admin" })
    trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 2 })).body
    assert.strictEqual((await ann.call("PATCH", `/trips/${trip.id}`, { status: "confirmed" })).status, 200)
    assert.strictEqual((await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" })).status, 200)
  })
  afterAll(() => world?.close())

  it("is refused as the id of a frame, and the trip goes on, also after a restart", async () => {
    const told = await follow(world.server(), ann, trip.id)
    const [slot] = trip.days.flatMap((day: Json) => day.slots)
    for (const [n, id] of [NUL, `a${NUL}b`, HALF, `x${HALF}y`].entries()) {
      told.send({ type: "pivot", id: `ask ${n}`, trigger: "venue_closed", slot_id: slot.id })
      const offer = await told.first("an offer", (frame) => frame.type === "offer" && frame.id === `ask ${n}`)
      const before = told.heard.length
      told.send({ type: "respond", id, pivot_id: offer.pivot_id, response: "dismiss" })
      const answer = await until("an answer", () => told.heard[before])
      assert.deepInclude(answer, { type: "error" }, JSON.stringify(answer))
      assert.strictEqual(answer.problem.status, 400)
      assert.match(answer.problem.detail, /NUL/)
    }
    told.close()
    assert.strictEqual((await ann.call("PATCH", `/trips/${trip.id}/slots/${slot.id}`, { action: "lock" })).status, 200)
    await drained(world)
    await world.restart("SIGTERM")
    const read = await ann.call("GET", `/trips/${trip.id}`)
    assert.strictEqual(read.status, 200, JSON.stringify(read.body))
  })

  it("is refused when somebody introduces themselves", async () => {
    const bodies = [
      { tags: { food: [NUL] } },
      { tags: { [`a${NUL}`]: "ramen" } },
      { tags: { food: HALF } },
      { tags: { food: 5e-324 } },
      { tags: { cuisine_openness: 5e-324 } },
      { tags: {}, personality: 5e-324 },
      { tags: {}, personality: 1e-45 },
      { tags: {}, interests: [`x${NUL}`] },
      '{"tags": {"food": 1e400}}',
      '{"tags": {"food": ["\\ud800"]}}'
    ]
    for (const body of bodies) {
      const answer = await ann.call("PUT", "/users/me/onboarding", body)
      assertRefused(answer, JSON.stringify(body))
    }
    await drained(world)
  })

  it("is refused in addresses", async () => {
    const paths: ReadonlyArray<readonly [Traveler, string, string, unknown?]> = [
      [ann, "GET", "/cities/%00/nodes"],
      [ann, "GET", "/cities/sea%00ttle/nodes"],
      [ann, "GET", "/cities/%ED%A0%80/nodes"],
      [ann, "GET", "/cities/%zz/nodes"],
      [ann, "GET", "/discovery?city=%00"],
      [ann, "GET", "/discovery?city=sea%00"],
      [ann, "GET", "/discovery?city=%ED%A0%80"],
      [ann, "GET", "/cities/seattle/nodes?q=%00"],
      [ann, "GET", "/cities/seattle/nodes?tag=%00"],
      [ann, "GET", "/cities/seattle/nodes?category=%00"],
      [ann, "GET", "/cities/seattle/nodes?neighbourhood=%00"],
      [ann, "GET", "/cities/seattle/nodes?cursor=%00"],
      [ann, "GET", "/trips?cursor=%00"],
      [ann, "GET", "/trips/%00"],
      [ann, "PATCH", `/trips/${trip.id}/slots/%00`, { action: "lock" }],
      [ann, "DELETE", `/trips/${trip.id}/members/%00`],
      [operator, "GET", "/admin/jobs/%00"],
      [operator, "POST", "/admin/model-registry/%00/1/promote"],
      [operator, "POST", "/admin/model-registry/bpr/%00/promote"],
      [operator, "POST", "/admin/model-registry/bpr/%ED%A0%80/promote"],
      [operator, "POST", "/admin/cities/%00/events", { kind: "weather" }]
    ]
    for (const [who, method, path, body] of paths)
      assertRefused(await who.call(method, path, body), `${method} ${path}`)
  })

  it("is refused in every other body", async () => {
    const { nodes } = (await ann.call("GET", "/cities/seattle/nodes?limit=1")).body
    const event = {
      kind: "transit",
      from: `${dayAhead(1)}T10:00:00Z`,
      until: `${dayAhead(1)}T12:00:00Z`,
      delay_minutes: 5
    }
    const bodies: ReadonlyArray<readonly [Traveler, string, string, unknown]> = [
      [ann, "POST", "/trips", { city: NUL, start_date: dayAhead(3), days: 1 }],
      [ann, "POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 1, constraints: { avoid: [NUL] } }],
      [ann, "PUT", `/trips/${trip.id}/vetoes`, { node_ids: [], tags: [HALF] }],
      [ann, "POST", `/trips/${trip.id}/pivot`, { trigger: "transit", detail: { line: NUL } }],
      [ann, "POST", `/trips/${trip.id}/pivot`, { trigger: "mood", detail: { mood: HALF } }],
      [ann, "POST", `/trips/${trip.id}/pivot`, { trigger: "mood", detail: { tags: [NUL] } }],
      [ann, "POST", `/trips/${trip.id}/pivot`, { trigger: "weather", detail: { until: NUL } }],
      [operator, "POST", "/admin/seed-city", { city: NUL }],
      [operator, "POST", "/admin/train", { model: NUL }],
      [operator, "POST", "/admin/cities/seattle/events", { ...event, line: NUL }],
      [operator, "POST", "/admin/cities/seattle/events", { ...event, area: { lat: 5e-324, lon: 0, radius_metres: 5 } }],
      [operator, "POST", "/admin/cities/seattle/events", { ...event, until: "+275760-09-12T00:00:00Z" }],
      [operator, "POST", "/admin/cities/seattle/events", { ...event, from: "-000001-01-01T00:00:00Z" }]
    ]
    for (const [who, method, path, body] of bodies) {
      assertRefused(await who.call(method, path, body), `${method} ${path} ${JSON.stringify(body)}`)
    }
    const signal = (changes: object) => ({
      id: crypto.randomUUID(),
      signal_type: "thumbs_up",
      activity_node_id: nodes[0].id,
      occurred_at: new Date().toISOString(),
      ...changes
    })
    const signals = [
      signal({ context: { note: NUL } }),
      signal({ context: { [HALF]: 1 } }),
      signal({ context: { x: 5e-324 } }),
      signal({ context: { nested: { x: [1e300] } } }),
      signal({ context: { weather: HALF } }),
      signal({ model_version: HALF }),
      signal({ context: { path: "C:\\udine\\u0000" } })
    ]
    const taken = await ann.call("POST", "/signals", signals)
    assert.strictEqual(taken.status, 202)
    assert.deepStrictEqual(
      taken.body.rejected.map((one: Json) => one.index),
      [0, 1, 2, 3, 4, 5],
      JSON.stringify(taken.body)
    )
    await drained(world)
  })

  it("never comes in by a frame of any type, whatever its strings and numbers", async () => {
    const told = await follow(world.server(), ann, trip.id)
    const slots = trip.days.flatMap((day: Json) => day.slots)
    const hostile = fc.oneof(
      fc.constantFrom(NUL, HALF, "\udc00", "__proto__", "constructor", "toString", "", " ", "\ufffe", "\u2028", "𝕏"),
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.string({ maxLength: 140 })
    )
    const number = fc.constantFrom(5e-324, -5e-324, 1e-45, 1e308, -1e308, 2 ** 53, -1, 0, 1.5, 30)
    const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        hostile,
        number,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(hostile, tie("any"), { maxKeys: 3 })
      )
    })).any
    const slotId = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...slots.map((one: Json) => one.id)) }, hostile)
    const detail = fc.dictionary(
      fc.oneof(fc.constantFrom("mood", "tags", "line", "from", "until", "delay_minutes", "condition"), hostile),
      fc.oneof(value, fc.array(hostile, { maxLength: 3 })),
      { maxKeys: 3 }
    )
    const pivot = fc.record(
      {
        type: fc.constant("pivot"),
        trigger: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom("venue_closed", "weather", "mood", "transit") },
          hostile
        ),
        slot_id: slotId,
        detail: fc.oneof({ weight: 3, arbitrary: detail }, value)
      },
      { requiredKeys: ["type", "trigger"] }
    )
    const respond = fc.record(
      {
        type: fc.constant("respond"),
        pivot_id: fc.oneof({ weight: 4, arbitrary: fc.constant("the newest") }, hostile),
        response: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("accept", "dismiss") }, hostile),
        option_id: fc.oneof({ weight: 4, arbitrary: fc.constant("the first") }, hostile)
      },
      { requiredKeys: ["type", "pivot_id", "response"] }
    )
    const signal = fc.record(
      {
        type: fc.constant("signal"),
        signal_type: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("thumbs_up", "slot_view") }, hostile),
        slot_id: slotId,
        occurred_at: fc.oneof({ weight: 6, arbitrary: fc.constant("now") }, hostile),
        context: fc.oneof({ weight: 4, arbitrary: fc.dictionary(hostile, value, { maxKeys: 3 }) }, value),
        model_version: hostile
      },
      { requiredKeys: ["type", "signal_type", "slot_id", "occurred_at"] }
    )
    const other = fc.record({ type: fc.oneof(fc.constantFrom("ping", "auth", "nap"), hostile), token: value })
    const id = fc.oneof(hostile, fc.uuid(), fc.constant(undefined))
    const frames = fc.tuple(fc.oneof(pivot, respond, signal, other) as fc.Arbitrary<Json>, id)

    const kinds: Record<string, number> = {}
    let sent = 0
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { minLength: 5, maxLength: 15 }), async (batch) => {
        for (const [frame, frameId] of batch) {
          const offer = told.heard.findLast((one) => one.type === "offer" && one.options.length > 0)
          const filled = { ...frame, ...(frameId === undefined ? {} : { id: frameId }) }
          if (filled.type === "signal" && frameId !== undefined && sent % 2 === 0) filled.id = crypto.randomUUID()
          if (filled.pivot_id === "the newest") filled.pivot_id = offer?.pivot_id ?? ""
          if (filled.option_id === "the first") filled.option_id = offer?.options[0].option_id ?? ""
          if (filled.occurred_at === "now") filled.occurred_at = new Date().toISOString()
          told.send(filled)
        }
        // Frames are answered in order, but for signals: whoever answers this has read them all.
        const mark = `mark ${sent++}`
        told.send({ type: "ping", id: mark })
        await told.first("an answer to the last frame", (one) => one.type === "pong" && one.id === mark)
        assert.isUndefined(told.closed(), "the stream was closed")
      }),
      { numRuns: 60 }
    )
    for (const one of told.heard) kinds[one.type] = (kinds[one.type] ?? 0) + 1
    for (const kind of ["offer", "ack", "error", "pong"]) assert.isAbove(kinds[kind] ?? 0, 5, JSON.stringify(kinds))
    for (const one of told.heard) if (one.type === "error") assert.isBelow(one.problem.status, 500, JSON.stringify(one))
    told.close()
    await drained(world)
    await world.restart("SIGTERM")
    assert.strictEqual((await ann.call("GET", `/trips/${trip.id}`)).status, 200)
  })
})
