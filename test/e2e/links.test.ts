/** Secret links: how somebody is asked into a trip, and how a calendar follows it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { follow } from "../support/follow.ts"
import { dayAhead, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

describe("links to a trip", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler
  let trip: Json

  const link = async (who: Traveler, body: object) => {
    const { status, body: made } = await who.call("POST", `/trips/${trip.id}/links`, body)
    assert.strictEqual(status, 201, JSON.stringify(made))
    return made
  }
  const calendarOf = (made: Json, headers: Record<string, string> = {}) =>
    fetch(`${world.server().url}${made.path}`, { headers })

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
    trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(9), days: 2 })).body
  })
  afterAll(() => world?.close())

  it("tell who asks and what is seen before one joins, and take who is asked in, however they type the code", async () => {
    const made = await link(ann, { kind: "invite", from_name: "Ann <b>" })
    assert.match(made.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const typed = made.code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")
    const seen = await bob.call("GET", `/invitations/${encodeURIComponent(typed)}`)
    assert.strictEqual(seen.status, 200)
    assert.deepInclude(seen.body, { from_name: "Ann <b>", city: "seattle", travelers: 1, joined: false })
    assert.notProperty(seen.body, "days")
    assert.strictEqual((await bob.call("GET", `/trips/${trip.id}`)).status, 404)
    const joined = await bob.call("POST", `/invitations/${encodeURIComponent(typed)}/join`)
    assert.strictEqual(joined.status, 200)
    assert.sameMembers(
      joined.body.members.map(({ user_id }: Json) => user_id),
      [ann.id, bob.id]
    )
    assert.strictEqual((await bob.call("POST", `/invitations/${made.code}/join`)).status, 200)
  })

  it("keep their secret out of receipts: sent again under its key, it is another link", async () => {
    const headers = { "idempotency-key": "one-link-please" }
    const ask = async () =>
      ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "share", days: 1 }, headers), 201)
    const [first, second] = [await ask(), await ask()]
    assert.notStrictEqual(second.id, first.id)
    assert.notStrictEqual(second.code, first.code)
    for (const { id } of [first, second])
      assert.strictEqual((await ann.call("DELETE", `/trips/${trip.id}/links/${id}`)).status, 204)
  })

  it("are the owner's to give, and everybody's own to take back", async () => {
    const refused = await bob.call("POST", `/trips/${trip.id}/links`, { kind: "invite" })
    assert.strictEqual(refused.status, 409)
    const made = await link(ann, { kind: "invite" })
    assert.strictEqual((await bob.call("DELETE", `/trips/${trip.id}/links/${made.id}`)).status, 404)
    const mine = (await ann.call("GET", `/trips/${trip.id}/links`)).body.links
    assert.include(
      mine.map(({ id }: Json) => id),
      made.id
    )
    assert.notInclude(JSON.stringify(mine), made.code)
    assert.deepStrictEqual((await bob.call("GET", `/trips/${trip.id}/links`)).body.links, [])
    assert.strictEqual((await ann.call("DELETE", `/trips/${trip.id}/links/${made.id}`)).status, 204)
    const late = await world.someone()
    const answer = await late.call("POST", `/invitations/${made.code}/join`)
    assert.strictEqual(answer.status, 404)
    assert.match(answer.body.detail, /does not hold any more/)
    for (const code of ["", "nonsense", "AAAA-AAAA-AAAA"]) {
      assert.strictEqual((await late.call("GET", `/invitations/${code || "-"}`)).status, 404, code)
    }
  })

  it("are bounded in number", async () => {
    const { body: other } = await bob.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 })
    const statuses = []
    for (let i = 0; i < 11; i++) {
      statuses.push((await bob.call("POST", `/trips/${other.id}/links`, { kind: "calendar" })).status)
    }
    assert.deepStrictEqual(statuses, [...Array(10).fill(201), 409])
  })

  it("keep of their secrets only a hash", async () => {
    const made = await link(ann, { kind: "invite" })
    const rows = await world.rows((sql) => sql`select * from trip_links where id = ${made.id}`)
    assert.lengthOf(rows, 1)
    assert.notInclude(JSON.stringify(rows).toUpperCase(), made.code.replaceAll("-", ""))
  })

  it("feed a calendar that follows the plan, until it is revoked", async () => {
    const made = await link(bob, { kind: "calendar" })
    const first = await calendarOf(made)
    assert.strictEqual(first.status, 200)
    assert.match(first.headers.get("content-type") ?? "", /^text\/calendar/)
    const text = await first.text()
    const stops = trip.days.flatMap(({ slots }: Json) => slots)
    assert.lengthOf(text.match(/BEGIN:VEVENT/g) ?? [], stops.length)
    for (const line of text.split("\r\n")) assert.isAtMost(Buffer.byteLength(line), 75)
    assert.include(text, `UID:${stops[0].id}@overplanned`)
    const etag = first.headers.get("etag")!
    assert.strictEqual((await calendarOf(made, { "if-none-match": etag })).status, 304)
    const removed = await ann.call("PATCH", `/trips/${trip.id}/slots/${stops[0].id}`, { action: "remove" })
    assert.strictEqual(removed.status, 200)
    const second = await calendarOf(made, { "if-none-match": etag })
    assert.strictEqual(second.status, 200)
    assert.notInclude(await second.text(), `UID:${stops[0].id}@overplanned`)
    assert.strictEqual((await bob.call("DELETE", `/trips/${trip.id}/links/${made.id}`)).status, 204)
    const gone = await calendarOf(made)
    assert.strictEqual(gone.status, 404)
    assert.include(gone.headers.get("content-type") ?? "", "problem+json")
  })

  it("lead nowhere once their maker is out of the trip, and nobody comes back by one after they were sent away", async () => {
    const invitation = await link(ann, { kind: "invite" })
    const calendar = await link(bob, { kind: "calendar" })
    assert.strictEqual((await ann.call("DELETE", `/trips/${trip.id}/members/${bob.id}`)).status, 204)
    assert.strictEqual((await calendarOf(calendar)).status, 404)
    assert.strictEqual((await bob.call("POST", `/invitations/${invitation.code}/join`)).status, 404)
  })

  it("go with the account of who made them", async () => {
    const eve = await world.someone()
    const { body: own } = await eve.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 })
    const { body: made } = await eve.call("POST", `/trips/${own.id}/links`, { kind: "calendar" })
    const held = await eve.call("GET", "/users/me/export")
    assert.strictEqual(held.body.held.trip_links[0].id, made.id)
    assert.strictEqual((await eve.call("DELETE", "/users/me")).status, 202)
    await until("the link is gone", async () => (await calendarOf(made)).status === 404)
    await world.drained(
      (sql) => sql`select count(*)::int as n from trip_links where user_id = ${eve.id}`,
      ([row]) => row.n === 0
    )
  })

  it("lead nowhere once the trip is deleted, which nobody on it has any more, also after a restart", async () => {
    const [owner, member] = [await world.someone(), await world.someone()]
    const own = ok(await owner.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 1 }), 201)
    ok(await owner.call("POST", `/trips/${own.id}/members`, { user_id: member.id }))
    ok(await member.call("POST", `/trips/${own.id}/join`))
    const made = async (kind: string) => ok(await owner.call("POST", `/trips/${own.id}/links`, { kind }), 201)
    const [invitation, calendar, shared] = [await made("invite"), await made("calendar"), await made("share")]
    const stream = await follow(world.server(), member, own.id)
    assert.strictEqual((await member.call("DELETE", `/trips/${own.id}`)).status, 409)

    assert.strictEqual((await owner.call("DELETE", `/trips/${own.id}`)).status, 204)
    assert.strictEqual((await owner.call("DELETE", `/trips/${own.id}`)).status, 404, "it is not there any more")
    const end = await until("the end of the stream", () => stream.closed())
    assert.deepStrictEqual(end, { code: 4404, reason: "you are not part of this trip any more" })
    assert.isNotEmpty(stream.heard.filter(({ status }) => status === "cancelled"))

    const isGone = async () => {
      for (const who of [owner, member]) assert.strictEqual((await who.call("GET", `/trips/${own.id}`)).status, 404)
      assert.strictEqual((await owner.call("GET", `/invitations/${invitation.code}`)).status, 404)
      assert.strictEqual((await calendarOf(calendar)).status, 404)
      assert.strictEqual((await owner.call("GET", `/shared/${shared.code}`)).status, 404)
    }
    await isGone()
    for (const who of [owner, member]) {
      await until("a list without it", async () => ok(await who.call("GET", "/trips")).trips.length === 0)
    }
    await world.restart("SIGKILL")
    await isGone()

    // What is kept of it goes with the account of whoever planned it.
    ok(await owner.call("DELETE", "/users/me"), 202)
    await world.drained(
      (sql) => sql`select count(*)::int as n from trip_events
        where trip_id = ${own.id} and (actor_id = ${owner.id} or payload::text like ${`%${owner.id}%`})`,
      ([row]) => row.n === 0
    )
  })
})
