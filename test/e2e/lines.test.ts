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
/** So far apart that one rides, and is there within the morning. */
const RIDDEN_KM = { from: 3, to: 9 }

/** Parks are open all morning, or nobody knows when they are. */
const PARKS = seattle.nodes.filter(({ category }) => category === "park")

/** Leaves of the second day two parks alone, the second as soon after the first as one gets there: a missing train is felt, whatever the plan was. */
const hurryOnDayTwo = async (who: Traveler, trip: Json): Promise<{ readonly from: Json; readonly to: Json }> => {
  for (const { id } of trip.days[1].slots)
    ok(await who.call("PATCH", `/trips/${trip.id}/slots/${id}`, { action: "remove" }))
  const added = async (place: (typeof PARKS)[number], at: string): Promise<Json> => {
    const answer = await who.call("POST", `/trips/${trip.id}/slots`, { node_id: place.id, at })
    if (answer.status === 422) return undefined
    return ok(answer, 201).changed.find(({ node }: Json) => node.id === place.id)
  }
  for (const first of PARKS) {
    const from = await added(first, `${dayAhead(1)}T10:00`)
    if (from === undefined) continue
    for (const second of PARKS) {
      const away = distanceKm(from.node, second)
      if (away < RIDDEN_KM.from || away > RIDDEN_KM.to) continue
      for (let later = 10; later <= 90; later += 10) {
        const to = await added(second, new Date(Date.parse(from.ends_at) + later * MINUTE).toISOString())
        if (to !== undefined) return { from: from.node, to: to.node }
      }
    }
  }
  throw new Error("No two parks far from one another can be visited one after the other.")
}

describe("lines", () => {
  let world: World
  let agency: HttpServer
  let message: Buffer = realtimeOf([])
  let status = 200
  const trips: Array<{ readonly who: Traveler; readonly id: string }> = []
  /** Whose plan has a leg that is ridden in a hurry. */
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
          constraints: { pace }
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
    rider = trips[0]!
    const leg = await hurryOnDayTwo(rider.who, await read(rider))
    const stops = [leg.from, leg.to].map(({ lat, lon }: Json, i: number) => ({
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
