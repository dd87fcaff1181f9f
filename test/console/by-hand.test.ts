/** A plan shaped by its traveler: what it goes around, the order of its stops, other days, notes, and what fits in between. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { categoryWords, OPEN_WORDS, USUALLY_WORDS } from "../../console/messages.js"
import { type App, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { openCityElements, writeOpenCity } from "../support/open-city.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { dayInTheOpen, emptied, holderOf, underTheSky } from "../support/under-the-sky.ts"

interface Stop {
  readonly id: string
  readonly node: { readonly id: string }
  readonly starts_at: string
}

describe.skipIf(chromiumPath === undefined)(`a plan shaped by hand (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App
  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  it("goes around an arrival and a bed, and takes another order, another day and notes", async () => {
    const { page, act, complaints } = await app.visitor()
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

    // Two stops that may stand in any order, and a day with room: whatever was planned, nothing is in the way.
    const trip = (await page.evaluate(() => location.hash.split("/").at(-1)))!
    const hand = await holderOf(app.world, page)
    const rest = await emptied(hand, trip, [2, 3])
    const [one, other] = await underTheSky(hand, rest)
    for (const [place, time] of [
      [one, "10:00"],
      [other, "15:00"]
    ] as const)
      ok(
        await hand.call("POST", `/trips/${trip}/slots`, { node_id: place.id, at: `${rest.days[1].date}T${time}` }),
        201
      )
    const shown = (...expected: ReadonlyArray<string>) =>
      page.waitForFunction(
        (said) =>
          [...document.querySelectorAll(".stop:not(.fixed) strong")].map((found) => found.textContent).join("|") ===
          said,
        expected.join("|")
      )
    await page.locator('[data-of="tab-2"]').click()
    await shown(one.name, other.name)
    await page.locator(".stop .grip").nth(1).focus()
    await page.keyboard.press("ArrowUp")
    await shown(other.name, one.name)
    assert.strictEqual(await page.evaluate(() => document.activeElement?.getAttribute("data-act")), "grip")
    // The same by hand: the upper one to below the other, and back above it.
    const planned = async () => {
      const { days } = ok(await hand.call("GET", `/trips/${trip}`))
      return days[1].slots.map((slot: { node: { name: string } }) => slot.node.name)
    }
    for (const [from, to, expected] of [
      [0, 1, [one.name, other.name]],
      [1, 0, [other.name, one.name]]
    ] as const) {
      const stops = page.locator(".stop:not(.fixed)")
      await stops.nth(to).evaluate((stop) => stop.scrollIntoView({ block: "center" }))
      await stops.nth(from).locator(".grip").hover()
      await page.mouse.down()
      const goal = (await stops.nth(to).boundingBox())!
      await page.mouse.move(goal.x + 20, to > from ? goal.y + goal.height - 4 : goal.y + 4, { steps: 5 })
      await page.mouse.up()
      await shown(...expected)
      await until("the plan in that order", async () => (await planned()).join("|") === expected.join("|"))
    }

    const first = page.locator(".stop:not(.fixed)").first()
    await first.locator("summary").first().click()
    await first.locator("textarea").fill("Ask for the <i>counter</i>")
    await first.locator("textarea").blur()
    await first.locator(".note:not(:empty)").waitFor()
    await first.locator(".move summary").click()
    await first.locator('select[name="move_day"]').selectOption({ index: 2 })
    await picture(page, "phone-move")
    await act("move").click()
    await shown(one.name)
    await page.locator('[data-of="tab-3"]').click()
    await shown(other.name)
    assert.strictEqual(await page.locator("#notices .notice.error").count(), 0)

    // What a search finds is told as it will be on that day, and at that time where one is named.
    const museums = async (at: string) => {
      const { nodes } = ok(await hand.call("GET", `/cities/tokyo/nodes?q=museum&limit=8&at=${at}`))
      return nodes.map(({ category, expected, name, neighbourhood, open }: Json) => [
        `${name} · ${categoryWords(category)} · ${neighbourhood}`,
        open === "unknown" && expected
          ? USUALLY_WORDS[expected.usually as "open" | "closed"]
          : OPEN_WORDS[open as "open"]
      ])
    }
    const found = (expected: ReadonlyArray<ReadonlyArray<string>>) =>
      page.waitForFunction(
        (said) =>
          JSON.stringify(
            [...document.querySelectorAll(".choices .found")].map((row) => [
              row.querySelector("button")?.textContent,
              row.querySelector(".badge")?.textContent
            ])
          ) === said,
        JSON.stringify(expected)
      )
    const { date } = rest.days[2]
    const [byDay, byNight] = [await museums(date), await museums(`${date}T03:30`)]
    assert.isNotEmpty(byDay)
    assert.notDeepEqual(byDay, byNight)
    await act("add").click()
    await page.fill('input[name="what"]', "museum")
    await act("search").click()
    await found(byDay)
    await picture(page, "phone-search")
    await page.fill('input[name="at"]', "03:30")
    await page.locator('input[name="at"]').blur()
    await found(byNight)
    await act("add").click()

    await act("fits").click()
    await page.fill('input[name="fit_at"]', "15:00")
    await act("look-fits").click()
    await page.locator(".choices[aria-live]:not(:empty)").waitFor()
    await picture(page, "phone-fits")

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

  it("finds every place of a city that has more than a map is drawn from: typed, in a file, and beside a bed", async () => {
    const file = writeOpenCity(app.world.folder, openCityElements(undefined, 10))
    const { code, said } = await app.world.command("seed-city", "--city", "lyon", "--source", "osm", "--file", file)
    assert.strictEqual(code, 0, said)
    const ann = await app.world.someone()
    const page = async (cursor: string) => ok(await ann.call("GET", `/cities/lyon/nodes?limit=200${cursor}`))
    await until("the city", async () => (await ann.call("GET", "/cities/lyon/nodes?limit=1")).status === 200)
    const places: Array<Json> = []
    for (let cursor = ""; ; ) {
      const { nodes, next_cursor } = await page(cursor)
      places.push(...nodes)
      if (next_cursor === null) break
      cursor = `&cursor=${next_cursor}`
    }
    assert.isAbove(places.length, 1_400)
    const [typed, brought, beside] = [places.at(1_100), places.at(-1), places.at(-200)]

    const { page: phone, act, complaints } = await app.visitor()
    await phone.goto(`${app.world.server().url}/#token=${ann.token}`)
    await phone.getByRole("heading", { name: "My trips" }).waitFor()
    await phone.goto(`${app.world.server().url}/#/new/lyon`)
    await phone.fill('input[name="start_date"]', dayAhead(9))
    await act("musts").click()
    await phone.fill('input[name="must"]', "No such place")
    await act("add-must").click()
    await phone.getByText("No place here is called “No such place”").waitFor()
    await phone.fill('input[name="must"]', typed.name.toUpperCase())
    await act("add-must").click()
    await phone.getByRole("button", { name: `Remove: ${typed.name}` }).waitFor()
    await act("bring").click()
    await phone.setInputFiles('input[name="bring"]', {
      name: "list.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`Title,Note,URL\n${brought.name},,\nMy aunt's kitchen,,\n`)
    })
    await phone.getByRole("checkbox", { name: brought.name, checked: true }).waitFor()
    await phone.getByText("1 place is not in this city's catalog").waitFor()
    await act("around").click()
    await phone.fill('input[name="lodging_near"]', beside.name)
    await act("plan").click()
    await phone.waitForSelector(".badge.live")
    const id = await phone.evaluate(() => location.hash.split("/").at(-1))
    const { constraints, lodging } = ok(await ann.call("GET", `/trips/${id}`))
    assert.sameMembers(constraints.must, [typed.id, brought.id])
    assert.deepInclude(lodging, { title: beside.name, lat: beside.lat, lon: beside.lon })
    assert.deepStrictEqual(complaints, [])
    await phone.context().close()
  })

  it("is planned without a kind of place that one of them rules out by a tick, and with it once that is taken away", async () => {
    const [ann, bob] = [await app.world.someone(), await app.world.someone()]
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 1 }), 201)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const tag = trip.days[0].slots[0].node.vibe_tags[0]
    const opened = async (who: Traveler, viewport = PHONE) => {
      const seen = await app.visitor("light", viewport)
      await seen.page.goto(`${app.world.server().url}/#token=${who.token}`)
      await seen.page.getByRole("heading", { name: "My trips" }).waitFor()
      await seen.page.goto(`${app.world.server().url}/#/trips/${trip.id}`)
      await seen.page.waitForSelector(".badge.live")
      return seen
    }
    const [phone, desk, anns] = [await opened(bob), await opened(bob, WIDE), await opened(ann)]
    for (const { act, page } of [phone, desk, anns]) {
      await act("together").click()
      await act("kinds").click()
      await page.locator('input[name="veto"]').first().waitFor()
    }
    const box = (page: Page, value: string) => page.locator(`input[name="veto"][value="${value}"]`)
    const said = async () => ok(await bob.call("GET", `/trips/${trip.id}/vetoes`)).tags
    await box(phone.page, tag).check()
    await phone.page.locator(".vetoes li", { hasText: tag.replaceAll("_", " ") }).waitFor()
    await picture(phone.page, "phone-veto-kinds")
    // The other device has not heard of it, and says something else.
    const other = await desk.page
      .locator('input[name="veto"]')
      .evaluateAll(
        (all, first) => all.flatMap((one) => (one as HTMLInputElement).value).find((value) => value !== first)!,
        tag
      )
    await box(desk.page, other).check()
    await until("both are ruled out", async () => (await said()).length === 2)
    assert.sameMembers(await said(), [tag, other])
    assert.isFalse(await box(anns.page, tag).isChecked(), "nobody else sees it")

    const { slots } = ok(await ann.call("POST", `/trips/${trip.id}/replan`, {})).days[0]
    for (const { node } of slots) assert.notInclude(node.vibe_tags ?? [], tag)
    await box(desk.page, tag).uncheck()
    await until("one is left", async () => (await said()).length === 1)
    assert.deepStrictEqual(await said(), [other])
    for (const { page, complaints } of [phone, desk, anns]) {
      assert.deepStrictEqual(complaints, [])
      await page.context().close()
    }
  })

  it("is another one once somebody who is late has said by how much, and taken what was offered", async () => {
    const { page, act, complaints } = await app.visitor()
    await act("demo").click()
    await page.waitForSelector(".chip")
    const hand = await holderOf(app.world, page)
    const planOf = async (id: string) => {
      const { days } = ok(await hand.call("GET", `/trips/${id}`))
      return days.flatMap(({ slots }: { slots: ReadonlyArray<Stop> }) =>
        slots.map(({ id, node, starts_at }) => `${id} ${node.id} ${starts_at}`)
      )
    }
    // What is left of today is one place under the sky, whatever a planner may have made of the day.
    const { id: late } = await dayInTheOpen(hand)
    await page.goto(`${app.world.server().url}/#/trips/${late}`)
    await page.waitForSelector(".badge.live")
    const { days } = ok(await hand.call("GET", `/trips/${late}`))
    const [stop] = days[0].slots
    // An hour later than the stop begins: it cannot stay as it is.
    const minutes = Math.ceil((Date.parse(stop.starts_at) - Date.now()) / 60_000) + 60
    const before = await planOf(late)
    await act("happens").click()
    await page.fill('input[name="minutes"]', String(minutes))
    await act("late").click()
    await page.waitForSelector(".offer")
    await picture(page, "phone-late")
    await act("accept-0").click()
    await page.locator('[data-act="undo-change"]', { hasText: "the offer you took" }).waitFor()
    assert.notDeepEqual(await planOf(late), before)
    assert.strictEqual(await page.locator("#notices .notice.error").count(), 0)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
