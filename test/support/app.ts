/** The app in a browser against a running server, as travelers hold it. */
import type { Browser, Locator, Page } from "playwright-core"
import { openWorld, type World } from "../e2e/world.ts"
import { complaintsOf, openBrowser } from "./browser.ts"
import { type Environment, PATIENCE_MS, until } from "./server.ts"

export const PHONE = { width: 390, height: 844 }
export const WIDE = { width: 1280, height: 800 }

const ZONES = {
  seattle: "America/Los_Angeles",
  "mexico-city": "America/Mexico_City",
  "new-york": "America/New_York",
  tokyo: "Asia/Tokyo"
}

/** Where there is most of the day left to change: a trip that begins at night has nothing to replace today. */
export const cityAwake = (now: number): string => {
  const fromTen = (timeZone: string) =>
    Math.abs(Number(new Intl.DateTimeFormat("en", { timeZone, hour: "numeric", hourCycle: "h23" }).format(now)) - 10)
  return Object.entries(ZONES).sort(([, a], [, b]) => fromTen(a) - fromTen(b))[0]![0]
}

/** The city's places are on the map. Names of its neighbourhoods need not be: they give way to the stops. */
export const groundDrawn = async (page: Page): Promise<void> => {
  await page.waitForSelector('.map .spot:not([d=""])', { state: "attached" })
}

export interface Visitor {
  readonly page: Page
  readonly complaints: ReadonlyArray<string>
  readonly act: (name: string) => Locator
}

export interface App {
  readonly world: World
  readonly browser: Browser
  readonly visitor: (
    colorScheme?: "light" | "dark",
    viewport?: { readonly width: number; readonly height: number }
  ) => Promise<Visitor>
  /** A new traveler, signed in, with a trip of three days that begins today where the day is young. */
  readonly traveler: (colorScheme?: "light" | "dark", viewport?: { width: number; height: number }) => Promise<Visitor>
  readonly close: () => Promise<void>
}

/** A demo with all of its cities, and a browser. */
/** `PORT` keeps the address through a restart, as a page needs it. */
export const openApp = async (environment: Environment = {}): Promise<App> => {
  const world = await openWorld({ OVERPLANNED_DEMO: "true", RATE_LIMIT: "off", ...environment })
  const operator = await world.someone()
  const isComplete = async () => {
    const { body } = await operator.call("GET", "/cities")
    return body.cities.length >= Object.keys(ZONES).length
  }
  await until("every city of the demo", isComplete)
  const browser = await openBrowser()

  const visitor: App["visitor"] = async (colorScheme = "light", viewport = PHONE) => {
    const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport.width < 800 })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await page.goto(world.server().url)
    return { page, complaints, act: (name) => page.locator(`[data-act="${name}"]`).first() }
  }

  const traveler: App["traveler"] = async (colorScheme, viewport) => {
    const made = await visitor(colorScheme, viewport)
    await made.act("demo").click()
    await made.page.waitForSelector(".chip")
    await made.page.goto(`${world.server().url}/#/new/${cityAwake(Date.now())}`)
    await made.act("plan").click()
    await made.page.waitForSelector(".stop")
    await made.page.waitForSelector(".badge.live")
    return made
  }

  return {
    world,
    browser,
    visitor,
    traveler,
    close: async () => {
      await browser.close()
      await world.close()
    }
  }
}
