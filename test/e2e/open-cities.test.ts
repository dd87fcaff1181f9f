/** A city from open data: seeded with one command, then planned in and answered in like any other. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openCityElements, writeOpenCity } from "../support/open-city.ts"
import { dayAhead, type Traveler } from "../support/server.ts"
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
    assert.match(attribution[0].text, /OpenStreetMap.*ODbL/)
    assert.deepStrictEqual(nodes[0].facts.diet, { vegetarian: "yes" })
    assert.deepStrictEqual(nodes[0].evidence, [])
    const ramps = (await ann.call("GET", "/cities/lyon/nodes?fits=wheelchair")).body.nodes
    assert.lengthOf(ramps, 12)
    for (const node of ramps) assert.strictEqual(node.facts.wheelchair, "yes")

    const made = await ann.call("POST", "/trips", { city: "lyon", start_date: dayAhead(12), days: 3 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body))
    const trip = made.body
    assert.match(trip.attribution[0].text, /OpenStreetMap/)
    for (const day of trip.days) {
      assert.isAtLeast(day.slots.length, 3, day.date)
      for (const slot of day.slots) assert.match(slot.narrative, /evidence for it is thin/)
    }
    for (const status of ["confirmed", "active"]) await ann.call("PATCH", `/trips/${trip.id}`, { status })
    const slot = trip.days[0].slots[1]
    const offer = await ann.call("POST", `/trips/${trip.id}/pivot`, { trigger: "venue_closed", slot_id: slot.id })
    assert.strictEqual(offer.status, 200, JSON.stringify(offer.body))
    assert.isAtLeast(offer.body.options.length, 1)
  })
})
