/** Days of a trip shaped by what the catalog holds, for tests that must not depend on what a planner happens to choose. */
import * as jose from "jose"
import type { Page } from "playwright-core"
import type { World } from "../e2e/world.ts"
import { type Json, ok, type Traveler } from "./server.ts"

/** The traveler who has the app open, as a second device of theirs. */
export const holderOf = async (world: World, page: Page): Promise<Traveler> => {
  const token = await page.evaluate(() => localStorage.getItem("overplanned.token") ?? "")
  return world.someone({ id: jose.decodeJwt(token).sub! })
}

/** The trip without any stop on these days. */
export const emptied = async ({ call }: Traveler, trip: string, days: ReadonlyArray<number>): Promise<Json> => {
  const read = async (): Promise<Json> => ok(await call("GET", `/trips/${trip}`))
  for (const { day, slots } of (await read()).days) {
    if (!days.includes(day)) continue
    for (const { id } of slots) ok(await call("PATCH", `/trips/${trip}/slots/${id}`, { action: "remove" }))
  }
  return read()
}

/** Places under the sky that cost nothing, never close and are not in the plan: the most central first. */
export const underTheSky = async ({ call }: Traveler, { city, days }: Json): Promise<ReadonlyArray<Json>> => {
  const { nodes } = ok(await call("GET", `/cities/${city}/nodes?setting=outdoor&limit=200`))
  const planned = new Set(days.flatMap(({ slots }: Json) => slots.map(({ node }: Json) => node.id)))
  const free = nodes.filter(
    ({ id, opening_hours, price_tier }: Json) => opening_hours === "24/7" && price_tier === 0 && !planned.has(id)
  )
  const mean = (side: "lat" | "lon") => free.reduce((sum: number, one: Json) => sum + one[side], 0) / free.length
  const [lat, lon] = [mean("lat"), mean("lon")]
  const away = (one: Json) => Math.hypot(one.lat - lat, one.lon - lon)
  return free.sort((a: Json, b: Json) => away(a) - away(b))
}

/** From four in the morning on, bad weather of which nobody says more lasts for the whole day. */
const RAIN_LASTS_FROM = 4
/** Later than this a plan of the day might have an end before the stop. */
const LATEST_HOUR = 17
const OUT_FROM_MINUTE = 11 * 60
const LEAST_MINUTES_AHEAD = 60

/** Of these it is day in one at every hour of the year. */
const ZONES = { seattle: "America/Los_Angeles", "new-york": "America/New_York", tokyo: "Asia/Tokyo" }

/** A city where it is day, and what its clock shows: the date, and the minute of the day. */
const byDay = (now: number) => {
  for (const [city, timeZone] of Object.entries(ZONES)) {
    const [date, time] = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" })
      .format(now)
      .split(" ") as [string, string]
    const [hour, minute] = time.split(":").map(Number) as [number, number]
    if (hour >= RAIN_LASTS_FROM && hour <= LATEST_HOUR) return { city, date, minute: hour * 60 + minute }
  }
  throw new Error("It is night in all of the cities.")
}

const clock = (minute: number) =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":")

/** A trip that is under way, and of whose first day, which is today, nothing is left but one place that rain spoils. */
export const dayInTheOpen = async (who: Traveler): Promise<{ readonly id: string; readonly name: string }> => {
  const { city, date, minute } = byDay(Date.now())
  const { id } = ok(await who.call("POST", "/trips", { city, start_date: date, days: 2 }), 201)
  ok(await who.call("PATCH", `/trips/${id}`, { status: "active" }))
  const [place] = await underTheSky(who, await emptied(who, id, [1]))
  const at = Math.max(OUT_FROM_MINUTE, Math.ceil((minute + LEAST_MINUTES_AHEAD) / 15) * 15)
  ok(await who.call("POST", `/trips/${id}/slots`, { node_id: place.id, at: `${date}T${clock(at)}` }), 201)
  return { id, name: place.name }
}
