/** What is open without a token: the words of the contract, and the door of a demo for who sits at the machine. */
import { request } from "node:http"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const asked = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, { ...init, headers: { "content-type": "application/json", ...init.headers } })
  return { status: response.status, body: await response.json() }
}

const enter = (world: World, as: string, headers: Record<string, string> = {}) =>
  asked(`${world.server().url}/api/v1/demo`, { method: "POST", body: JSON.stringify({ as }), headers })

/** A browser that was sent here under another name, which fetch does not let one write. */
const byAnotherName = (world: World): Promise<number> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ as: "newcomer" })
    const headers = { host: "elsewhere.test", "content-type": "application/json", "content-length": body.length }
    request(`${world.server().url}/api/v1/demo`, { method: "POST", headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode!)
    })
      .on("error", reject)
      .end(body)
  })

describe("the way in", () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld({ OVERPLANNED_DEMO: "true", RATE_LIMIT: "off" })
  })
  afterAll(() => world?.close())

  it("of a demo makes each newcomer a traveler of their own, and knows the one under way", async () => {
    const { url } = world.server()
    assert.deepStrictEqual((await asked(`${url}/api/v1/demo`)).body, { available: true })
    const [ann, bob] = [await enter(world, "newcomer"), await enter(world, "newcomer")]
    assert.strictEqual(ann.status, 201)
    assert.notStrictEqual(ann.body.user_id, bob.body.user_id)
    assert.isAbove(Date.parse(ann.body.expires_at), Date.now())
    const mine = (token: string) => asked(`${url}/api/v1/trips`, { headers: { authorization: `Bearer ${token}` } })
    assert.deepStrictEqual((await mine(ann.body.token)).body.trips, [])
    const demo = await enter(world, "under_way")
    await until("the demo's trip in the list", async () => (await mine(demo.body.token)).body.trips.length === 1)
    const admin = await asked(`${url}/api/v1/admin/costs`, { headers: { authorization: `Bearer ${ann.body.token}` } })
    assert.strictEqual(admin.status, 403)
  })

  it("of a demo stays shut to who comes through a proxy, or by a name that is not this machine's", async () => {
    assert.strictEqual((await enter(world, "newcomer", { "x-forwarded-for": "203.0.113.7" })).status, 404)
    assert.strictEqual(await byAnotherName(world), 404)
    assert.strictEqual((await enter(world, "admin")).status, 400)
  })

  it("shows every curated city after a while, and each can be planned in", async () => {
    const { token } = (await enter(world, "newcomer")).body
    const cities = await until("four cities", async () => {
      const { body } = await asked(`${world.server().url}/api/v1/cities`, {
        headers: { authorization: `Bearer ${token}` }
      })
      return body.cities.length >= 4 && body.cities
    })
    assert.includeMembers(
      cities.map(({ slug }: { slug: string }) => slug),
      ["mexico-city", "new-york", "seattle", "tokyo"]
    )
  })

  it("tells the words that the contract understands", async () => {
    const { status, body } = await asked(`${world.server().url}/api/v1/vocabularies`)
    assert.strictEqual(status, 200)
    assert.lengthOf(body.tags, 64)
    assert.include(body.moods, "tired")
    assert.include(body.needs, "wheelchair")
    assert.deepStrictEqual(body.paces, ["leisurely", "moderate", "packed"])
  })

  it("is shut where there is no demo", async () => {
    await world.restart("SIGTERM", { OVERPLANNED_DEMO: "false" })
    assert.deepStrictEqual((await asked(`${world.server().url}/api/v1/demo`)).body, { available: false })
    const { status, body } = await enter(world, "newcomer")
    assert.strictEqual(status, 404)
    assert.match(body.detail, /OVERPLANNED_DEMO/)
  })
})
