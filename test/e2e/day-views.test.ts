/** What the days of a trip say of themselves: what they cost, and what they lack. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)
const aTrip = (days: number, constraints: object = {}, city = "seattle") => ({
  ...{ city, start_date: dayAhead(12), days, constraints }
})

describe("days", () => {
  let world: World
  let ann: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
  })
  afterAll(() => world?.close())

  it("say what a day and all days cost, as far as it is known, and what has to be booked", async () => {
    const trip = ok(await ann.call("POST", "/trips", aTrip(3, { budget: "low" })), 201)
    const names = ["free", "cheap", "moderate", "expensive", "splurge"]
    const judge = ({ above_budget, message, to_book, unknown, ...counts }: Json, slots: ReadonlyArray<Json>) => {
      assert.strictEqual(above_budget, slots.filter((slot) => slot.price_tier > 1).length)
      assert.strictEqual(to_book, slots.filter((slot) => slot.booking_needed).length)
      assert.strictEqual(unknown, 0, "our editors say how dear each place is")
      const count = (tier: number) => slots.filter((slot) => slot.price_tier === tier).length
      assert.deepEqual(counts, Object.fromEntries(names.map((name, tier) => [name, count(tier)])))
      assert.include(message, `${count(1)} cheap`)
    }
    for (const day of trip.days) judge(day.prices, day.slots)
    judge(trip.prices, slotsOf(trip))
    assert.isAbove(trip.prices.cheap, 0)
    assert.isTrue(slotsOf(trip).every((slot) => slot.price_known))
    // Without a budget nothing is above it; what is taken out costs nothing any more.
    const [first] = slotsOf(trip)
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "remove" }))
    const { prices } = ok(await ann.call("GET", `/trips/${trip.id}`))
    const name = names[first.price_tier]!
    assert.strictEqual(prices[name], trip.prices[name] - 1)
    assert.isNull(ok(await ann.call("POST", "/trips", aTrip(1)), 201).prices.above_budget)
  })

  it("say that they lack a breakfast or a meal, where nothing is open then, and no longer once somebody put one in", async () => {
    const whole = JSON.parse(readFileSync(join(import.meta.dirname, "../../data/cities/seattle.json"), "utf8"))
    const stand = whole.nodes.find(({ category }: Json) => category === "street_food").key
    const hours: Json = { cafe: "12:00-18:00", bakery: "12:00-18:00" }
    for (const table of ["restaurant", "food_hall", "street_food"]) hours[table] = "17:00-23:00"
    const nodes = whole.nodes.map((node: Json) => ({
      ...node,
      opening_hours: node.key === stand ? "11:00-14:30" : (hours[node.category] ?? node.opening_hours)
    }))
    const file = join(world.folder, "late.json")
    writeFileSync(file, JSON.stringify({ ...whole, city: { ...whole.city, slug: "late", name: "Late" }, nodes }))
    const seeded = await world.command("seed-city", "--city", "late", "--source", "file", "--file", file)
    assert.strictEqual(seeded.code, 0, seeded.said)
    await until("the city", async () =>
      ok(await ann.call("GET", "/cities")).cities.some((city: Json) => city.slug === "late")
    )
    const trip = ok(await ann.call("POST", "/trips", aTrip(2, { day_start: "09:00" }, "late")), 201)
    const said = trip.relaxed.filter((one: Json) => one.constraint === "breakfast")
    assert.deepEqual(
      said.map((one: Json) => one.message),
      [1, 2].map(
        (day) => `Day ${day} has no breakfast: no café or bakery that it could have is open before your first stop.`
      )
    )
    const usual = ok(await ann.call("POST", "/trips", aTrip(1, { day_start: "09:00" })), 201)
    assert.isFalse((usual.relaxed ?? []).some((one: Json) => one.constraint === "breakfast"))

    // One stand is open at noon: a day has it, and the other one lacks a lunch until the stand is moved there.
    const lacks = ({ relaxed = [] }: Json) => relaxed.flatMap(({ day, meal }: Json) => (meal === "lunch" ? [day] : []))
    const [hungry] = lacks(trip)
    const lunch = trip.days[2 - hungry].slots.find(({ placed_by }: Json) => placed_by === "meal")
    const there = { action: "move", day: hungry }
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${lunch.id}`, there))
    assert.isEmpty(lacks(ok(await ann.call("GET", `/trips/${trip.id}`))))
  })

  it("lead nowhere that is announced to be shut, nor outdoors in bad weather", async () => {
    const shut = slotsOf(ok(await ann.call("POST", "/trips", aTrip(1)), 201))[0]
    const operator = await world.someone({ role: "admin" })
    const [from, until] = [dayAhead(11), dayAhead(15)].map((date) => `${date}T00:00:00Z`)
    for (const event of [
      { kind: "closure", node_id: shut.node.id },
      { kind: "weather", condition: "rain", severity: "severe" }
    ]) {
      ok(await operator.call("POST", "/admin/cities/seattle/events", { ...event, from, until }), 202)
    }
    const trip = ok(await ann.call("POST", "/trips", aTrip(1, { must: [shut.node.id] })), 201)
    const places = slotsOf(trip).map(({ node }) => node.id)
    assert.notInclude(places, shut.node.id)
    assert.match(trip.relaxed.find((one: Json) => one.constraint === "must").message, /is closed on every day/)
    const outdoors = await world.rows((sql) => sql`select id from activity_nodes where setting = 'outdoor'`)
    assert.isEmpty(outdoors.filter(({ id }) => places.includes(id)))
    assert.isAtLeast(places.length, 4)
  })

  it("are planned anew for what somebody needs who joined later, beside what the others need", async () => {
    const trip = ok(await ann.call("POST", "/trips", aTrip(2, { needs: ["children"], pace: "packed" })), 201)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    const bob = await world.someone()
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const needs = ["children", "alcohol_free", "vegetarian"]
    const constraints = { ...trip.constraints, needs }
    const anew = ok(await bob.call("POST", `/trips/${trip.id}/replan`, { constraints }))
    assert.deepEqual(anew.constraints, constraints)
    const named = anew.relaxed.filter((one: Json) => one.constraint === "needs").map((one: Json) => one.message)
    for (const { fits, node } of slotsOf(anew)) {
      assert.sameMembers(Object.keys(fits), needs)
      for (const [need, fit] of Object.entries(fits)) {
        assert.notStrictEqual(fit, "does-not", `${node.name}: ${need}`)
        const words = `"${need.replaceAll("_", " ")}"`
        if (fit === "unknown")
          assert.isTrue(
            named.some((one: string) => one.includes(node.name) && one.includes(words)),
            node.name
          )
      }
    }
    assert.deepEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).constraints.needs, needs, "and Ann sees it")
  })
})
