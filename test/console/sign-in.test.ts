/** Who one is: taken to another device by a code, typed there or brought by its link; taken away as a file; deleted. */
import { readFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { claimsOf } from "../../client/index.ts"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { type Json, ok } from "../support/server.ts"
import { holderOf } from "../support/under-the-sky.ts"

describe.skipIf(chromiumPath === undefined)(`oneself in the app (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App

  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  const who = async (page: Page): Promise<string | undefined> => {
    await page.waitForFunction(() => localStorage.getItem("overplanned.token") !== null)
    return claimsOf((await page.evaluate(() => localStorage.getItem("overplanned.token")))!)?.sub
  }
  const made = async (page: Page) => {
    await page.goto(`${app.world.server().url}/#/me`)
    // Anew: the code made before still stands on a page that is open, and would be read for the new one.
    await page.reload()
    await page.locator('[data-act="make-code"]').click()
    await page.locator(".qr").waitFor()
    return {
      code: (await page.locator(".code").textContent())!,
      link: await page.locator(".copyable input").inputValue()
    }
  }

  it("a code signs in once, typed or by its link, and never over somebody who is signed in", async () => {
    const { page, act, complaints } = await app.visitor()
    await act("demo").click()
    const ann = await who(page)
    assert.isDefined(ann)
    const { code } = await made(page)
    await picture(page, "sign-in-code")

    const second = await app.visitor("dark")
    await second.page.locator('input[name="code"]').fill(code.toLowerCase().replace("-", " "))
    await second.act("sign-in").click()
    await second.page.getByRole("heading", { name: "My trips" }).waitFor()
    assert.strictEqual(await who(second.page), ann)

    const third = await app.visitor()
    await third.page.locator('input[name="code"]').fill(code)
    await third.act("sign-in").click()
    await third.page.getByText("This code does not hold").waitFor()

    const { link } = await made(page)
    await third.page.goto(link)
    await third.page.getByText("Only if you made it yourself").waitFor()
    assert.notInclude(third.page.url(), "code=")
    await picture(third.page, "sign-in-link")
    await third.act("sign-in").click()
    await third.page.getByRole("heading", { name: "My trips" }).waitFor()
    assert.strictEqual(await who(third.page), ann)

    const fourth = await app.visitor()
    await fourth.act("demo").click()
    const bob = await who(fourth.page)
    const { link: offered } = await made(page)
    await fourth.page.goto(offered)
    await fourth.page.getByText("You are signed in here already").waitFor()
    assert.strictEqual(await who(fourth.page), bob)
    assert.notStrictEqual(bob, ann)
    // The sentence of a code that does not hold comes with a 401, which the browser notes.
    for (const one of [complaints, second.complaints, fourth.complaints]) assert.deepStrictEqual(one, [])
    for (const one of [page, second.page, third.page, fourth.page]) await one.context().close()
  })

  it("hands whoever asks all that is kept about them as a file, and deletes them once they are sure", async () => {
    const { page, complaints } = await app.traveler()
    const trip = await page.evaluate(() => location.hash.split("/").at(-1))
    const self = await holderOf(app.world, page)
    await app.world.drained(
      (sql) => sql`select id from trips where id = ${trip}`,
      (rows) => rows.length === 1
    )
    await page.goto(`${app.world.server().url}/#/me`)
    const coming = page.waitForEvent("download")
    await page.getByRole("button", { name: "Download it" }).click()
    const file = await coming
    assert.strictEqual(file.suggestedFilename(), "overplanned-export.json")
    const { held } = JSON.parse(readFileSync(await file.path(), "utf8"))
    assert.deepStrictEqual(
      held.trips.map(({ id }: Json) => id),
      [trip]
    )

    const erase = page.getByRole("button", { name: "Delete me" })
    page.once("dialog", (dialog) => dialog.dismiss())
    await erase.click()
    assert.lengthOf(ok(await self.call("GET", "/trips")).trips, 1, "whoever says no is still there")
    let asked = ""
    page.once("dialog", (dialog) => {
      asked = dialog.message()
      return dialog.accept()
    })
    await erase.click()
    await page.locator(".notice.info", { hasText: "You are being deleted." }).waitFor()
    assert.match(asked, /cannot be undone/)
    assert.isNull(await page.evaluate(() => localStorage.getItem("overplanned.token")), "this browser forgets them")
    assert.strictEqual((await self.call("GET", "/trips")).status, 401)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
