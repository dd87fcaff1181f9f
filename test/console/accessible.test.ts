/** Every page of the app, looked over by axe: nothing that keeps somebody out, on a phone and a desk, by day and night. */
import { createRequire } from "node:module"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { AxeResults } from "axe-core"
import type { Page } from "playwright-core"
import { T } from "../../console/messages.js"
import { type App, cityAwake, groundDrawn, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok } from "../support/server.ts"
import { dayInTheOpen, holderOf } from "../support/under-the-sky.ts"

const { source } = createRequire(import.meta.url)("axe-core") as { source: string }

const GRAVE = ["serious", "critical"]

/** What is gravely wrong with a page, or with this part of it, each with the first element that it is wrong with. */
const faults = async (page: Page, part = "html", rules?: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(source)
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(${JSON.stringify(part)}, ${JSON.stringify(rules === undefined ? {} : { runOnly: rules })})`
  )
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ""))
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
}

/** What the colours of a page can break. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"]

const SIZES = [
  ["wide", WIDE],
  ["phone", PHONE]
] as const

/** What is wrong with a part of the page in each width, by night and by day; it is left on a phone by day. */
const faultsInAll = async (page: Page, what: string, part: string): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for (const colorScheme of ["dark", "light"] as const) {
    for (const [name, viewport] of SIZES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
      await page.setViewportSize(viewport)
      await page.locator(part).first().waitFor()
      await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running"))
      await picture(page, `${what}-${name}-${colorScheme}`)
      // Night and day differ in their colours alone.
      const rules = colorScheme === "dark" ? COLOUR_RULES : undefined
      found.push(...(await faults(page, part, rules)).map((fault) => `${what}, ${name}, ${colorScheme}: ${fault}`))
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      if (width > viewport.width) found.push(`${what}, ${name}, ${colorScheme}: ${width} px wide`)
    }
  }
  return found
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

  it("can be put on a home screen", async () => {
    const { page } = await app.visitor()
    await page.waitForSelector("html[data-kept]")
    const devtools = await page.context().newCDPSession(page)
    const { errors } = await devtools.send("Page.getAppManifest")
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors")
    // Each visitor's browser forgets, as one in private does, and is told so; nothing else is in the way.
    const others = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")
    assert.deepStrictEqual([errors, others], [[], []])
    await page.context().close()
  })

  /** Somebody who tries the app for the first time, and what is found on the pages that they come to. */
  const newcomer = async () => {
    const { page, act } = await app.visitor()
    const found: Array<string> = []
    const look = async (what: string, part: string) => {
      found.push(...(await faultsInAll(page, what, part)))
    }
    const open = async (path: string, shown: string) => {
      // Another page altogether: what stood on the one before is not taken for what is waited for.
      await page.goto("about:blank")
      await page.goto(new URL(path, app.world.server().url).href)
      await page.waitForSelector(shown)
    }
    await act("demo").click()
    await page.waitForSelector(".chip")
    return { page, act, found, look, open }
  }

  it("has no grave fault in an invitation, an offer, a vote and what came of it, on a phone and a desk, by day and night", async () => {
    const { page, act, found, look, open } = await newcomer()
    // Somebody else's plan, of which rain is sure to spoil something: whoever comes along is asked to vote.
    const other = await app.world.someone()
    const { id } = await dayInTheOpen(other)
    const { path } = ok(await other.call("POST", `/trips/${id}/links`, { kind: "invite", from_name: "Ana" }), 201)

    await open(path, '[data-act="join"]')
    await look("invitation", "main")
    await act("join").click()
    await page.waitForSelector(".badge.live")
    await groundDrawn(page)

    // It slides in; for who wants nothing to move, it stands there.
    await page.emulateMedia({ reducedMotion: "no-preference" })
    const slid = page.evaluate(
      () =>
        new Promise((resolve) =>
          document.addEventListener("animationstart", ({ animationName, target }) => {
            if (animationName === "offers-in") resolve((target as Element).className)
          })
        )
    )
    await act("happens").click()
    await act("rain").click()
    await act("accept-0").waitFor()
    assert.strictEqual(await slid, "offers filled")
    await page.emulateMedia({ reducedMotion: "reduce" })
    const moves = await page.locator(".offers.filled").evaluate((part) => getComputedStyle(part).animationName)
    assert.strictEqual(moves, "none")
    // With all that is folded into it.
    await page.evaluate(() => {
      for (const one of document.querySelectorAll<HTMLDetailsElement>(".offer details")) one.open = true
    })
    await page.locator('.offer select[name="minutes"]').waitFor()
    await look("offer", ".offers")
    await act("begin-vote").click()
    await page.waitForSelector(".vote")
    await act("accept-0").click()
    await page.getByText("You voted: option A").waitFor()
    await look("vote", ".offers")
    const { vote } = ok(await other.call("GET", `/trips/${id}/vote`))
    const answer = { response: "accept", option_id: vote.offer.options[0].option_id }
    ok(await other.call("PUT", `/trips/${id}/pivots/${vote.pivot_id}/vote`, answer))
    await page.waitForSelector(".decided")
    await look("decided", ".offers")
    assert.deepStrictEqual(found, [])
    await page.context().close()
  })

  it("has no grave fault in choices, search results and what waits, on a phone and a desk, by day and night", async () => {
    const { page, act, found, look, open } = await newcomer()
    // Some stop of the plan has something that could stand in its place.
    const mine = await holderOf(app.world, page)
    const trip: Json = ok(await mine.call("POST", "/trips", { city: "tokyo", start_date: dayAhead(9), days: 3 }), 201)
    const choosable = async () => {
      for (const { day, slots } of trip.days) {
        for (const slot of slots) {
          const { choices } = ok(await mine.call("GET", `/trips/${trip.id}/slots/${slot.id}/choices`))
          if (choices.length > 0) return { day, slot }
        }
      }
      throw new Error("No stop of three days in Tokyo has another place that could stand there.")
    }
    const { day, slot } = await choosable()
    await open(`/#/trips/${trip.id}`, ".badge.live")
    await page.locator(`[data-of="tab-${day}"]`).click()
    const stop = page.locator(`.stop[data-of="${slot.id}"]`)
    await stop.locator('[data-act="more"]').click()
    await stop.locator('[data-act="swap"]').click()
    await stop.locator('[data-act="choose-0"]').waitFor()
    await look("choices", ".stops")
    await act("add").click()
    await page.fill('input[name="what"]', slot.node.name)
    await act("search").click()
    await page.waitForSelector(".found")
    await look("search", ".add")
    await page.context().setOffline(true)
    await stop.locator('[data-act="lock"]').click()
    await act("waiting").click()
    await page.locator("#waiting li").first().waitFor()
    // Trying in vain folds nothing up.
    const inVain = page.waitForEvent("requestfailed")
    await act("send").click()
    await inVain
    await look("waiting", "#waiting")
    assert.isTrue(await page.locator("#waiting li").first().isVisible())
    await page.context().setOffline(false)
    await page.waitForSelector("#waiting", { state: "hidden" })
    assert.deepStrictEqual(found, [])
    await page.context().close()
  })

  it("has no grave fault in a shared plan and a code for another device, on a phone and a desk, by day and night", async () => {
    const { page, act, found, look, open } = await newcomer()
    const other = await app.world.someone()
    const wish = { city: "tokyo", start_date: dayAhead(9), days: 2 }
    const { id } = ok(await other.call("POST", "/trips", wish), 201)
    const { path } = ok(await other.call("POST", `/trips/${id}/links`, { kind: "share", from_name: "Ana" }), 201)
    await open(path, ".stop")
    await look("shared", "body")
    await open("/#/me", '[data-act="make-code"]')
    await act("make-code").click()
    await page.locator(".invitation .code").waitFor()
    await look("code", "main")
    const address = await page.locator(".invitation .copyable input").inputValue()
    await page.getByRole("button", { name: T.me.signOut }).click()
    await act("demo").waitFor()
    await open(address, '[data-act="sign-in"].primary')
    await look("sign in here", "body")
    assert.deepStrictEqual(found, [])
    await page.context().close()
  })
})
