/** A city that is seeded by a job is read beside the server: travelers do not wait for it, and it ends with whoever started it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type Category, categoryInfo } from "../../src/domain/catalog/category.ts"
import { fakeWeb, type Said } from "../fakes/web.ts"
import { openCityElements } from "../support/open-city.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const FILE_BYTES = 50 * 2 ** 20
const BOUNDS = { south: 45.7, west: 4.77, north: 45.81, east: 4.9 }
/** Generous: each job starts a process of its own, behind all else that a busy machine does. */
const PATIENCE_MS = 180_000

/** A city among its houses: as large as a city of a million is. */
const largeAnswer = (): Buffer => {
  const houses = Array.from({ length: 1_000 }, (_, i) =>
    JSON.stringify({
      ...{ type: "way", id: 1_000_000 + i, tags: { building: "yes" } },
      geometry: [0, 1, 2, 3, 0].map((corner) => ({
        lat: 45.75 + corner * 1e-4,
        lon: 4.8 + ((i * 31 + corner) % 97) * 1e-4
      }))
    })
  ).join(",")
  const parts = [
    `{"version":0.6,"elements":[${openCityElements()
      .map((one) => JSON.stringify(one))
      .join(",")}`
  ]
  for (let size = 0; size < FILE_BYTES; size += houses.length) parts.push(`,${houses}`)
  return Buffer.from(`${parts.join("")}]}`)
}

/** Computing of a process until now, in milliseconds. What else runs on the machine does not count. */
const computed = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const textOf = (path: string) => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** The process that seeds beside this one, or beside one that is gone. */
const seedings = (folder: string): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter(
      (pid) =>
        textOf(`/proc/${pid}/cmdline`).split("\0").includes("--beside") &&
        textOf(`/proc/${pid}/environ`).includes(`OVERPLANNED_DATA_DIR=${folder}\0`)
    )
    .map(Number)

describe.skipIf(process.platform !== "linux")("a seeding beside the server", () => {
  const scope = Effect.runSync(Scope.make())
  let world: World
  let ann: Traveler
  let operator: Traveler
  let says: (said: Said) => void

  beforeAll(async () => {
    const web = await Effect.runPromise(Scope.provide(fakeWeb, scope))
    says = (said) => web.says("/api/interpreter", said)
    world = await openWorld({
      OVERPASS_URL: `${web.url}/api/interpreter`,
      OWN_SERVERS_PACE: "1000",
      RATE_LIMIT: "off"
    })
    ann = await world.someone()
    operator = await world.someone({ role: "admin" })
  })
  afterAll(async () => {
    await world?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  let boxes = 0
  /** Each time for another box: what was answered once is not asked for again. */
  const begin = async (city: string, bounds = { ...BOUNDS, north: BOUNDS.north - ++boxes / 1_000 }): Promise<string> =>
    ok(await operator.call("POST", "/admin/seed-city", { city, source: "osm", name: "Lyon", bounds }), 202).job_id
  const jobOf = async (id: string): Promise<Json> => ok(await operator.call("GET", `/admin/jobs/${id}`))
  const started = () => until("the process that seeds", () => seedings(world.folder)[0], PATIENCE_MS)
  const gone = () => until("the end of that process", () => seedings(world.folder).length === 0, PATIENCE_MS)
  const cancel = async (id: string) => ok(await operator.call("POST", `/admin/jobs/${id}/cancel`))

  it("leaves the server free to answer pivots while fifty megabytes are read", async () => {
    says({ body: largeAnswer() })
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 2 }), 201)
    for (const status of ["confirmed", "active"]) ok(await ann.call("PATCH", `/trips/${trip.id}`, { status }))
    const asked = { trigger: "venue_closed", slot_id: trip.days[0].slots[1].id }
    ok(await ann.call("POST", `/trips/${trip.id}/pivot`, asked))
    const id = await begin("lyon", BOUNDS)
    const holds: Array<number> = []
    let job = await jobOf(id)
    while (job.state === "queued" || job.state === "running") {
      const before = computed(world.server().pid)
      ok(await ann.call("POST", `/trips/${trip.id}/pivot`, asked))
      holds.push(computed(world.server().pid) - before)
      job = await jobOf(id)
    }
    assert.strictEqual(job.state, "done", job.error)
    assert.isAbove(job.result.new, 100)
    assert.isAbove(holds.length, 10)
    // Read in the server, one of them would have waited for the whole file: more than a second of computing.
    assert.isBelow(Math.max(...holds), 500, "milliseconds that the server computed while one pivot waited")
    const { cities } = ok(await ann.call("GET", "/cities"))
    assert.include(
      cities.map(({ slug }: Json) => slug),
      "lyon"
    )
  })

  it("ends when its job is cancelled, and is tried again where it was ended otherwise", async () => {
    says({ stalls: true })
    const cancelled = await begin("lyon-2")
    await started()
    await cancel(cancelled)
    await gone()
    assert.strictEqual((await jobOf(cancelled)).state, "failed")

    const again = await begin("lyon-3")
    process.kill(await started(), "SIGKILL")
    const job = await until(
      "the next attempt",
      async () => {
        const seen = await jobOf(again)
        return seen.error !== null && seen
      },
      PATIENCE_MS
    )
    assert.match(job.error, /ended by SIGKILL before it was done/)
    assert.notStrictEqual(job.state, "failed")
    await cancel(again)
    await gone()
  })

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    it(`leaves no process behind when the server ends by ${signal}`, async () => {
      const id = await begin(`lyon-${signal.toLowerCase()}`)
      await started()
      await world.restart(signal)
      await cancel(id)
      await gone()
    })
  }

  it("reaches the searches of the running server: places that came later are planned without a restart", async () => {
    const seattle = JSON.parse(readFileSync("data/cities/seattle.json", "utf8"))
    const file = join(world.folder, "madeville.json")
    const seed = async (places: number) => {
      const city = { ...seattle.city, slug: "madeville", name: "Madeville" }
      writeFileSync(file, JSON.stringify({ ...seattle, city, nodes: seattle.nodes.slice(0, places) }))
      const { code, said } = await world.command("seed-city", "--city", "madeville", "--source", "file", "--file", file)
      assert.strictEqual(code, 0, said)
    }
    const planned = async (): Promise<ReadonlySet<string>> => {
      const days = { city: "madeville", start_date: dayAhead(5), days: 5 }
      const trip = ok(await ann.call("POST", "/trips", days), 201)
      return new Set(trip.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node?.id)))
    }
    await seed(12)
    await planned()
    await seed(seattle.nodes.length)
    const rows = await world.rows(
      (sql) => sql`select n.id, n.category from activity_nodes n join cities c on c.id = n.city_id
        where c.slug = 'madeville' and n.node_index >= 12`
    )
    // Meals are found without the index, too.
    const later = rows.filter(({ category }) => !categoryInfo(category as Category).meal).map(({ id }) => id as string)
    assert.isAbove(later.length, 50)
    await until(
      "a plan with places that came later",
      async () => {
        const ids = await planned()
        return later.some((id) => ids.has(id))
      },
      PATIENCE_MS
    )
  })

  it("is ended where it needs more memory than it may have, and says which setting that is", async () => {
    await world.restart("SIGTERM", { SEEDING_MEMORY: "16MiB" })
    const id = await begin("lyon-4")
    const job = await until(
      "the end of the job",
      async () => {
        const seen = await jobOf(id)
        return seen.state === "failed" && seen
      },
      PATIENCE_MS
    )
    assert.match(job.error, /more than the 16 MiB that SEEDING_MEMORY allows/)
    assert.strictEqual(job.attempts, 1)
  })
})
