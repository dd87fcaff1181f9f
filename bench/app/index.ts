/** The app in a browser: what its first view weighs, how soon it is there, and what it does while much happens. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import type { Browser, Locator, Page } from "playwright-core"
import { makeClient, Problem } from "../../client/index.ts"
import { cityAwake } from "../../test/support/app.ts"
import { chromiumPath, NO_BROWSER, openBrowser } from "../../test/support/browser.ts"
import { until } from "../../test/support/server.ts"
import { type Bar, type Benchmark, median, NotMeasured, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, startServer } from "../server.ts"
import { traced } from "./trace.ts"

const PHONE = { width: 390, height: 844 }
const FRAMES_A_SECOND = 200
const CITIES = 4

/** Changes that are asked for at the same time. */
const AT_ONCE = 32

const act = (page: Page, name: string): Locator => page.locator(`[data-act="${name}"]`).first()

const visit = async (browser: Browser, origin: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true })
  const page = await context.newPage()
  await page.addInitScript(() => {
    // When an offer was heard, and when it stood on the screen.
    const times = { heard: new Map<string, number>(), shown: [] as number[] }
    Object.assign(globalThis, { times })
    class Watched extends WebSocket {
      constructor(...given: ConstructorParameters<typeof WebSocket>) {
        super(...given)
        this.addEventListener("message", ({ data }) => {
          const at = performance.now()
          if (!String(data).startsWith('{"type":"offer"')) return
          times.heard.set(JSON.parse(data).pivot_id, at)
        })
      }
    }
    globalThis.WebSocket = Watched
    const look = () => {
      for (const offer of document.querySelectorAll<HTMLElement>(".offer")) {
        const pivot = offer.dataset["of"]!
        const heard = times.heard.get(pivot)
        if (heard === undefined) continue
        times.heard.delete(pivot)
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => times.shown.push(performance.now() - heard)
          port2.postMessage(undefined)
        })
      }
    }
    new MutationObserver(look).observe(document, { childList: true, subtree: true })
  })
  await page.goto(origin)
  await act(page, "demo").waitFor()
  return page
}

