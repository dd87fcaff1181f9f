/** Two servers that know each other: one owns the trips, either is asked, and travelers notice no change of owner. */

import { randomUUID } from "node:crypto"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { portToComeBackTo } from "../harness/port.ts"
import { mountSmallDisk, type SmallDisk } from "../harness/small-disk.ts"
import { type Followed, follow } from "../support/follow.ts"
import { personId } from "../support/person-ids.ts"
import {
  type Answer,
  dayAhead,
  type Server,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"
import { freshDatabase, openRows } from "./world.ts"

/** Fewer than a trip keeps for streams that come back. */
const MOST_CHANGES = 50

const trip = { city: "seattle", start_date: dayAhead(0), days: 2 }

/** A change that can be made again and again: the first slot is locked, or not. */
const toggle = (who: Traveler, made: Answer["body"], n: number): Promise<Answer> =>
  who.call(
    "PATCH",
    `/trips/${made.id}/slots/${made.days[0].slots[0].id}`,
    { action: n % 2 === 0 ? "lock" : "unlock" },
    { "idempotency-key": randomUUID() }
  )

const plan = async (who: Traveler, key = randomUUID()): Promise<Answer> =>
  who.call("POST", "/trips", trip, { "idempotency-key": key })

describe("servers that share a database", () => {
  const folders = [scratchFolder(), scratchFolder()]
  const servers: Array<Server | undefined> = []
  const ports: Array<number> = []
  let disks: ReadonlyArray<SmallDisk | undefined> = []
  let database: Awaited<ReturnType<typeof freshDatabase>>

  const start = async (n: number, stopDelay = "0s") => {
    const port = ports[n]!
    servers[n] = await startServer(
      {
        DATABASE_URL: database.url,
        PORT: String(port),
        NODE_ADDRESS: `127.0.0.1:${port}`,
        RATE_LIMIT: "off",
        NODE_STOP_DELAY: stopDelay,
        SIGN_IN_GUESSES_PER_ADDRESS: "1000",
        OVERPLANNED_NODE_ID: `server-${n}`
      },
      folders[n]!.path
    )
  }
  const on = (n: number, id: string) => traveler(() => servers[n]!, { id })
  const nodes = async (n: number): Promise<string> => {
    const ready = (await (await fetch(`${servers[n]!.url}/ready`)).json()) as Answer["body"]
    return ready.dependencies.find((one: { readonly name: string }) => one.name === "nodes").detail
  }

  beforeAll(async () => {
    database = await freshDatabase()
    disks = folders.map(({ path }) => {
      mkdirSync(join(path, "journal"))
      return mountSmallDisk(join(path, "journal"), 16)
    })
    ports.push(await portToComeBackTo())
    await start(0)
    ports.push(await portToComeBackTo())
    await start(1, "10m")
  })
  afterAll(async () => {
    // One of them would pass on for minutes.
    for (const server of servers) await server?.stop("SIGKILL")
    await database?.drop()
    for (const disk of disks) disk?.unmount()
    for (const folder of folders) folder.remove()
  })

  it("answer for each other, and a write sent to both with one key is one write", async () => {
    assert.match(await nodes(0), /this server owns/)
    assert.match(await nodes(1), /owned by "server-0"/)
    const ann = [await on(0, personId())]
    ann.push(await on(1, ann[0]!.id))
    const key = randomUUID()
    const both = await Promise.all(ann.map((one) => plan(one, key)))
    assert.include(
      both.map(({ status }) => status),
      201
    )
    const again = await Promise.all(ann.map((one) => plan(one, key)))
    assert.deepEqual(
      again.map(({ status }) => status),
      [201, 201]
    )
    assert.strictEqual(again[0]!.body.id, again[1]!.body.id)
    for (const one of ann) {
      assert.strictEqual((await one.call("GET", `/trips/${again[0]!.body.id}`)).status, 200)
      const listed = async () => (await one.call("GET", "/trips")).body.trips
      await until("the trip to be listed, once", async () => (await listed()).length > 0)
      assert.strictEqual((await listed()).length, 1)
      assert.strictEqual((await one.call("GET", `/trips/${randomUUID()}`)).status, 404)
      assert.strictEqual((await one.call("POST", "/trips", { city: 1 })).status, 400)
    }
  })

  it("tell streams on either what happens on either, and end both when an account goes", async () => {
    const bob = await on(0, personId())
    const there = await on(1, bob.id)
    const made = (await plan(bob)).body
    const { id } = made
    const near = await follow(servers[0]!, bob, id)
    const far = await follow(servers[1]!, there, id)
    assert.strictEqual(far.hello.seq, near.hello.seq)
    const changed = await toggle(there, made, 0)
    assert.strictEqual(changed.status, 200, JSON.stringify(changed.body))
    for (const one of [near, far]) await one.first("the change", (frame) => frame.seq === near.hello.seq + 1)
    far.send({ type: "ping", id: "p" })
    await far.first("the answer", (frame) => frame.type === "pong" && frame.id === "p")
    assert.strictEqual((await there.call("DELETE", "/users/me")).status, 202)
    for (const one of [near, far] as ReadonlyArray<Followed>) {
      const closed = await until("the stream to end", () => one.closed())
      assert.strictEqual(closed.code, 4401)
    }
    assert.strictEqual((await there.call("GET", "/trips")).status, 401)
  })

  it("sign in on either by a code that the other made, once, also where both are asked at the same moment", async () => {
    const ann = await on(0, personId())
    const signIn = async (n: number, code: string) => {
      const response = await fetch(`${servers[n]!.url}/api/v1/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code })
      })
      return { status: response.status, body: (await response.json()) as Answer["body"] }
    }
    const codeOn = async (n: number): Promise<string> => {
      const made = await (await on(n, ann.id)).call("POST", "/users/me/sign-in-codes")
      assert.strictEqual(made.status, 201, JSON.stringify(made.body))
      return made.body.code
    }
    for (const [maker, taker] of [
      [0, 1],
      [1, 0]
    ] as const) {
      const code = await codeOn(maker)
      const there = await signIn(taker, code)
      assert.strictEqual(there.status, 200, JSON.stringify(there.body))
      assert.strictEqual(there.body.user_id, ann.id)
      const headers = { authorization: `Bearer ${there.body.token}` }
      for (const one of servers) assert.strictEqual((await fetch(`${one!.url}/api/v1/trips`, { headers })).status, 200)
      for (const n of [0, 1]) assert.strictEqual((await signIn(n, code)).status, 401)
    }
    for (let round = 0; round < 5; round++) {
      const code = await codeOn(round % 2)
      const all = await Promise.all([0, 1, 0, 1].map((n) => signIn(n, code)))
      assert.deepEqual(all.map(({ status }) => status).sort(), [200, 401, 401, 401])
    }
    // A newer code made on the other server ends the one before.
    const [old, fresh] = [await codeOn(0), await codeOn(1)]
    assert.strictEqual((await signIn(1, old)).status, 401)
    assert.strictEqual((await signIn(0, fresh)).status, 200)
  })

  it("do not take a stranger for one of them", async () => {
    const eve = await on(1, personId())
    const answer = await eve.call("GET", "/trips", undefined, { "x-overplanned-node": "f".repeat(64) })
    assert.strictEqual(answer.status, 200)
  })

  it("refuse a body that is too large on either, and pass nothing on without its body", async () => {
    const flo = await on(1, personId())
    const chunk = new Uint8Array(256 * 1024).fill(32)
    const chunks = new ReadableStream({
      start: (controller) => {
        for (let i = 0; i < 80; i++) controller.enqueue(chunk)
        controller.close()
      }
    })
    const answer = await fetch(`${servers[1]!.url}/api/v1/trips`, {
      method: "POST",
      headers: { authorization: `Bearer ${flo.token}`, "content-type": "application/json" },
      body: chunks,
      duplex: "half"
    } as RequestInit)
    assert.strictEqual(answer.status, 413, await answer.text())
  })

  it("hand over when the owner is told to stop: nobody is turned away, and streams go on without a gap", async () => {
    const cid = await on(1, personId())
    const made = (await plan(cid)).body
    const { id } = made
    assert.strictEqual((await cid.call("PATCH", `/trips/${id}`, { status: "active" })).status, 200)
    // Answered by the one that is going to stop: whoever owns then knows the key, and makes no second offer.
    const asked = { "idempotency-key": randomUUID() }
    const calm = { trigger: "mood", detail: { mood: "calm" } }
    const offer = await cid.call("POST", `/trips/${id}/pivot`, calm, asked)
    assert.strictEqual(offer.status, 200, JSON.stringify(offer.body))
    const stream = await follow(servers[1]!, cid, id)
    const request = { trigger: "venue_closed", slot_id: made.days[1].slots[0].id }
    const stopped = servers[0]!.stop("SIGTERM")
    let changes = 0
    const failed: Array<Answer> = []
    let over = false
    void stopped.then(() => {
      over = true
    })
    const pivots = (async () => {
      while (!over) {
        const answer = await cid.call("POST", `/trips/${id}/pivot`, request)
        if (answer.status !== 200) failed.push(answer)
      }
    })()
    while (!over || changes < 20) {
      // A stream is given back some dozens of changes, not hundreds: a busy machine takes its time to hand over.
      const change = changes < MOST_CHANGES
      const answer = await (change ? toggle(cid, made, changes++) : cid.call("GET", `/trips/${id}`))
      if (answer.status !== 200) failed.push(answer)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.strictEqual(await stopped, 0)
    await pivots
    assert.deepEqual(failed, [])
    assert.match(await nodes(1), /this server owns the trips, epoch 2/)
    const again = await cid.call("POST", `/trips/${id}/pivot`, calm, asked)
    assert.deepStrictEqual([again.status, again.body], [offer.status, offer.body])
    assert.strictEqual((await cid.call("POST", `/trips/${id}/pivot`, request, asked)).status, 409)
    const closed = await until("the relayed stream to be sent back", () => stream.closed())
    assert.strictEqual(closed.code, 1001)
    const back = await follow(servers[1]!, cid, id, `?epoch=${stream.hello.epoch}&since=${stream.hello.seq}`)
    assert.isTrue(back.hello.recovered)
    assert.strictEqual(back.hello.seq, stream.hello.seq + changes)
  })

  it("pass on what still comes after they were told to stop, and say to whoever spreads requests that they stop", async () => {
    // Longer than this takes anywhere; it is killed before.
    await start(0, "10m")
    assert.match(await nodes(0), /owned by "server-1"/)
    const eve = await on(0, personId())
    const made = (await plan(eve)).body
    const stopped = servers[0]!.stop("SIGTERM")
    await until("it to say that it stops", async () => {
      const ready = await fetch(`${servers[0]!.url}/ready`)
      return ready.status === 503 && (await ready.text()).includes("told to stop")
    })
    assert.strictEqual((await toggle(eve, made, 0)).status, 200)
    assert.strictEqual((await eve.call("GET", `/trips/${made.id}`)).body.days[0].slots[0].locked, true)
    await servers[0]!.stop("SIGKILL")
    await stopped
    await start(0, "10m")
  })

  it("take over from one that was killed; it stores what it had when it is back", async () => {
    const dan = await on(0, personId())
    const id = (await plan(dan)).body.id
    await servers[1]!.stop("SIGKILL")
    // Held until somebody owns: a lease, and a little. Whether the trip is stored already is another matter.
    const answer = await dan.call("GET", `/trips/${id}`)
    assert.include([200, 503], answer.status, JSON.stringify(answer.body))
    assert.match(await nodes(0), /pivots are answered from what is stored|this server owns/)
    await start(1, "10m")
    await until("writes to be taken again", async () => (await plan(dan)).status === 201)
    assert.match(await nodes(1), /owned by "server-0"/)
    assert.strictEqual((await (await on(1, dan.id)).call("GET", `/trips/${id}`)).status, 200)
  })

  it("hold what comes while an owner that was killed starts again on its disk", async () => {
    const gil = await on(1, personId())
    await until("writes to be taken", async () => (await plan(gil)).status === 201)
    const made = (await plan(gil)).body
    assert.strictEqual((await gil.call("PATCH", `/trips/${made.id}`, { status: "active" })).status, 200)
    await servers[0]!.stop("SIGKILL")
    let over = false
    const started = start(0, "10m").finally(() => {
      over = true
    })
    const answers: Array<Answer> = []
    const request = { trigger: "venue_closed", slot_id: made.days[1].slots[0].id }
    while (!over) answers.push(await gil.call("POST", `/trips/${made.id}/pivot`, request))
    await started
    // A slow machine may need longer than anybody is held; nobody is handed what a server says that only begins.
    for (const { status, body } of answers) assert.isTrue(status === 200 || !/starting/.test(body.detail), body.detail)
    assert.isNotEmpty(answers)
  })

  it("change owner where its disk takes no more, and nobody has to come for that", async (test) => {
    const hal = await on(1, personId())
    await until("writes to be taken", async () => (await plan(hal)).status === 201)
    const owner = (await nodes(0)).includes("this server owns") ? 0 : 1
    const disk = disks[owner]
    if (disk === undefined) return test.skip("Only root may mount a small disk.")
    // Again and again: a journal that is drained gives room back.
    const filling = setInterval(disk.fill, 50)
    await until("the other one to own", async () => {
      await plan(hal)
      return (await nodes(1 - owner)).includes("this server owns")
    }).finally(() => clearInterval(filling))
    assert.strictEqual((await plan(await on(owner, hal.id))).status, 201)
    disk.empty()
  })

  it("send streams of their own where the trips are, and leave what is done at home to the new owner, while they still pass on", async () => {
    const anybody = await on(1, personId())
    await until("writes to be taken", async () => (await plan(anybody)).status === 201)
    // Whichever it is after what came before: on a slow machine the other one took over.
    const owner = (await nodes(0)).includes("this server owns") ? 0 : 1
    const next = 1 - owner
    assert.match(await nodes(next), new RegExp(`owned by "server-${owner}"`))
    const fay = await on(owner, personId())
    const made = (await plan(fay)).body
    const stream = await follow(servers[owner]!, fay, made.id)
    const { rows, close } = openRows(database.url)
    const stopped = servers[owner]!.stop("SIGTERM")
    const closed = await until("the owner's own stream to be sent on", () => stream.closed())
    assert.strictEqual(closed.code, 1001)
    // The new owner may be known here a moment before it knows of it itself: whoever comes then is told to come again.
    const back = await until("the stream to go on", () =>
      follow(servers[owner]!, fay, made.id, `?epoch=${stream.hello.epoch}&since=${stream.hello.seq}`).catch((error) => {
        if (!/\(1013 /.test(error.message)) throw error
        return false as const
      })
    )
    assert.isTrue(back.hello.recovered)
    const asked = await rows(
      (sql) => sql<{ readonly id: string }>`
        insert into jobs (id, kind, state)
        select gen_random_uuid(), 'resume_erasures', 'queued' from generate_series(1, 12) returning id`
    )
    const ids = asked.map(({ id }) => id)
    const done = await until("the jobs to be done", async () => {
      const found = await rows(
        (sql) => sql<{ readonly claimed_by: string }>`
          select claimed_by from jobs where ${sql.in("id", ids)} and state = 'done'`
      )
      return found.length === ids.length && found
    })
    for (const { claimed_by } of done) assert.match(claimed_by, new RegExp(`^server-${next} `))
    await close()
    await servers[owner]!.stop("SIGKILL")
    await stopped
  })
})
