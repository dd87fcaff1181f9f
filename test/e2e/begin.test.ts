/** What is open without a token: the words of the contract, and the door of a demo for who sits at the machine. */
import { execFile } from "node:child_process"
import { request } from "node:http"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { dayAhead, type Json, ok, tokenFor, until } from "../support/server.ts"
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

  it("states those words as enums in both documents, and the same ones", async () => {
    const { url } = world.server()
    const words = (await asked(`${url}/api/v1/vocabularies`)).body
    const tags = words.tags.map(({ tag }: { tag: string }) => tag)
    for (const document of ["openapi.json", "asyncapi.json"]) {
      const { schemas } = (await asked(`${url}/${document}`)).body.components
      const field = (shape: string, name: string) => {
        const found = schemas[shape].properties[name]
        const one = found.items ?? found
        return one.$ref === undefined ? one : schemas[one.$ref.split("/").at(-1)]
      }
      assert.deepStrictEqual(field("NodeBrief", "category").enum, words.categories, document)
      assert.deepStrictEqual(field("NodeBrief", "vibe_tags").enum, tags, document)
      assert.deepStrictEqual(field("PivotDetail", "tags").enum, tags, document)
      assert.deepStrictEqual(field("PivotDetail", "mood").anyOf[0].enum, words.moods, document)
      assert.deepStrictEqual(field("TripConstraints", "avoid").enum, words.avoidable, document)
      assert.deepStrictEqual(field("TripConstraints", "needs").enum, words.needs, document)
      assert.deepStrictEqual(field("TripConstraints", "pace").enum, words.paces, document)
      assert.include(field("UndoView", "what").enum, "swap", document)
      assert.deepStrictEqual(field("SlotView", "fits").propertyNames.enum, words.needs, document)
    }
    assert.includeMembers(words.needs, words.diets)
    const openApi = (await asked(`${url}/openapi.json`)).body
    const place = openApi.paths["/api/v1/cities/{slug}/nodes"].get.parameters
    const refs = place.flatMap(({ schema }: { schema: { $ref?: string } }) => schema.$ref ?? [])
    assert.sameMembers(refs, ["#/components/schemas/Category", "#/components/schemas/VibeTag"])
  })

  it("refuses a word that is in no list by the name of its field and with the list, and drops none", async () => {
    const ann = await world.someone()
    const trip = { city: "seattle", start_date: dayAhead(0), days: 2 }
    const refused = (answer: { status: number; body: { detail: string } }, ...says: ReadonlyArray<RegExp>) => {
      assert.strictEqual(answer.status, 422, answer.body.detail)
      for (const one of says) assert.match(answer.body.detail, one)
    }
    const floating = await ann.call("POST", "/trips", { ...trip, constraints: { avoid: ["museum", "gravity"] } })
    refused(floating, /"gravity" is not.*there are .*nightclub.*outdoor/)
    assert.deepStrictEqual(floating.body.errors[0].path, ["constraints", "avoid", 1])
    refused(await ann.call("GET", "/cities/seattle/nodes?tag=gravity"), /^tag: "gravity".*there are .*scenic_view/)
    refused(await ann.call("GET", "/cities/seattle/nodes?category=pub"), /^category: "pub".*there are .*brewery/)

    const avoid = ["nightclub", "museum", "street_food", "dancing"]
    const mine = ok(await ann.call("POST", "/trips", { ...trip, constraints: { avoid } }), 201)
    const nodes = mine.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node))
    assert.isNotEmpty(nodes)
    for (const { category, vibe_tags } of nodes) assert.notInclude(avoid, category, String(vibe_tags))
    for (const { vibe_tags } of nodes) assert.isFalse(vibe_tags.some((tag: string) => avoid.includes(tag)))

    const vetoes = await ann.call("PUT", `/trips/${mine.id}/vetoes`, { node_ids: [], tags: ["quiet", "gravity"] })
    refused(vetoes, /"gravity" is not a vibe tag; there are .*quiet/)
    ok(await ann.call("PATCH", `/trips/${mine.id}`, { status: "active" }))
    const pivot = { trigger: "mood", detail: { tags: ["quiet", "gravity"] } }
    refused(await ann.call("POST", `/trips/${mine.id}/pivot`, pivot), /^detail\.tags: "gravity".*there are .*quiet/)
    const stream = await follow(world.server(), ann, mine.id)
    stream.send({ type: "pivot", id: "heavy", ...pivot })
    const { problem } = await stream.first("the refusal", ({ id }) => id === "heavy")
    assert.deepStrictEqual([problem.status, /^detail\.tags: "gravity"/.test(problem.detail)], [422, true])
    stream.close()
  })

  it("finds places as they are on the day and at the time that is asked about", async () => {
    const ann = await world.someone()
    const list = async (at: string) => ok(await ann.call("GET", `/cities/seattle/nodes?limit=200&at=${at}`)).nodes
    const opens = async (id: string, at: string) => (await list(at)).find((node: Json) => node.id === id).open
    // A Monday and a Tuesday without holidays.
    const [monday, tuesday] = ["2027-03-08", "2027-03-09"]
    const museum = (await list(monday)).find(({ opening_hours }: Json) => opening_hours === "Tu-Su 10:00-17:00")
    assert.isDefined(museum, "a place that is closed on Mondays")
    assert.strictEqual(museum.open, "closed")
    assert.strictEqual(await opens(museum.id, tuesday), "open")
    assert.strictEqual(await opens(museum.id, `${tuesday}T09:59`), "closed")
    assert.strictEqual(await opens(museum.id, `${tuesday}T10:00`), "open")
    // The same moment, by the clock of Greenwich.
    assert.strictEqual(await opens(museum.id, `${tuesday}T18:00:00Z`), "open")
    assert.strictEqual(await opens(museum.id, `${tuesday}T17:59:00Z`), "closed")
    const status = async (at: string) => (await ann.call("GET", `/cities/seattle/nodes?at=${at}`)).status
    assert.deepEqual([await status("2027-02-30"), await status("2027-02-30T10:00")], [422, 422])
    assert.deepEqual([await status("tomorrow"), await status("2027-03-08T10")], [400, 400])
  })

  it("names the words of an onboarding that nothing was made of", async () => {
    const ann = await world.someone()
    const said = { tags: { food: ["ramen"], pace: "sideways" }, interests: ["gravity", "museums"] }
    const persona = ok(await ann.call("PUT", "/users/me/onboarding", said))
    assert.deepStrictEqual(persona.not_understood, ["pace: sideways", "gravity"])
    const plain = ok(await ann.call("PUT", "/users/me/onboarding", { tags: { pace: "slow" } }))
    assert.deepStrictEqual(plain.not_understood, [])
  })

  it("renews a token that ran out lately, for its traveler alone, and says of an older one what to do", async () => {
    const { url } = world.server()
    const renew = (token: string) =>
      asked(`${url}/api/v1/token/renew`, { method: "POST", body: JSON.stringify({ token }) })
    const ann = await world.someone()
    const late = await renew(await tokenFor(ann.id, { from: -7200 }))
    assert.strictEqual(late.status, 200)
    assert.strictEqual(late.body.user_id, ann.id)
    const mine = await asked(`${url}/api/v1/trips`, { headers: { authorization: `Bearer ${late.body.token}` } })
    assert.strictEqual(mine.status, 200)
    for (const [token, says] of [
      [await tokenFor(ann.id, { from: -9 * 86_400 }), /expired/],
      [await tokenFor(ann.id, { secret: "a secret of somebody else, long enough for a key" }), /signature/],
      [await tokenFor(ann.id, { role: "admin" }), /Only a traveler's/],
      ["no token", /cannot be read/]
    ] as const) {
      const refused = await renew(token)
      assert.strictEqual(refused.status, 401)
      assert.match(refused.body.detail, says)
    }
  })

  it("sends no reading twice to who has it", async () => {
    const ann = await world.someone()
    const first = await ann.call("GET", "/vocabularies")
    const etag = first.headers.get("etag")!
    const again = await ann.call("GET", "/vocabularies", undefined, { "if-none-match": `W/"x", ${etag}` })
    assert.strictEqual(again.status, 304)
    assert.strictEqual(again.headers.get("etag"), etag)
    assert.strictEqual((await ann.call("GET", "/vocabularies", undefined, { "if-none-match": '"x"' })).status, 200)
  })

  it("names no source of pictures for maps that nobody has set", async () => {
    assert.deepStrictEqual((await asked(`${world.server().url}/api/v1/map`)).body, { tiles: null })
  })

  it("gives the client's own example a trip, a live connection and a replacement", async () => {
    const example = join(import.meta.dirname, "../../client/example.ts")
    const { stdout } = await promisify(execFile)(process.execPath, [example, world.server().url])
    assert.match(stdout, /^Planned \d+ stops in seattle: /)
    assert.match(stdout, /Taken: the trip is at version \d+\.|Nothing to offer: /)
  })

  it("is shut where there is no demo", async () => {
    await world.restart("SIGTERM", { OVERPLANNED_DEMO: "false" })
    assert.deepStrictEqual((await asked(`${world.server().url}/api/v1/demo`)).body, { available: false })
    const { status, body } = await enter(world, "newcomer")
    assert.strictEqual(status, 404)
    assert.match(body.detail, /OVERPLANNED_DEMO/)
  })
})
