/** Every page of the app, looked over by axe: nothing that keeps somebody out, on a phone and a desk, by day and night. */
import { createRequire } from "node:module"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { AxeResults } from "axe-core"
import type { Page } from "playwright-core"
import { type App, cityAwake, groundDrawn, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"

const { source } = createRequire(import.meta.url)("axe-core") as { source: string }

const GRAVE = ["serious", "critical"]

/** What is gravely wrong with a page, each with the first element that it is wrong with. */
const faults = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(source)
  const { violations } = await page.evaluate<AxeResults>("axe.run()")
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ""))
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
}

describe.skipIf(chromiumPath === undefined)(`the app for everybody (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App
  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  for (const scheme of ["light", "dark"] as const) {
    for (const [name, viewport] of [
      ["phone", PHONE],
      ["wide", WIDE]
    ] as const) {
      it(`has no grave fault on any page, ${name}, ${scheme}`, async () => {
        const { page, act, complaints } = await app.visitor(scheme, viewport)
        const found: Array<string> = []
        const look = async (what: string) => {
          // A colour that is still changing is no colour.
          await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running"))
          await picture(page, `${what}-${name}-${scheme}`)
          found.push(...(await faults(page)).map((fault) => `${what}: ${fault}`))
          const width = await page.evaluate(() => document.documentElement.scrollWidth)
          if (width > viewport.width) found.push(`${what}: ${width} px wide`)
        }
        const open = async (address: string, shown: string) => {
          await page.goto(`${app.world.server().url}/${address}`)
          await page.waitForSelector(shown)
        }
        await act("demo").waitFor()
        await look("welcome")
        await act("demo").click()
        await page.waitForSelector(".chip")
        await look("tastes")
        await act("next").click()
        await page.waitForSelector('select[name="city"]')
        await look("how")
        await act("next").click()
        await act("yes").waitFor()
        await look("swipe")
        await open("#/join", 'input[name="code"]')
        await look("join")
        await open("#/me", ".vibes, .columns")
        await look("me")
        await open(`#/new/${cityAwake(Date.now())}`, '[data-act="plan"]')
        await look("new")
        await act("plan").click()
        await groundDrawn(page)
        await act("more").click()
        await act("together").click()
        await act("fits").click()
        await act("around").click()
        await look("plan")
        await open(`#/print/${await page.evaluate(() => location.hash.split("/").at(-1))}`, ".printday")
        await look("print")
        await page.goBack()
        await page.locator('[data-act="copy"]').click()
        await page.waitForSelector('input[name="keep_places"]')
        await look("copy")
        await open("#/trips", ".card.link")
        await look("trips")
        await open("docs", "text=pivot-stream")
        const { example, parameters, summary } = await page.evaluate(async () => {
          const { paths } = await (await fetch("/openapi.json")).json()
          const { parameters, requestBody, summary } = paths["/api/v1/trips/{id}/pivot"].post
          return { parameters, summary, example: requestBody.content["application/json"].example }
        })
        const told = page.locator("details.route", { hasText: summary }).first()
        await told.locator("summary").click()
        for (const { description, name } of parameters) {
          await told.locator("dt", { hasText: name }).first().waitFor()
          await told.locator("dd", { hasText: description }).first().waitFor()
        }
        await told.locator("pre", { hasText: JSON.stringify(example, null, 2) }).waitFor()
        await look("docs")
        assert.deepStrictEqual(found, [])
        assert.deepStrictEqual(complaints, [])
        await page.context().close()
      })
    }
  }
})
