/** What somebody says they like in the app, says again, and finds as it was. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { type Json, ok, until } from "../support/server.ts"

describe.skipIf(chromiumPath === undefined)(`a taste in the app (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App

  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  const act = (page: Page, name: string) => page.locator(`[data-act="${name}"]`).first()

  it("takes swipes by arrow keys, and leaves a taste as it was where no tag is changed", async () => {
    const ann = await app.world.someone()
    const taste = async (): Promise<Json> => ok(await ann.call("GET", "/users/me/persona"))
    const open = async () => {
      const { page, complaints } = await app.visitor()
      await page.goto(`${app.world.server().url}/#token=${ann.token}`)
      await page.getByRole("heading", { name: "My trips" }).waitFor()
      return { page, complaints }
    }
    const begin = async (page: Page) => {
      await page.goto(`${app.world.server().url}/#/begin`)
      await page.getByRole("heading", { name: "What do you like?" }).waitFor()
      return page
        .locator('input[name="tag"]')
        .evaluateAll((all) => all.flatMap((one) => (one instanceof HTMLInputElement && one.checked ? [one.value] : [])))
    }
    const toSwipes = async (page: Page, pace?: string) => {
      await act(page, "next").click()
      if (pace !== undefined) await page.locator(`input[name="pace"][value="${pace}"]`).check()
      await page.locator('select[name="city"]').selectOption("seattle")
      await act(page, "next").click()
      await act(page, "yes").waitFor()
    }
    const enough = async (page: Page) => {
      await page.getByRole("button", { name: "That is enough" }).click()
      await act(page, "plan").waitFor()
    }
    const tick = async (page: Page, nr: number): Promise<string> => {
      const box = page.locator('input[name="tag"]').nth(nr)
      await box.check()
      return box.inputValue()
    }

    const { page, complaints } = await open()
    assert.deepStrictEqual(await begin(page), [], "who is new has said nothing")
    const said = [await tick(page, 0), await tick(page, 3)]
    await toSwipes(page, "leisurely")
    for (const [nr, key] of ["ArrowRight", "ArrowRight", "ArrowLeft"].entries()) {
      await page.keyboard.press(key)
      await page.getByText(`Place ${nr + 2} of `).waitFor()
    }
    const learnt = await until("what the swipes taught", async () => {
      const now = await taste()
      const swipes = now["recent"].filter((one: Json) => one.signal_type.startsWith("discovery_swipe_"))
      return swipes.length === 3 && now
    })
    assert.strictEqual(learnt["dimensions"].category_affinities.source, "signals")
    await enough(page)

    await page.goto(`${app.world.server().url}/#/me`)
    const lessons = page.locator("ol.plain li strong")
    await lessons.first().waitFor()
    assert.deepStrictEqual(
      await lessons.allTextContents(),
      learnt["recent"].map(({ node, signal_type }: Json) =>
        signal_type === "discovery_swipe_right" ? `Would go to ${node.name}` : `Would not go to ${node.name}`
      ),
      "each lesson names its place"
    )
    await picture(page, "phone-lessons")

    assert.sameMembers(await begin(page), said)
    await toSwipes(page)
    assert.deepStrictEqual((await taste())["dimensions"], learnt["dimensions"], "what was learnt stays")
    await enough(page)

    await begin(page)
    const more = await tick(page, 1)
    await toSwipes(page)
    const edited = await taste()
    const liked = edited["top_vibes"].map(({ tag }: Json) => tag)
    assert.includeMembers(liked, [...said, more])
    await enough(page)
    assert.sameMembers(await begin(page), [...said, more])

    // Another device knows the taste as it is, and does no harm to it either.
    const { page: other, complaints: others } = await open()
    assert.sameMembers(await begin(other), liked)
    await toSwipes(other)
    assert.deepStrictEqual((await taste())["dimensions"], edited["dimensions"])
    await other.evaluate(() => {
      // More keys than places, before the next page is there.
      for (let nr = 0; nr < 20; nr++) {
        document.querySelector("h1")?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))
      }
    })
    await act(other, "plan").waitFor()
    assert.deepStrictEqual([...complaints, ...others], [])
    for (const one of [page, other]) await one.context().close()
  })
})
