/** The app as a newcomer holds it: in a real browser, on a phone's screen, against the running server. */
import { readFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { readCalendar } from "../../console/bring-calendar.js"
import { type App, cityAwake, groundDrawn, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok } from "../support/server.ts"
import { holderOf } from "../support/under-the-sky.ts"

/** The trip under way, on a day that is whole at every hour. */
const toTomorrow = async (page: Page) => {
  await page.locator(".card.link").first().click()
  await page.locator('[data-of="tab-2"]').click()
  await page.waitForSelector(".stop")
}

describe.skipIf(chromiumPath === undefined)(`the app in a browser (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App

  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  const act = (page: Page, name: string) => page.locator(`[data-act="${name}"]`).first()

  it("takes a newcomer from the first page to a replacement taken, with twelve taps at most", async () => {
    const { page, complaints } = await app.visitor()
    let taps = 0
    const tap = async (target: ReturnType<typeof act>) => {
      taps++
      await target.click()
    }
    await page.waitForSelector('[data-act="demo"]')
    await picture(page, "phone-welcome")
    await tap(act(page, "demo"))
    await page.waitForSelector(".chip")
    await tap(page.locator(".chip").nth(0))
    await tap(page.locator(".chip").nth(3))
    await picture(page, "phone-tastes")
    await tap(act(page, "next"))
    await picture(page, "phone-how")
    await page.waitForSelector('select[name="city"]')
    taps++
    await page.locator('select[name="city"]').selectOption(cityAwake(Date.now()))
    await tap(act(page, "next"))
    await page.waitForSelector('[data-act="yes"]')
    await picture(page, "phone-swipe")
    await tap(act(page, "yes"))
    await tap(page.getByRole("button", { name: "That is enough" }))
    await page.waitForSelector('[data-act="plan"]')
    await picture(page, "phone-new-trip")
    await tap(act(page, "plan"))
    await page.waitForSelector(".stop")
    await picture(page, "phone-plan")
    assert.match((await page.locator(".prices").first().textContent()) ?? "", /^Prices this day: \d+ × /)
    // A trip that begins today is under way by itself.
    await page.waitForSelector(".badge.live")
    await page.waitForSelector('[data-act="happens"], [data-act="set-active"]')
    if (await act(page, "set-active").isVisible()) await tap(act(page, "set-active"))
    await tap(act(page, "happens"))
    await tap(act(page, "mood-curious"))
    await page.waitForSelector('[data-act="accept-0"]')
    await picture(page, "phone-offer")
    await tap(act(page, "accept-0"))
    await page.waitForSelector(".stop.changed")
    await picture(page, "phone-changed")
    assert.isAtMost(taps, 12)
    const said = await page.locator("body").textContent()
    assert.notMatch(said ?? "", /pivot_engine|local_ranker|score|version/i)
    assert.deepStrictEqual(complaints, [])
  })

  it("lets a traveler choose what comes instead, bring something along, and take it back", async () => {
    const { page, complaints } = await app.visitor()
    await act(page, "demo").click()
    await page.waitForSelector(".chip")
    await page.goto(`${app.world.server().url}/#/new/seattle`)
    await page.waitForSelector('input[name="start_date"]')
    await page.fill('input[name="start_date"]', dayAhead(9))
    await act(page, "plan").click()
    await page.waitForSelector(".stop")
    const first = page.locator(".stop").first()
    const name = await first.locator("strong").textContent()
    await first.locator('[data-act="more"]').click()
    await first.locator('[data-act="swap"]').click()
    await page.waitForSelector('[data-act="choose-0"]')
    assert.strictEqual(await first.locator("strong").first().textContent(), name, "nothing changes by asking")
    for (const said of await page.locator('[data-act^="choose-"] .before').allTextContents()) {
      assert.match(said, /(hours unknown|open then|closed then)/, "whether one gets in")
      assert.match(said, /^(free|\$+) · /, "and for how much")
    }
    assert.match((await act(page, "choose-0").textContent()) ?? "", /^A · .+\d(\s[AP]M)? (free|\$|usually)/)
    await first.locator(".choices .map .pin.other").first().waitFor()
    await picture(page, "phone-choices")
    assert.match(await page.title(), /^Seattle · Day 1 · .+ · Overplanned$/)
    await page.keyboard.press("Enter")
    await page.waitForSelector(".stop.changed")
    assert.notStrictEqual(await page.locator(".stop strong").first().textContent(), name)
    await first.locator("summary:focus").first().waitFor()
    await act(page, "undo-change").press("Enter")
    await page.waitForFunction((was) => document.querySelector(".stop strong")?.textContent === was, name)
    await page.locator("h2:focus").waitFor()
    const second = await page.locator(".stop").nth(1).getAttribute("data-of")
    await first.locator('[data-act="remove"]').press("Enter")
    await page.locator(`.stop[data-of="${second}"] summary:focus`).first().waitFor()
    await page.locator('.told [data-act="undo"]').press("Enter")
    await page.waitForFunction((was) => document.querySelector(".stop strong")?.textContent === was, name)
    await page.locator(`.stop[data-of="${second}"] summary:focus`).first().waitFor()
    await act(page, "add").click()
    await page.fill('input[name="what"]', "a")
    await act(page, "search").click()
    await page.getByText("More places are called so.").waitFor()
    await page.fill('input[name="what"]', "Tea with <b>Ann</b>")
    await act(page, "search").click()
    await act(page, "add-own").click()
    await page.waitForSelector(".stop.fixed")
    await picture(page, "phone-own")
    assert.include(await page.locator(".stop.fixed").textContent(), "Tea with <b>Ann</b>")
    assert.deepStrictEqual(complaints, [])
  })

  it("lets a traveler ask another one in by a link, and shows who asks before they join", async () => {
    const { page: owner, complaints } = await app.visitor()
    await act(owner, "demo").click()
    await owner.waitForSelector(".chip")
    await owner.goto(`${app.world.server().url}/#/new/${cityAwake(Date.now())}`)
    await act(owner, "plan").click()
    await owner.waitForSelector(".stop")
    await act(owner, "together").click()
    await owner.fill('input[name="from"]', "Ann <i>")
    await act(owner, "invite").click()
    const link = await owner.locator(".invitation .copyable input").inputValue()
    assert.isAbove(await owner.locator(".qr").evaluate((one) => one.getBoundingClientRect().width), 100)
    await picture(owner, "phone-invite")
    const { page: guest, complaints: others } = await app.visitor("dark")
    await guest.goto(link)
    await guest.waitForSelector('[data-act="demo"]')
    await act(guest, "demo").click()
    await guest.waitForSelector('[data-act="join"]')
    assert.include(await guest.locator("h1").textContent(), "Ann <i> asks you to join a trip to ")
    await picture(guest, "phone-join")
    await act(guest, "join").click()
    await guest.waitForSelector(".stop")
    assert.deepStrictEqual([...complaints, ...others], [])
  })

  it("shows the stops of a day on a map, and opens again without a server", async () => {
    const { page, complaints } = await app.visitor()
    await act(page, "demo").click()
    await page.waitForSelector(".chip")
    await page.goto(`${app.world.server().url}/#/new/${cityAwake(Date.now())}`)
    await act(page, "plan").click()
    await groundDrawn(page)
    const stops = await page.locator(".stop").count()
    assert.strictEqual(await page.locator(".map .pin").count(), stops)
    assert.include(await page.locator(".map").getAttribute("aria-label"), "Map of day 1")
    await act(page, "whole").click()
    await picture(page, "phone-map-whole")
    assert.isAtLeast(await page.locator(".map .pin").count(), stops)
    const plan = await page.locator(".stop strong").allTextContents()
    await page.waitForSelector("html[data-kept]")
    assert.deepStrictEqual(complaints, [])
    await page.context().setOffline(true)
    await page.reload()
    await page.waitForSelector(".stop")
    assert.deepStrictEqual(await page.locator(".stop strong").allTextContents(), plan)
    assert.include(await page.locator("#notices").textContent(), "this is what was known last")
    await page.waitForSelector(".map .pin")
    await picture(page, "phone-offline")
    // The list was never opened: the trip that was is in it.
    await page.evaluate(() => {
      location.hash = "#/trips"
    })
    await page.waitForSelector(".card.link")
    await page.context().close()
  })

  it("takes places from a file into a plan, and keeps to what somebody needs", async () => {
    const { page, complaints } = await app.visitor()
    await act(page, "demo").click()
    await page.waitForSelector(".chip")
    await page.goto(`${app.world.server().url}/#/new/tokyo`)
    await page.waitForSelector('input[name="start_date"]')
    await page.fill('input[name="start_date"]', dayAhead(9))
    await act(page, "bring").click()
    const list = "Title,Note,URL\nNational Art Center Tokyo,,\nSensō-ji,,\nMy aunt's kitchen,,\n"
    await page.setInputFiles('input[name="bring"]', {
      name: "list.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(list)
    })
    await page.waitForSelector(".brought input")
    await page.getByText("1 place is not in this city's catalog").click()
    await page.getByText("My aunt's kitchen").waitFor()
    await page.getByText("Pace, budget, needs").click()
    await page.locator('input[value="wheelchair"]').check()
    await picture(page, "phone-bring")
    await act(page, "plan").click()
    await page.waitForSelector(".stop")
    const trip = await page.evaluate(() => location.hash.split("/").at(-1))
    const planned: Array<string> = []
    for (const tab of await page.locator(".daytabs button").all()) {
      await tab.click()
      planned.push(...(await page.locator(".stop strong").allTextContents()))
    }
    assert.includeMembers(planned, ["National Art Center Tokyo", "Sensō-ji"])
    await page.goto(`${app.world.server().url}/#/new/tokyo`)
    assert.isTrue(await page.locator('input[value="wheelchair"]').isChecked())
    await page.goto(`${app.world.server().url}/#/trips/${trip}`)
    await page.locator(".stop summary").first().click()
    assert.match((await page.locator(".stop").first().textContent()) ?? "", /With a wheelchair: /)
    assert.deepStrictEqual(complaints, [])
  })

  it("gives a trip out as files that other programs read, each with every stop", async () => {
    const { page, complaints } = await app.traveler()
    const { call } = await holderOf(app.world, page)
    const { days } = ok(await call("GET", `/trips/${await page.evaluate(() => location.hash.split("/").at(-1))}`))
    const names = days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.name))
    await act(page, "together").click()
    const given = async (ending: string) => {
      const coming = page.waitForEvent("download")
      await act(page, `export-${ending}`).click()
      const file = await coming
      assert.match(file.suggestedFilename(), new RegExp(`\\d{4}-\\d\\d-\\d\\d\\.${ending}$`))
      return readFileSync(await file.path(), "utf8")
    }
    /** Names in a file as a reader of XML that is not ours finds them; nothing where it is none. */
    const inXml = (text: string, under: string) =>
      page.evaluate(
        ([file, tag]) => {
          const found = new DOMParser().parseFromString(file!, "application/xml").getElementsByTagName(tag!)
          return [...found].map((one) => one.getElementsByTagName("name")[0]?.textContent)
        },
        [text, under]
      )
    const { features } = JSON.parse(await given("geojson"))
    assert.deepStrictEqual(
      features.map(({ properties }: Json) => properties.name),
      names
    )
    assert.deepStrictEqual(await inXml(await given("gpx"), "wpt"), names)
    assert.deepStrictEqual(await inXml(await given("kml"), "Placemark"), names)
    const { fixed } = readCalendar(await given("ics"), "UTC")
    const events = fixed.map(({ title }) => title)
    assert.deepStrictEqual(events, names)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("shows a day of six stops on two screens of a phone, light and dark", async () => {
    for (const scheme of ["light", "dark"] as const) {
      const { page, complaints } = await app.visitor(scheme)
      await page.getByRole("button", { name: "See a trip under way" }).click()
      await toTomorrow(page)
      await picture(page, `phone-under-way-${scheme}`)
      const perStop = await page.evaluate(() => {
        const stops = [...document.querySelectorAll(".stop")].map((one) => one.getBoundingClientRect())
        return (stops.at(-1)!.bottom - stops[0]!.top) / stops.length
      })
      const before = await page.evaluate(() => document.querySelector(".stop")!.getBoundingClientRect().top + scrollY)
      assert.isAtMost(before + 6 * perStop, 2 * PHONE.height)
      assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width)
      assert.deepStrictEqual(complaints, [])
      await page.context().close()
    }
    const { page } = await app.visitor("light", WIDE)
    await page.getByRole("button", { name: "See a trip under way" }).click()
    await toTomorrow(page)
    await picture(page, "wide-under-way")
  })

  it("takes whoever follows an invitation while the first page is open to it, and into the trip", async () => {
    const { page, complaints } = await app.visitor()
    await act(page, "demo").waitFor()
    const ann = await app.world.someone()
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(4), days: 1 }), 201)
    const { path } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite", from_name: "Ann" }), 201)
    await page.evaluate((address) => {
      location.hash = new URL(address, location.origin).hash
    }, path)
    await act(page, "demo").click()
    await page.getByRole("heading", { name: "Ann asks you to join a trip to Seattle" }).waitFor()
    await act(page, "join").click()
    await page.waitForSelector(".stop")
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("deletes a trip for everybody on it, whoever has it open, and keeps nothing of it", async () => {
    const { page: owners, complaints } = await app.traveler()
    await act(owners, "together").click()
    await act(owners, "invite").click()
    const link = await owners.locator(".invitation .copyable input").inputValue()
    const { page: guests } = await app.visitor("light", WIDE)
    await guests.goto(link)
    await act(guests, "demo").click()
    await act(guests, "join").click()
    await guests.waitForSelector(".badge.live")
    let asked = ""
    owners.once("dialog", (dialog) => {
      asked = dialog.message()
      return dialog.accept()
    })
    await act(owners, "delete-trip").click()
    await owners.getByRole("heading", { name: "My trips" }).waitFor()
    assert.match(asked, /for everybody on it/)
    assert.strictEqual(await owners.locator(".card.link").count(), 0)
    await guests.getByText("This trip is not yours any more").waitFor()
    await guests.waitForSelector('[data-act="leave"]', { state: "detached" })
    for (const name of ["together", "around", "delete-trip", "happens", "add", "undo-change", "grip"]) {
      assert.strictEqual(await guests.locator(`[data-act="${name}"]`).count(), 0, name)
    }
    assert.isAbove(await guests.locator(".stop").count(), 0, "what was read stays to be read")
    await picture(guests, "wide-trip-deleted")
    assert.deepStrictEqual(complaints, [])
    for (const one of [owners, guests]) await one.context().close()
  })
})
