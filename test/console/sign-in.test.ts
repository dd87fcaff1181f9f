/** Taken to another device by a code: typed there, or brought by its link. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { claimsOf } from "../../client/index.ts"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"

describe.skipIf(chromiumPath === undefined)(`on another device (${chromiumPath ?? NO_BROWSER})`, () => {
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
})
