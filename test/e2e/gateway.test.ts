/** What every client relies on before it knows any route: problems, headers, limits, keys and tokens. */
import { randomUUID } from "node:crypto"
import { type AddressInfo, createServer } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as jose from "jose"
import {
  type Answer,
  dayAhead,
  refusedStart,
  SECRET,
  scratchFolder,
  type Traveler,
  tokenFor
} from "../support/server.ts"
import { freshDatabase, openWorld, type World } from "./world.ts"

const assertProblem = (answer: Answer, status: number, name: string) => {
  assert.strictEqual(answer.status, status, JSON.stringify(answer.body))
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/)
  assert.strictEqual(answer.body.type, `urn:overplanned:problem:${name}`)
  assert.strictEqual(answer.body.status, status)
  assert.isString(answer.body.title)
  assert.isString(answer.body.detail)
  assert.strictEqual(answer.body.request_id, answer.headers.get("x-request-id"))
}

const aTrip = (changes: object = {}) => ({ city: "seattle", start_date: dayAhead(10), days: 2, ...changes })

describe("the gateway", () => {
  let world: World
  let ann: Traveler

  beforeAll(async () => {
    world = await openWorld({ CORS_ORIGINS: "https://app.example" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  describe("answers what is wrong with a problem document", () => {
    it("for a body that is no JSON", async () => {
      assertProblem(await ann.call("POST", "/trips", "{no"), 400, "invalid-request")
    })
    it("for wrong types, naming each field", async () => {
      const answer = await ann.call("POST", "/trips", aTrip({ days: "three", constraints: { pace: "hasty" } }))
      assertProblem(answer, 400, "invalid-request")
      const paths = answer.body.errors.map((error: { path: Array<string> }) => error.path.join("."))
      assert.includeMembers(paths, ["body.days", "body.constraints.pace"])
    })
    it("for a field or a parameter that nobody reads, naming it and what there is", async () => {
      const misspelt: ReadonlyArray<readonly [method: string, path: string, body: object | undefined, field: string]> =
        [
          ["POST", "/trips", { ...aTrip(), cty: "seattle" }, "body.cty"],
          ["POST", "/trips", aTrip({ constraints: { pce: "slow" } }), "body.constraints.pce"],
          ["PATCH", `/trips/${randomUUID()}`, { stauts: "active" }, "body.stauts"],
          ["POST", `/trips/${randomUUID()}/members`, { user_id: randomUUID(), role: "owner" }, "body.role"],
          ["POST", `/trips/${randomUUID()}/replan`, { constraint: {} }, "body.constraint"],
          ["PUT", `/trips/${randomUUID()}/vetoes`, { node_ids: [], tags: [], tag: [] }, "body.tag"],
          ["PATCH", `/trips/${randomUUID()}/slots/${randomUUID()}`, { action: "lock", force: true }, "body.force"],
          ["POST", `/trips/${randomUUID()}/pivot`, { trigger: "mood", detail: { moood: "cozy" } }, "body.detail.moood"],
          ["POST", `/trips/${randomUUID()}/pivots/${randomUUID()}`, { response: "dismiss", why: "x" }, "body.why"],
          ["PUT", "/users/me/onboarding", { tags: {}, name: "Ann" }, "body.name"],
          ["PUT", "/users/me/companions", { user_ids: [], ids: [] }, "body.ids"],
          ["GET", "/trips?curser=1", undefined, "query.curser"],
          ["GET", "/cities/seattle/nodes?categry=food", undefined, "query.categry"],
          ["GET", "/discovery?city=seattle&lmit=3", undefined, "query.lmit"]
        ]
      for (const [method, path, body, field] of misspelt) {
        const answer = await ann.call(method, path, body)
        assertProblem(answer, 400, "invalid-request")
        assert.include(answer.body.detail, `${field}: is not known here; there are `)
        assert.include(
          answer.body.errors.map((error: { path: Array<string> }) => error.path.join(".")),
          field
        )
      }
      for (const [method, path] of [
        ["GET", "/users/me/persona"],
        ["GET", `/trips/${randomUUID()}`],
        ["POST", "/signals"],
        ["DELETE", "/users/me"],
        ["PATCH", `/trips/${randomUUID()}/slots/${randomUUID()}`]
      ] as const) {
        const answer = await ann.call(method, `${path}?dry_run=true&a=1`, method === "GET" ? undefined : {})
        assertProblem(answer, 400, "invalid-request")
        assert.strictEqual(answer.body.detail, "query.dry_run: is not known here; query.a: is not known here")
      }
      const refused = await ann.call("POST", "/signals", { id: randomUUID(), weight: 5 })
      assert.match(refused.body.rejected[0].problem, /^"weight" is not known here; there are id, /)
      const flood = await ann.call("POST", "/trips", { ...aTrip(), ["x".repeat(100_000)]: 1 })
      assertProblem(flood, 400, "invalid-request")
      assert.isBelow(flood.body.detail.length, 500)
    })
    it("for a cursor that no page gave, and a number of entries that is none", async () => {
      for (const [path, field] of [
        ["/trips?cursor=nonsense", "query.cursor"],
        ["/trips?cursor=", "query.cursor"],
        ["/trips?cursor=7", "query.cursor"],
        ["/cities/seattle/nodes?cursor=nonsense", "query.cursor"],
        ["/cities/seattle/nodes?cursor=", "query.cursor"],
        ["/cities/seattle/nodes?cursor=-1", "query.cursor"],
        ["/cities/seattle/nodes?cursor=1e3", "query.cursor"],
        ["/discovery?city=seattle&limit=-5", "query.limit"],
        ["/trips?limit=2.5", "query.limit"]
      ] as const) {
        const answer = await ann.call("GET", path)
        assertProblem(answer, 400, "invalid-request")
        assert.match(answer.body.detail, new RegExp(`^${field}: must be [^;]+$`))
      }
    })
    it("for a path that nobody serves", async () => {
      assertProblem(await ann.call("GET", "/nowhere"), 404, "not-found")
      assertProblem(await ann.call("GET", `/trips/not-a-uuid`), 400, "invalid-request")
    })
    it("for a method that a path does not take", async () => {
      const answer = await ann.call("DELETE", "/trips")
      assertProblem(answer, 405, "method-not-allowed")
      assert.include(answer.headers.get("allow") ?? "", "POST")
    })
    it("for a body that is too large", async () => {
      const answer = await ann.call("POST", "/trips", { city: "x".repeat(1_100_000) })
      assertProblem(answer, 413, "payload-too-large")
    })
    it("for a body of another kind", async () => {
      const answer = await ann.call("POST", "/trips", "city=seattle", { "content-type": "text/plain" })
      assertProblem(answer, 415, "unsupported-media-type")
    })
  })

  describe("puts its headers on every answer", () => {
    it("a request id, the client's own where it is harmless", async () => {
      const own = await ann.call("GET", "/trips", undefined, { "x-request-id": "abc-1" })
      assert.strictEqual(own.headers.get("x-request-id"), "abc-1")
      const made = await ann.call("GET", "/trips", undefined, { "x-request-id": "no spaces please" })
      assert.match(made.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)
    })
    it("the model in force, also on what failed", async () => {
      const answers = await Promise.all([
        ann.call("GET", "/trips"),
        ann.call("GET", "/cities"),
        ann.call("GET", "/users/me/persona"),
        ann.call("GET", "/nowhere"),
        ann.call("POST", "/trips", "{"),
        ann.call("GET", "/trips", undefined, { authorization: "Bearer x" })
      ])
      for (const answer of answers) assert.match(answer.headers.get("x-model-version") ?? "", /^local_ranker:.+/)
    })
    it("nothing of a body for HEAD, and the same head", async () => {
      const [get, head] = await Promise.all([ann.call("GET", "/cities"), ann.call("HEAD", "/cities")])
      assert.deepEqual([head.status, head.body], [200, undefined])
      assert.strictEqual(head.headers.get("content-type"), get.headers.get("content-type"))
    })
    it("CORS for the origins of the setting alone", async () => {
      const preflight = await fetch(`${world.server().url}/api/v1/trips`, {
        method: "OPTIONS",
        headers: { origin: "https://app.example", "access-control-request-method": "POST" }
      })
      assert.strictEqual(preflight.status, 204)
      assert.strictEqual(preflight.headers.get("access-control-allow-origin"), "https://app.example")
      assert.include(preflight.headers.get("access-control-allow-headers") ?? "", "idempotency-key")
      const other = await ann.call("GET", "/cities", undefined, { origin: "https://elsewhere.example" })
      assert.isNull(other.headers.get("access-control-allow-origin"))
      const ours = await ann.call("GET", "/cities", undefined, { origin: "https://app.example" })
      assert.strictEqual(ours.headers.get("access-control-allow-origin"), "https://app.example")
      assert.include(ours.headers.get("access-control-expose-headers") ?? "", "x-model-version")
    })
  })

  describe("lets in whom a token names", () => {
    const withToken = async (token: string) =>
      ann.call("GET", "/trips", undefined, { authorization: `Bearer ${token}` })

    it("and nobody without a valid one", async () => {
      const unsigned = new jose.UnsecuredJWT({ role: "admin" }).setSubject(ann.id).setExpirationTime("1h").encode()
      const noSubject = await new jose.SignJWT({ role: "traveler" })
        .setProtectedHeader({ alg: "HS256" })
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(SECRET))
      const manySubjects = await new jose.SignJWT({ role: "traveler", sub: [ann.id] as never })
        .setProtectedHeader({ alg: "HS256" })
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(SECRET))
      const bad = [
        "",
        manySubjects,
        "gibberish",
        unsigned,
        noSubject,
        await tokenFor(ann.id, { from: -7200, ttl: 3600 }),
        await tokenFor(ann.id, { alg: "HS512", secret: SECRET.repeat(2) }),
        await tokenFor(ann.id, { secret: "another secret that is long enough" }),
        await tokenFor(ann.id, { ttl: 25 * 3600 }),
        await tokenFor("somebody", {}),
        await tokenFor(ann.id, { role: "emperor" })
      ]
      for (const token of bad) assertProblem(await withToken(token), 401, "unauthorized")
      const response = await fetch(`${world.server().url}/api/v1/trips`)
      assert.strictEqual(response.status, 401)
    })
    it("and to the operators' routes administrators alone", async () => {
      const admin = await world.someone({ role: "admin" })
      for (const path of ["costs", "actors", "model-registry", "shadow"]) {
        assertProblem(await ann.call("GET", `/admin/${path}`), 403, "admins-only")
        assert.strictEqual((await admin.call("GET", `/admin/${path}`)).status, 200, path)
      }
      assertProblem(await ann.call("POST", "/admin/seed-city", { city: "seattle" }), 403, "admins-only")
    })
    it("and to a trip its members alone, without telling others that it exists", async () => {
      const trip = (await ann.call("POST", "/trips", aTrip())).body
      const bob = await world.someone()
      const slot = trip.days[0].slots[0].id
      const asked = [
        await bob.call("GET", `/trips/${trip.id}`),
        await bob.call("PATCH", `/trips/${trip.id}`, { status: "cancelled" }),
        await bob.call("POST", `/trips/${trip.id}/replan`, {}),
        await bob.call("POST", `/trips/${trip.id}/join`),
        await bob.call("PUT", `/trips/${trip.id}/vetoes`, { node_ids: [], tags: [] }),
        await bob.call("PATCH", `/trips/${trip.id}/slots/${slot}`, { action: "remove" }),
        await bob.call("POST", `/trips/${trip.id}/pivot`, { trigger: "weather", detail: { condition: "rain" } }),
        await bob.call("GET", `/trips/${randomUUID()}`)
      ]
      for (const answer of asked) assertProblem(answer, 404, "not-found")
    })
  })

  describe("answers a repeated write once", () => {
    it("with the first answer, also after a crash, and refuses the key for anything else", async () => {
      const key = randomUUID()
      const first = await ann.call("POST", "/trips", aTrip(), { "idempotency-key": key })
      assert.strictEqual(first.status, 201)
      const again = await ann.call("POST", "/trips", aTrip(), { "idempotency-key": key })
      assert.deepEqual([again.status, again.body], [201, first.body])
      assert.strictEqual(again.headers.get("x-model-version"), first.headers.get("x-model-version"))
      assertProblem(
        await ann.call("POST", "/trips", aTrip({ days: 3 }), { "idempotency-key": key }),
        409,
        "idempotency-conflict"
      )
      const bob = await world.someone()
      const others = await bob.call("POST", "/trips", aTrip(), { "idempotency-key": key })
      assert.notStrictEqual(others.body.id, first.body.id)

      await world.restart("SIGKILL")
      const after = await ann.call("POST", "/trips", aTrip(), { "idempotency-key": key })
      assert.deepEqual([after.status, after.body], [201, first.body])
      assertProblem(
        await ann.call("POST", "/trips", aTrip({ days: 3 }), { "idempotency-key": key }),
        409,
        "idempotency-conflict"
      )
      const { body } = await ann.call("GET", `/trips/${first.body.id}`)
      assert.deepEqual(body, first.body)
    })
    it("when it comes many times at once", async () => {
      const key = randomUUID()
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => ann.call("POST", "/trips", aTrip(), { "idempotency-key": key }))
      )
      const made = answers.filter((answer) => answer.status === 201)
      assert.isNotEmpty(made)
      assert.strictEqual(new Set(made.map((answer) => answer.body.id)).size, 1)
      for (const other of answers) if (other.status !== 201) assertProblem(other, 409, "request-under-way")
    })
  })

  it("refuses a change that is based on an older state", async () => {
    const trip = (await ann.call("POST", "/trips", aTrip())).body
    const slot = trip.days[0].slots[0].id
    const lock = (version: string) =>
      ann.call("PATCH", `/trips/${trip.id}/slots/${slot}`, { action: "lock" }, { "if-match": version })
    const locked = await lock(String(trip.state_version))
    const stale = await lock(`"${trip.state_version}"`)
    assertProblem(stale, 412, "stale-state")
    const changes = [{ state_version: locked.body.state_version, what: "a stop that was locked or unlocked" }]
    assert.deepInclude(stale.body, { state_version: changes[0]!.state_version, changes })
    assertProblem(await lock("latest"), 400, "invalid-request")
  })

  it("limits what a traveler and an address may ask, and says when to come back", async () => {
    await world.restart("SIGTERM", { RATE_LIMIT_USER_PER_MINUTE: "5", RATE_LIMIT_ADDRESS_PER_MINUTE: "12" })
    const answers: Array<Answer> = []
    for (let i = 0; i < 7; i++) answers.push(await ann.call("GET", "/trips"))
    const limited = answers.filter((answer) => answer.status === 429)
    assert.isNotEmpty(limited)
    assertProblem(limited[0]!, 429, "too-many-requests")
    assert.isAtLeast(Number(limited[0]!.headers.get("retry-after")), 1)
    const bob = await world.someone()
    assert.strictEqual((await bob.call("GET", "/trips")).status, 200)
    const crowd = await Promise.all(
      Array.from({ length: 12 }, async () => (await world.someone()).call("GET", "/trips"))
    )
    assert.include(
      crowd.map((answer) => answer.status),
      429
    )
    assert.strictEqual((await fetch(`${world.server().url}/health`)).status, 200)
  })
})

