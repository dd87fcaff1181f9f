/** Somebody takes their data, leaves, and is gone: over HTTP, with the command that looks for them afterwards. */
import { randomUUID } from "node:crypto"
import { rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { SqlClient } from "effect/sql/SqlClient"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

/** The tables that hold a text in any row. */
const naming = (text: string) => (sql: SqlClient) =>
  sql`
  select table_schema || '.' || table_name as name from information_schema.tables
  where table_schema in ('public', 'exp') and table_type = 'BASE TABLE'
    and (xpath('/row/n/text()', query_to_xml(format(
      'select count(*) as n from %I.%I t where t::text ilike %L', table_schema, table_name, ${`%${text}%`}::text), false, true, '')
    ))[1]::text::int > 0`

describe("a traveler who leaves", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler
  let operator: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
    operator = await world.someone({ role: "admin" })
  })
  afterAll(() => world?.close())

  it("takes everything along, is refused from then on, and leaves no trace but their companions' trip", async () => {
    await ann.call("PUT", "/users/me/onboarding", { tags: { food: ["ramen"] }, age: 41 })
    const day = dayAhead(5)
    const fixed = [{ title: "The surgery", at: `${day}T12:00`, until: `${day}T13:00` }]
    const lodging = { title: "At the surgeon's", lat: 47.61, lon: -122.33 }
    const solo = (await ann.call("POST", "/trips", { city: "seattle", start_date: day, days: 2, fixed, lodging })).body
    const own = { title: "Flowers for the surgeon", minutes: 30 }
    assert.strictEqual((await ann.call("POST", `/trips/${solo.id}/slots`, { own })).status, 201)
    assert.strictEqual((await ann.call("PATCH", `/trips/${solo.id}`, { fixed: [] })).status, 200)
    const shared = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(9), days: 2 })).body
    assert.strictEqual((await ann.call("POST", `/trips/${shared.id}/members`, { user_id: bob.id })).status, 200)
    assert.strictEqual((await bob.call("POST", `/trips/${shared.id}/join`)).status, 200)
    const slot = solo.days[0].slots[0]
    const signals = Array.from({ length: 50 }, () => ({
      id: randomUUID(),
      signal_type: "slot_accept",
      trip_id: solo.id,
      slot_id: slot.slot_id,
      activity_node_id: slot.node.id,
      occurred_at: new Date().toISOString(),
      context: { note: "I am Ann" }
    }))
    assert.strictEqual((await ann.call("POST", "/signals", signals)).status, 202)

    // Who travels along is part of what is the person's alone and what is not.
    await world.drained(
      (sql) => sql`select user_id from trip_members where trip_id = ${shared.id}`,
      (rows) => rows.length === 2
    )
    const taken = await ann.call("GET", "/users/me/export")
    assert.strictEqual(taken.status, 200)
    const text = JSON.stringify(taken.body)
    for (const { id } of signals) assert.include(text, id)
    const file = join(tmpdir(), `overplanned-export-${ann.id}.json`)
    writeFileSync(file, text)
    const search = () => world.command("erasure-check", "--user", ann.id, "--export", file, "--json")
    assert.strictEqual((await search()).code, 1)

    await world.drained(naming("surge"), (rows) => rows.length > 0)
    const left = await ann.call("DELETE", "/users/me", undefined, { "idempotency-key": "good-bye" })
    assert.strictEqual(left.status, 202)
    const again = await ann.call("GET", "/users/me/export")
    assert.strictEqual(again.status, 401)
    assert.match(again.body.detail, /deleted/)
    assert.strictEqual((await ann.call("POST", "/signals", signals)).status, 401)
    await until("the job's end", async () => {
      const job = (await operator.call("GET", `/admin/jobs/${left.body.job_id}`)).body
      assert.notStrictEqual(job.state, "failed", job.error)
      return job.state === "done"
    })
    const found = await search()
    rmSync(file)
    assert.strictEqual(found.code, 0, found.said)

    // What somebody brought to a trip of theirs alone is in no row of any table.
    assert.deepEqual(await world.rows(naming("surge")), [])
    const bobs = (await bob.call("GET", `/trips/${shared.id}`)).body
    assert.strictEqual(bobs.days.length, 2)
    assert.notInclude(JSON.stringify(bobs), ann.id)
    assert.strictEqual((await bob.call("GET", `/trips/${solo.id}`)).status, 404)
  })
  it("is not brought back by a trip that was asked for at the same moment, nor by whoever names them", async () => {
    const eve = await world.someone()
    await eve.call("PUT", "/users/me/onboarding", { tags: { food: ["ramen"] } })
    const [asked, left] = await Promise.all([
      eve.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 5 }),
      eve.call("DELETE", "/users/me")
    ])
    assert.strictEqual(left.status, 202)
    assert.oneOf(asked.status, [201, 401, 422])
    const trip = (await bob.call("POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 1 })).body
    assert.strictEqual((await bob.call("POST", `/trips/${trip.id}/members`, { user_id: eve.id })).status, 422)
    assert.strictEqual((await bob.call("PUT", "/users/me/companions", { user_ids: [eve.id] })).status, 422)
    // Bob's trip was journaled after everything of hers: once it is stored, so is that.
    await world.drained(
      (sql) => sql`select id from trips where id = ${trip.id}`,
      (rows) => rows.length === 1
    )
    await world.drained(
      (sql) => sql`select id from jobs where kind = 'erase_user' and state <> 'done'`,
      (rows) => rows.length === 0
    )
    const found = await world.command("erasure-check", "--user", eve.id, "--json")
    assert.strictEqual(found.code, 0, found.said)
  })
})
