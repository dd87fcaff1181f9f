/** A change that the database will never take harms its own trip as little as possible, and no other trip at all. */
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

const aside = async (world: World) => readdirSync(join(world.folder, "journal", "aside"))

describe("a change that cannot be stored", () => {
  let world: World
  let ann: Traveler
  let eve: Traveler
  let operator: Traveler

  const path = (trip: Json, slot: Json) => `/trips/${trip.id}/slots/${slot.id}`
  const plan = async (who: Traveler) =>
    ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(12), days: 2 }), 201)
  const stored = (trip: Json, version: number) =>
    world.drained(
      (sql) => sql`select id from trips where id = ${trip.id} and state_version = ${version}`,
      (rows) => rows.length === 1
    )
  const trips = async () =>
    ((await (await fetch(`${world.server().url}/ready`)).json()) as Json).dependencies.find(
      (one: Json) => one.name === "trips"
    )
  const followed = async (who: Traveler, trip: Json, from?: Json) => {
    const query = from === undefined ? "" : `?epoch=${from.epoch}&since=${from.seq}`
    return follow(world.server(), who, trip.id, query)
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    eve = await world.someone()
    operator = await world.someone({ role: "admin" })
  })
  afterAll(() => world?.close())

  it("leaves its trip readable without it, tells its members, and harms no other trip", async () => {
    const [trip, other] = [await plan(ann), await plan(eve)]
    const [first, second, third] = slotsOf(trip)
    const mine = await followed(ann, trip)
    const others = await followed(eve, other)
    await stored(trip, 1)
    await stored(other, 1)
    assert.strictEqual((await trips()).status, "up")
    await world.rows(
      (sql) => sql`alter table trip_events add constraint no_locks check (type <> 'slot_locked') not valid`
    )

    ok(await ann.call("PATCH", path(trip, first), { action: "lock" }))
    const after = ok(await ann.call("PATCH", path(trip, second), { action: "remove" }))
    assert.strictEqual(after.state_version, 3)
    const closed = await until("the stream of that trip to end", () => mine.closed())
    assert.strictEqual(closed.code, 1013)
    assert.match(closed.reason, /could not be kept/)

    const check = async () => {
      const read = ok(await ann.call("GET", `/trips/${trip.id}`))
      assert.strictEqual(read.state_version, 3)
      assert.isFalse(slotsOf(read).find((slot) => slot.id === first.id).locked)
      assert.notInclude(
        slotsOf(read).map((slot) => slot.id),
        second.id
      )
      assert.strictEqual(read.lost[0].state_version, 2)
      assert.match(read.lost[0].message, /Change 2 .*locked.* could not be kept.*again/)
      const back = await followed(ann, trip, { epoch: mine.hello.epoch, seq: 3 })
      assert.isFalse(back.hello.recovered)
      assert.notStrictEqual(back.hello.epoch, mine.hello.epoch)
      assert.deepStrictEqual(back.hello.trip.lost, read.lost)
      // Nobody is told to have seen everything who has not.
      const between = await followed(ann, trip, { epoch: back.hello.epoch, seq: 1 })
      assert.isFalse(between.hello.recovered)
      back.close()
      between.close()
      const untouched = await followed(eve, other, others.hello)
      assert.deepInclude(untouched.hello, { recovered: true, epoch: others.hello.epoch })
      untouched.close()
    }
    await check()
    assert.isUndefined(others.closed())
    const health = await trips()
    assert.strictEqual(health.status, "degraded")
    assert.match(health.fix, /repair-trip/)
    const metrics = await (await fetch(`${world.server().url}/metrics`)).text()
    assert.match(metrics, /trip_changes_lost_total\S* 1/)
    await stored(trip, 3)
    await world.restart("SIGKILL")
    await check()
    // The number of what was lost is never another change's.
    const next = ok(await ann.call("PATCH", path(trip, third), { action: "remove" }))
    assert.strictEqual(next.state_version, 4)
    await stored(trip, 4)

    // The newest change of all: nothing comes after it, and its number stays its own.
    const following = await followed(eve, other)
    ok(await eve.call("PATCH", path(other, slotsOf(other)[0]), { action: "lock" }))
    await until("the stream to end", () => following.closed())
    const read = ok(await eve.call("GET", `/trips/${other.id}`))
    assert.deepStrictEqual([read.state_version, read.lost[0].state_version], [2, 2])
    const removed = ok(await eve.call("PATCH", path(other, slotsOf(other)[1]), { action: "remove" }))
    assert.strictEqual(removed.state_version, 3)
    await stored(other, 3)
    await world.rows((sql) => sql`alter table trip_events drop constraint no_locks`)

    // After the loss of the locks something was decided without them: to put them back would change that.
    const repaired = await world.command("repair-trip", "--all", "--json")
    assert.strictEqual(repaired.code, 1, repaired.said)
    const told = JSON.parse(repaired.said.split("\n").at(-1)!)
    assert.deepInclude(told, { trips: 2, put_back: 0, lost: 2 })
    assert.sameMembers(
      told.missing.map((one: Json) => one.trip_id),
      [trip.id, other.id]
    )
    const given = await world.command("repair-trip", "--all", "--give-up")
    assert.strictEqual(given.code, 0, given.said)
    assert.match(given.said, /2 trips looked at: 0 changes put back, 2 changes lost/)
    assert.strictEqual((await trips()).status, "up")
    assert.deepStrictEqual(await aside(world), [])
    assert.strictEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).lost.length, 1)
  })

  /** What an older release left behind: an event that was refused, set aside, and those after it stored. The server is stopped. */
  const brick = async (trip: Json, version: number) => {
    await stored(trip, version + 1)
    await world.server().stop("SIGTERM")
    const [row] = await world.rows(
      (sql) => sql`delete from trip_events where trip_id = ${trip.id} and seq = ${version} returning *`
    )
    const { id, actor_id, payload, occurred_at } = row
    const envelope = {
      ...{ id, trip_id: trip.id, seq: version, at: occurred_at.getTime(), actor_id, idempotency_key: "\u0000" },
      event: payload
    }
    const note = { type: "trip_event", version: 1, key: `trip:${trip.id}`, id, payload: JSON.stringify(envelope) }
    writeFileSync(
      join(world.folder, "journal", "aside", `${String(version).padStart(16, "0")}.rejected`),
      JSON.stringify({ ...note, position: version, reason: "unsupported Unicode escape sequence" })
    )
  }

  it("when it was made can be put back by an operator, under the eyes of who follows the trip", async () => {
    const trip = await plan(eve)
    const [first, second] = slotsOf(trip)
    const seen = await followed(eve, trip)
    await stored(trip, 1)
    await world.rows(
      (sql) => sql`alter table trip_events add constraint no_locks check (type <> 'slot_locked') not valid`
    )
    // Nobody hears of the loss before both are decided: what is decided after it is decided without the lock.
    await world.storesNothing()
    ok(await eve.call("PATCH", path(trip, first), { action: "lock" }))
    ok(await eve.call("PATCH", path(trip, second), { action: "remove" }))
    await world.storesAgain()
    await until("the stream to end", () => seen.closed())
    await stored(trip, 3)
    const still = await world.command("repair-trip", "--trip", trip.id)
    assert.strictEqual(still.code, 1, still.said)
    assert.include(still.said, `${trip.id}: change 2 (slot_locked) stays lost`)
    await world.rows((sql) => sql`alter table trip_events drop constraint no_locks`)
    const without = await followed(eve, trip)
    assert.lengthOf(without.hello.trip.lost, 1)
    const done = await world.command("repair-trip", "--trip", trip.id)
    assert.strictEqual(done.code, 0, done.said)
    assert.match(done.said, /1 change put back, 0 changes lost/)
    await until("the stream to end", () => without.closed())
    const whole = await followed(eve, trip, without.hello)
    assert.isFalse(whole.hello.recovered)
    assert.isUndefined(whole.hello.trip.lost)
    const mended = slotsOf(whole.hello.trip)
    assert.isTrue(mended.find((slot) => slot.id === first.id).locked)
    assert.notInclude(
      mended.map((slot) => slot.id),
      second.id
    )
    const rows = await world.rows(
      (sql) =>
        sql`select id, locked, status from itinerary_slots where trip_id = ${trip.id} and (locked or status = 'removed')`
    )
    assert.deepStrictEqual(
      rows.map(({ id, locked, status }) => [id, locked, status]).sort(),
      [
        [first.id, true, "planned"],
        [second.id, false, "removed"]
      ].sort()
    )
    assert.strictEqual((await trips()).status, "up")
    assert.deepStrictEqual(await aside(world), [])
    await world.restart("SIGKILL")
    assert.isTrue(slotsOf(ok(await eve.call("GET", `/trips/${trip.id}`)))[0].locked)
  })

  it("that an older release left behind is put back with what could not be stored replaced", async () => {
    const trip = await plan(eve)
    const [first, second] = slotsOf(trip)
    ok(await eve.call("PATCH", path(trip, first), { action: "lock" }))
    ok(await eve.call("PATCH", path(trip, second), { action: "remove" }))
    await brick(trip, 2)
    await world.restart("SIGTERM")
    const done = await world.command("repair-trip", "--all")
    assert.strictEqual(done.code, 0, done.said)
    assert.match(done.said, /1 trip looked at: 1 change put back, 0 changes lost/)
    const read = ok(await eve.call("GET", `/trips/${trip.id}`))
    assert.isUndefined(read.lost)
    assert.isTrue(slotsOf(read).find((slot) => slot.id === first.id).locked)
    const rows = await world.rows(
      (sql) => sql`
      select seq::int as seq, idempotency_key from trip_events where trip_id = ${trip.id} order by seq`
    )
    assert.deepStrictEqual(
      rows.map(({ seq, idempotency_key }) => [seq, idempotency_key]),
      [
        [1, null],
        [2, "\ufffd"],
        [3, null]
      ]
    )
    const wrong = await world.command("repair-trip")
    assert.strictEqual(wrong.code, 2)
    assert.match(wrong.said, /--trip <id>, or --all/)
  })

  it("is put back also while no server runs, as one that does not start needs it", async () => {
    const trip = await plan(eve)
    const [first, second] = slotsOf(trip)
    ok(await eve.call("PATCH", path(trip, first), { action: "lock" }))
    ok(await eve.call("PATCH", path(trip, second), { action: "remove" }))
    await brick(trip, 2)
    const done = await world.command("repair-trip", "--trip", trip.id, "--json")
    assert.strictEqual(done.code, 0, done.said)
    assert.deepStrictEqual(JSON.parse(done.said.split("\n").at(-1)!), { trips: 1, put_back: 1, lost: 0, missing: [] })
    assert.deepStrictEqual(await aside(world), [])
    await world.restart("SIGTERM")
    const read = ok(await eve.call("GET", `/trips/${trip.id}`))
    assert.isUndefined(read.lost)
    assert.isTrue(slotsOf(read).find((slot) => slot.id === first.id).locked)
  })

  it("because the trip itself was refused leaves nothing behind that anybody stumbles over", async () => {
    const dan = await world.someone()
    const other = await plan(eve)
    const before = await followed(eve, other)
    await stored(other, 1)
    await world.rows(
      (sql) => sql`alter table trip_events add constraint no_trips check (type <> 'trip_created') not valid`
    )
    const trip = await plan(dan)
    await until("the trip to be gone", async () => (await dan.call("GET", `/trips/${trip.id}`)).status === 404)
    await world.rows((sql) => sql`alter table trip_events drop constraint no_trips`)
    assert.isUndefined(before.closed())
    assert.deepStrictEqual(ok(await dan.call("GET", "/trips")).trips, [])
    const made = await plan(dan)
    await stored(made, 1)
    const done = await world.command("repair-trip", "--trip", trip.id)
    assert.strictEqual(done.code, 0, done.said)
    const back = ok(await dan.call("GET", `/trips/${trip.id}`))
    assert.deepStrictEqual(back.days, trip.days)
    const { job_id } = ok(await dan.call("DELETE", "/users/me"), 202)
    await until("the job's end", async () => {
      const job = (await operator.call("GET", `/admin/jobs/${job_id}`)).body
      return job.state === "done"
    })
    const found = await world.command("erasure-check", "--user", dan.id, "--json")
    assert.strictEqual(found.code, 0, found.said)
  })

  it("that an older release lost makes no trip unreadable, and keeps nobody from leaving", async () => {
    const trip = await plan(ann)
    const other = await plan(eve)
    const [first, second] = slotsOf(trip)
    ok(await ann.call("PATCH", path(trip, first), { action: "lock" }))
    ok(await ann.call("PATCH", path(trip, second), { action: "remove" }))
    const before = await followed(eve, other)
    await stored(other, 1)
    await brick(trip, 2)
    await world.restart("SIGTERM")

    const read = ok(await ann.call("GET", `/trips/${trip.id}`))
    assert.deepStrictEqual([read.state_version, read.lost.length, read.lost[0].state_version], [3, 1, 2])
    assert.isFalse(slotsOf(read).find((slot) => slot.id === first.id).locked)
    ok(await ann.call("PATCH", path(trip, first), { action: "lock" }))
    const after = await followed(eve, other, before.hello)
    assert.deepInclude(after.hello, { recovered: true, epoch: before.hello.epoch })
    assert.strictEqual((await trips()).status, "degraded")

    const { job_id } = ok(await ann.call("DELETE", "/users/me"), 202)
    await until("the job's end", async () => {
      const job = (await operator.call("GET", `/admin/jobs/${job_id}`)).body
      assert.notStrictEqual(job.state, "failed", job.error)
      return job.state === "done"
    })
    const found = await world.command("erasure-check", "--user", ann.id, "--json")
    assert.strictEqual(found.code, 0, found.said)
    const rows = await world.rows((sql) => sql`select * from lost_trip_events where trip_id = ${trip.id}`)
    assert.lengthOf(rows, 0)
  })
})
