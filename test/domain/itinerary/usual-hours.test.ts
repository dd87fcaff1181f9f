/** What is usual where nobody knows: plans and offers go by it, and never take it for knowledge. */
import { assert, describe, it } from "@effect/vitest"
import type { Category } from "../../../src/domain/catalog/category.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import type { NodeId, SlotId } from "../../../src/domain/ids.ts"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import type { AssemblyInput } from "../../../src/domain/itinerary/model.ts"
import { travelIn } from "../../../src/domain/itinerary/travel.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import { localTime, zoneOf } from "../../../src/domain/time/zone.ts"
import { tripDays } from "../../../src/domain/trip/request.ts"
import type { PlanningCity } from "../../support/generated-city.ts"
import { answerPivot, idsFor, tripIn, worldOf } from "../../support/trips.ts"
import { place } from "../rankers/fixtures.ts"

const ZONE = "America/Los_Angeles"
const MONDAY = "2026-07-06"

const spot = (key: string, category: Category, opening_hours: string | null, north = 0): ActivityNode =>
  place(key, category, { opening_hours, lat: 47.6 + north * 0.001 })

/** Museums are closed on Mondays here, as far as one knows; of the last one nobody knows. */
const nodes = [
  ...[1, 2, 3, 4, 5, 6].map((i) => spot(`known ${i}`, "museum", "Tu-Su 10:00-18:00", i)),
  spot("unknown", "museum", null),
  ...[1, 2, 3].map((i) => spot(`open ${i}`, "gallery", "Mo-Su 09:00-20:00")),
  ...[1, 2, 3].map((i) => spot(`unsure ${i}`, "gallery", null)),
  ...[1, 2, 3, 4, 5, 6].map((i) => spot(`walk ${i}`, "park", "24/7", i)),
  ...[1, 2, 3, 4, 5, 6].map((i) => spot(`table ${i}`, "restaurant", "11:00-23:00", i))
]
const MUSEUM = 6

const catalog = residentCatalog({
  city: { id: "c", slug: "x", name: "X", country: "US", time_zone: ZONE, lat: 47.6, lon: -122.3 },
  version: 1,
  nodes,
  retired: new Set()
})
const city: PlanningCity = {
  ...catalog,
  localMinute: (millis) => localTime(zoneOf(ZONE)!, millis).minute,
  travel: travelIn(catalog),
  tripDays: (start, count) => tripDays(ZONE, start, count)
}

/** Everybody's favourite is the museum of which nobody knows the hours. */
const scores = nodes.map((_, index) => ({ index, score: index === MUSEUM ? 1 : index === nodes.length - 1 ? 0 : 0.9 }))

const plan = (days: number, more: Partial<AssemblyInput> = {}) =>
  assemble({
    catalog: city,
    travel: city.travel,
    scores,
    days: city.tripDays(MONDAY, days),
    constraints: {},
    vetoes: [],
    orientations: [],
    locked: [],
    effort: 0.2,
    seed: 1,
    ...more
  })

describe("a plan with places of which nobody knows the hours", () => {
  it("goes there on days and at hours at which such places are usually open, and still says that nobody knows", () => {
    for (const seed of [1, 2, 3]) {
      const visit = plan(3, { seed, constraints: { must: [nodes[MUSEUM]!.id as NodeId] } }).stops.find(
        ({ index }) => index === MUSEUM
      )
      assert.isAbove(visit?.day ?? 0, 1)
      assert.strictEqual(visit!.open, "unknown")
      assert.isUndefined(visit!.worth.unlikely)
      const minute = city.localMinute(visit!.starts_at)
      assert.isAtLeast(minute, 600)
      assert.isAtMost(minute, 1080)
    }
    assert.notInclude(
      plan(1).stops.map(({ index }) => index),
      MUSEUM
    )
  })

  it("forbids nothing by it: who must go on that day goes", () => {
    const out = plan(1, { constraints: { must: [nodes[MUSEUM]!.id as NodeId] } })
    const visit = out.stops.find(({ index }) => index === MUSEUM)!
    assert.isBelow(visit.worth.unlikely!, 0)
    assert.strictEqual(visit.open, "unknown")
  })
})

