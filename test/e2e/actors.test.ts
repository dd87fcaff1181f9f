/** What operators see of the actors in memory, and what is left of one that they interrupt: nothing, until it is asked again. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

/** Events after which a trip writes a snapshot: a child of its own, off its turns. */
const SNAPSHOT_EVERY = 64

describe("an actor that an operator interrupts", () => {
  let world: World
  let ann: Traveler
  let operator: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    operator = await world.someone({ role: "admin" })
  })
  afterAll(() => world?.close())

  const trips = async (): Promise<Json> => {
    const { body } = await operator.call("GET", "/admin/actors")
    return body.kinds.find((kind: Json) => kind.kind === "trip")
  }

  /** Holds every write of a snapshot up until the returned function is called. */
  const holdSnapshots = async () => {
    const held = Promise.withResolvers<void>()
    const letGo = Promise.withResolvers<void>()
    const done = world.rows((sql) =>
      sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`lock table trip_snapshots in share mode`
          held.resolve()
          yield* Effect.promise(() => letGo.promise)
          return []
        })
      )
    )
    await held.promise
    return async () => {
      letGo.resolve()
      await done
    }
  }

  it("leaves no timer, feed or child behind, loses nothing, and is loaded again by whoever asks", async () => {
    const created = await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(12), days: 2 })
    assert.strictEqual(created.status, 201, JSON.stringify(created.body))
    const { id, days } = created.body
    const slot = days[0].slots[0].id
    const release = await holdSnapshots()
    try {
      for (let n = 0; n < SNAPSHOT_EVERY; n++) {
        const action = n % 2 === 0 ? "lock" : "unlock"
        assert.strictEqual((await ann.call("PATCH", `/trips/${id}/slots/${slot}`, { action })).status, 200)
      }
      const alive = await until("the snapshot under way", async () => {
        const { body } = await operator.call("GET", `/admin/actors/trip/${id}`)
        return body.children?.some((child: Json) => child.name === "snapshot") && body
      })
      assert.deepInclude(alive, { kind: "trip", id, status: "ready", waiting: 0, feeds: true })
      assert.isNotNull(alive.wakes_at)
      const before = await trips()
      assert.deepInclude(before, { resident: 1, feeds: 1 })
      assert.isAtLeast(before.children, 1)
      assert.strictEqual(before.actors[0].id, id)
      assert.includeDeepMembers(
        before.actors[0].children,
        alive.children.filter((child: Json) => child.name === "snapshot")
      )
      const known = (await ann.call("GET", `/trips/${id}`)).body

      const interrupted = await operator.call("POST", `/admin/actors/trip/${id}/interrupt`)
      assert.strictEqual(interrupted.status, 200, JSON.stringify(interrupted.body))
      assert.strictEqual(interrupted.body.fiber, alive.fiber)
      assert.strictEqual((await operator.call("GET", `/admin/actors/trip/${id}`)).status, 404)
      assert.deepInclude(await trips(), { resident: 0, timers: 0, children: 0, feeds: 0, mailbox: 0, actors: [] })

      assert.deepStrictEqual((await ann.call("GET", `/trips/${id}`)).body, known)
      const { body: again } = await operator.call("GET", `/admin/actors/trip/${id}`)
      assert.notStrictEqual(again.fiber, alive.fiber)
      assert.deepInclude(again, { status: "ready", wakes_at: alive.wakes_at, feeds: true })
      assert.strictEqual((await trips()).activations, before.activations + 1)
    } finally {
      await release()
    }
  })

  it("may be a traveler or a city as well; nobody but operators is let near, and what is not there is not found", async () => {
    const { body: trip } = await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(15), days: 1 })
    assert.strictEqual((await ann.call("GET", "/users/me/persona")).status, 200)
    const { body: everybody } = await operator.call("GET", "/admin/actors")
    for (const kind of ["trip", "user", "city"]) {
      const { actors } = everybody.kinds.find((one: Json) => one.kind === kind)
      const path = `/admin/actors/${kind}/${actors[0].id}`
      assert.strictEqual((await ann.call("POST", `${path}/interrupt`)).status, 403)
      assert.strictEqual((await operator.call("POST", `${path}/interrupt`)).status, 200, path)
    }
    assert.strictEqual((await operator.call("POST", `/admin/actors/ghost/${trip.id}/interrupt`)).status, 404)
    assert.strictEqual((await operator.call("POST", `/admin/actors/city/${trip.id}/interrupt`)).status, 404)
    assert.strictEqual((await operator.call("POST", "/admin/actors/trip/nobody/interrupt")).status, 400)
    assert.strictEqual((await ann.call("GET", `/trips/${trip.id}`)).status, 200)
    assert.strictEqual((await ann.call("GET", "/users/me/persona")).status, 200)
  })
})
