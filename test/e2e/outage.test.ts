/** The database goes away in the middle of a trip: frozen, then killed. Travelers notice nothing, and nothing is lost. */
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { running } from "../../src/layers/embedded/cluster.ts"
import { freeze } from "../harness/own-postgres.ts"
import {
  type Answer,
  dayAhead,
  type Json,
  ok,
  type Server,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"

/** Far above what a pivot takes, far below what any wait for the database would. */
const AT_ONCE_MS = 8_000

describe.skipIf(process.platform !== "linux")("while the database is away", () => {
  const scratch = scratchFolder()
  const environment = { DATABASE_URL: undefined, RATE_LIMIT: "off" }
  let server: Server
  let ann: Traveler
  let trip: Json
  const sent: Array<{ readonly id: string }> = []

  const postmaster = (): number | undefined => running(join(scratch.path, "postgres", "server", "data"))?.pid
  const ready = async () => (await (await fetch(`${server.url}/ready`)).json()) as { readonly status: string }
  const slots = (): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)
  const path = (slot: Json) => `/trips/${trip.id}/slots/${slot.id}`

  /** What a traveler does meanwhile; each of it answered at once. */
  const travelOn = async (slot: Json) => {
    const timed = async (what: string, call: Promise<Answer>) => {
      const began = performance.now()
      const answer = await call
      assert.isBelow(performance.now() - began, AT_ONCE_MS, `${what}: ${answer.status}`)
      return answer
    }
    for (const trigger of ["venue_closed", "mood", "weather"]) {
      const detail = trigger === "mood" ? { tags: ["cozy"] } : trigger === "weather" ? { condition: "rain" } : {}
      ok(await timed(trigger, ann.call("POST", `/trips/${trip.id}/pivot`, { trigger, slot_id: slot.id, detail })))
    }
    ok(await timed("lock", ann.call("PATCH", path(slot), { action: "lock" })))
    const signal = {
      id: randomUUID(),
      signal_type: "slot_accept",
      trip_id: trip.id,
      slot_id: slot.id,
      activity_node_id: slot.node.id,
      occurred_at: new Date().toISOString(),
      context: {}
    }
    assert.strictEqual(ok(await timed("signal", ann.call("POST", "/signals", signal)), 202).accepted, 1)
    sent.push(signal)
    ok(await timed("reading", ann.call("GET", `/trips/${trip.id}`)))
  }

  beforeAll(async () => {
    server = await startServer(environment, scratch.path)
    ann = await traveler(() => server)
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
  })
  afterAll(async () => {
    await server?.stop()
    const left = postmaster()
    if (left !== undefined) process.kill(left, "SIGQUIT")
    scratch.remove()
  })

  it("because it hangs, pivots, changes and signals are answered at once", async () => {
    const thaw = freeze(postmaster()!)
    try {
      await travelOn(slots()[0])
      await until("a readiness that is not up", async () => (await ready()).status !== "up")
      await travelOn(slots()[1])
    } finally {
      thaw()
    }
    await until("readiness", async () => (await ready()).status === "up")
  })

  it("because it was killed, the same; it comes back by itself", async () => {
    process.kill(postmaster()!, "SIGKILL")
    await travelOn(slots()[2])
    await until("a readiness that is up again", async () => (await ready()).status === "up")
    assert.isDefined(postmaster())
  })

  it("and nothing that was acknowledged is lost, also when the server is killed next", async () => {
    const before = ok(await ann.call("GET", `/trips/${trip.id}`))
    await server.stop("SIGKILL")
    server = await startServer(environment, scratch.path)
    const after = ok(await ann.call("GET", `/trips/${trip.id}`))
    assert.deepEqual(after, before)
    const locked = after.days.flatMap((day: Json) => day.slots).filter((slot: Json) => slot.locked)
    assert.lengthOf(locked, 3)
    const count = async () => (await ann.call("GET", "/users/me/persona")).body.signal_count
    await until("every signal in the persona", async () => (await count()) === sent.length)
    // An app that never saw the acknowledgement sends them again: they count once, whoever remembers them.
    ok(await ann.call("POST", "/signals", [...sent, { ...sent[0], id: randomUUID() }]), 202)
    await until("the new signal in the persona", async () => (await count()) > sent.length)
    assert.strictEqual(await count(), sent.length + 1)
  })
})
