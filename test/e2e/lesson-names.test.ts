/** What a lesson of a taste was about keeps its name: also on a server that holds nothing of that city, and never at the price of an answer. */
import { randomUUID } from "node:crypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type CutProxy, startProxy } from "../harness/proxy.ts"
import { type Json, ok, until } from "../support/server.ts"
import { freshDatabase, openWorld, type World } from "./world.ts"

describe("the place that a lesson was about", () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let proxy: CutProxy
  let world: World

  beforeAll(async () => {
    database = await freshDatabase()
    const through = new URL(database.url)
    proxy = await startProxy(Number(through.port))
    through.hostname = "127.0.0.1"
    through.port = String(proxy.port)
    world = await openWorld({ RATE_LIMIT: "off", DATABASE_URL: through.href }, database)
  })
  afterAll(async () => {
    await world?.close()
    proxy?.close()
    await database?.drop()
  })

  it("is named after a restart, and left out while no database can say", async () => {
    const ann = await world.someone()
    const [one] = ok(await ann.call("GET", "/discovery?city=seattle")).nodes
    const signal = {
      id: randomUUID(),
      signal_type: "discovery_swipe_right",
      activity_node_id: one.node.id,
      occurred_at: new Date().toISOString()
    }
    assert.strictEqual(ok(await ann.call("POST", "/signals", signal), 202).accepted, 1)
    const lessons = async (): Promise<ReadonlyArray<Json>> => ok(await ann.call("GET", "/users/me/persona")).recent
    const [before] = await until("the lesson", async () => {
      const recent = await lessons()
      return recent.length > 0 && recent
    })
    assert.strictEqual(before.node.name, one.node.name)
    await world.drained(
      (sql) => sql`select id from behavioral_signals where id = ${signal.id}`,
      (rows) => rows.length === 1
    )

    await world.restart("SIGTERM")
    const named = async () => (await lessons())[0]?.node ?? undefined
    assert.deepStrictEqual(await until("the name", named), before.node)

    proxy.hold("both")
    const [unnamed] = await lessons()
    assert.strictEqual(unnamed.signal_id, signal.id)
    assert.isNull(unnamed.node)
    proxy.mend()
    assert.deepStrictEqual(await until("the name again", named), before.node)
  })
})
