/** A plan shaped by its traveler: what it goes around, the order of its stops, other days, notes, and what fits in between. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead } from "../support/server.ts"

describe.skipIf(chromiumPath === undefined)(`a plan shaped by hand (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App
  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  it("goes around an arrival and a bed, and takes another order, another day and notes", async () => {
    const { page, act, complaints } = await app.visitor()
    const names = () => page.locator(".stop:not(.fixed) strong").allTextContents()
    await act("demo").click()
    await page.waitForSelector(".chip")
    await page.goto(`${app.world.server().url}/#/new/tokyo`)
    await page.fill('input[name="start_date"]', dayAhead(9))
    await act("around").click()
    await page.fill('input[name="lodging"]', "Inn <b>")
    await page.locator('select[name="lodging_in"] option').nth(3).waitFor({ state: "attached" })
    await page.selectOption('select[name="lodging_in"]', { index: 3 })
    await page.fill('input[name="title"]', "Train from Kyoto")
    await page.fill('input[name="from"]', "13:10")
    await act("fix").click()
    await page.getByText("arrival: Train from Kyoto").waitFor()
    await act("musts").click()
    await page.fill('input[name="must"]', "sensoji")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Remove: Sensō-ji" }).waitFor()
    await picture(page, "phone-around")
    const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/trips"))
    await act("plan").click()
    assert.lengthOf((await asked).postDataJSON().constraints.must, 1)
    await page.waitForSelector(".badge.live")
    await page.locator(".map .pin.home").waitFor()
    const lines = await page.locator(".stop strong").allTextContents()
    assert.strictEqual(lines[0], "Train from Kyoto")

    await page.locator('[data-of="tab-2"]').click()
    const before = await names()
    assert.isAtLeast(before.length, 2)
    await page.locator(".stop .grip").nth(1).focus()
    await page.keyboard.press("ArrowUp")
    // Either it goes, or a sentence says why it cannot stand there.
    await page.locator("#notices .notice").first().waitFor()
    const moved = await page.locator("#notices .notice.info").count()
    if (moved > 0)
      await page.waitForFunction(
        (now) => document.querySelector(".stop:not(.fixed) strong")?.textContent === now,
        before[1]
      )
    assert.strictEqual(await page.evaluate(() => document.activeElement?.getAttribute("data-act")), "grip")

    const first = page.locator(".stop:not(.fixed)").first()
    const name = (await first.locator("strong").textContent())!
    await first.locator("summary").first().click()
    await first.locator("textarea").fill("Ask for the <i>counter</i>")
    await first.locator("textarea").blur()
    await first.locator(".note:not(:empty)").waitFor()
    await first.locator(".move summary").click()
    await first.locator('select[name="move_day"]').selectOption({ index: 2 })
    await picture(page, "phone-move")
    await act("move").click()
    await page.waitForFunction(
      (gone) =>
        document.querySelector("#notices .notice.error") !== null ||
        ![...document.querySelectorAll(".stop strong")].some((one) => one.textContent === gone),
      name
    )

    await act("fits").click()
    await page.fill('input[name="fit_at"]', "15:00")
    await act("look-fits").click()
    await page.locator(".choices:not(:empty)").waitFor()
    await picture(page, "phone-fits")

    const trip = await page.evaluate(() => location.hash.split("/").at(-1))
    await page.goto(`${app.world.server().url}/#/print/${trip}`)
    await page.waitForSelector(".printday")
    const printed = (await page.locator("main").textContent()) ?? ""
    for (const said of ["You sleep at: Inn <b>", "Train from Kyoto", "Ask for the <i>counter</i>"])
      assert.include(printed, said)
    await page.emulateMedia({ media: "print" })
    await picture(page, "paper")

    await page.emulateMedia({ media: "screen" })
    await page.goto(`${app.world.server().url}/#/trips/${trip}`)
    await page.waitForSelector(".badge.live")
    // Another bed, right beside a place of the city: the plan is made anew around it.
    await act("around").click()
    const proposed = page.locator("#lodging-places option").nth(4)
    await proposed.waitFor({ state: "attached" })
    await page.fill('input[name="lodging"]', "Other inn <b>")
    await page.fill('input[name="lodging_near"]', "Nowhere at all")
    await act("save-around").click()
    await page.getByText("No place here is called “Nowhere at all”").waitFor()
    await page.fill('input[name="lodging_near"]', (await proposed.getAttribute("value"))!)
    await act("save-around").click()
    await page.getByText("The plan goes around it now").waitFor()
    await act("around").click()
    await page
      .locator('select[name="lodging_in"] option', { hasText: "as now: Other inn <b>" })
      .waitFor({ state: "attached" })
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
