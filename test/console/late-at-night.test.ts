/** Somebody hungry at 23:40, in a browser: told what an answer is about, and what is nearby now. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser, Page } from "playwright-core"
import { openWorld, type World } from "../e2e/world.ts"
import { PHONE } from "../support/app.ts"
import { chromiumPath, complaintsOf, NO_BROWSER, openBrowser, picture } from "../support/browser.ts"
import { clockAhead, PATIENCE_MS } from "../support/server.ts"

const MINUTE = 60_000
const DAY_MINUTES = 1440
const LATE = 23 * 60 + 40

/** How far it is to the next 23:40 in Seattle. */
const untilLate = (): number => {
  const [hour, minute] = new Intl.DateTimeFormat("en", {
    timeZone: "America/Los_Angeles",
    timeStyle: "short",
    hourCycle: "h23"
  })
    .format()
    .split(":")
    .map(Number) as [number, number]
  return ((LATE - hour * 60 - minute + DAY_MINUTES) % DAY_MINUTES) * MINUTE
}

describe.skipIf(chromiumPath === undefined)(`a mood late at night (${chromiumPath ?? NO_BROWSER})`, () => {
  let world: World
  let browser: Browser
  beforeAll(async () => {
    world = await openWorld({ OVERPLANNED_DEMO: "true", RATE_LIMIT: "off", ...clockAhead(untilLate()) })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  const act = (page: Page, name: string) => page.locator(`[data-act="${name}"]`).first()
  const hungry = async (page: Page) => {
    if (!(await act(page, "mood-hungry").isVisible())) await act(page, "happens").click()
    await act(page, "mood-hungry").click()
    await page.waitForSelector(".offer")
    // What puts the offers aside is in sight, above the one that has the focus.
    const [fold, panel] = [await act(page, "fold").boundingBox(), await page.locator(".offers").boundingBox()]
    assert.isAtLeast(fold!.y, panel!.y)
  }
  /** Ideas, or a sentence that says why there is none. */
  const nearby = async (page: Page) => {
    await act(page, "nearby").click()
    const found = page.locator(".offer .choices > *").first()
    await found.waitFor()
    assert.isAbove((await found.textContent())!.length, 20)
  }

  it("is about tomorrow and says so, and is not left alone when nothing is planned any more", async () => {
    const page = await (await browser.newContext({ viewport: PHONE, hasTouch: true })).newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const complaints = complaintsOf(page)
    await page.goto(world.server().url)
    await act(page, "demo").click()
    await page.waitForSelector(".chip")
    await page.goto(`${world.server().url}/#/new/seattle`)
    await act(page, "plan").click()
    await page.waitForSelector(".badge.live")
    await hungry(page)
    await page.getByText(/^Nothing could change before .+, on day 2 at .+: this is about that stop\.$/).waitFor()
    await nearby(page)
    await picture(page, "phone-hungry-at-night")
    await act(page, "dismiss").click()
    await page.waitForSelector(".offer", { state: "detached" })

    await page.evaluate(async () => {
      const headers = {
        authorization: `Bearer ${localStorage.getItem("overplanned.token")}`,
        "content-type": "application/json"
      }
      const path = `/api/v1/trips/${location.hash.split("/").at(-1)}`
      const { days } = await (await fetch(path, { headers })).json()
      const remove = { method: "PATCH", headers, body: JSON.stringify({ action: "remove" }) }
      for (const { slots } of days) for (const { id } of slots) await fetch(`${path}/slots/${id}`, remove)
    })
    await page.waitForSelector(".stop", { state: "detached" })
    await hungry(page)
    await page.getByText("Nothing more is planned on this trip.").waitFor()
    assert.strictEqual(await page.getByText("as good as it was").count(), 0)
    await nearby(page)
    await picture(page, "phone-hungry-at-the-end")
    await act(page, "dismiss").click()
    await page.waitForSelector(".offer", { state: "detached" })
    assert.deepStrictEqual(complaints, [])
  })
})
