/** Plans around what travelers bring, and a judge of what somebody made of them by hand. */
import { assert } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { SlotId } from "../../../src/domain/ids.ts"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { homeOf, ownPoints, travelAmong } from "../../../src/domain/itinerary/own-points.ts"
import type { FixedThing, Slot } from "../../../src/domain/plan/model.ts"
import { fixedStops } from "../../../src/domain/trip/fixed.ts"
import { tripDays } from "../../../src/domain/trip/request.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { randomOf, scoresFor } from "../../support/generated-city.ts"
import { FIRST_DAY, type LiveTrip, trip } from "./fixtures.ts"

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const DAYS = 3
export const city = curatedCities().find(({ city: { slug } }) => slug === "seattle")!
const travel = city.city.travel!

export const thing = (day: number, hour: number, minutes: number, kind: FixedThing["kind"] = "other"): FixedThing => ({
  id: uuidOfName("thing", `${day} ${hour}`) as SlotId,
  title: `Thing of day ${day}`,
  kind,
  day,
  starts_at: FIRST_DAY + (day - 1) * DAY + hour * HOUR,
  ends_at: FIRST_DAY + (day - 1) * DAY + hour * HOUR + minutes * MINUTE,
  lat: city.city.lat + 0.01,
  lon: city.city.lon
})

/** A plan as the planner makes it, around what is brought. */
export const planned = (seed: number, fixed: ReadonlyArray<FixedThing>) => {
  const lodging = { lat: city.city.lat, lon: city.city.lon }
  const brought = { fixed, lodging }
  const days = tripDays("America/Los_Angeles", "2026-05-01", DAYS)
  const { stops } = assemble({
    catalog: city,
    travel: travelAmong(city, ownPoints(brought)),
    home: homeOf(brought)!,
    scores: scoresFor(city, randomOf(seed)),
    days,
    constraints: {},
    vetoes: [],
    orientations: [],
    locked: fixedStops(fixed, days),
    effort: 0.1,
    seed
  })
  const slots = stops.map(
    (stop, n): Slot => ({
      id: uuidOfName("slot", `${seed} ${n}`) as SlotId,
      day: stop.day,
      order: stop.order,
      node_id: stop.node_id,
      day_part: stop.day_part,
      starts_at: stop.starts_at,
      ends_at: stop.ends_at,
      travel_minutes: stop.travel_minutes,
      locked: false,
      status: "planned",
      score: stop.score,
      model_version: "local_ranker:1"
    })
  )
  return trip({ status: "active", end_date: "2026-05-03", slots, lodging, ...(fixed.length === 0 ? {} : { fixed }) })
}

/** Minutes between two points, reckoned apart from what plans. */
const minutesApart = (a: { lat: number; lon: number }, b: { lat: number; lon: number }): number => {
  const rad = Math.PI / 180
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad)
  const km = 6371 * Math.hypot(x, (b.lat - a.lat) * rad) * travel.detour
  return Math.min((km / 4.6) * 60, travel.overhead_minutes + (km / travel.transit_kmh) * 60)
}

const nodeOf = (slot: Slot) => city.nodes[city.indexOf(slot.node_id)!]!

/** Everything of a day that is still ahead, in order of time. */
export const judge = (live: LiveTrip) => {
  const { fixed = [], slots } = live.trip
  for (const { ends_at, kind, starts_at, title } of fixed) {
    for (const slot of slots) {
      if (kind === "arrival") assert.isAtLeast(slot.starts_at, ends_at, `before ${title}`)
      if (kind === "departure") assert.isAtMost(slot.ends_at, starts_at, `after ${title}`)
    }
  }
  for (let day = 1; day <= DAYS; day++) {
    const own = slots.filter((slot) => slot.day === day)
    assert.deepEqual(
      own.map(({ order }) => order),
      own.map((_, i) => i),
      `the order of day ${day}`
    )
    const all = [
      ...own.map((slot) => ({ ...slot, ...{ lat: nodeOf(slot).lat, lon: nodeOf(slot).lon } })),
      ...fixed.filter((one) => one.day === day)
    ].sort((a, b) => a.starts_at - b.starts_at)
    for (let i = 1; i < all.length; i++) {
      const [before, after] = [all[i - 1]!, all[i]!]
      const gap = (after.starts_at - before.ends_at) / MINUTE
      const way =
        before.lat === undefined || after.lat === undefined
          ? 0
          : minutesApart(before as { lat: number; lon: number }, after as { lat: number; lon: number })
      assert.isAtLeast(gap + 0.5, way, `day ${day}, from ${before.id} to ${after.id}`)
    }
    for (const slot of own) {
      assert.notStrictEqual(city.openAt(city.indexOf(slot.node_id)!, slot.starts_at), "closed", nodeOf(slot).name)
    }
  }
  assert.strictEqual(new Set(slots.map(({ node_id }) => node_id)).size, slots.length, "no place twice")
}

export const planOf = ({ fixed = [], lodging, slots }: LiveTrip["trip"]) => JSON.stringify({ fixed, lodging, slots })
