/** A server is started while nobody can reach its database: it waits as long as it was told to, and says what for. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type OwnPostgres, startPostgres } from "../harness/own-postgres.ts"
import { portToComeBackTo } from "../harness/port.ts"
import { type CutProxy, startProxy } from "../harness/proxy.ts"
import { launchServer, refusedStart, SECRET, scratchFolder, until } from "../support/server.ts"

describe("a start without a database", () => {
  const scratch = scratchFolder()
  let database: OwnPostgres
  let way: CutProxy
  const databaseUrl = () => database.url.replace(/:\d+\/postgres$/, `:${way.port}/postgres`)

  beforeAll(async () => {
    const folder = join(scratch.path, "own")
    mkdirSync(folder)
    database = await startPostgres(folder)
    way = await startProxy(Number(new URL(database.url).port))
    way.cut()
  })
  afterAll(async () => {
    way?.close()
    await database?.stop()
    scratch.remove()
  })

  it("ends in a sentence when its patience does", async () => {
    const { code, said } = await refusedStart(
      { AUTH_SECRET: SECRET, DATABASE_URL: databaseUrl(), DATABASE_START_PATIENCE: "1s" },
      scratch.path
    )
    assert.strictEqual(code, 1)
    assert.match(said, /The database cannot be reached \(.+\); check that it runs and DATABASE_URL\.$/)
  })

  it("goes on when the database comes back", async () => {
    const port = await portToComeBackTo()
    const server = launchServer({ DATABASE_URL: databaseUrl(), PORT: String(port) }, scratch.path)
    const read = (path: string) =>
      fetch(`${server.url}${path}`)
        .then((response) => response.text())
        .catch(() => "")
    await until("a word about the database", async () => (await read("/ready")).includes("cannot be reached"))
    way.mend()
    await until("a server that is ready", async () => (await fetch(`${server.url}/ready`).catch(() => undefined))?.ok)
    assert.strictEqual(await server.stop(), 0)
  })
})
