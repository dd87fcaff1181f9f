/** What was answered once is no key to what has been closed since. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Answer, dayAhead, type Traveler } from "../support/server.ts"
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
    for (const write of [join, lock, veto]) refused(await write())

    assert.strictEqual((await invite()).status, 200)
    refused(await join(), 409)
    refused(await lock())
    refused(await bob.call("GET", path))
    assert.strictEqual((await bob.call("POST", `${path}/join`, undefined, key())).status, 200)
    assert.strictEqual((await lock()).headers.get("idempotency-replayed"), "true")
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