describe("a start that cannot go well", () => {
  const refusal = async (environment: Record<string, string>) => {
    const scratch = scratchFolder()
    try {
      return await refusedStart({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", ...environment }, scratch.path)
    } finally {
      scratch.remove()
    }
  }
  const assertSentence = (refused: { code: number | null; said: string }, mentions: string) => {
    assert.isAbove(refused.code ?? 0, 0)
    assert.include(refused.said, mentions)
    assert.notInclude(refused.said, "    at ")
    assert.isAtMost(refused.said.split("\n").length, 2, refused.said)
  }

  it("names the setting that is wrong", async () => {
    assertSentence(await refusal({ PORT: "eighty" }), "PORT")
    assertSentence(await refusal({ AUTH_SECRET: "short" }), "AUTH_SECRET")
  })
  it("names a setting that does not exist", async () => {
    assertSentence(await refusal({ OVERPLANNED_DATADIR: "/tmp" }), "OVERPLANNED_DATADIR")
  })
  it("does not listen to the world without a key of its own", async () => {
    assertSentence(await refusal({ HOST: "0.0.0.0" }), "AUTH_SECRET")
  })
  it("says that the database cannot be reached", async () => {
    assertSentence(await refusal({ DATABASE_START_PATIENCE: "1s" }), "127.0.0.1")
  })
  it("says that the data directory cannot be written", async () => {
    const database = await freshDatabase()
    try {
      const refused = await refusal({ OVERPLANNED_DATA_DIR: "/dev/null/data", DATABASE_URL: database.url })
      assertSentence(refused, "/dev/null/data")
    } finally {
      await database.drop()
    }
  })
  it("says that the port is taken, and leaves who has it alone", async () => {
    const database = await freshDatabase()
    const other = createServer((socket) => socket.end())
    await new Promise<void>((ready) => other.listen(0, "127.0.0.1", ready))
    try {
      const { port } = other.address() as AddressInfo
      assertSentence(await refusal({ PORT: String(port), DATABASE_URL: database.url }), String(port))
      assert.isTrue(other.listening)
    } finally {
      other.close()
      await database.drop()
    }
  })
})