describe("a plan in a city where something is announced", () => {
  const [{ noon }] = city.tripDays(MONDAY, 1) as [AssemblyInput["days"][number]]
  /** From and until an hour of Monday; half a minute later, as what is reported by hand may be. */
  const hours = (from: number, to: number) => ({
    from: noon + (from - 12) * 3_600_000 + 30_000,
    to: noon + (to - 12) * 3_600_000 + 30_000
  })
  const GALLERY = 7
  const must = [nodes[GALLERY]!.id as NodeId]
  const shut = (from: number, to: number) => ({
    live: { closures: new Map([[GALLERY, [hours(from, to)]]]), badWeather: [] },
    constraints: { must }
  })

  it("goes nowhere while it is shut", () => {
    const [free] = plan(1, { constraints: { must } }).stops.filter(({ index }) => index === GALLERY)
    const before = city.localMinute(free!.starts_at) / 60
    const { stops } = plan(1, shut(before - 1, before + 2))
    const visit = stops.find(({ index }) => index === GALLERY)!
    const { from, to } = hours(before - 1, before + 2)
    assert.isTrue(visit.ends_at <= from || visit.starts_at >= to)
    assert.strictEqual(visit.open, "open")
    const never = plan(1, shut(0, 30))
    assert.isUndefined(never.stops.find(({ index }) => index === GALLERY))
    assert.match(never.problems[0]!.message, /is closed on every day of the trip/)
  })

  it("is outdoors while it is dry, and in the wet only where it must be", () => {
    const isWalk = (index: number) => nodes[index]!.category === "park"
    const raining = (from: number, to: number, constraints = {}) => {
      const live = { closures: new Map(), badWeather: [hours(from, to)] }
      return plan(1, {
        live,
        constraints,
        scores: scores.map((one) => ({ ...one, score: isWalk(one.index) ? 1 : 0.5 }))
      })
    }
    const walks = ({ stops }: ReturnType<typeof plan>) => stops.filter(({ index }) => isWalk(index))
    const dry = raining(13, 24)
    assert.isNotEmpty(walks(dry))
    for (const { ends_at } of walks(dry)) assert.isAtMost(ends_at, hours(13, 24).from)
    assert.isEmpty(walks(raining(0, 24)))
    const [wet, ...others] = walks(raining(0, 24, { must: [nodes.find(({ category }) => category === "park")!.id] }))
    assert.isBelow(wet!.worth.exposed!, 0)
    assert.isEmpty(others)
  })
})

describe("an offer with places of which nobody knows the hours", () => {
  const at = tripDays(ZONE, MONDAY, 1)[0]!.noon + 2 * 3_600_000
  const held = (index: number): Slot => ({
    id: "00000000-0000-7000-8000-000000000001" as SlotId,
    day: 1,
    order: 1,
    node_id: nodes[index]!.id as NodeId,
    day_part: "afternoon",
    starts_at: at,
    ends_at: at + 90 * 60_000,
    travel_minutes: 0,
    locked: false,
    status: "planned",
    score: 0.5,
    model_version: "local_ranker:1"
  })
  const offered = (index: number) => {
    const trip = { ...tripIn(city, 1, 1, {}, MONDAY), slots: [held(index)] }
    const world = worldOf(city, trip, 1)
    const request = { trigger: "venue_closed", slot_id: trip.slots[0]!.id } as const
    const answer = answerPivot(world, undefined, request, at - 3_600_000, idsFor("usual"))
    if (answer._tag === "refused") throw new Error(answer.message)
    return answer
  }

  it("brings those first that are known to be open, of places that are alike", () => {
    const { offer, slate } = offered(7)
    assert.match(offer.options[0]!.changes[0]!.node!.name, /open/)
    const order = slate.candidate_ids.map((id) => city.indexOf(id)!)
    const known = order.filter((index) => index === 8 || index === 9)
    const unsure = order.filter((index) => index >= 10 && index <= 12)
    assert.strictEqual(known.length, 2)
    assert.isBelow(order.indexOf(known[1]!), order.indexOf(unsure[0]!))
  })

  it("brings late what is usually closed then, and says so with its source", () => {
    const { slate, offer } = offered(7)
    const last = slate.candidate_ids.map((id) => city.indexOf(id)!).indexOf(MUSEUM)
    assert.isTrue(last < 0 || last > 2)
    for (const { changes, why } of offer.options) {
      const { node, price_tier, booking_needed, opening_hours, open } = changes[0]!
      assert.deepEqual([price_tier, booking_needed, opening_hours === null], [2, false, open === "unknown"])
      if (node!.id === nodes[MUSEUM]!.id) assert.include(why.join(), "usually closed on Mondays")
    }
  })
})
