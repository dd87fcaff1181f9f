/** The drill of docs/operate/backup.md: a server at work is copied in that order, and comes back elsewhere with everything. */
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Server, scratchFolder, startServer, traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

/** PostgreSQL's own tools, newest first. */
const tools = (): string | undefined => {
  const home = "/usr/lib/postgresql"
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(home, version, "bin")).find((bin) => existsSync(join(bin, "pg_dump")))
}

describe.skipIf(tools() === undefined)("a backup of a server at work", () => {
  let world: World
  const copied = scratchFolder()
  let back: Server | undefined
  let restored = ""
  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(async () => {
    await back?.stop()
    if (restored !== "") await world.rows((sql) => sql.unsafe(`drop database "${restored}" with (force)`).unprepared)
    await world?.close()
    copied.remove()
  })

  it("brings back every change that was acknowledged before it began, also what the database did not have yet", async () => {
    const ann = await world.someone()
    const plan = async () => {
      const made = await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 1 })
      assert.strictEqual(made.status, 201, JSON.stringify(made.body))
      return made.body.id as string
    }
    const stored = await plan()
    await world.drained(
      (sql) => sql`select id from trips where id = ${stored}`,
      (rows) => rows.length === 1
    )
    await world.storesNothing()
    const journaled = await plan()

    cpSync(world.folder, copied.path, { recursive: true })
    const bin = tools()!
    const dump = join(copied.path, "database.dump")
    execFileSync(join(bin, "pg_dump"), ["--format", "custom", "--file", dump, world.url])
    const url = new URL(world.url)
    url.pathname = `${url.pathname}_restored`
    await world.rows((sql) => sql.unsafe(`create database "${url.pathname.slice(1)}"`).unprepared)
    restored = url.pathname.slice(1)
    execFileSync(join(bin, "pg_restore"), ["--no-owner", "--dbname", url.toString(), dump])
    execFileSync(join(bin, "psql"), ["--quiet", "--command", "drop function not_now cascade", url.toString()])

    back = await startServer({ DATABASE_URL: url.toString(), RATE_LIMIT: "off" }, copied.path)
    const here = await traveler(() => back!, { id: ann.id })
    for (const id of [stored, journaled]) assert.strictEqual((await here.call("GET", `/trips/${id}`)).status, 200)
    await until("both to be listed", async () => (await here.call("GET", "/trips")).body.trips.length === 2)
    assert.deepEqual(readdirSync(join(copied.path, "journal/aside")), [])
  })
})
