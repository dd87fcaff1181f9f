/** A persona after a trip: whoever came back is no first-time traveler any more. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a traveler who comes back from a trip", () => {
  let world: World
  let ann: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  const tripCount = async () => (await ann.call("GET", "/users/me/persona")).body.dimensions.trip_count

  it("counts as returning at once, and still does when the server was killed", async () => {
    assert.strictEqual((await tripCount()).value, "first_trip")
    const { id } = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 1 })).body
    for (const status of ["active", "completed"]) {
      assert.strictEqual((await ann.call("PATCH", `/trips/${id}`, { status })).status, 200)
    }
    await until("the trip to be counted", async () => (await tripCount()).value === "returning")
    assert.strictEqual((await tripCount()).source, "trips")
    await world.restart("SIGKILL")
    assert.strictEqual((await tripCount()).value, "returning")
    const snapshots = await world.drained(
      (sql) =>
        sql`select persona from exp.persona_snapshots where user_id = ${ann.id} order by valid_from desc limit 1`,
      (rows) => rows.length === 1
    )
    assert.strictEqual(snapshots[0].persona.trip_count.value, "returning")
  })
})
