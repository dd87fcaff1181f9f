/** A plan that somebody shared: what strangers see of it, for how long, and how it ends while they look at it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { WebSocket } from "ws"
import { makeClient, type SharedPlan } from "../../client/index.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a shared plan", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler
  let trip: Json

  const share = async (who: Traveler, more: object = {}): Promise<Json> =>
    ok(await who.call("POST", `/trips/${trip.id}/links`, { kind: "share", ...more }), 201)
  const read = (code: string) => fetch(`${world.server().url}/api/v1/shared/${code}`)

  /** As the app follows it, without a token. */
  const reader = (code: string) => {
    const plans: Array<SharedPlan> = []
    const ended: Array<string> = []
    const client = makeClient({ origin: world.server().url })
    const shared = client.shared({ code, onPlan: (plan) => plans.push(plan), onEnded: (why) => ended.push(why) })
    return { plans, ended, close: () => shared.close() }
  }
  /** The stream alone: how it was closed, once it was. */
  const stream = async (protocols: ReadonlyArray<string>) => {
    const socket = new WebSocket(`${world.server().url.replace("http", "ws")}/ws/shared`, [...protocols])
    const said: Array<Json> = []
    let closed: { code: number; reason: string } | undefined
    socket.on("message", (data) => void said.push(JSON.parse(String(data))))
    socket.on("error", () => {})
    socket.on("close", (code, reason) => (closed = { code, reason: String(reason) }))
    return { said, socket, ended: () => until("the end of the stream", () => closed) }
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off", STREAM_PER_LINK: "2" })
    ann = await world.someone()
    bob = await world.someone()
    trip = ok(
      await ann.call("POST", "/trips", {
        city: "seattle",
        start_date: dayAhead(9),
        days: 2,
        constraints: { needs: ["vegetarian"] },
        lodging: { title: "Our flat", lat: 47.61, lon: -122.34 }
      }),
      201
    )
    ok(await ann.call("POST", `/trips/${trip.id}/members`, { user_id: bob.id }))
    ok(await bob.call("POST", `/trips/${trip.id}/join`))
  })
  afterAll(() => world?.close())

  it("shows places and times to whoever has the link, and nothing about the travelers", async () => {
    const made = await share(ann, { from_name: "Ann" })
    assert.match(made.path, /^\/#\/shared\/[0-9A-Z]{32}$/)
    const answer = await read(made.path.split("/").at(-1))
    assert.strictEqual(answer.status, 200)
    const text = await answer.text()
    const plan = JSON.parse(text)
    assert.deepInclude(plan, { city: "seattle", city_name: "Seattle", from_name: "Ann", start_date: trip.start_date })
    assert.deepStrictEqual(
      plan.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.name)),
      trip.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.name))
    )
    // A map has its ground and its prices their money, and where they sleep is not told by it.
    assert.strictEqual(plan.currency, "USD")
    assert.isAbove(plan.around.length, 50)
    assert.isAtMost(plan.around.length, 300)
    assert.hasAllKeys(plan.around[0], ["lat", "lon", "neighbourhood"])
    for (const secret of [ann.id, bob.id, trip.id, "Our flat", "members"]) assert.notInclude(text, secret)
    for (const { slots } of plan.days) for (const { fits } of slots) assert.deepStrictEqual(fits, {})
    const again = await fetch(`${world.server().url}/api/v1/shared/${made.code}`, {
      headers: { "if-none-match": answer.headers.get("etag")! }
    })
    assert.strictEqual(again.status, 304)
    const written = await fetch(`${world.server().url}/api/v1/shared/${made.code}`, { method: "PATCH", body: "{}" })
    assert.strictEqual(written.status, 405)
  })

  it("is one kind of link: its secret opens no calendar and nobody joins by it, nor is theirs a way to read", async () => {
    const made = await share(ann)
    assert.strictEqual((await fetch(`${world.server().url}/calendar/${made.code}.ics`)).status, 404)
    assert.strictEqual((await bob.call("POST", `/invitations/${made.code}/join`)).status, 404)
    const calendar = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "calendar" }), 201)
    assert.strictEqual((await read(calendar.code)).status, 404)
    assert.strictEqual((await read("nonsense")).status, 404)
  })

  it("follows the plan, and ends with a sentence in front of who reads it when it is revoked", async () => {
    const made = await share(bob)
    const one = reader(made.code)
    await until("the plan", () => one.plans[0])
    const slot = trip.days[0].slots[0]
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${slot.id}`, { action: "remove" }))
    const after = await until("the plan without the stop", () =>
      one.plans.find(({ days }) => days[0]!.slots.every(({ id }) => id !== slot.id))
    )
    assert.isAbove(after.state_version, one.plans[0]!.state_version)
    assert.strictEqual((await bob.call("DELETE", `/trips/${trip.id}/links/${made.id}`)).status, 204)
    await until("the end", () => one.ended[0])
    assert.match(one.ended[0]!, /taken back by whoever shared the plan/)
    assert.strictEqual((await read(made.code)).status, 404)
    const late = reader(made.code)
    await until("the end", () => late.ended[0])
    assert.match(late.ended[0]!, /does not hold any more/)
    assert.deepStrictEqual(late.plans, [])
  })

  it("holds as long as was said and no longer, also for who has it open", async () => {
    assert.strictEqual((await ann.call("POST", `/trips/${trip.id}/links`, { kind: "share", days: 0 })).status, 400)
    const made = await share(ann, { days: 3 })
    const days = (Date.parse(made.expires_at) - Date.now()) / 86_400_000
    assert.isTrue(days > 2.9 && days <= 3, made.expires_at)
    // So that nobody has to wait for it: the end is brought near in the database, where the link is kept.
    await world.rows(
      (sql) => sql`update trip_links set expires_at = now() + interval '1.5 seconds' where id = ${made.id}`
    )
    const one = await stream(["overplanned.v1", `share.${made.code}`])
    const { code, reason } = await one.ended()
    assert.strictEqual(code, 4404)
    assert.match(reason, /run out|does not hold any more/)
    assert.strictEqual((await read(made.code)).status, 404)
  })

  it("is told what is missing, takes only so many readers, and hears nothing from them", async () => {
    const bare = await stream(["overplanned.v1"])
    assert.deepInclude(await bare.ended(), { code: 4401 })
    const made = await share(ann)
    const protocols = ["overplanned.v1", `share.${made.code}`]
    const two = [await stream(protocols), await stream(protocols)]
    for (const { said } of two) await until("where the trip stands", () => said[0])
    assert.strictEqual((await (await stream(protocols)).ended()).code, 1013)
    two[0]!.socket.send("{}")
    assert.strictEqual((await two[0]!.ended()).code, 1008)
    two[1]!.socket.close()
  })

  it("ends when its maker leaves the trip", async () => {
    const made = await share(bob)
    const one = reader(made.code)
    await until("the plan", () => one.plans[0])
    assert.strictEqual((await ann.call("DELETE", `/trips/${trip.id}/members/${bob.id}`)).status, 204)
    await until("the end", () => one.ended[0])
    assert.strictEqual((await read(made.code)).status, 404)
  })
})
