/** The app where nobody answers: what one says waits and goes out, and what became of it is told; clocks and tokens that are wrong. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { hoursText } from "../../console/hours.js"
import { T } from "../../console/messages.js"
import { portToComeBackTo } from "../harness/port.ts"
import { type App, cityAwake, groundDrawn, openApp, type Visitor } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { clockAhead, dayAhead, ok, tokenFor, until } from "../support/server.ts"
import { emptied, holderOf, underTheSky } from "../support/under-the-sky.ts"

const DAY_MS = 86_400_000

const HOUR_MS = 3_600_000

const notice = (page: Page, text: string) => page.locator("#notices").getByText(text).waitFor()

describe.skipIf(chromiumPath === undefined)(`the app while nobody answers (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App

  beforeAll(async () => {
    app = await openApp({ PORT: String(await portToComeBackTo()) })
  })
  afterAll(() => app?.close())

  /** With a plan of days that are all ahead. */
  const planned = async (prepare?: (page: Page) => Promise<unknown>): Promise<Visitor> => {
    const made = await app.visitor()
    await prepare?.(made.page)
    await made.act("demo").click()
    await made.page.waitForSelector(".chip")
    await made.page.goto(`${app.world.server().url}/#/new/seattle`)
    await made.page.fill('input[name="start_date"]', dayAhead(9))
    await made.act("plan").click()
    await made.page.waitForSelector(".badge.live")
    return made
  }

  const onStop = async (page: Page, nth: number, name: string) => {
    const stop = page.locator(".stop").nth(nth)
    if (!(await stop.locator("details.card").evaluate((one: HTMLDetailsElement) => one.open))) {
      await stop.locator('[data-act="more"]').click()
    }
    await stop.locator(`[data-act="${name}"]`).click()
  }

  /** The same traveler elsewhere, at the trip of the page. */
  const beside = async (page: Page) => {
    const { token, trip } = await page.evaluate(() => ({
      token: localStorage.getItem("overplanned.token"),
      trip: location.hash.split("/").at(-1)
    }))
    return async (method: string, path: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      const url = `${app.world.server().url}/api/v1/trips/${trip}${path}`
      const response = await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return JSON.parse(await response.text())
    }
  }

  /** What the browser has of the trip and of its city for when nobody answers. */
  const kept = (page: Page) =>
    page.evaluate(async () => {
      const texts = { trip: "", places: "" }
      const trip = location.hash.split("/").at(-1)!
      for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        for (const key of await cache.keys()) {
          const { pathname } = new URL(key.url)
          const text = async () => (await cache.match(key))!.text()
          if (pathname === `/kept/trips/${trip}`) texts.trip += await text()
          if (/^\/kept\/cities\/.+\/nodes$/.test(pathname)) texts.places += await text()
        }
      }
      return texts
    })

  it("shows the map with its ground, hours and ways there where it is opened again without a network", async () => {
    const { page, act } = await planned()
    const hand = await holderOf(app.world, page)
    const id = (await page.evaluate(() => location.hash.split("/").at(-1)))!
    const trip = await emptied(hand, id, [2])
    const [place] = await underTheSky(hand, trip)
    ok(await hand.call("POST", `/trips/${id}/slots`, { node_id: place.id, at: `${trip.days[1].date}T12:00` }), 201)
    await page.locator('[data-of="tab-2"]').click()
    await page.locator(".stop strong", { hasText: place.name }).waitFor()
    await groundDrawn(page)
    await page.waitForSelector("html[data-kept]")
    await until("all of it is kept", async () => {
      const { places, trip } = await kept(page)
      return trip.includes(place.id) && places.includes('"next_cursor":null')
    })
    await page.context().setOffline(true)
    await page.reload()
    await page.locator('[data-of="tab-2"]').click()
    await groundDrawn(page)
    await page.locator(".map .pin").first().waitFor()
    await act("more").click()
    const stop = page.locator(".stop", { hasText: place.name })
    await stop.getByText(T.trip.hours(hoursText(place.opening_hours))).waitFor()
    const way = await stop.getByRole("link", { name: T.trip.directions, exact: true }).getAttribute("href")
    assert.include(way, `geo:${place.lat},${place.lon}?q=`)
    await picture(page, "phone-without-network")
    await page.context().close()
  })

  it("keeps what is said while the server is gone, through a reload, and sends it when the server is back", async () => {
    const { page, act } = await planned()
    await page.waitForSelector("html[data-kept]")
    const name = await page.locator(".stop strong").first().textContent()
    const hand = await holderOf(app.world, page)
    const id = await page.evaluate(() => location.hash.split("/").at(-1))
    const { path } = ok(await hand.call("POST", `/trips/${id}/links`, { kind: "share" }), 201)
    const { page: reader } = await app.visitor()
    await reader.goto(`${app.world.server().url}${path}`)
    await reader.waitForSelector(".stream.live")
    await app.world.server().stop("SIGKILL")
    await page.waitForSelector(".stream.waiting")
    await reader.waitForSelector(".stream.waiting")
    const asOf = reader.getByText("The server does not answer: this is the plan as it was at")
    await asOf.waitFor()
    await picture(reader, "phone-shared-stale")
    await onStop(page, 0, "lock")
    await notice(page, `Keep it whatever happens: ${name}: noted.`)
    await onStop(page, 1, "lock")
    await onStop(page, 1, "like")
    await page.getByText("3 things wait for the network").waitFor()
    await page.reload()
    await page.waitForSelector(".stop")
    await act("waiting").click()
    await page.locator("#waiting li", { hasText: "I like" }).waitFor()
    await picture(page, "phone-waiting")
    await app.world.restart("SIGKILL")
    // The second change stands on the first: what is one's own is no surprise.
    await page.waitForFunction(() => document.querySelectorAll(".badge.locked").length === 2)
    await page.waitForSelector("#waiting", { state: "hidden" })
    await reader.waitForSelector(".stream.live")
    await reader.waitForFunction(() => document.querySelectorAll(".badge.locked").length === 2)
    await asOf.waitFor({ state: "detached" })
    await reader.context().close()
    const second = await page.context().newPage()
    await second.goto(`${app.world.server().url}/#/trips`)
    await second.waitForSelector(".card.link")
    await page.context().close()
  })

  it("opens with what was known last where the server takes the connection and says nothing, and goes on when it speaks", async () => {
    const { page } = await planned()
    await page.waitForSelector("html[data-kept]")
    const names = await page.locator(".stop strong").allTextContents()
    await until("the trip is kept", async () => (await kept(page)).trip !== "")
    const { pid } = app.world.server()
    process.kill(pid, "SIGSTOP")
    try {
      await page.reload()
      await page.waitForSelector(".stop")
      await notice(page, T.offline)
      assert.deepStrictEqual(await page.locator(".stop strong").allTextContents(), names)
    } finally {
      process.kill(pid, "SIGCONT")
    }
    await page.waitForSelector(".badge.stream.live")
    await page.context().close()
  })

  it("says so where the plan had changed meanwhile, and does not do it", async () => {
    const { page } = await planned()
    const names = await page.locator(".stop strong").allTextContents()
    await page.context().setOffline(true)
    await onStop(page, 0, "remove")
    await page.getByText("1 thing waits for the network").waitFor()
    const call = await beside(page)
    const { days } = await call("GET", "")
    await call("PATCH", `/slots/${days[0].slots[1].id}`, { action: "lock" })
    await page.context().setOffline(false)
    await notice(page, "and this was not done: Take it out")
    await picture(page, "phone-plan-had-changed")
    await page.waitForSelector(".badge.locked")
    assert.deepStrictEqual(await page.locator(".stop strong").allTextContents(), names)
    await page.context().close()
  })

  it("has the ground of the map when a trip is opened again, where its places could not be had at first", async () => {
    const places = "**/api/v1/cities/*/nodes*"
    const { page } = await planned((fresh) => fresh.route(places, (route) => route.abort()))
    await page.locator("#notices .notice.error").waitFor()
    await page.unroute(places)
    await page.goto(`${app.world.server().url}/#/trips`)
    await page.locator(".card.link").first().click()
    await groundDrawn(page)
    await page.context().close()
  })

  it("sends whoever's token has run out to sign in, and back to where they were", async () => {
    const { page } = await planned()
    const { sub } = await page.evaluate(() =>
      JSON.parse(
        atob(localStorage.getItem("overplanned.token")!.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))
      )
    )
    const stale = await tokenFor(sub, { from: -30 * 86_400, ttl: 3600 })
    await page.evaluate((token) => localStorage.setItem("overplanned.token", token), stale)
    await page.reload()
    await notice(page, "You were signed out: the token has run out.")
    await picture(page, "phone-signed-out")
    await page.getByText("Sign in with a token").click()
    await page.fill('textarea[name="token"]', await tokenFor(sub))
    await page.getByRole("group").getByRole("button", { name: "Sign in" }).click()
    await page.waitForSelector(".stop")
    await page.context().close()
  })

  it("goes by the server's clock where the device's is a day wrong", async () => {
    const { page, act, complaints } = await app.visitor()
    await page.addInitScript((ahead) => {
      const now = Date.now
      class Wrong extends Date {
        constructor(...given: Array<unknown>) {
          if (given.length === 0) super(now() + ahead)
          else super(...(given as [number]))
        }
      }
      Wrong.now = () => now() + ahead
      globalThis.Date = Wrong as DateConstructor
    }, DAY_MS)
    await page.reload()
    await act("demo").click()
    await notice(page, "The clock of this device is 24 hr off.")
    await act("next").click()
    await page.locator('select[name="city"]').selectOption("seattle")
    await act("next").click()
    await act("yes").click()
    await page.context().setOffline(true)
    await act("no").click()
    await page.getByText("1 thing waits for the network").waitFor()
    await page.context().setOffline(false)
    await page.waitForSelector("#waiting", { state: "hidden" })
    const hand = await holderOf(app.world, page)
    const recent = async () => ok(await hand.call("GET", "/users/me/persona")).recent.length
    await until("both swipes are heard", async () => (await recent()) === 2)
    await page.goto(`${app.world.server().url}/#/new/${cityAwake(Date.now())}`)
    await act("plan").click()
    await page.waitForSelector(".badge.live")
    // Today is still offered as the first day, and is the one that is looked at.
    assert.strictEqual(await page.locator('[data-of="tab-1"]').getAttribute("aria-current"), "date")
    await page.locator('[data-of="tab-2"]').click()
    await onStop(page, 0, "like")
    await notice(page, "Noted. Your next plans know.")
    const others = complaints.filter((one) => !one.includes("ERR_INTERNET_DISCONNECTED"))
    assert.deepStrictEqual(others, [])
    await page.context().close()
  })

  // The last one here: the server stays an hour ahead.
  it("keeps through an hour without a server what was said, and says what became of it when the server is back", async () => {
    const { page } = await planned()
    await page.clock.install()
    await page.reload()
    await page.waitForSelector(".badge.live")
    const names = await page.locator(".stop strong").allTextContents()
    const other = await beside(page)
    await app.world.server().stop("SIGKILL")
    await page.waitForSelector(".stream.waiting")
    const saidAt = Date.now()
    await onStop(page, 1, "like")
    await onStop(page, 0, "remove")
    await page.getByText("2 things wait for the network").waitFor()
    await page.clock.fastForward(HOUR_MS)
    await page.getByText("2 things wait for the network").waitFor()
    assert.deepStrictEqual(await page.locator(".stop strong").allTextContents(), names)

    // Somebody else is back first.
    await page.context().setOffline(true)
    await app.world.restart("SIGKILL", clockAhead(HOUR_MS))
    const { days } = await other("GET", "")
    await other("PATCH", `/slots/${days[0].slots[1].id}`, { action: "lock" })
    await page.context().setOffline(false)
    await notice(page, "and this was not done: Take it out")
    await page.waitForSelector("#waiting", { state: "hidden" })
    await page.waitForSelector(".badge.locked")
    assert.deepStrictEqual(await page.locator(".stop strong").allTextContents(), names)
    // What somebody likes counts from when they said it.
    const [{ at }] = await app.world.drained(
      (sql) => sql`select extract(epoch from occurred_at)::double precision * 1000 as at from behavioral_signals
        where signal_type = 'thumbs_up' and slot_id = ${days[0].slots[1].id}`,
      (rows) => rows.length === 1
    )
    assert.isAtMost(Math.abs(at - saidAt), HOUR_MS / 2)
    await page.context().close()
  })
})