/** As it would come over a wire that packs it. */
const firstView = async (page: Page): Promise<number> => {
  const parts = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(({ name }) => name)
  )
  const files = [...new Set(parts)].filter((name) => !new URL(name).pathname.startsWith("/api/"))
  const sizes = await Promise.all(files.map(async (name) => gzipSync(await (await fetch(name)).bytes()).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const firstPaint = (page: Page): Promise<number> =>
  page.evaluate(
    () => performance.getEntriesByType("paint").find(({ name }) => name === "first-contentful-paint")?.startTime ?? 0
  )

/** The way of somebody who has never been here; nothing is typed on it. */
const newcomer = async (page: Page): Promise<number> => {
  let taps = 0
  const tap = async (target: Locator) => {
    taps++
    await target.click()
  }
  await tap(act(page, "demo"))
  await tap(page.locator(".chip").nth(0))
  await tap(page.locator(".chip").nth(3))
  await tap(act(page, "next"))
  taps++
  await page.locator('select[name="city"]').selectOption(cityAwake(Date.now()))
  await tap(act(page, "next"))
  await tap(act(page, "yes"))
  await tap(page.getByRole("button", { name: "That is enough" }))
  await tap(act(page, "plan"))
  await page.waitForSelector(".badge.live")
  await tap(act(page, "happens"))
  await tap(act(page, "mood-curious"))
  await page.waitForSelector(".offer")
  if ((await act(page, "accept-0").count()) === 0) return taps
  await tap(act(page, "accept-0"))
  await page.waitForSelector(".stop.changed")
  return taps
}

const offersShown = async (page: Page, count: number): Promise<Array<number>> => {
  for (let nth = 0; nth < count; nth++) {
    const mood = ["curious", "hungry", "calm", "social"][nth % 4]!
    if (!(await act(page, `mood-${mood}`).isVisible())) await act(page, "happens").click()
    await act(page, `mood-${mood}`).click()
    await page.waitForSelector(".offer")
    await act(page, "dismiss").click()
    await page.waitForSelector(".offer", { state: "detached" })
  }
  return page.evaluate(() => (globalThis as unknown as { times: { shown: Array<number> } }).times.shown)
}

/** Keeps and lets go of the first stop, so many times a second: each is a frame to everybody on the trip. */
const changing = async (page: Page, origin: string, seconds: number): Promise<number> => {
  const { token, id } = await page.evaluate(() => ({
    token: localStorage.getItem("overplanned.token")!,
    id: location.hash.split("/").at(-1)!
  }))
  const client = makeClient({ origin, token })
  const trip = await client.call("trips.read", { path: { id } })
  const stops = trip.days.flatMap(({ slots }) => slots).filter(({ status }) => status === "planned")
  const began = performance.now()
  const end = began + seconds * 1000
  let asked = 0
  let done = 0
  const one = async () => {
    while (performance.now() < end) {
      const nth = asked++
      const due = began + (nth * 1000) / FRAMES_A_SECOND
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
      const action = Math.floor(nth / stops.length) % 2 === 0 ? "lock" : "unlock"
      const path = { id, slot_id: stops[nth % stops.length]!.id }
      try {
        await client.call("trips.changeSlot", { path, body: { action } })
        done++
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return done / ((performance.now() - began) / 1000)
}

const bar = (name: string, limit: number, value: number, unit: string): Bar => ({
  name,
  wanted: `at most ${limit} ${unit}`,
  measured: `${Number(value.toPrecision(3))} ${unit}`,
  limit,
  value,
  met: value <= limit
})

const inBrowser = async (browser: Browser, origin: string, seconds: number, offers: number): Promise<Report> => {
  const paints: Array<number> = []
  for (let nth = 0; nth < 3; nth++) {
    const page = await visit(browser, origin)
    paints.push(await firstPaint(page))
    await page.context().close()
  }
  const page = await visit(browser, origin)
  const weight = await firstView(page)
  const taps = await newcomer(page)
  const shown = await offersShown(page, offers)
  let frames = 0
  const main = await traced(browser, page, async () => {
    frames = await changing(page, origin, seconds)
  })
  await page.waitForSelector("html[data-kept]")
  await page.context().setOffline(true)
  const from = performance.now()
  await page.reload()
  await page.waitForSelector(".stop")
  const offline = performance.now() - from
  return {
    tables: [
      {
        title: "What the app took",
        columns: ["what", "figure"],
        rows: [
          ["first view, gzipped, bytes", weight],
          ["first contentful paint, ms (median of 3)", median(paints)],
          ["offers shown", shown.length],
          ["heard to shown, median, ms", median(shown)],
          ["changes a second on the stream", frames],
          ["main thread busy meanwhile, %", main.busyShare * 100],
          ["of that by its own clock, %", main.ownShare * 100],
          ["longest task meanwhile, ms", main.longestMillis],
          ["reload without a network to the plan, ms", offline],
          ["taps of a newcomer to an offer taken", taps],
          ["characters typed", 0]
        ]
      }
    ],
    bars: [
      bar("first view, gzipped", 120, weight / 1024, "KB"),
      bar("first paint", 1000, median(paints), "ms"),
      bar("heard to shown, p95", 50, percentile(shown, 0.95), "ms"),
      bar(`main thread busy at ${FRAMES_A_SECOND} changes a second`, 40, main.busyShare * 100, "%"),
      bar("longest task meanwhile", 100, main.longestMillis, "ms"),
      bar("reload without a network", 1000, offline, "ms"),
      bar("taps of a newcomer", 12, taps, "taps")
    ],
    notes: [
      `Server, database and browser share this machine. ${Math.round(frames)} changes a second were made, all on one trip; the page draws what is newest now and then. Beside other work the thread's own clock is the better one.`
    ]
  }
}

const run = (seconds: number, offers: number) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-bench-app-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
    )
    const { url } = yield* ownPostgres(folder)
    const port = yield* Effect.promise(freePort)
    const more = { OVERPLANNED_DEMO: "true" }
    const settings = { dataDirectory: join(folder, "data"), databaseUrl: url, port, more }
    yield* Effect.acquireRelease(
      Effect.promise(() => startServer(settings)),
      (server) => Effect.promise(() => killServer(server))
    )
    const origin = `http://127.0.0.1:${port}`
    const browser = yield* Effect.acquireRelease(Effect.promise(openBrowser), (one) =>
      Effect.promise(() => one.close())
    )
    return yield* Effect.promise(async () => {
      const { token } = await makeClient({ origin }).call("begin.enterDemo", { body: { as: "newcomer" }, key: null })
      const client = makeClient({ origin, token })
      await until(
        "the cities of the demo",
        async () => (await client.call("cities.list")).cities.length >= CITIES,
        60_000
      )
      return await inBrowser(browser, origin, seconds, offers)
    })
  }).pipe(Effect.scoped, Effect.runPromise)

export const benchmark: Benchmark = {
  summary: "the app in a browser: weight, first paint, offers, many changes, offline",
  options: [
    "--seconds N   how long changes pour in (default 5)",
    "--offers N    offers that are asked for and looked at (default 20)"
  ],
  run: (args) => {
    if (chromiumPath === undefined) throw new NotMeasured(NO_BROWSER)
    return run(numberFlag(args, "seconds", 5), numberFlag(args, "offers", 20))
  }
}
