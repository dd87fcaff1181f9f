/** What was answered once is no key to what has been closed since. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { WebSocket } from "ws"
import { offeredFor } from "../support/offers.ts"
import { type Answer, dayAhead, type Json, ok, type Server, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a request that was answered before", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
  })
  afterAll(() => world?.close())

  const underWay = async (who: Traveler): Promise<Json> => {
    const made = ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 2 }), 201)
    for (const status of ["confirmed", "active"]) ok(await who.call("PATCH", `/trips/${made.id}`, { status }))
    return made
  }

  const refused = (answer: Answer, status = 404) => {
    assert.strictEqual(answer.status, status, JSON.stringify(answer.body).slice(0, 300))
    assert.isNull(answer.headers.get("idempotency-replayed"))
    assert.notProperty(answer.body, "days")
  }

  it("is answered again to a member, and to nobody who was removed since, also after a crash", async () => {
    const trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 2 })).body
    const path = `/trips/${trip.id}`
    const slot = trip.days[0].slots[0].id
    const invite = () => ann.call("POST", `${path}/members`, { user_id: bob.id })
    const key = () => ({ "idempotency-key": randomUUID() })
    const [joining, locking, vetoing] = [key(), key(), key()]
    const join = () => bob.call("POST", `${path}/join`, undefined, joining)
    const lock = () => bob.call("PATCH", `${path}/slots/${slot}`, { action: "lock" }, locking)
    const veto = () => bob.call("PUT", `${path}/vetoes`, { node_ids: [], tags: ["lively"] }, vetoing)

    assert.strictEqual((await invite()).status, 200)
    for (const write of [join, lock, veto]) {
      const first = await write()
      assert.strictEqual(first.status, 200, JSON.stringify(first.body))
      const again = await write()
      assert.deepEqual([again.status, again.body], [200, first.body])
      assert.strictEqual(again.headers.get("idempotency-replayed"), "true")
    }
    assert.strictEqual((await ann.call("DELETE", `${path}/members/${bob.id}`)).status, 204)
    for (const write of [join, lock, veto]) refused(await write())
    await world.restart("SIGKILL")
    await until("the trip after the crash", async () => (await ann.call("GET", path)).status === 200)
    for (const write of [join, lock, veto]) refused(await write())

    assert.strictEqual((await invite()).status, 200)
    refused(await join(), 409)
    refused(await lock())
    refused(await bob.call("GET", path))
    assert.strictEqual((await bob.call("POST", `${path}/join`, undefined, key())).status, 200)
    assert.strictEqual((await lock()).headers.get("idempotency-replayed"), "true")
  })

  it("is answered to nobody who was removed, where it was a link, a vote or an edit, nor by a trip that is deleted", async () => {
    const key = () => ({ "idempotency-key": randomUUID() })
    const made = await underWay(ann)
    const path = `/trips/${made.id}`
    const { code } = ok(await ann.call("POST", `${path}/links`, { kind: "invite" }), 201)
    const [first, second] = made.days.map((day: Json) => day.slots.map((slot: Json) => slot.id))
    // There is room then for what is added.
    ok(await ann.call("PATCH", `${path}/slots/${second.at(-1)}`, { action: "remove" }))
    const sent: Array<() => Promise<Answer>> = []
    const twice = async (method: string, to: string, body?: object) => {
      const headers = key()
      const send = () => bob.call(method, to, body, headers)
      const before = await send()
      assert.isBelow(before.status, 300, `${method} ${to}: ${JSON.stringify(before.body)}`)
      const again = await send()
      assert.deepEqual([again.status, again.body], [before.status, before.body], `${method} ${to}`)
      assert.strictEqual(again.headers.get("idempotency-replayed"), "true")
      sent.push(send)
    }
    await twice("POST", `/invitations/${code}/join`)
    await twice("POST", `${path}/slots`, { own: { title: "A call", minutes: 15 }, day: 2 })
    await twice("POST", `${path}/undo`, {})
    await twice("PUT", `${path}/days/1/order`, { slot_ids: first })
    const { offer } = await offeredFor(ann, made.id, made.days[0].slots)
    const vote = `${path}/pivots/${offer.pivot_id}/vote`
    await twice("POST", vote, {})
    await twice("PUT", vote, { response: "dismiss" })
    assert.strictEqual((await ann.call("DELETE", `${path}/members/${bob.id}`)).status, 204)
    for (const send of sent) refused(await send())

    const creating = key()
    const create = () => ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 }, creating)
    const { id } = ok(await create(), 201)
    assert.strictEqual((await create()).headers.get("idempotency-replayed"), "true")
    assert.strictEqual((await ann.call("DELETE", `/trips/${id}`)).status, 204)
    refused(await create())
  })

  it("of an administrator is not answered to them once they are none", async () => {
    const id = randomUUID()
    const operator = await world.someone({ id, role: "admin" })
    const traveler = await world.someone({ id })
    const key = { "idempotency-key": randomUUID() }
    const seed = (who: Traveler) => who.call("POST", "/admin/seed-city", { city: "seattle" }, key)
    const first = await seed(operator)
    assert.strictEqual(first.status, 202, JSON.stringify(first.body))
    assert.deepEqual((await seed(operator)).body, first.body)
    refused(await seed(traveler), 403)
  })
})

/** A stream that said hello, and how it ends. */
const follow = async (server: Server, who: Traveler, tripId: string) => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/trips/${tripId}/pivot-stream`, {
    headers: { authorization: `Bearer ${who.token}` }
  })
  const ended = new Promise<{ readonly code: number; readonly reason: string }>((resolve) =>
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }))
  )
  const hello = new Promise((resolve) => socket.once("message", resolve))
  assert.isUndefined(await Promise.race([ended, hello.then(() => undefined)]))
  return { socket, ended }
}

describe("an open stream", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
  })
  afterAll(() => world?.close())

  const planned = async (who: Traveler) =>
    (await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 })).body.id as string
  const sharedBy = async (owner: Traveler, guest: Traveler) => {
    const id = await planned(owner)
    assert.strictEqual((await owner.call("POST", `/trips/${id}/members`, { user_id: guest.id })).status, 200)
    assert.strictEqual((await guest.call("POST", `/trips/${id}/join`)).status, 200)
    return id
  }

  it("of a member who is removed ends, and the owner's goes on", async () => {
    const trip = await sharedBy(ann, bob)
    const [owners, members] = [await follow(world.server(), ann, trip), await follow(world.server(), bob, trip)]
    const told = new Promise<string>((resolve) => owners.socket.once("message", (data) => resolve(data.toString())))
    assert.strictEqual((await ann.call("DELETE", `/trips/${trip}/members/${bob.id}`)).status, 204)
    assert.deepEqual(await members.ended, { code: 4404, reason: "you are not part of this trip any more" })
    assert.include(await told, bob.id)
    assert.strictEqual(owners.socket.readyState, WebSocket.OPEN)
    owners.socket.close()
  })

  it("of somebody who deletes their account ends at once, on a trip of their own and on a shared one", async () => {
    const carol = await world.someone()
    const [alone, shared, theirs] = [await planned(carol), await sharedBy(carol, bob), await sharedBy(bob, carol)]
    const streams = await Promise.all([alone, shared, theirs].map((trip) => follow(world.server(), carol, trip)))
    const companions = await follow(world.server(), bob, shared)
    assert.strictEqual((await carol.call("DELETE", "/users/me")).status, 202)
    for (const { ended } of streams) {
      assert.deepEqual(await ended, { code: 4401, reason: "this account was deleted" })
    }
    assert.strictEqual(companions.socket.readyState, WebSocket.OPEN)
    companions.socket.close()
  })
})
