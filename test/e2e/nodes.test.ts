/** Several servers on one database: one of them owns, the others know it. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import {
  type Answer,
  command,
  dayAhead,
  type Environment,
  refusedStart,
  SECRET,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const trip = { city: "seattle", start_date: dayAhead(1), days: 1 }

const planned = async (who: Traveler): Promise<string> => {
  const made = await who.call("POST", "/trips", trip)
  assert.strictEqual(made.status, 201, JSON.stringify(made.body))
  return made.body.id
}

/** One sentence for people: what happened, why, what to do. */
const assertRefused = (refused: { readonly code: number | null; readonly said: string }, mentions: RegExp) => {
  assert.strictEqual(refused.code, 1, refused.said)
  assert.match(refused.said, mentions)
  assert.notInclude(refused.said, "    at ")
}

describe("a second server on one database", () => {
  let world: World
  const other = scratchFolder()
  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(async () => {
    await world?.close()
    other.remove()
  })

  const second = (environment: Environment = {}) => ({ DATABASE_URL: world.url, AUTH_SECRET: SECRET, ...environment })

  it("is refused in a sentence while another one owns the trips, and the first goes on", async () => {
    const ann = await world.someone()
    const id = await planned(ann)
    assertRefused(await refusedStart(second(), other.path), /owned by the server .* alive.*--role worker/s)
    assert.strictEqual((await ann.call("GET", `/trips/${id}`)).status, 200)
    assert.strictEqual((await planned(ann)).length, 36)
  })

  it("says each line as JSON where that is asked for: while it serves, and when it is refused", async () => {
    const lines = (said: string) => said.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>)
    const refused = await refusedStart(second({ LOG_FORMAT: "json" }), other.path)
    assert.strictEqual(refused.code, 1)
    assert.deepInclude(lines(refused.said).at(-1), { level: "FATAL" })
    const worker = await startServer(second({ LOG_FORMAT: "json" }), other.path, ["serve", "--role", "worker"])
    assert.strictEqual(await worker.stop(), 0)
    assert.isTrue(lines(worker.output().trim()).some(({ message }) => /answers on/.test(String(message))))
  })

  it("is refused with another secret, also as a worker", async () => {
    const environment = second({ AUTH_SECRET: "another secret of tests, long enough to be accepted" })
    assertRefused(await refusedStart(environment, other.path, ["serve", "--role", "worker"]), /AUTH_SECRET/)
  })

  it("may run jobs beside it: it owns nothing, and shares the key of who was erased", async () => {
    const folder = scratchFolder()
    const worker = await startServer(second(), folder.path, ["serve", "--role", "worker"])
    try {
      const ann = await traveler(() => worker)
      assert.strictEqual((await fetch(`${worker.url}/health`)).status, 200)
      assert.strictEqual((await fetch(`${worker.url}/ready`)).status, 200)
      const answer: Answer = await ann.call("POST", "/trips", trip)
      assert.strictEqual(answer.status, 503)
      assert.match(answer.body.detail, /runs jobs/)
      assert.isNotNull(answer.headers.get("retry-after"))
      const key = (path: string) => readFileSync(join(path, "erasure-key"), "utf8")
      assert.strictEqual(key(folder.path), key(world.folder))
      const shown = await world.command("nodes")
      assert.match(shown.said, /\(all, .*owns the trips \(epoch 1\), alive/)
      assert.match(shown.said, /\(worker, .*alive/)
      assert.match((await world.command("doctor")).said, /ok {2}nodes +up +".+" owns the trips, epoch 1, beside ".+"/)
    } finally {
      assert.strictEqual(await worker.stop(), 0)
      folder.remove()
    }
    assert.match((await world.command("nodes")).said, /\(worker, .*stopped/)
  })

  it("takes over at once on the same data directory, whatever ended the one before", async () => {
    const ann = await world.someone()
    const id = await planned(ann)
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await world.restart(signal)
      assert.strictEqual((await ann.call("GET", `/trips/${id}`)).status, 200)
      assert.strictEqual((await planned(ann)).length, 36)
    }
    const rows = await world.rows((sql) => sql`select epoch from shard_leases`)
    assert.deepEqual([...rows], [{ epoch: 1 }], "nobody else owned in between")
  })
})

describe("a server whose machine is gone", () => {
  let world: World
  const fresh = scratchFolder()
  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
  })
  afterAll(async () => {
    await world?.close()
    fresh.remove()
  })

  it("is followed by another that answers at once and writes when its journal is stored", async () => {
    const ann = await world.someone()
    const id = await planned(ann)
    await world.drained(
      (sql) => sql`select id from trips where id = ${id}`,
      (rows) => rows.length === 1
    )
    await world.storesNothing()
    const late = await planned(ann)
    const [slot] = (await ann.call("GET", `/trips/${id}`)).body.days[0].slots
    const lock = (who: Traveler, action: "lock" | "unlock", key: string) =>
      who.call("PATCH", `/trips/${id}/slots/${slot.id}`, { action }, { "idempotency-key": key })
    assert.strictEqual((await lock(ann, "lock", "before")).status, 200)
    await world.server().stop("SIGKILL")
    await world.storesAgain()

    const next = await startServer({ DATABASE_URL: world.url, RATE_LIMIT: "off" }, fresh.path)
    try {
      const here = await traveler(() => next, { id: ann.id })
      assert.strictEqual((await here.call("GET", `/trips/${id}`)).status, 200)
      const slots = (await here.call("GET", `/trips/${id}/itinerary`)).body
      assert.isDefined(slots)
      const ready = (await (await fetch(`${next.url}/ready`)).json()) as Answer["body"]
      const nodes = ready.dependencies.find((one: { readonly name: string }) => one.name === "nodes")
      assert.strictEqual(nodes.status, "degraded")
      const refused = await here.call("POST", "/trips", trip)
      assert.strictEqual(refused.status, 503, JSON.stringify(refused.body))
      assert.match(refused.body.detail, /journal of ".*" is stored.*drain/s)
      assert.isNotNull(refused.headers.get("retry-after"))
      assert.strictEqual(
        (await here.call("GET", `/trips/${late}`)).status,
        503,
        "it may be there, and is not known yet"
      )

      // As it is stored the stop is free, and there would be nothing to do; as it was acknowledged it is locked.
      assert.strictEqual((await lock(here, "unlock", "after")).status, 503)

      const stored = await command(["drain"], { DATABASE_URL: world.url, AUTH_SECRET: SECRET }, world.folder)
      assert.strictEqual(stored.code, 0, stored.said)
      await until("writes are taken again", async () => {
        const answer = await here.call("POST", "/trips", trip)
        return answer.status === 201
      })
      assert.strictEqual(
        (await here.call("GET", `/trips/${late}`)).status,
        200,
        "nothing that was acknowledged is lost"
      )
      assert.strictEqual((await lock(here, "unlock", "after")).status, 200)
      const keys = await world.drained(
        (sql) => sql`select idempotency_key as key from trip_events where trip_id = ${id} and seq > 1 order by seq`,
        (rows) => rows.length === 2
      )
      assert.deepEqual(
        keys.map(({ key }) => key),
        ["before", "after"]
      )
      const [lease] = await world.rows((sql) => sql`select epoch from shard_leases`)
      assert.strictEqual(lease.epoch, 2)
      assert.deepEqual(readdirSync(join(world.folder, "journal/aside")), [])
    } finally {
      await next.stop()
    }
  })
})
