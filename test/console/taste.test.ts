/** What somebody says they like in the app, says again, and finds as it was. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { type App, openApp } from "../support/app.ts"
import { chromiumPath, NO_BROWSER, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok, until } from "../support/server.ts"

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
  it("is told of everybody in Together, each with what the plan has for them", async () => {
    const someone = async (food: string) => {
      const who = await app.world.someone()
      ok(await who.call("PUT", "/users/me/onboarding", { tags: { food: [food] } }))
      return who
    }
    const [ann, bob] = [await someone("ramen"), await someone("coffee")]
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(4), days: 2 }), 201)
    assert.notProperty(trip.members[0], "got", "nothing is shared out among one")
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const cat = await app.world.someone()
    ok(await cat.call("POST", `/invitations/${code}/join`))
    const { days, members } = await until("what each got", async () => {
      const now = ok(await bob.call("GET", `/trips/${trip.id}`))
      return now.members.slice(0, 2).every(({ got }: Json) => got !== undefined) && now
    })
    const slots = days.flatMap((day: Json) => day.slots)
    const nameOf = (id: string) => slots.find((slot: Json) => slot.id === id).node.name
    assert.lengthOf(members, 3)
    assert.notProperty(members[2], "got", "of whom nothing is known, nothing is said")
    for (const { got, stops } of members.slice(0, 2)) {
      if (stops.length === 0) assert.match(got, /^None of the \d+ stops is among your favourites/)
      else {
        assert.include(got, `${stops.length} of ${slots.length} stops are among your favourites, such as `)
        for (const id of stops.slice(0, 3)) assert.include(got, nameOf(id))
      }
    }

    for (const [who, own] of [
      [ann, 0],
      [bob, 1]
    ] as const) {
      const { page, act, complaints } = await app.visitor()
      await page.goto(`${app.world.server().url}/#token=${who.token}`)
      await page.getByRole("heading", { name: "My trips" }).waitFor()
      await page.goto(`${app.world.server().url}/#/trips/${trip.id}`)
      await act("together").click()
      const people = page.locator(".together > ul").first().locator("li")
      const of = (nr: number) => people.nth(nr).locator("p").textContent()
      assert.strictEqual(await of(own), members[own].got)
      assert.strictEqual(await people.nth(2).locator("p").count(), 0)
      const count = members[1 - own].stops.length
      assert.match((await of(1 - own)) ?? "", /among their favourites\.$/)
      assert.include(await of(1 - own), `${count === 0 ? "None" : count} of ${slots.length} stop`)
      await picture(page, "phone-each-got")
      assert.deepStrictEqual(complaints, [])
      await page.context().close()
    }
  })

  it("tells whoever joined that the plan does not know what they need, and plans it anew for that", async () => {
    const [ann, bob] = [await app.world.someone(), await app.world.someone()]
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(4), days: 1 }), 201)
    const { code } = ok(await ann.call("POST", `/trips/${trip.id}/links`, { kind: "invite" }), 201)
    ok(await bob.call("POST", `/invitations/${code}/join`))
    const { page, act, complaints } = await app.visitor()
    await page.goto(`${app.world.server().url}/#token=${bob.token}`)
    await page.getByRole("heading", { name: "My trips" }).waitFor()
    await page.evaluate(
      ([id]) => localStorage.setItem(`overplanned.own.${id}.needs`, '["vegetarian","children"]'),
      [bob.id]
    )
    await page.goto(`${app.world.server().url}/#/trips/${trip.id}`)
    const asked = page.locator('[data-of="needs"]')
    assert.include(await asked.textContent(), "Vegetarian, With children")
    await picture(page, "phone-needs")
    await act("needs").click()
    await page.getByText("The plan knows what you need now.").waitFor()
    assert.strictEqual(await asked.count(), 0)
    assert.deepStrictEqual(ok(await ann.call("GET", `/trips/${trip.id}`)).constraints.needs, ["vegetarian", "children"])
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("knows the next time what somebody did not like on a trip", async () => {
    const ann = await app.world.someone()
    const trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(4), days: 1 }), 201)
    const { page, complaints } = await app.visitor()
    await page.goto(`${app.world.server().url}/#token=${ann.token}`)
    await page.getByRole("heading", { name: "My trips" }).waitFor()
    await page.goto(`${app.world.server().url}/#/trips/${trip.id}`)
    await page.waitForSelector(".badge.live")
    const [{ id, node }] = trip.days[0].slots
    await page.locator(`.stop[data-of="${id}"] [data-act="more"]`).click()
    await page.locator(`.stop[data-of="${id}"] [data-act="dislike"]`).click()
    await page.getByText("Noted. Your next plans know.").waitFor()
    const [learnt] = await until("what it taught", async () => {
      const { recent } = ok(await ann.call("GET", "/users/me/persona"))
      return recent.length > 0 && recent
    })
    assert.deepStrictEqual([learnt.signal_type, learnt.node.id], ["thumbs_down", node.id])
    assert.isNotEmpty(learnt.changes)

    await page.goto(`${app.world.server().url}/#/me`)
    const lesson = page.locator("ol.plain li").first()
    await lesson.locator("strong", { hasText: `Did not like ${node.name}` }).waitFor()
    const less = learnt.changes.filter(({ change }: Json) => change < 0)
    assert.isNotEmpty(less)
    assert.deepStrictEqual(
      await lesson.locator(".tag.down").allTextContents(),
      less.map(({ tag }: Json) => `less ${tag.replaceAll("_", " ")}`)
    )
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
