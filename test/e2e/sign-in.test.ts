/** A code that carries who is signed in to another device: once, for minutes, and to nobody who guesses. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { command, type Json, ok, SECRET, type Traveler, tokenFor, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("a code to sign in by", () => {
  let world: World

  const signIn = async (code: string, address?: string) => {
    const response = await fetch(`${world.server().url}/api/v1/sign-in`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(address === undefined ? {} : { "x-forwarded-for": address })
      },
      body: JSON.stringify({ code })
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }
  const codeOf = async (who: Traveler, headers: Record<string, string> = {}): Promise<Json> =>
    ok(await who.call("POST", "/users/me/sign-in-codes", undefined, headers), 201)
  const kept = (who: Traveler) => world.rows((sql) => sql`select * from sign_in_codes where user_id = ${who.id}`)
  const mine = async (token: string) =>
    (await fetch(`${world.server().url}/api/v1/trips`, { headers: { authorization: `Bearer ${token}` } })).status

  beforeAll(async () => {
    world = await openWorld({
      AUTH_SECRET: SECRET,
      AUTH_SESSION: "1h",
      RATE_LIMIT: "off",
      SIGN_IN_GUESSES_PER_ADDRESS: "1000",
      LOG_LEVEL: "debug"
    })
  })
  afterAll(() => world?.close())

  it("signs in whoever types it, however they do, and nobody after them", async () => {
    const ann = await world.someone()
    const made = await codeOf(ann)
    assert.match(made.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    assert.strictEqual(made.path, `/#code=${made.code}`)
    assert.isAbove(Date.parse(made.expires_at), Date.now())
    const typed = made.code.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "l")
    const signed = await signIn(typed)
    assert.strictEqual(signed.status, 200, JSON.stringify(signed.body))
    assert.strictEqual(signed.body.user_id, ann.id)
    assert.strictEqual(await mine(signed.body.token), 200)
    const again = await signIn(made.code)
    assert.strictEqual(again.status, 401)
    assert.match(again.body.detail, /Make a new one where you are signed in/)
  })

  it("is good for one of many who type it at the same moment", async () => {
    const { code } = await codeOf(await world.someone())
    const statuses = (await Promise.all(Array.from({ length: 12 }, () => signIn(code)))).map(({ status }) => status)
    assert.deepStrictEqual(statuses.sort(), [200, ...Array(11).fill(401)])
  })

  it("says of one that has run out, or was replaced, what it says of one that never was", async () => {
    const ann = await world.someone()
    const first = await codeOf(ann)
    const second = await codeOf(ann)
    assert.lengthOf(await kept(ann), 1)
    await world.rows((sql) => sql`update sign_in_codes set expires_at = now() where user_id = ${ann.id}`)
    const answers = []
    for (const code of [first.code, second.code, "AAAA-AAAA", "", "no code", "x".repeat(64)]) {
      const { status, body } = await signIn(code)
      answers.push({ ...body, status, request_id: undefined, instance: undefined })
    }
    for (const answer of answers) assert.deepStrictEqual(answer, answers[0])
    assert.strictEqual(answers[0]!.status, 401)
    assert.deepStrictEqual(await kept(ann), [], "one that ran out is gone once it was typed")
  })

  it("stands in no table, receipt or log", async () => {
    const ann = await world.someone()
    const headers = { "idempotency-key": "one-code-please" }
    const made = await codeOf(ann, headers)
    const [row] = await kept(ann)
    assert.notInclude(JSON.stringify(row).toUpperCase(), made.code.replace("-", ""))
    const other = await codeOf(ann, headers)
    assert.notStrictEqual(other.code, made.code)
    await signIn(other.code)
    await until("a line of the log", () => world.server().output().includes("/sign-in 200"))
    for (const { code } of [made, other]) {
      for (const word of [code, code.replace("-", "")]) assert.notInclude(world.server().output(), word)
    }
  })

  const HOUR = 3600
  const claims = (token: string): Json => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString())
  const post = async (path: string, body?: Json, token?: string) => {
    const response = await fetch(`${world.server().url}/api/v1${path}`, {
      method: "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return { status: response.status, body: (await response.json()) as Json }
  }

  it("hands a session on, and makes none longer", async () => {
    const ann = await world.someone()
    const old = await tokenFor(ann.id, { from: -HOUR / 2 })
    const signedIn = claims(old).iat
    const { code } = (await post("/users/me/sign-in-codes", undefined, old)).body
    const there = (await signIn(code)).body
    assert.deepInclude(claims(there.token), { sub: ann.id, role: "traveler", auth_time: signedIn })
    const renewed = (await post("/token/renew", { token: there.token })).body
    for (const { token, expires_at } of [there, renewed]) {
      assert.strictEqual(Date.parse(expires_at), claims(token).exp * 1000)
      assert.isAtMost(claims(token).exp, signedIn + HOUR, "no token lives past its session")
    }
  })

  it("is neither made nor good for anything once the session is over", async () => {
    const ann = await world.someone()
    const old = await tokenFor(ann.id, { from: -2 * HOUR, ttl: 4 * HOUR })
    assert.strictEqual((await post("/token/renew", { token: old })).status, 401)
    const none = await post("/users/me/sign-in-codes", undefined, old)
    assert.strictEqual(none.status, 401)
    assert.match(none.body.detail, /too long ago that you signed in/)
    const { code } = await codeOf(ann)
    await world.rows(
      (sql) => sql`
      update sign_in_codes set signed_in_at = now() - interval '2 hours' where user_id = ${ann.id}`
    )
    const late = await signIn(code)
    assert.strictEqual(late.status, 401)
    assert.match(late.body.detail, /too long ago that you signed in/)
  })

  it("does not make an administrator of who types it", async () => {
    const operator = await world.someone({ role: "admin" })
    const { token } = (await signIn((await codeOf(operator)).code)).body
    const costs = await fetch(`${world.server().url}/api/v1/admin/costs`, {
      headers: { authorization: `Bearer ${token}` }
    })
    assert.strictEqual(costs.status, 403)
  })

  it("goes with the account of who made it, and is told in the export without itself", async () => {
    const eve = await world.someone()
    const { code } = await codeOf(eve)
    const { held } = ok(await eve.call("GET", "/users/me/export"))
    assert.strictEqual(held.sign_in_codes[0].user_id, eve.id)
    assert.notProperty(held.sign_in_codes[0], "code_hash")
    assert.strictEqual((await eve.call("DELETE", "/users/me")).status, 202)
    assert.strictEqual((await signIn(code)).status, 401)
    await world.drained(
      (sql) => sql`select count(*)::int as n from sign_in_codes where user_id = ${eve.id}`,
      ([row]) => row.n === 0
    )
  })

  it("is made by an operator at the command line, for somebody or for somebody new", async () => {
    const ann = await world.someone()
    const { said } = await world.command("sign-in-code", "--user", ann.id)
    assert.strictEqual((await signIn(said)).body.user_id, ann.id)
    const other = await world.command("sign-in-code", "--json")
    const made = JSON.parse(other.said.split("\n").at(-1)!)
    assert.strictEqual((await signIn(made.code)).body.user_id, made.user_id)
  })

  it("says in the log, once, that a proxy which nobody named passes people on", async () => {
    const warned = () => world.server().output().split("TRUSTED_PROXIES does not name").length - 1
    for (const address of ["203.0.113.1", "203.0.113.2"]) {
      assert.strictEqual((await signIn("AAAA-AAAA", address)).status, 401)
    }
    await until("a line of the log", () => warned() > 0)
    assert.strictEqual(warned(), 1)
    assert.notInclude(world.server().output(), "203.0.113.")
  })

  it("is taken from one who comes by way of the same proxy as somebody who has guessed too much", async () => {
    await world.restart("SIGTERM", { SIGN_IN_GUESSES_PER_ADDRESS: "10", TRUSTED_PROXIES: "127.0.0.0/8, 10.0.0.0/8" })
    const { code } = await codeOf(await world.someone())
    const through = (address: string) => `192.0.2.1, ${address}, 10.1.2.3`
    for (let guess = 0; guess < 10; guess++) {
      assert.strictEqual((await signIn("AAAA-AAAA", through("203.0.113.7"))).status, 401)
    }
    assert.strictEqual((await signIn(code, through("203.0.113.7"))).status, 429)
    assert.strictEqual((await signIn(code, through("203.0.113.8"))).status, 200)
  })

  // With one guess a minute the next is refused for a minute at least, and with two in all the third for half a minute.
  it("is guessed so often from one network, and so often in all, and outlives what was refused", async () => {
    await world.restart("SIGTERM", {
      SIGN_IN_GUESSES_PER_ADDRESS: "1",
      SIGN_IN_GUESSES: "2",
      TRUSTED_PROXIES: "127.0.0.1"
    })
    const { code } = await codeOf(await world.someone())
    assert.strictEqual((await signIn("AAAA-AAAA", "2001:db8:0:1::1")).status, 401)
    const refused = await signIn(code, "2001:db8:0:1::2")
    assert.strictEqual(refused.status, 429)
    assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
    assert.strictEqual((await signIn(code, "2001:db8:0:2::1")).status, 200)
    assert.strictEqual((await signIn("AAAA-AAAA", "203.0.113.7")).status, 429)
  })

  it("is not made where tokens come from somebody else", async () => {
    const elsewhere = { AUTH_SECRET: undefined, AUTH_JWKS_URL: "http://127.0.0.1:9/keys" }
    await world.restart("SIGTERM", elsewhere)
    const answer = await signIn("AAAA-AAAA")
    assert.strictEqual(answer.status, 401)
    assert.match(answer.body.detail, /AUTH_JWKS_URL/)
    const { code, said } = await command(["sign-in-code"], { DATABASE_URL: world.url, ...elsewhere }, world.folder)
    assert.strictEqual(code, 2, said)
    assert.match(said, /AUTH_JWKS_URL/)
  })
})
