/** What a traveler sees at a door: the stop where they are by the plan, and two buttons that say what they found there. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { openWorld, type World } from "../e2e/world.ts"
import { PHONE } from "../support/app.ts"
import { chromiumPath, complaintsOf, NO_BROWSER, openBrowser, picture } from "../support/browser.ts"
import { clockAhead, dayAhead, ok, tokenFor } from "../support/server.ts"

describe.skipIf(chromiumPath === undefined)(`before a door (${chromiumPath ?? NO_BROWSER})`, () => {
  let world: World
  let browser: Browser

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  it("says that it is open, which counts for whoever comes after, or that it is closed, and gets another place", async () => {
    const ann = await world.someone()
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 1 }), 201)
    for (const status of ["confirmed", "active"]) ok(await ann.call("PATCH", `/trips/${trip.id}`, { status }))
    const [stop] = trip.days[0].slots
    const middle = (Date.parse(stop.starts_at) + Date.parse(stop.ends_at)) / 2
    const ahead = middle - Date.now()
    await world.restart("SIGKILL", clockAhead(ahead))

    const context = await browser.newContext({ viewport: PHONE, hasTouch: true, serviceWorkers: "block" })
    const page = await context.newPage()
    // The native part of the server names the machine's own time in its answers: that alone is put right for the page.
    await page.route("**/api/**", async (route) => {
      const response = await route.fetch()
      const date = new Date(Date.now() + ahead).toUTCString()
      await route.fulfill({ response, headers: { ...response.headers(), date } })
    })
    const complaints = complaintsOf(page)
    const token = await tokenFor(ann.id, { from: Math.round(ahead / 1000) })
    await page.goto(`${world.server().url}/#token=${token}`)
    await page.goto(`${world.server().url}/#/trips/${trip.id}`)
    const now = page.locator(".card.now")
    await now.locator("strong", { hasText: stop.node.name }).waitFor()
    await picture(page, "phone-at-the-door")
    await now.locator('[data-act="door-open"]').click()
    await page.getByText("Noted, for those who come after you.").waitFor()
    const reports = await world.drained(
      (sql) => sql`select open from door_reports where trip_id = ${trip.id} and user_id = ${ann.id}`,
      (rows) => rows.length > 0
    )
    assert.deepStrictEqual(reports, [{ open: true }])

    await now.locator('[data-act="door-closed"]').click()
    const offer = page.locator(".offer").first()
    await offer.getByRole("heading", { name: `It is closed: ${stop.node.name}` }).waitFor()
    await picture(page, "phone-door-closed")
    assert.deepStrictEqual(complaints, [])
    await context.close()
  })
})
