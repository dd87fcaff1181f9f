/** A city from open data: seeded with one command, then planned in and answered in like any other. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { offeredFor } from "../support/offers.ts"
import { LYON, openCityElements, writeOpenCity } from "../support/open-city.ts"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

describe("a city from an extract of OpenStreetMap", () => {
  let world: World
  let ann: Traveler

  const seed = async (file: string): Promise<Json> => {
    const { code, said } = await world.command(
      "seed-city",
      "--city",
      "lyon",
      "--source",
      "osm",
      "--file",
      file,
      "--json"
    )
    assert.strictEqual(code, 0, said)
    return JSON.parse(said.trim().split("\n").at(-1)!)
  }

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  it("goes in once, counts what it leaves out, and changes nothing the second time", async () => {
    const elements = openCityElements()
    const first = await seed(writeOpenCity(world.folder, elements))
    assert.deepInclude(first, { city: "lyon", source: "osm", new: elements.length - 5, rejected: 0, unread_hours: [] })
    assert.deepStrictEqual(first.left_out, { "is no place to visit (amenity=bank)": 5 })
    const second = await seed(writeOpenCity(world.folder, elements))
    assert.deepInclude(second, { new: 0, changed: 0, unchanged: elements.length - 5, retired: 0 })
    assert.strictEqual(second.catalog_version, first.catalog_version)
  })

  it("is one with what another source says of it, and loses a place only when both have lost it", async () => {
    const [gone] = openCityElements() as ReadonlyArray<Json>
    const fresh = await seed(writeOpenCity(world.folder, openCityElements(gone.tags.name)))
    assert.deepInclude(fresh, { new: 0, retired: 1 })
    const back = await seed(writeOpenCity(world.folder, openCityElements()))
    assert.deepInclude(back, { new: 0, retired: 0 })
    assert.isAtLeast(back.changed, 1)

    const { nodes } = (await ann.call("GET", "/cities/lyon/nodes?category=museum&limit=1")).body
    const file = join(world.folder, "lyon.json")
    writeFileSync(
      file,
      JSON.stringify({
        format: "overplanned/city@1",
        source: "guide",
        licence: "CC-BY-4.0",
        city: {
          ...{ slug: "lyon", name: "Lyon", country: "FR", time_zone: "Europe/Paris" },
          ...{ bounds: { south: 45, west: 4, north: 46, east: 5 }, centre: LYON }
        },
        nodes: [
          {
            ...{ key: "museum", name: nodes[0].name, neighbourhood: "Centre", category: "museum" },
            ...{ lat: nodes[0].lat + 0.0002, lon: nodes[0].lon, opening_hours: null, price_tier: 3 },
            ...{ vibes: { history: 1 }, quality: { local: { score: 0.9, note: "Go late." } } }
          }
        ]
      })
    )
    const { code, said } = await world.command(
      "seed-city",
      "--city",
      "lyon",
      "--source",
      "file",
      "--file",
      file,
      "--json"
    )
    assert.strictEqual(code, 0, said)
    assert.deepInclude(JSON.parse(said.trim().split("\n").at(-1)!), { joined: 1, new: 0, changed: 1 })
    const one = (await ann.call("GET", "/cities/lyon/nodes?category=museum&limit=1")).body.nodes[0]
    assert.strictEqual(one.id, nodes[0].id)
    assert.strictEqual(one.opening_hours, nodes[0].opening_hours)
    assert.match(one.evidence[0].text, /Editor's note: Go late/)
    assert.sameMembers(
      one.attribution.map(({ licence }: Json) => licence),
      ["ODbL-1.0", "CC-BY-4.0"]
    )
  })

  it("is planned in and pivots like the others, and says whose data it is", async () => {
    const cities = (await ann.call("GET", "/cities")).body.cities
    const city = cities.find((one: Json) => one.slug === "lyon")
    assert.deepInclude(city, {
      name: "Lyon",
      country: "FR",
      time_zone: "Europe/Paris",
      currency: "EUR",
      languages: ["fr"]
    })
    const { nodes, attribution } = (await ann.call("GET", "/cities/lyon/nodes?category=restaurant&limit=5")).body
    assert.match(attribution.map(({ text }: Json) => text).join(), /OpenStreetMap.*ODbL/)
    assert.deepStrictEqual(nodes[0].facts.diet, { vegetarian: "yes" })
    assert.deepStrictEqual(nodes[0].evidence, [])
    const ramps = (await ann.call("GET", "/cities/lyon/nodes?fits=wheelchair")).body.nodes
    assert.lengthOf(ramps, 12)
    for (const node of ramps) assert.strictEqual(node.facts.wheelchair, "yes")

    const made = await ann.call("POST", "/trips", { city: "lyon", start_date: dayAhead(12), days: 3 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body))
    const trip = made.body
    assert.match(trip.attribution.map(({ text }: Json) => text).join(), /OpenStreetMap/)
    for (const day of trip.days) {
      assert.isAtLeast(day.slots.length, 3, day.date)
      for (const slot of day.slots) assert.match(slot.narrative, /evidence for it is thin|Editor's note/)
    }
    const museum = trip.days.flatMap((day: Json) => day.slots).find((one: Json) => one.node.category === "museum")
    if (museum !== undefined) assert.strictEqual(museum.open, "open")
    const { said } = await world.command("doctor")
    assert.match(said, /hours .* lyon: hours of \d+ % of its places/)
    const { overrated_because } = (await ann.call("GET", `/cities/lyon/nodes/${nodes[0].id}/evidence`)).body
    assert.deepStrictEqual(overrated_because, ["Nobody speaks of it yet."])
    const listed = await world.command("places", "--city", "lyon", "--named", nodes[0].name, "--overrated", "open")
    assert.include(listed.said, `${nodes[0].name} (${nodes[0].id})`)
    assert.match(listed.said, /Whether it is overrated is left open\. Nobody speaks of it yet\./)
    assert.match((await world.command("places", "--city", "lyon", "--overrated", "yes")).said, /^0 of 0 places/m)
    for (const status of ["confirmed", "active"]) await ann.call("PATCH", `/trips/${trip.id}`, { status })
    await offeredFor(ann, trip.id, trip.days[0].slots)

    // The guide knows a museum, too, which is not lost with one of them.
    const lost = trip.days[2].slots.find(({ node }: Json) => node.category !== "museum")
    await world.drained(
      (sql) => sql`select 1 from itinerary_slots where trip_id = ${trip.id} and status = 'planned'`,
      (rows) => rows.length > 0
    )
    const file = writeOpenCity(world.folder, openCityElements(lost.node.name))
    assert.deepInclude(await seed(file), { retired: 1 })
    await until("the trip that hears of it", async () => {
      const { days } = (await ann.call("GET", `/trips/${trip.id}`)).body
      return days[2].slots.find((one: Json) => one.id === lost.id)?.open === "closed"
    })
  })
})
