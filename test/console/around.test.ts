/** What the app makes of what somebody types about their bed, of bookings that they bring, and of what is known of a stop. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { spotOf } from "../../console/around.js"
import { placeCalled } from "../../console/bring-match.js"
import { wayOf } from "../../console/map.js"
import { unsaid, unsaidWhy } from "../../console/stop.js"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok } from "../support/server.ts"

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

describe.skipIf(chromiumPath === undefined)(`bookings of a calendar (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App
  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  it("are gone around where that can be, stand beside it with why not where it cannot, and one that is refused is named", async () => {
    const ann = await app.world.someone()
    const { page, act, complaints } = await app.visitor()
    await page.goto(`${app.world.server().url}/#token=${ann.token}`)
    await page.getByRole("heading", { name: "My trips" }).waitFor()
    await page.goto(`${app.world.server().url}/#/new/seattle`)
    const [first, third] = [dayAhead(9), dayAhead(11)]
    await page.fill('input[name="start_date"]', first)
    await act("bring").click()
    const at = (day: string, time: string) => `${day.replaceAll("-", "")}T${time}00`
    const event = (title: string, begin: string, end: string, ...more: ReadonlyArray<string>) =>
      ["BEGIN:VEVENT", `SUMMARY:${title}`, `DTSTART:${begin}`, `DTEND:${end}`, ...more, "END:VEVENT"].join("\n")
    const calendar = [
      "BEGIN:VCALENDAR",
      event("Hotel Sorrento", at(first, "1500"), at(third, "1100")),
      event("Dinner", at(first, "1900"), at(first, "2100")),
      event("Party", at(first, "1800"), at(first, "2300")),
      event("Flight home", at(third, "1600"), at(third, "1800"), "GEO:50.04;8.56"),
      "END:VCALENDAR"
    ].join("\n")
    await page.setInputFiles('input[name="bring"]', {
      name: "trip.ics",
      mimeType: "text/calendar",
      buffer: Buffer.from(calendar)
    })
    const line = (title: string) => page.locator("li", { hasText: new RegExp(`^${title}`) })
    await line("Flight home").getByText("Its position lies far from this city").waitFor()
    const ticked = (title: string) => line(title).locator("input").isChecked()
    assert.deepStrictEqual(await Promise.all(["Hotel Sorrento", "Dinner", "Party", "Flight home"].map(ticked)), [
      false,
      true,
      false,
      true
    ])
    assert.isTrue(await line("Hotel Sorrento").locator("input").isDisabled())
    assert.include(await line("Hotel Sorrento").textContent(), "lasts longer than a day")
    assert.include(await line("Party").textContent(), "At the same time as “Dinner”")
    await picture(page, "phone-bookings")

    await line("Party").locator("input").check()
    await act("plan").click()
    const refusal = page.locator("#notices [role=alert]")
    await refusal.waitFor()
    assert.match((await refusal.textContent()) ?? "", /“Party” is at the same time as "Dinner"/)
    assert.notInclude(await refusal.textContent(), "fixed.")
    await line("Party").locator("input").uncheck()
    await act("plan").click()
    await page.waitForSelector(".badge.live")
    const { fixed } = ok(await ann.call("GET", `/trips/${await page.evaluate(() => location.hash.split("/").at(-1))}`))
    assert.deepStrictEqual(
      fixed.map(({ title, lat }: Json) => [title, lat]),
      [
        ["Dinner", null],
        ["Flight home", null]
      ]
    )
    // The one complaint is the browser's own, of the answer that refused.
    assert.deepStrictEqual(
      complaints.filter((text) => !text.includes("422")),
      []
    )
    await page.context().close()
  })
})
