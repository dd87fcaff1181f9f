/** Lines of a city: a feed tells legs which of them they would take, and news of one line reaches exactly the trips that ride it. */
import { writeFileSync } from "node:fs"
import { createServer, type Server as HttpServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { distanceKm } from "../../src/domain/basics/geo.ts"
import { curatedCities } from "../support/curated-cities.ts"
import { feedOf, realtimeOf, zipOf } from "../support/gtfs.ts"
import { type Answer, dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const NO_SERVICE = 1
const MINUTE = 60_000

const ok = (answer: Answer, status = 200): Json => {
  assert.strictEqual(answer.status, status, JSON.stringify(answer.body).slice(0, 600))
  return answer.body
}

const seattle = curatedCities().find(({ city }) => city.slug === "seattle")!
/** Places far from one another: whoever must see them rides. */
const FAR_APART = seattle.nodes.reduce<ReadonlyArray<(typeof seattle.nodes)[number]>>(
  (chosen) => {
    if (chosen.length === 8) return chosen
    const away = (one: { lat: number; lon: number }) => Math.min(...chosen.map((other) => distanceKm(one, other)))
    return [...chosen, seattle.nodes.reduce((best, one) => (away(one) > away(best) ? one : best))]
  },
  [seattle.nodes[0]!]
)

/** Legs that one rides, with so little room that a missing train is felt. */
const tightLegs = (trip: Json) =>
  trip.days.slice(1).flatMap(({ slots }: Json) =>
    slots.slice(1).flatMap((to: Json, i: number) => {
      const from = slots[i]
      const room = (Date.parse(to.starts_at) - Date.parse(from.ends_at)) / MINUTE - to.travel_minutes
      return distanceKm(from.node, to.node) > 3 && room <= 40 ? [{ from: from.node, to: to.node, slot: to.id }] : []
    })
  )

describe("lines", () => {
  let world: World
  let agency: HttpServer
  let message: Buffer = realtimeOf([])
  let status = 200
  const trips: Array<{ readonly who: Traveler; readonly id: string }> = []
  /** Whose plan has a leg that is ridden without room. */
  let rider: (typeof trips)[number]

  const read = async ({ who, id }: (typeof trips)[number]) => ok(await who.call("GET", `/trips/${id}`))
  const ridesOn = (trip: Json, line: string) =>
    trip.days.some(({ slots }: Json) => slots.some(({ lines }: Json) => lines.includes(line)))

  beforeAll(async () => {
    agency = createServer((_request, response) => response.writeHead(status).end(message))
    await new Promise<void>((resolve) => agency.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(agency.address() as AddressInfo).port}/alerts?key=secret`
    world = await openWorld({ RATE_LIMIT: "off", GTFS_RT_FEEDS: `seattle=${url}`, GTFS_RT_EVERY: "1s" })
    for (const pace of ["packed", "moderate", "packed"]) {
      const who = await world.someone()
      const must = FAR_APART.filter((_, i) => i % 2 === trips.length % 2).map(({ id }) => id)
      ok(
        await who.call("PUT", "/users/me/onboarding", {
          tags: { food: [["ramen"], ["coffee"], ["seafood"]][trips.length]! }
        })
      )
      const trip = ok(
        await who.call("POST", "/trips", {
          city: "seattle",
          start_date: dayAhead(0),
          days: 3,
          constraints: { pace, must }
        }),
        201
      )
      ok(await who.call("PATCH", `/trips/${trip.id}`, { status: "active" }))
      trips.push({ who, id: trip.id })
    }
  })
  afterAll(async () => {
    await world?.close()
    agency.close()
  })

  it("are seeded for a city that has places, and refused for one that has none", async () => {
    const path = join(world.folder, "feed.zip")
    const tight = await Promise.all(trips.map(async (trip) => ({ trip, legs: tightLegs(await read(trip)) })))
    const found = tight.find(({ legs }) => legs.length > 0)
    assert.isDefined(found, "no leg of any plan is ridden without room")
    rider = found.trip
    const [first] = found.legs
    const stops = [first.from, first.to].map(({ lat, lon }: Json, i: number) => ({
      id: `s${i}`,
      name: `Stop ${i}`,
      lat,
      lon
    }))
    const far = [
      { id: "f0", name: "Far", lat: stops[0]!.lat + 0.03, lon: stops[0]!.lon },
      { id: "f1", name: "Further", lat: stops[0]!.lat + 0.04, lon: stops[0]!.lon + 0.005 }
    ]
    writeFileSync(path, zipOf(feedOf([...stops, ...far], { blue: ["s0", "s1"], red: ["f0", "f1"] }, "20181028")))
    const seeded = await world.command("seed-city", "--city", "seattle", "--source", "gtfs", "--file", path)
    assert.strictEqual(seeded.code, 0, seeded.said)
    assert.match(seeded.said, /2 lines at 4 stations, kept/)
    assert.match(seeded.said, /ended on 2018-10-28/)
    const again = await world.command("seed-city", "--city", "seattle", "--source", "gtfs", "--file", path)
    assert.match(again.said, /as they were/)
    const nowhere = await world.command("seed-city", "--city", "atlantis", "--source", "gtfs", "--file", path)
    assert.notStrictEqual(nowhere.code, 0)
    assert.match(nowhere.said, /Seed its places first/)
    await until("the leg to know its line", async () => ridesOn(await read(rider), "Line blue"))
  })

  it("that fail reach exactly the trips that ride them, without anybody pressing a button", async () => {
    const views = await Promise.all(trips.map(read))
    const riding = trips.filter((_, i) => ridesOn(views[i], "Line blue")).map(({ id }) => id)
    assert.isNotEmpty(riding)
    message = realtimeOf([
      { id: "alert", lines: ["blue"], effect: NO_SERVICE, from: 1, until: Math.floor(Date.now() / 1000) + 10 * 86_400 }
    ])
    const told = () =>
      world.rows((sql) => sql`select distinct trip_id, trigger, detail from pivot_events where user_id is null`)
    const rows = await until("the offer", async () => {
      const found = await told()
      return found.some(({ trip_id }) => trip_id === rider.id) && found
    })
    for (const row of rows) {
      assert.include(riding, row.trip_id)
      assert.strictEqual(row.trigger, "transit")
      assert.strictEqual(row.detail.line, "blue")
    }
    assert.include(
      rows.map((row) => row.trip_id),
      rider.id
    )
    const events = await world.rows((sql) => sql`select payload from city_events where kind = 'transit'`)
    assert.lengthOf(events, 1, "read every second, and told once")
  })

  it("are quiet where the feed is broken: the server goes on, and the address stays secret", async () => {
    message = Buffer.from("<html>not a feed</html>")
    status = 503
    const said = await until("a warning", async () => {
      const text = world.server().output()
      return text.includes("No news of the lines of seattle") && text
    })
    assert.notInclude(said, "secret")
    ok(await trips[0]!.who.call("GET", `/trips/${trips[0]!.id}`))
  })
})
