/** One journey through everything that a traveler does with the app, in real browsers, with the server killed on the way. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { portToComeBackTo } from "../harness/port.ts"
import { type App, cityAwake, groundDrawn, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok, until } from "../support/server.ts"
import { dayInTheOpen, holderOf } from "../support/under-the-sky.ts"

/** Asked one after the other until something can be offered: what that is depends on the plan and the hour. */
const MOODS = ["curious", "energetic", "hungry", "calm", "social", "tired"]

const takeout = (name: string, lon: number, lat: number) =>
  JSON.stringify({
    type: "FeatureCollection",
    features: [
      { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { location: { name } } }
    ]
  })

describe.skipIf(chromiumPath === undefined)(`a journey (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App
  beforeAll(async () => {
    app = await openApp({ PORT: String(await portToComeBackTo()) })
  })
  afterAll(() => app?.close())

  const act = (page: Page, name: string) => page.locator(`[data-act="${name}"]`).first()
  const names = (page: Page) => page.locator(".stop strong").allTextContents()
  const showing = (page: Page, expected: ReadonlyArray<string>) =>
    page.waitForFunction(
      (said) => [...document.querySelectorAll(".stop strong")].map((one) => one.textContent).join("|") === said,
      expected.join("|")
    )
  /** Puts an offer with something to choose from on the table. */
  const offered = async (page: Page) => {
    for (const mood of MOODS) {
      if (!(await act(page, `mood-${mood}`).isVisible())) await act(page, "happens").click()
      await act(page, `mood-${mood}`).click()
      await page.waitForSelector(".offer")
      if ((await act(page, "accept-0").count()) > 0) return
      await act(page, "dismiss").click()
      await page.waitForSelector(".offer", { state: "detached" })
    }
    throw new Error("No mood could be answered.")
  }

  it("goes from the first page over rain, undo, a dead server and friends to a calendar that follows", async () => {
    const { page, complaints } = await app.visitor()
    const city = cityAwake(Date.now())
    await act(page, "demo").click()
    await page.locator(".chip").first().click()
    await act(page, "next").click()
    await page.locator('select[name="city"]').selectOption(city)
    await act(page, "next").click()
    await page.getByRole("button", { name: "That is enough" }).click()
    await act(page, "plan").click()
    await page.waitForSelector(".badge.live")
    await groundDrawn(page)
    const planned = await names(page)
    assert.strictEqual(await page.locator(".map .pin").count(), planned.length)

    await act(page, "together").click()
    await act(page, "subscribe").click()
    const feed = await page.locator(".copyable input").first().inputValue()
    const calendar = async () => (await fetch(feed)).text()
    const before = await calendar()
    await act(page, "together").click()

    const { page: second } = await app.visitor("dark", WIDE)
    const token = await page.evaluate(() => localStorage.getItem("overplanned.token"))
    const address = await page.evaluate(() => location.hash)
    await second.goto(`${app.world.server().url}/#token=${token}`)
    await second.waitForSelector(".card.link")

    // What the first trip has in the open depends on the plan and the hour: it rains on one that has nothing else.
    const outside = await dayInTheOpen(await holderOf(app.world, page))
    for (const one of [page, second]) {
      await one.goto(`${app.world.server().url}/#/trips/${outside.id}`)
      await showing(one, [outside.name])
      await one.waitForSelector(".badge.live")
    }
    await act(page, "happens").click()
    await act(page, "rain").click()
    await page.waitForSelector(".offer")
    await picture(page, "journey-rain")
    await act(page, "accept-0").click()
    for (const one of [page, second]) {
      await one.waitForFunction(
        (name) => ![...document.querySelectorAll(".stop strong")].some(({ textContent }) => textContent === name),
        outside.name
      )
      await one.locator('[data-act="undo-change"]', { hasText: "the offer you took" }).waitFor()
    }
    await act(page, "undo-change").click()
    for (const one of [page, second]) {
      // What moved to another day was followed there.
      await one.locator('[data-of="tab-1"]').click()
      await showing(one, [outside.name])
    }

    for (const one of [page, second]) {
      await one.goto(`${app.world.server().url}/${address}`)
      await showing(one, planned)
      await one.waitForSelector(".badge.live")
    }
    await offered(page)
    await act(page, "accept-0").click()
    await page.waitForSelector(".stop.changed")
    await second.waitForSelector(".stop.changed")
    await picture(second, "journey-second")
    await until("the calendar that follows", async () => (await calendar()) !== before)
    await act(page, "undo-change").click()
    await showing(page, planned)
    await showing(second, planned)

    await page.waitForSelector("html[data-kept]")
    assert.deepStrictEqual(complaints, [])
    await app.world.server().stop("SIGKILL")
    await page.waitForSelector(".stream.waiting")
    await act(page, "more").click()
    await act(page, "lock").click()
    await page.getByText("1 thing waits for the network").waitFor()
    await page.reload()
    await showing(page, planned)
    await picture(page, "journey-offline")
    await app.world.restart("SIGKILL")
    await page.waitForSelector(".badge.locked")
    await second.waitForSelector(".badge.locked")
    await page.waitForSelector("#waiting", { state: "hidden" })

    await act(page, "together").click()
    await act(page, "invite").click()
    const link = await page.locator(".invitation .copyable input").inputValue()
    const { page: guest } = await app.visitor("light", WIDE)
    await guest.goto(link)
    await act(guest, "demo").click()
    await act(guest, "join").click()
    await guest.waitForSelector(".badge.live")
    await page.locator(".together .badge.live").waitFor()
    await picture(page, "journey-together")
    await act(page, "together").click()

    await offered(page)
    await act(page, "vote").click()
    await page.selectOption('select[name="minutes"]', "30")
    await page.selectOption('select[name="otherwise"]', { index: 1 })
    await picture(page, "journey-vote-terms")
    const asked = page.waitForRequest((request) => request.url().endsWith("/vote"))
    await act(page, "begin-vote").click()
    assert.strictEqual((await asked).postDataJSON().minutes, 30)
    await guest.waitForSelector(".vote")
    await guest.getByText("Where nobody votes, or as many want one thing as another: option A").waitFor()
    await guest.context().setOffline(true)
    await act(guest, "accept-0").click()
    await guest.getByText("1 thing waits for the network").waitFor()
    await guest.context().setOffline(false)
    await guest.getByText("You voted: option A").waitFor()
    await page.getByText("1 of 2 have voted").waitFor()
    // On a phone offers cover most of the plan, which can be looked at before one says something.
    await act(page, "fold").click()
    await page.waitForSelector(".offers.folded")
    assert.isBelow((await page.locator(".offers").boundingBox())!.height, PHONE.height / 5)
    await picture(page, "journey-offers-aside")
    await act(page, "fold").click()
    await picture(page, "journey-vote")
    await act(page, "accept-0").click()
    for (const one of [page, guest]) await one.getByText("The group has decided: option A").waitFor()
    // It stays until it is closed: nothing offers to put it aside.
    assert.strictEqual(await page.locator('[data-act="fold"]').count(), 0)
    await act(page, "close-decided").click()

    await act(page, "together").click()
    await act(page, "share").click()
    await page.getByText("Whoever has this link").waitFor()
    const { page: reader } = await app.visitor("dark")
    await reader.goto(await page.locator(".invitation .copyable input").inputValue())
    await reader.waitForSelector(".stop")
    assert.strictEqual(await reader.locator(".acts, textarea, .grip").count(), 0)
    await picture(reader, "journey-reader")
    await page.locator(".copyable", { hasText: "Link to read," }).getByRole("button", { name: "Revoke" }).click()
    await reader.getByText("This link was taken back").waitFor()

    await page.goto(`${app.world.server().url}/#/new/tokyo`)
    await act(page, "bring").click()
    await page.setInputFiles('input[name="bring"]', {
      name: "Saved Places.json",
      mimeType: "application/json",
      buffer: Buffer.from(takeout("Sensō-ji", 139.7967, 35.7148))
    })
    await page.getByRole("checkbox", { name: "Sensō-ji", checked: true }).waitFor()
    await page.fill('input[name="start_date"]', dayAhead(9))
    await act(page, "plan").click()
    await page.waitForFunction(() => location.hash.startsWith("#/trips/"))
    const id = await page.evaluate(() => location.hash.split("/").at(-1))
    const { days } = ok(await (await holderOf(app.world, page)).call("GET", `/trips/${id}`))
    const kept = days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.name))
    assert.include(kept, "Sensō-ji")
    for (const one of [page, second, guest, reader]) await one.context().close()
  })
})
