/** The database is frozen: it keeps its connections and says nothing. Whoever needs it hears so, in time and in words. */
import { randomUUID } from "node:crypto"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { EXAMPLE, EXAMPLE_DAY } from "../../src/http/contract/examples.ts"
import { contractOf, type Operation } from "../attack/contract.ts"
import { type OwnPostgres, startPostgres } from "../harness/own-postgres.ts"
import { portToComeBackTo } from "../harness/port.ts"
import {
  type Answer,
  dayAhead,
  launchServer,
  ok,
  type Server,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"

/** The server's own deadline for a request, in the settings of this file. */
const DEADLINE_MS = 30_000

/** Far above what an answer takes that waits for nobody, also of fourteen at once on a busy machine; well below the deadline. */
const AT_ONCE_MS = 6_000

const CAUSE = /the database does not answer/i

describe.skipIf(process.platform !== "linux")("while the database is frozen", () => {
  const scratch = scratchFolder()
  let database: OwnPostgres
  let server: Server
  let port: number
  const environment = () => ({
    DATABASE_URL: database.url,
    PORT: String(port),
    RATE_LIMIT: "off",
    HTTP_REQUEST_TIMEOUT: `${DEADLINE_MS}ms`
  })
  const ready = async () => {
    const response = await fetch(`${server.url}/ready`)
    return { status: response.status, text: await response.text() }
  }

  beforeAll(async () => {
    const folder = join(scratch.path, "own")
    mkdirSync(folder)
    database = await startPostgres(folder)
    port = await portToComeBackTo()
    server = await startServer(environment(), scratch.path)
  })
  afterAll(async () => {
    database?.thaw()
    await server?.stop()
    await database?.stop()
    scratch.remove()
  })

  it("every request ends within its deadline with the cause, and all goes on afterwards", async () => {
    const known = await traveler(() => server)
    const admin = await traveler(() => server, { role: "admin" })
    const trip = (await known.call("POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 1 })).body
    const job = (await admin.call("POST", "/admin/seed-city", { city: "seattle", source: "synthetic", limit: 1 })).body
    const aTrip = { city: "seattle", start_date: dayAhead(4), days: 1 }
    const asked: ReadonlyArray<readonly [what: string, who: Traveler, method: string, path: string, body?: object]> = [
      ["creating a trip", await traveler(() => server), "POST", "/trips", aTrip],
      ["creating one for companions", known, "POST", "/trips", { ...aTrip, party: [randomUUID()] }],
      ["reading a trip nobody knows", known, "GET", `/trips/${randomUUID()}`],
      ["listing trips", known, "GET", "/trips"],
      ["listing cities", known, "GET", "/cities"],
      ["a persona", await traveler(() => server), "GET", "/users/me/persona"],
      ["companions", known, "GET", "/users/me/companions"],
      ["naming companions", known, "PUT", "/users/me/companions", { user_ids: [randomUUID()] }],
      ["an export", known, "GET", "/users/me/export"],
      ["an erasure", await traveler(() => server), "DELETE", "/users/me"],
      ["a job", admin, "GET", `/admin/jobs/${job.job_id}`],
      ["starting a job", admin, "POST", "/admin/seed-city", { city: "seattle" }],
      ["models", admin, "GET", "/admin/model-registry"],
      ["promoting", admin, "POST", "/admin/model-registry/bpr/1/promote"]
    ]
    database.freeze()
    try {
      // All at once and as the first to notice; then again, when it is known.
      for (const most of [DEADLINE_MS, AT_ONCE_MS]) {
        const answers = await Promise.all(
          asked.map(async ([what, who, method, path, body]) => {
            const began = performance.now()
            const answer: Answer = await who.call(method, path, body)
            return { what, answer, took: performance.now() - began }
          })
        )
        for (const { what, answer, took } of answers) {
          assert.strictEqual(answer.status, 503, `${what}: ${JSON.stringify(answer.body).slice(0, 300)}`)
          assert.match(answer.body.detail, CAUSE, what)
          assert.isAtLeast(Number(answer.headers.get("retry-after")), 1, what)
          assert.isBelow(took, most, what)
        }
      }
      // What is in memory is answered as ever.
      assert.strictEqual((await known.call("GET", `/trips/${trip.id}`)).status, 200)
      assert.match((await ready()).text, /does not answer/)
    } finally {
      database.thaw()
    }
    await until("trips to be listed again", async () => (await known.call("GET", "/trips")).status === 200)
    assert.strictEqual((await known.call("POST", "/trips", aTrip)).status, 201)
  })

  it("every operation of the contract ends within its deadline: done, refused, or with the cause", async () => {
    const known = await traveler(() => server)
    const admin = await traveler(() => server, { role: "admin" })
    const trip = ok(await known.call("POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 1 }), 201)
    const [slot] = trip.days[0].slots
    const real = {
      [EXAMPLE_DAY]: dayAhead(3),
      [EXAMPLE.trip]: trip.id,
      [EXAMPLE.slot]: slot.id,
      [EXAMPLE.node]: slot.node.id
    }
    const asHere = (example: unknown): string =>
      Object.entries(real).reduce(
        (text, [word, one]) => text.replaceAll(word, one),
        typeof example === "string" ? example : JSON.stringify(example)
      )
    const { operations } = await contractOf(server.url)
    const send = async ({ example, id, method, parameters, path }: Operation) => {
      const of = (where: string) => parameters.filter((one) => one.in === where)
      const filled = path
        .replace("/api/v1", "")
        .replace(/\{(\w+)\}/g, (_, name) =>
          encodeURIComponent(asHere(of("path").find((one) => one.name === name)!.example))
        )
      const query = new URLSearchParams(of("query").map((one) => [one.name, asHere(one.example)]))
      const body = example === undefined ? undefined : JSON.parse(asHere(example))
      const began = performance.now()
      const answer = await (id.startsWith("admin.") ? admin : known).call(method, `${filled}?${query}`, body)
      return { id, answer, took: performance.now() - began }
    }
    const causes: Array<string> = []
    const wrong: Array<string> = []
    database.freeze()
    try {
      // What ends a person's trips comes last: the others are asked of somebody who is there.
      const last = operations.filter(({ id }) => id === "people.erase" || id === "trips.delete")
      const others = operations.filter((one) => !last.includes(one))
      const answers = [...(await Promise.all(others.map(send))), ...(await Promise.all(last.map(send)))]
      for (const { answer, id, took } of answers) {
        const said = `${id} after ${took.toFixed(0)} ms: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`
        if (answer.status === 503 && CAUSE.test(answer.body.detail)) causes.push(id)
        else if (answer.status >= 500) wrong.push(said)
        if (took >= DEADLINE_MS) wrong.push(said)
      }
    } finally {
      database.thaw()
    }
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(causes.length, operations.length / 4, `only ${causes.join(", ")} noticed`)
    await until("trips to be listed again", async () => (await admin.call("GET", "/trips")).status === 200)
  })

  it("nobody is sent away by halves: whoever was, after a refusal and a second try, does not come back by a link", async () => {
    const [ann, bob] = [await traveler(() => server), await traveler(() => server)]
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(3), days: 1 }), 201)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    const join = () => bob.call("POST", `/invitations/${code}/join`)
    ok(await join())
    const sendAway = () => ann.call("DELETE", `/trips/${trip.id}/members/${bob.id}`)
    database.freeze()
    try {
      assert.strictEqual((await sendAway()).status, 503)
      assert.strictEqual((await bob.call("GET", `/trips/${trip.id}`)).status, 200, "nothing was done yet")
    } finally {
      database.thaw()
    }
    await until("that they are sent away", async () => (await sendAway()).status !== 503)
    assert.strictEqual((await bob.call("GET", `/trips/${trip.id}`)).status, 404)
    assert.strictEqual((await join()).status, 404)
  })

  it("a restart answers for its health at once, says what it waits for, and goes on when the database does", async () => {
    database.freeze()
    try {
      await server.stop("SIGKILL")
      server = launchServer(environment(), scratch.path)
      const health = await until("an answer of /health", async () => {
        const response = await fetch(`${server.url}/health`).catch(() => undefined)
        return response?.status === 200 && ((await response.json()) as { readonly status: string })
      })
      assert.strictEqual(health.status, "up")
      const told = await until("the cause", async () => {
        const now = await ready()
        return CAUSE.test(now.text) && now
      })
      assert.strictEqual(told.status, 503)
      assert.match(told.text, /The server is starting\./)
      const turnedAway = await fetch(`${server.url}/api/v1/trips`)
      assert.strictEqual(turnedAway.status, 503)
      assert.match(turnedAway.headers.get("content-type") ?? "", /problem\+json/)
    } finally {
      database.thaw()
    }
    await until("readiness", async () => (await ready()).status === 200)
    assert.match(server.output(), /answers on/)
  })
})
