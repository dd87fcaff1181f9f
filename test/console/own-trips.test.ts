/** Trips as a whole in the app: one like another, calling off, finding again; links that are closed; two hands on one plan; what one of them rules out. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { type App, groundDrawn, openApp, PHONE, WIDE } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { openToSuggestions, SUGGESTIONS, wholePerson } from "../support/companion.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"

describe.skipIf(chromiumPath === undefined)(`trips in the app (${chromiumPath ?? NO_BROWSER})`, () => {
  let app: App

  beforeAll(async () => {
    app = await openApp()
  })
  afterAll(() => app?.close())

  /** The app as this traveler has it open, at that address. */
  const at = async (who: Traveler, address: string, viewport = PHONE) => {
    const { page, complaints, act } = await app.visitor("light", viewport)
    await page.goto(`${app.world.server().url}/#token=${who.token}`)
    await page.getByRole("heading", { name: "My trips" }).waitFor()
    await page.goto(`${app.world.server().url}/${address}`)
    return { page, complaints, act }
  }
  const planned = async (who: Traveler, days: number, ahead: number, city = "seattle"): Promise<Json> =>
    ok(await who.call("POST", "/trips", { city, start_date: dayAhead(ahead), days }), 201)
  const opened = async (who: Traveler, trip: Json, viewport = PHONE) => {
    const seen = await at(who, `#/trips/${trip.id}`, viewport)
    await seen.page.waitForSelector(".badge.live")
    return seen
  }
  const read = async (who: Traveler, { id }: Json): Promise<Json> => ok(await who.call("GET", `/trips/${id}`))
  const notice = (page: Page, text: string) => page.locator("#notices").getByText(text).waitFor()

  it("are copied with their places, length and limits, and the copy is a trip of its own", async () => {
    const ann = await app.world.someone()
    const wish = { city: "seattle", start_date: dayAhead(4), days: 2, constraints: { pace: "leisurely" } }
    const first = ok(await ann.call("POST", "/trips", wish), 201)
    const { page, act, complaints } = await opened(ann, first)
    await act("copy").click()
    await page.getByText("Like your trip to Seattle").waitFor()
    assert.strictEqual(await page.locator('input[name="days"]').inputValue(), "2")
    await page.fill('input[name="start_date"]', dayAhead(40))
    await picture(page, "phone-copy")
    await act("plan").click()
    await page.waitForFunction(
      (id) => /#\/trips\/[0-9a-f]/.test(location.hash) && !location.hash.includes(id),
      first.id
    )
    const copy = await read(ann, { id: await page.evaluate(() => location.hash.split("/").at(-1)) })
    const places = first.days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.id))
    assert.sameMembers(copy.constraints.must, [...new Set(places)])
    assert.strictEqual(copy.constraints.pace, "leisurely")
    assert.lengthOf(copy.days, 2)
    assert.strictEqual((await read(ann, first)).state_version, first.state_version, "the first one is as it was")
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("are called off after one was asked, and found by when and where they are", async () => {
    const ann = await app.world.someone()
    const [, , , off] = [
      await planned(ann, 2, 5),
      await planned(ann, 1, 9, "tokyo"),
      await planned(ann, 1, 12, "new-york"),
      await planned(ann, 1, 20, "tokyo")
    ]
    const { page, act, complaints } = await opened(ann, off)
    page.once("dialog", (dialog) => dialog.dismiss())
    await act("cancel-trip").click()
    assert.strictEqual((await read(ann, off)).status, "planning", "whoever says no has it as it was")
    let asked = ""
    page.once("dialog", (dialog) => {
      asked = dialog.message()
      return dialog.accept()
    })
    await act("cancel-trip").click()
    await notice(page, "The trip is called off.")
    assert.match(asked, /cannot be undone/)
    assert.strictEqual((await read(ann, off)).status, "cancelled")
    await act("cancel-trip").waitFor({ state: "detached" })
    await page.getByText("This trip is cancelled.").waitFor()
    const state = page.locator("#stream-state")
    assert.isFalse(await state.isVisible(), "what is called off is not live")
    await page.reload()
    await page.waitForSelector("#stream-state.live", { state: "attached" })
    assert.isFalse(await state.isVisible(), "nor when it is opened again")

    await page.goto(`${app.world.server().url}/#/trips`)
    const cards = page.locator(".card.link")
    await cards.first().waitFor()
    assert.strictEqual(await cards.count(), 4)
    await page.locator('select[name="where"]').selectOption("tokyo")
    assert.deepStrictEqual(await cards.locator("strong").allTextContents(), ["Tokyo", "Tokyo"])
    await page.locator('select[name="which"]').selectOption({ label: "Past" })
    assert.deepStrictEqual(await cards.locator(".badge").allTextContents(), ["cancelled"])
    await page.locator('select[name="where"]').selectOption("new-york")
    await page.getByText("None of these.").waitFor()
    assert.strictEqual(await cards.count(), 0)
    await picture(page, "phone-filters")
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("let nobody in by an invitation that was taken back", async () => {
    const [ann, bob] = [await app.world.someone(), await app.world.someone()]
    const { page, act } = await opened(ann, await planned(ann, 1, 5))
    await act("together").click()
    await act("invite").click()
    const link = await page.locator(".invitation .copyable input").inputValue()
    await page.getByRole("button", { name: "Revoke" }).click()
    await page.getByText("Invitation, good until").waitFor({ state: "detached" })
    const guest = await at(bob, new URL(link).hash)
    await guest.page.locator(".notice.error").waitFor()
    assert.match((await guest.page.locator(".notice.error").textContent()) ?? "", /[Aa]sk/, "what to do now")
    assert.strictEqual(await guest.act("join").count(), 0)
    for (const one of [page, guest.page]) await one.context().close()
  })

  it("stay readable for whoever has a shared one open when its link is taken back, with a sentence", async () => {
    const ann = await app.world.someone()
    const { page, act } = await opened(ann, await planned(ann, 1, 5))
    await act("together").click()
    await act("share").click()
    const link = await page.locator(".invitation .copyable input").inputValue()
    const reader = await app.visitor("light", WIDE)
    await reader.page.goto(link)
    await reader.page.waitForSelector(".stop")
    await groundDrawn(reader.page)
    const names = await reader.page.locator(".stop strong").allTextContents()
    await page.getByRole("button", { name: "Revoke" }).click()
    await reader.page.locator(".notice.error").waitFor()
    await picture(reader.page, "wide-share-revoked")
    assert.deepStrictEqual(await reader.page.locator(".stop strong").allTextContents(), names)
    for (const one of [page, reader.page]) await one.context().close()
  })

  it("take back one change, and not two, where two people undo at once", async () => {
    const [ann, bob] = [await app.world.someone(), await app.world.someone()]
    const trip = await planned(ann, 1, 5)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const stops = trip.days[0].slots
    for (const { id } of stops.slice(0, 2)) {
      ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${id}`, { action: "remove" }))
    }
    const both = [await opened(ann, trip), await opened(bob, trip, WIDE)]
    const asked: Array<() => void> = []
    for (const { page } of both) {
      // Neither is heard before both have pressed.
      await page.route("**/undo", async (route) => {
        await new Promise<void>((go) => {
          asked.push(go)
          if (asked.length === both.length) for (const one of asked) one()
        })
        await route.continue()
      })
    }
    await Promise.all(both.map(({ act }) => act("undo-change").click()))
    for (const { page } of both) {
      await until("both see it", async () => (await page.locator(".stop:not(.fixed)").count()) === stops.length - 1)
      await page.waitForSelector('[data-act="undo-change"]:not([aria-busy="true"])')
      assert.strictEqual(await page.locator(".told.error").count(), 0, "nobody is told that it did not work")
    }
    const left = (await read(ann, trip)).days[0].slots.map(({ id }: Json) => id)
    assert.deepStrictEqual(
      left,
      stops.slice(1).map(({ id }: Json) => id)
    )
    for (const { page } of both) await page.context().close()
  })

  it("never come back to what one of them has ruled out, and only that one sees what it is", async () => {
    const [ann, bob] = [await app.world.someone(), await app.world.someone()]
    const trip = await planned(ann, 1, 5)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const [{ id, node }, other] = trip.days[0].slots
    const bobs = await opened(bob, trip)
    const anns = await opened(ann, trip, WIDE)
    const stop = bobs.page.locator(`.stop[data-of="${id}"]`)
    await stop.locator("summary").first().click()
    await stop.getByRole("button", { name: "Never on this trip" }).click()
    await notice(bobs.page, `${node.name} is not planned or offered on this trip any more. Nobody else sees that.`)
    assert.isTrue(await stop.isVisible(), "nothing changes for the others")
    await bobs.act("together").click()
    const ruledOut = bobs.page.locator(".vetoes li", { hasText: node.name })
    await ruledOut.waitFor()
    await picture(bobs.page, "phone-vetoes")

    // What comes after it has come to her.
    ok(await bob.call("PATCH", `/trips/${trip.id}/slots/${other.id}`, { action: "lock" }))
    await anns.page.locator(`.stop[data-of="${other.id}"] .badge.locked`).waitFor()
    assert.notInclude(await anns.page.locator("#notices").textContent(), node.name)
    await anns.act("together").click()
    await anns.page.locator(".vetoes").getByText("Nothing so far").waitFor()
    assert.strictEqual(await anns.act("unrule").count(), 0)

    const after = ok(await ann.call("POST", `/trips/${trip.id}/replan`, {})).days[0].slots
    const places = (list: ReadonlyArray<Json>) => list.map((one) => one.node.id)
    assert.notInclude(places(after), node.id)
    for (const slot of after.filter(({ locked }: Json) => !locked)) {
      const { choices } = ok(await ann.call("GET", `/trips/${trip.id}/slots/${slot.id}/choices`))
      assert.notInclude(places(choices), node.id)
    }
    const add = () => ann.call("POST", `/trips/${trip.id}/slots`, { node_id: node.id })
    assert.include(JSON.stringify((await add()).body), "goes against a veto")

    await bobs.page.context().setOffline(true)
    await ruledOut.getByRole("button", { name: "Take it back" }).click()
    await bobs.page.getByText("1 thing waits for the network").waitFor()
    await bobs.page.context().setOffline(false)
    await bobs.page.locator(".vetoes").getByText("Nothing so far").waitFor()
    assert.deepInclude(ok(await bob.call("GET", `/trips/${trip.id}/vetoes`)), { nodes: [], tags: [] })
    assert.notInclude(JSON.stringify((await add()).body), "goes against a veto")
    const complaints = [...bobs.complaints, ...anns.complaints]
    assert.deepStrictEqual(
      complaints.filter((one) => !one.includes("ERR_INTERNET_DISCONNECTED")),
      []
    )
    for (const { page } of [bobs, anns]) await page.context().close()
  })

  it("keep what one has open, writes and looks at while others change the plan", async () => {
    const ann = await app.world.someone()
    const trip = await planned(ann, 1, 5)
    const { page, complaints } = await opened(ann, trip)
    await page.waitForSelector(".map .hood", { state: "attached" })
    const [first] = trip.days[0].slots
    const stop = page.locator(`.stop[data-of="${first.id}"]`)
    await stop.locator("summary").first().click()
    await stop.locator('textarea[name="note"]').pressSequentially("Ring at the ba")
    await page.evaluate(() => Object.assign(document.querySelector(".map .hood")!, { isTheSame: true }))
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "lock" }))
    await stop.locator(".badge.locked").waitFor()
    await page.keyboard.type("ck door")
    assert.strictEqual(await stop.locator('textarea[name="note"]').inputValue(), "Ring at the back door")
    await stop.getByRole("button", { name: "May be changed again" }).waitFor()
    assert.isTrue(
      await page.evaluate(() => "isTheSame" in document.querySelector(".map .hood")!),
      "the ground of the map is not drawn again"
    )
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("are planned around a file that can be read, and say what is wrong with one that cannot", async () => {
    const ann = await app.world.someone()
    const { page, act, complaints } = await at(ann, "#/new/seattle")
    await act("plan").waitFor()
    const give = async (name: string, content: string, said: RegExp) => {
      const file = join(app.world.folder, name)
      writeFileSync(file, content)
      await page.setInputFiles('input[type="file"]', file)
      await page.getByText(said).waitFor()
    }
    await page.locator("details:has(input[type=file]) > summary").click()
    await give("places.json", " ".repeat(30_000_000), /30 MB; up to 20 MB are read/)
    await give("nested.kml", "<a>".repeat(100_000), /unpacks to more than any list/)
    await give("entities.kml", '<!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>', /declares what no list/)
    const [first, second] = [dayAhead(5), dayAhead(6)]
    await page.fill('input[name="start_date"]', first)
    const clock = (time: string) => `TZID=America/Los_Angeles:${second.replaceAll("-", "")}T${time}00`
    const event = `BEGIN:VEVENT\r\nSUMMARY:Table at Ana's\r\nDTSTART;${clock("1830")}\r\nDTEND;${clock("2000")}\r\nEND:VEVENT`
    await give("trip.ics", `BEGIN:VCALENDAR\r\n${event}\r\nEND:VCALENDAR`, /1 booking\. Ticked ones/)
    await act("plan").click()
    await page.waitForSelector(".stop")
    await page.locator('[data-of="tab-2"]').click()
    await page.locator(".stop.fixed", { hasText: "Table at Ana's" }).getByText(/6:30/).waitFor()
    const id = await page.evaluate(() => location.hash.split("/").at(-1))
    const { fixed } = await read(ann, { id })
    assert.lengthOf(fixed, 1)
    assert.deepInclude(fixed[0], { title: "Table at Ana's", kind: "reservation" })
    assert.strictEqual(Date.parse(fixed[0].ends_at) - Date.parse(fixed[0].starts_at), 90 * 60_000)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("find somebody to travel with among those who want it too, and stop looking as easily", async () => {
    const [ann, bob, cat] = [
      await wholePerson(app.world, 34, ["food", "culture"]),
      await wholePerson(app.world, 36, ["food", "culture"]),
      await wholePerson(app.world, 61, ["nightlife"])
    ]
    for (const who of [bob, cat]) await openToSuggestions(who)
    const { page, act, complaints } = await at(ann, "#/me")
    await page.getByText("Off until you ask for it.").waitFor()
    await act("companions-start").click()
    await act("companions-stop").waitFor()
    const people = page.locator(".companion")
    await until("both are known", async () => {
      if ((await people.count()) === 2) return true
      await page.reload()
      await page.locator('[data-act="companions-stop"]').waitFor()
      return (await people.count()) === 2
    })
    await picture(page, "phone-companions")
    const one = (who: Traveler) => page.locator(`.companion[data-of="${who.id}"]`)
    assert.include(await one(bob).textContent(), "Somebody who likes what you like: food, culture.")
    assert.notMatch((await page.locator("body").textContent()) ?? "", /score|0\.\d\d/)
    await one(cat).getByRole("button", { name: "No, thank you" }).click()
    await notice(page, "They are not told")
    await one(cat).waitFor({ state: "detached" })
    await one(bob).getByRole("button", { name: "I would travel with them" }).click()
    await notice(page, "If they say yes as well")

    ok(await bob.call("GET", SUGGESTIONS))
    assert.deepStrictEqual(ok(await bob.call("PUT", `${SUGGESTIONS}/${ann.id}`, { answer: "accepted" })), {
      mutual: true
    })
    ok(await bob.call("PUT", "/users/me/companions", { user_ids: [ann.id] }))
    await page.reload()
    await one(bob).getByText("You both said yes.").waitFor()
    await one(bob).getByRole("button", { name: "Yes, let them" }).click()
    await one(bob).getByText("They may plan trips with you now.").waitFor()
    await page.goto(`${app.world.server().url}/#/new/seattle`)
    await page.fill('input[name="start_date"]', dayAhead(3))
    await page.getByRole("checkbox", { name: "Somebody who likes what you like" }).check()
    await picture(page, "phone-new-trip-along")
    await act("plan").click()
    await page.getByText("2 travelers").waitFor()
    await until("it is a trip of both", async () => ok(await bob.call("GET", "/trips")).trips.length === 1)

    await page.goto(`${app.world.server().url}/#/me`)
    page.once("dialog", (dialog) => dialog.accept())
    await act("companions-stop").click()
    await act("companions-start").waitFor()
    assert.deepInclude(ok(await bob.call("GET", SUGGESTIONS)), { mutual: [] })
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("ask whoever looks for company what is not known of them, once", async () => {
    const ann = await app.world.someone()
    const { page, act, complaints } = await at(ann, "#/me")
    await act("companions-start").click()
    await page.locator('input[name="age"]').fill("34")
    await act("save-companion").click()
    await notice(page, "Say of at least one thing")
    await page.getByRole("checkbox", { name: "being outdoors" }).check()
    await picture(page, "phone-companions-missing")
    await act("save-companion").click()
    await page.getByText("Say of some places whether you would go there").waitFor()
    assert.strictEqual(await page.locator('input[name="age"]').count(), 0)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
