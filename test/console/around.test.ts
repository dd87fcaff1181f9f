/** What the app makes of what somebody types about their bed, and of what is known of a stop. */
import { assert, describe, it } from "@effect/vitest"
import { spotOf } from "../../console/around.js"
import { placeCalled } from "../../console/bring-match.js"
import { wayOf } from "../../console/map.js"
import { unsaid, unsaidWhy } from "../../console/stop.js"

describe("the app", () => {
  it("finds where somebody sleeps by the name of a place beside it, or by coordinates in whatever an app gives out", async () => {
    const nodes = [
      { name: "Pike Place Market", lat: 47.6097, lon: -122.3422 },
      { name: "Pike Place", lat: 47.61, lon: -122.34 }
    ]
    const { name: _, ...market } = nodes[0]!
    const spot = (said: string, places: ReadonlyArray<object> = nodes) =>
      spotOf(said, async (name) => placeCalled(name, [...places]))
    assert.deepStrictEqual(await spot(" pike place "), { lat: 47.61, lon: -122.34 })
    assert.deepStrictEqual(await spot("market"), market)
    assert.deepStrictEqual(await spot("47.61,-122.34"), { lat: 47.61, lon: -122.34 })
    assert.deepStrictEqual(await spot("geo:47.61,-122.34?z=17"), { lat: 47.61, lon: -122.34 })
    // As one types it who has no such letters, and by a name in another script.
    const temple = { name: "Sensō-ji", names: { ja: "浅草寺" }, lat: 35.7148, lon: 139.7967 }
    for (const said of ["sensoji", "Senso ji", "浅草寺"])
      assert.deepStrictEqual(await spot(said, [...nodes, temple]), { lat: temple.lat, lon: temple.lon })
    for (const nowhere of ["", "Hotel Nowhere", "97.61, -122.34"]) assert.isUndefined(await spot(nowhere))
  })

  it("draws the way from a bed and back only on days that count it", () => {
    const [home, museum, station] = [
      { title: "Inn" },
      { name: "Museum" },
      { day: 1, starts_at: "2026-05-01T08:00:00Z" }
    ]
    const slots = [{ node: museum, starts_at: "2026-05-01T10:00:00Z", travel_minutes: 12 }]
    const day = (back_minutes: number | null) => ({ day: 1, slots, way: { minutes: 12, back_minutes } })
    assert.deepStrictEqual(wayOf(day(9), [], home), [home, museum, home])
    assert.deepStrictEqual(wayOf(day(9), [], undefined), [museum])
    assert.deepStrictEqual(wayOf(day(null), [], home), [home, museum], "a departure ends the day")
    assert.deepStrictEqual(wayOf(day(9), [station], home), [station, museum, home], "an arrival begins it")
  })

  it("says of a stop nothing twice", () => {
    const narrative = "Le Pichet, restaurant: it shares your taste for comfort food. Editor's note: No hurry."
    const said = {
      narrative,
      why: ["there at sunset", "comfort_food", "cozy"],
      evidence: [{ text: "Editor's note: No hurry." }, { text: "Our editor finds it calm." }]
    }
    assert.deepStrictEqual(unsaidWhy(said), ["there at sunset", "cozy"])
    assert.deepStrictEqual(unsaid(said), [said.evidence[1]])
    assert.deepStrictEqual(unsaidWhy({ ...said, narrative: null }), said.why)
  })
})
