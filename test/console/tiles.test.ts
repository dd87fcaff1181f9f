/** The map on an operator's pictures, in a browser: asked for where one looks, with their licence, and done without where they do not come. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { openWorld, type World } from "../e2e/world.ts"
import { WIDE } from "../support/app.ts"
import { chromiumPath, complaintsOf, NO_BROWSER, openBrowser, picture } from "../support/browser.ts"
import { dayAhead, type Json, ok, until } from "../support/server.ts"

interface TileServer {
  readonly url: string
  readonly asked: Array<{ readonly path: string; readonly headers: IncomingHttpHeaders }>
  /** From now on nothing comes. */
  isEmpty: boolean
  readonly server: Server
}

/** Each square says which one it is. */
const startTiles = async (): Promise<TileServer> => {
  const server = createServer((request, response) => {
    const { headers, url: path = "" } = request
    tiles.asked.push({ path, headers })
    if (tiles.isEmpty) return response.writeHead(404).end()
    const name = /\/(\d+\/\d+\/\d+)\.svg$/.exec(path)?.[1] ?? "?"
    return response
      .writeHead(200, { "content-type": "image/svg+xml" })
      .end(
        `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#dfe8d8" stroke="#7a8"/><path d="M0 90H256M120 0V256" stroke="#fff" stroke-width="9"/><text x="20" y="140" font-size="20">${name}</text></svg>`
      )
  })
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tiles: TileServer = { url, asked: [], isEmpty: false, server }
  return tiles
}

const CREDIT = "© those who drew it <b>"

describe.skipIf(chromiumPath === undefined)(`a map on pictures (${chromiumPath ?? NO_BROWSER})`, () => {
  let tiles: TileServer
  let world: World
  let browser: Browser

  beforeAll(async () => {
    tiles = await startTiles()
    world = await openWorld({
      RATE_LIMIT: "off",
      MAP_TILES: `${tiles.url}/map/{z}/{x}/{y}.svg`,
      MAP_TILES_CREDIT: CREDIT
    })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
    tiles?.server.closeAllConnections()
    tiles?.server.close()
  })

  const opened = async (colorScheme: "light" | "dark" = "light") => {
    const who = await world.someone()
    const trip: Json = ok(await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(5), days: 2 }), 201)
    const page = await (await browser.newContext({ viewport: WIDE, colorScheme })).newPage()
    const complaints = complaintsOf(page)
    await page.goto(`${world.server().url}/#token=${who.token}`)
    await page.getByRole("heading", { name: "My trips" }).waitFor()
    await page.goto(`${world.server().url}/#/trips/${trip.id}`)
    await page.waitForSelector(".mapbox .map .pin")
    return { page, complaints, trip }
  }

  it("has them below its stops and their licence beside it, tells no address, and loads none from elsewhere", async () => {
    const elsewhere = await startTiles()
    const { page, complaints } = await opened()
    const images = page.locator(".mapbox .map .tiles image")
    await images.first().waitFor()
    await until("every picture", async () => tiles.asked.length >= (await images.count()))
    assert.strictEqual(await page.locator('[data-of="map-credit"]').textContent(), `Map: ${CREDIT}`)
    for (const { headers, path } of tiles.asked) {
      assert.match(path, /^\/map\/\d+\/\d+\/\d+\.svg$/)
      assert.strictEqual(headers.referer, `${world.server().url}/`)
      assert.isUndefined(headers.authorization)
      assert.isUndefined(headers.cookie)
    }
    const covered = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll(".mapbox .tiles image")].map((one) => one.getBoundingClientRect())
      return [...document.querySelectorAll(".mapbox .map .pin circle")].every((pin) => {
        const { x, y, width, height } = pin.getBoundingClientRect()
        const [right, down] = [x + width / 2, y + height / 2]
        return boxes.some((box) => right >= box.left && right <= box.right && down >= box.top && down <= box.bottom)
      })
    })
    assert.isTrue(covered, "each stop lies on one")
    await picture(page, "wide-tiles")

    const before = new Set(tiles.asked.map(({ path }) => path))
    await page.locator('.maptools [data-act="nearer"]').click()
    await page.locator('.maptools [data-act="nearer"]').click()
    await until("nearer ones", () => tiles.asked.find(({ path }) => !before.has(path)))
    assert.isAtMost(await images.count(), 40)
    assert.deepStrictEqual(complaints, [])

    const refused = await page.evaluate(
      (address) =>
        new Promise<string>((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective))
          new Image().src = address
        }),
      `${elsewhere.url}/map/1/0/0.svg`
    )
    assert.strictEqual(refused, "img-src")
    assert.deepStrictEqual(elsewhere.asked, [])
    elsewhere.server.close()
    await page.context().close()
  })

  it("is drawn as without them where none comes", async () => {
    tiles.isEmpty = true
    const before = tiles.asked.length
    const { page, trip } = await opened("dark")
    await until("that they are asked for", () => tiles.asked.length > before)
    await page.waitForFunction(() => document.querySelectorAll(".mapbox .tiles image").length === 0)
    await page.waitForSelector(".mapbox .map .hood", { state: "attached" })
    assert.strictEqual(await page.locator(".mapbox .map .pin").count(), trip.days[0].slots.length)
    tiles.isEmpty = false
    await page.locator('.maptools [data-act="nearer"]').click()
    await page.locator(".mapbox .tiles image").first().waitFor()
    await picture(page, "wide-tiles-dark")
    await page.context().close()
  })
})
