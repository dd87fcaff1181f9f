/** What an empty database is filled with, without a demo and without a hand; and a city that nobody brings a file of. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { fakeWeb } from "../fakes/web.ts"
import { openCityElements } from "../support/open-city.ts"
import { type Json, ok, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

/** Each job starts a process of its own, behind all else that a busy machine does. */
const PATIENCE_MS = 180_000

describe("a first start", () => {
  const scope = Effect.runSync(Scope.make())
  let world: World
  beforeAll(async () => {
    const web = await Effect.runPromise(Scope.provide(fakeWeb, scope))
    web.says("/api/interpreter", { body: JSON.stringify({ version: 0.6, elements: openCityElements() }) })
    world = await openWorld({
      FIRST_CITIES: "tokyo,mexico-city",
      OVERPASS_URL: `${web.url}/api/interpreter`,
      OWN_SERVERS_PACE: "1000",
      RATE_LIMIT: "off"
    })
  })
  afterAll(async () => {
    await world?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const slugs = async () => {
    const { cities } = ok(await (await world.someone()).call("GET", "/cities"))
    return cities.map(({ slug }: { readonly slug: string }) => slug).sort()
  }

  /** How the job ended. */
  const seeded = async (body: object): Promise<Json> => {
    const operator = await world.someone({ role: "admin" })
    const { job_id } = ok(
      await operator.call("POST", "/admin/seed-city", { city: "lyon", source: "osm", ...body }),
      202
    )
    return until(
      "the end of the job",
      async () => {
        const job = ok(await operator.call("GET", `/admin/jobs/${job_id}`))
        return (job.state === "done" || job.state === "failed") && job
      },
      PATIENCE_MS
    )
  }

  it("answers with the first city, and has the others soon, also when it is stopped meanwhile", async () => {
    assert.include(await slugs(), "tokyo")
    await world.restart("SIGTERM")
    await until("the other city", async () => (await slugs()).length === 2, PATIENCE_MS)
    assert.deepStrictEqual(await slugs(), ["mexico-city", "tokyo"])
  })

  it("opens a city from Overpass by a job, and says what is missing where nobody knows where it lies", async () => {
    const lost = await seeded({})
    assert.strictEqual(lost.state, "failed")
    assert.match(lost.error, /--bounds south,west,north,east/)
    const bounds = { south: 45.7, west: 4.77, north: 45.81, east: 4.9 }
    const found = await seeded({ name: "Lyon", bounds })
    assert.strictEqual(found.state, "done", found.error)
    assert.isAbove(found.result.new, 100)
    assert.include(await slugs(), "lyon")
    const again = await seeded({})
    assert.deepInclude(again.result, { new: 0, changed: 0 })
  })

  it("opens a city from a file that an operator hands in, and keeps nothing of it afterwards", async () => {
    const operator = await world.someone({ role: "admin" })
    const base64 = (text: string) => Buffer.from(text).toString("base64")
    const file = base64(JSON.stringify({ version: 0.6, elements: openCityElements() }))
    const found = await seeded({ city: "lugdunum", name: "Lugdunum", file })
    assert.strictEqual(found.state, "done", found.error)
    assert.isAbove(found.result.new, 100)
    assert.include(await slugs(), "lugdunum")
    const broken = await seeded({ city: "nowhere", file: base64("no extract at all") })
    assert.strictEqual(broken.state, "failed")
    assert.match(broken.error, /cannot be read as a source of places/)
    assert.deepStrictEqual(await world.rows((sql) => sql`select id from seed_files`), [])

    const refused = async (body: object, status: number, detail: RegExp) => {
      const answer = await operator.call("POST", "/admin/seed-city", { city: "lyon", ...body })
      assert.strictEqual(answer.status, status, JSON.stringify(answer.body))
      assert.match(answer.body.detail, detail)
    }
    await refused({ source: "geojson" }, 422, /reads a file/)
    await refused({ source: "curated", file }, 422, /reads no file/)
    await refused({ source: "osm", file: "not base64!" }, 400, /base64/)
    await refused({ source: "osm", file: "A".repeat(2 * 1024 * 1024) }, 413, /[Ss]end less/)
  })
})
