/** A notification in a real browser: the worker of the page shows what came, and what is pressed there answers the offer. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { inClock } from "../../console/format.js"
import { T } from "../../console/messages.js"
import { openWorld, type World } from "../e2e/world.ts"
import { type PushService, pushDevice, startPushService } from "../fakes/push-service.ts"
import { chromiumPath, NO_BROWSER, openBrowser, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"

// biome-ignore lint/suspicious/noExplicitAny: the types here are a page's, and this runs in its worker.
type WorkerScope = any

describe.skipIf(chromiumPath === undefined)(`a notification (${chromiumPath ?? NO_BROWSER})`, () => {
  let service: PushService
  let world: World
  let browser: Browser

  beforeAll(async () => {
    service = await startPushService()
    world = await openWorld({ RATE_LIMIT: "off", PUSH_SERVICES: service.host })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
    service?.close()
  })

  /** A trip under way; `close` closes a place of its plan while it is there, and gives the stop. */
  const underWay = async (who: Traveler, operator: Traveler) => {
    const trip = ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 3 }), 201)
    for (const status of ["confirmed", "active"]) ok(await who.call("PATCH", `/trips/${trip.id}`, { status }))
    const close = async ({ ends_at, node }: Json) => {
      const from = new Date(Date.now() - 60_000).toISOString()
      const event = { kind: "closure", node_id: node.id, from, until: ends_at }
      ok(await operator.call("POST", "/admin/cities/seattle/events", event), 202)
    }
    return { trip, close, stops: trip.days.flatMap(({ slots }: Json) => slots) as ReadonlyArray<Json> }
  }

  it("is shown by the page's worker, and answered from there while no page has a token", async () => {
    const [operator, ann] = [await world.someone({ role: "admin" }), await world.someone()]
    const { trip, close, stops } = await underWay(ann, operator)
    const phone = pushDevice(service)
    ok(await ann.call("PUT", "/users/me/push-subscriptions", phone.subscription))
    let text = ""
    for (const stop of stops) {
      const before = service.to(phone.path).length
      await close(stop)
      text = phone.read(await until("the message", () => service.to(phone.path)[before]))
      if (JSON.parse(text).option_id !== null) break
    }
    const notice = JSON.parse(text)

    const origin = world.server().url
    const context = await browser.newContext()
    await context.grantPermissions(["notifications"], { origin })
    const page = await context.newPage()
    await page.goto(origin)
    const devtools = await context.newCDPSession(page)
    let registrationId: string | undefined
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      registrationId = registrations[0]?.registrationId ?? registrationId
    })
    await devtools.send("ServiceWorker.enable")
    await page.waitForFunction(() => document.documentElement.dataset["kept"] === "yes")
    const id = await until("the page's worker", () => registrationId)
    const worker = await until("the worker", () => context.serviceWorkers()[0])
    // What a browser without a screen makes of a notification is its own affair: what it is asked to show counts.
    await worker.evaluate(() => {
      const scope = globalThis as WorkerScope
      scope.asked = []
      const show = scope.registration.showNotification.bind(scope.registration)
      scope.registration.showNotification = (title: string, options: Json) => {
        scope.asked.push({ title, options })
        return show(title, options)
      }
    })
    const asked = (n: number) =>
      until(`notification ${n}`, () => worker.evaluate((at) => (globalThis as WorkerScope).asked[at], n - 1))
    await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: id, data: text })
    const shown = await asked(1)
    // Its times are told as the device tells times: those of the server are on 24 hours.
    const locale = await worker.evaluate(() => navigator.language)
    const title = inClock(notice.title, locale)
    assert.strictEqual(shown.title, title)
    assert.deepInclude(shown.options, { body: inClock(notice.body, locale), tag: notice.pivot_id })
    assert.deepStrictEqual(
      shown.options.actions.map(({ action, title }: Json) => [action, title]),
      [
        ["accept", T.worker.take],
        ["dismiss", T.worker.keep]
      ]
    )

    await worker.evaluate(({ data }) => {
      const notification = { data, close: () => undefined }
      const pressed = Object.assign(new Event("notificationclick"), {
        action: "accept",
        notification,
        waitUntil: () => undefined
      })
      globalThis.dispatchEvent(pressed)
    }, shown.options)
    const after = await until("the changed plan", async () => {
      const { body } = await ann.call("GET", `/trips/${trip.id}`)
      return body.state_version > notice.state_version || body.undo[0]?.what === "pivot" ? body : undefined
    })
    assert.strictEqual(after.undo[0].what, "pivot")
    const said = await asked(2)
    assert.deepInclude(said, { title: T.worker.done })
    assert.strictEqual(said.options.body, T.worker.changed)

    // A browser that is short of room throws away what a page kept, and with it the words for the buttons.
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name)
    })
    await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: id, data: text })
    const bare = await asked(3)
    assert.strictEqual(bare.title, title)
    assert.deepStrictEqual(bare.options.actions, [], "it opens the trip, and one answers there")

    const vote = { ...notice, option_id: null, title: "Your group votes until 18:30", body: "Instead: A place, 00:05" }
    await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId: id, data: JSON.stringify(vote) })
    const timed = await asked(4)
    assert.deepStrictEqual([timed.title, timed.options.body], [inClock(vote.title, locale), inClock(vote.body, locale)])
    await context.close()
  })

  it("is asked for and taken back on this device alone, by the card of the page", async () => {
    const [operator, ann] = [await world.someone({ role: "admin" }), await world.someone()]
    const { close, stops } = await underWay(ann, operator)
    const [here, elsewhere] = [pushDevice(service), pushDevice(service)]
    ok(await ann.call("PUT", "/users/me/push-subscriptions", elsewhere.subscription))
    const origin = world.server().url
    const context = await browser.newContext()
    await context.grantPermissions(["notifications"], { origin })
    // This browser has no push service of its own: it subscribes at ours. All else is the page's and the server's.
    await context.addInitScript((subscription) => {
      const scope = globalThis as WorkerScope
      const made = {
        endpoint: subscription.endpoint,
        toJSON: () => subscription,
        unsubscribe: async () => {
          scope.localStorage.removeItem("subscribed")
          return true
        }
      }
      scope.PushManager.prototype.subscribe = async (options: Json) => {
        scope.localStorage.setItem("subscribed", String(options.applicationServerKey.length))
        return made
      }
      scope.PushManager.prototype.getSubscription = async () =>
        scope.localStorage.getItem("subscribed") === null ? null : made
    }, here.subscription)
    const page = await context.newPage()
    await page.goto(`${origin}/#token=${ann.token}`)
    await page.waitForFunction(() => document.documentElement.dataset["kept"] === "yes")
    await page.goto(`${origin}/#/me`)
    await page.getByRole("button", { name: "Tell me", exact: true }).click()
    const stop = page.getByRole("button", { name: "Tell me no more" })
    await stop.waitFor()
    const mine = async () => ok(await ann.call("GET", "/users/me/push-subscriptions")).subscriptions
    assert.lengthOf(await mine(), 2)
    assert.strictEqual(await page.evaluate(() => localStorage.getItem("subscribed")), "65", "the server's key")
    const [kept] = (await mine()).filter(({ quiet }: Json) => quiet === null)

    // The browser ended it: its push service says so to the server, and the app to its traveler, wherever they are.
    const ended = async (closed: Json) => {
      ok(await ann.call("PUT", "/users/me/push-subscriptions", here.subscription), 200)
      service.answer(here.path, 410)
      await close(closed)
      await until("that it is forgotten", async () => (await mine()).length === 1)
      service.answer(here.path, 201)
    }
    await ended(stops[0]!)
    await page.goto(`${origin}/#/trips`)
    await page.reload()
    const notices = page.locator("#notices")
    await notices.getByText(T.push.gone).waitFor()
    await picture(page, "push-gone")
    await notices.getByRole("button", { name: T.push.again }).click()
    await notices.getByText(T.push.back).waitFor()
    assert.lengthOf(await mine(), 2, "one press, and it is told again")

    await ended(stops[1]!)
    await page.goto(`${origin}/#/me`)
    await page.reload()
    const main = page.locator("main")
    await main.getByText(T.push.gone).waitFor()
    assert.strictEqual(await notices.getByText(T.push.gone).count(), 0, "it is said once")
    await main.getByRole("button", { name: T.push.again }).click()
    await stop.waitFor()
    assert.lengthOf(await mine(), 2)
    await stop.click()
    await page.getByRole("button", { name: "Tell me", exact: true }).waitFor()
    assert.deepStrictEqual(
      (await mine()).map(({ id }: Json) => id),
      [kept.id],
      "the other device is told as before"
    )

    await page.getByRole("button", { name: T.push.start, exact: true }).click()
    await stop.waitFor()
    await page.getByRole("button", { name: T.me.signOut }).click()
    await page.waitForFunction(() => localStorage.getItem("subscribed") === null)
    await context.close()
  })
})
