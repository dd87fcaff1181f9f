/** What travelers find at doors, from the road to the operator: reports, what the catalog then says, the check, and taking them back. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Answer, dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const MINUTE = 60_000
const HOURS_TEXT = "Mo-Su 00:00-24:00"

/** A zone in which it is about noon now: there a day is under way at every hour. */
const zoneAtNoon = (now: number): string => {
  const ahead = 12 - new Date(now).getUTCHours()
  return ahead >= 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`
}

const KINDS = ["cafe", "restaurant", "park", "museum", "bookstore"]

const nodes = Array.from({ length: 30 }, (_, n) => ({
  key: `place-${n}`,
  name: n === 0 ? "The Shut Door" : `Place ${n}`,
  neighbourhood: "Middle",
  category: n === 0 ? "gallery" : KINDS[n % KINDS.length],
  lat: 0.5 + (n % 6) * 0.0005,
  lon: 0.5 + Math.floor(n / 6) * 0.0005,
  opening_hours: HOURS_TEXT,
  price_tier: 1,
  vibes: { cozy: 0.8 }
}))

const cityFile = (zone: string) => ({
  format: "overplanned/city@1",
  source: "our-town",
  licence: "Apache-2.0",
  city: {
    slug: "noonville",
    name: "Noonville",
    country: "GB",
    time_zone: zone,
    bounds: { south: 0.4, west: 0.4, north: 0.6, east: 0.6 },
    centre: { lat: 0.5, lon: 0.5 }
  },
  nodes
})

interface Visitor {
  readonly traveler: Traveler
  readonly trip: Json
  readonly slot: Json
  readonly report: (open: unknown, by?: Traveler) => Promise<Answer>
}

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)

describe("what travelers find at a door", () => {
  const zone = zoneAtNoon(Date.now())
  const clock = (at: number) => new Date(at).toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T").slice(0, 16)
  let world: World
  let operator: Traveler
  let shut: Json
  /** Several servers' and commands' starts: a busy machine takes its time for each. */
  const PATIENCE = 300_000

  const seeded = async () => {
    const file = join(world.folder, "noonville.json")
    const { code, said } = await world.command("seed-city", "--city", "noonville", "--source", "file", "--file", file)
    assert.strictEqual(code, 0, said)
  }
  const shown = async () =>
    ok(await operator.call("GET", "/cities/noonville/nodes?q=shut")).nodes.find(
      ({ name }: Json) => name === "The Shut Door"
    )
  /** The place as the server shows it, once it has taken up what was counted. */
  const counted = (is: (place: Json) => boolean) =>
    until("the counted reports", async () => {
      const place = await shown()
      return is(place) && place
    })
  const toCheck = async () => ok(await operator.call("GET", "/admin/hours-to-check")).places

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    writeFileSync(join(world.folder, "noonville.json"), JSON.stringify(cityFile(zone)))
    operator = await world.someone({ role: "admin" })
  })
  afterAll(() => world?.close())

  /** Somebody who stands before that door, on a trip of their own. A stop that began this moment may be in the way: then somebody else does. */
  const visitor = async (tries = 5): Promise<Visitor> => {
    const traveler = await world.someone()
    const now = Date.now()
    const trip = ok(
      await traveler.call("POST", "/trips", { city: "noonville", start_date: clock(now).slice(0, 10), days: 1 }),
      201
    )
    const planned = slotsOf(trip).find(({ node }) => node.id === shut.id)
    if (planned !== undefined) {
      ok(await traveler.call("PATCH", `/trips/${trip.id}/slots/${planned.id}`, { action: "remove" }))
    }
    const at = clock(Math.ceil((now + 10 * MINUTE) / (5 * MINUTE)) * 5 * MINUTE)
    const added = await traveler.call("POST", `/trips/${trip.id}/slots`, { node_id: shut.id, at })
    if (added.status === 422 && tries > 1) return visitor(tries - 1)
    ok(added, 201)
    const read = ok(await traveler.call("GET", `/trips/${trip.id}`))
    const slot = slotsOf(read).find(({ node }) => node.id === shut.id)
    const report = (open: unknown, by = traveler) =>
      by.call("PATCH", `/trips/${trip.id}/slots/${slot.id}`, { action: "report", open })
    return { traveler, trip: read, slot, report }
  }

  it(
    "is kept once per visit, believed from three on, checked by an operator, and taken back with whoever leaves",
    async () => {
      await seeded()
      shut = await shown()
      assert.strictEqual(shut.open, "open")
      const first = await visitor()
      const before = first.trip.state_version
      for (const open of [true, false]) {
        const { state_version } = ok(await first.report(open))
        assert.strictEqual(state_version, before, "nothing of the plan changes")
      }
      assert.strictEqual((await first.report("no")).status, 400)
      assert.strictEqual((await first.report(false, await world.someone())).status, 404)
      const second = await visitor()
      ok(await second.report(false))
      const stored = (count: number) =>
        world.drained(
          (sql) => sql`select open, opening_hours from door_reports where activity_node_id = ${shut.id}`,
          (rows) => rows.length === count && rows.every(({ open }) => !open)
        )
      assert.strictEqual((await stored(2))[0]!.opening_hours, HOURS_TEXT)
      await seeded()
      assert.strictEqual((await shown()).open, "open", "two are bad luck")
      const [check] = await toCheck()
      assert.deepInclude(check, { node_id: shut.id, city: "noonville", closed: 2, open: 0, opening_hours: HOURS_TEXT })

      // The third takes another place because this one is closed.
      const third = await visitor()
      const asked = { trigger: "venue_closed", slot_id: third.slot.id }
      const offer = ok(await third.traveler.call("POST", `/trips/${third.trip.id}/pivot`, asked))
      const accept = { response: "accept", option_id: offer.options[0].option_id }
      ok(await third.traveler.call("POST", `/trips/${third.trip.id}/pivots/${offer.pivot_id}`, accept))
      await stored(3)
      await seeded()
      const doubted = await counted(({ open }) => open === "unknown")
      assert.include(doubted.evidence.map(({ text }: Json) => text).join(), "3 travelers of ours found it closed")
      assert.include((await world.command("doctor")).said, "Travelers found 1 places closed")

      assert.isBelow((await first.traveler.call("DELETE", "/users/me")).status, 300)
      await stored(2)
      await seeded()
      const believed = await counted(({ open }) => open === "open")
      assert.notInclude(believed.evidence.map(({ text }: Json) => text).join(), "found it closed")
      assert.strictEqual((await toCheck())[0].closed, 2)
    },
    PATIENCE
  )

  it("is not asked of a stop that is still ahead", async () => {
    const traveler = await world.someone()
    const trip = ok(await traveler.call("POST", "/trips", { city: "noonville", start_date: dayAhead(3), days: 1 }), 201)
    const [slot] = slotsOf(trip)
    const refused = await traveler.call("PATCH", `/trips/${trip.id}/slots/${slot.id}`, { action: "report", open: true })
    assert.strictEqual(refused.status, 422)
    assert.match(refused.body.detail, /still ahead/)
  })
})
