/** Plans that are changed by hand, in any order: what is fixed stays, every way fits, no door is closed, and undoing undoes. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { SlotId } from "../../../src/domain/ids.ts"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { homeOf, ownPoints, travelAmong } from "../../../src/domain/itinerary/own-points.ts"
import { type Offer, readOffer } from "../../../src/domain/pivot/model.ts"
import type { FixedThing, Slot } from "../../../src/domain/plan/model.ts"
import type { TripCommand } from "../../../src/domain/trip/commands.ts"
import { fixedStops } from "../../../src/domain/trip/fixed.ts"
import { tripDays } from "../../../src/domain/trip/request.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { pick, randomOf, scoresFor } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"
import { FIRST_DAY, LiveTrip, owner, planner, trip } from "./fixtures.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const DAYS = 3
const city = curatedCities().find(({ city: { slug } }) => slug === "seattle")!
const travel = city.city.travel!

const thing = (day: number, hour: number, minutes: number, kind: FixedThing["kind"] = "other"): FixedThing => ({
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
const planned = (seed: number, fixed: ReadonlyArray<FixedThing>) => {
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
const judge = (live: LiveTrip) => {
  const { fixed = [], slots } = live.trip
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

const planOf = ({ fixed = [], lodging, slots }: LiveTrip["trip"]) => JSON.stringify({ fixed, lodging, slots })

type Choice = { readonly kind: number; readonly seed: number }

const commandFor = (live: LiveTrip, { kind, seed }: Choice): TripCommand => {
  const random = randomOf(seed)
  const { slots } = live.trip
  const slot = slots.length === 0 ? undefined : pick(random, slots)
  const by = { by: owner }
  const day = 1 + Math.floor(random() * DAYS)
  const node = pick(random, city.nodes)
  switch (slot === undefined ? 0 : kind) {
    case 0:
      return { _tag: "add_stop", ...by, node_id: node.id as never, ...(random() < 0.5 ? {} : { day }) }
    case 1:
      return { _tag: "add_stop", ...by, own: { title: "Mine", minutes: 45, lat: node.lat, lon: node.lon }, day }
    case 2:
      return { _tag: "move_stop", ...by, slot_id: slot!.id, day }
    case 3:
      return {
        _tag: "move_stop",
        ...by,
        slot_id: slot!.id,
        at: slot!.starts_at + Math.round(random() * 12 - 6) * 15 * MINUTE
      }
    case 4: {
      const ids = slots.filter((one) => one.day === day && one.starts_at > live.now).map(({ id }) => id)
      const at = Math.floor(random() * Math.max(1, ids.length - 1))
      const order = ids.length < 2 ? ids : ids.toSpliced(at, 2, ids[at + 1]!, ids[at]!)
      return { _tag: "reorder_day", ...by, day, slot_ids: order }
    }
    case 5:
      return { _tag: "remove_slot", ...by, slot_id: slot!.id }
    case 6:
      return { _tag: "swap_slot", ...by, slot_id: slot!.id }
    case 7:
      return { _tag: "lock_slot", ...by, slot_id: slot!.id, locked: !slot!.locked }
    default:
      return { _tag: "undo", ...by }
  }
}

const choices = fc.array(fc.record({ kind: fc.nat(8), seed: fc.nat(100_000) }), { minLength: 1, maxLength: 12 })

describe("a plan that is changed by hand", () => {
  it("keeps what is fixed, its ways and its doors, whatever is done in whatever order, and goes back step by step", () => {
    let done = 0
    fc.assert(
      fc.property(fc.nat(50), choices, (seed, all) => {
        const start = planned(seed, [thing(1, 15, 60), thing(2, 12, 90, "reservation"), thing(3, 17, 30, "departure")])
        const live = new LiveTrip(start, FIRST_DAY + 7 * HOUR, { planner, catalog: city })
        judge(live)
        const past: Array<string> = []
        for (const choice of all) {
          // No second press of a moment ago.
          live.now += 2000
          const before = planOf(live.trip)
          const reply = live.send(commandFor(live, choice))
          if (reply._tag !== "changed" || reply.event === null) {
            assert.strictEqual(planOf(live.trip), before, "a refusal changes nothing")
            continue
          }
          done++
          judge(live)
          if (reply.event.event._tag === "plan_undone") assert.strictEqual(planOf(live.trip), past.pop())
          else past.push(before)
          if (past.length > 10) past.shift()
        }
        while (past.length > 0) {
          live.now += 2000
          const reply = live.send({ _tag: "undo", by: owner })
          assert.strictEqual(reply._tag, "changed")
          assert.strictEqual(planOf(live.trip), past.pop())
        }
      }),
      { numRuns: 60 }
    )
    assert.isAbove(done, 100, "most of it was possible")
  })

  it("can be undone for ten minutes, and no longer", () => {
    const live = new LiveTrip(planned(3, []), FIRST_DAY + 7 * HOUR, { planner, catalog: city })
    const slot = live.trip.slots.at(-1)!
    live.send({ _tag: "remove_slot", by: owner, slot_id: slot.id })
    live.now += 10 * MINUTE
    const reply = live.send({ _tag: "undo", by: owner })
    assert.strictEqual(reply._tag, "NothingToUndo")
    // What cannot be undone any more takes no memory either.
    live.send({ _tag: "wake" })
    assert.isUndefined(live.trip.undoable)
  })

  it("is undone once by a button that is pressed twice, and twice by one that is pressed again", () => {
    const live = new LiveTrip(planned(3, []), FIRST_DAY + 7 * HOUR, { planner, catalog: city })
    const [first, second] = live.trip.slots.slice(-2)
    const plans = [planOf(live.trip)]
    for (const { id } of [first!, second!]) {
      live.send({ _tag: "remove_slot", by: owner, slot_id: id })
      plans.push(planOf(live.trip))
    }
    live.now += 5000
    live.send({ _tag: "undo", by: owner })
    live.now += 300
    const again = live.send({ _tag: "undo", by: owner })
    assert.deepEqual([again._tag, planOf(live.trip)], ["changed", plans[1]!])
    // Whoever changed something in between means that.
    live.send({ _tag: "remove_slot", by: owner, slot_id: live.trip.slots[0]!.id })
    live.send({ _tag: "undo", by: owner })
    assert.strictEqual(planOf(live.trip), plans[1]!)
    live.now += 2000
    live.send({ _tag: "undo", by: owner })
    assert.strictEqual(planOf(live.trip), plans[0]!)
  })

  it("is not led into what is fixed by any disruption, and an accepted offer goes back too", () => {
    let accepted = 0
    for (let seed = 0; seed < 12; seed++) {
      const fixed = [thing(1, 11, 60), thing(1, 16, 90, "ticket")]
      const live = new LiveTrip(planned(seed, fixed), FIRST_DAY + 8 * HOUR, { planner, catalog: city })
      const ahead = live.trip.slots.filter((slot) => slot.day === 1)
      for (const request of [
        { trigger: "transit", detail: { delay_minutes: 40 } },
        { trigger: "venue_closed", slot_id: ahead[1]?.id },
        { trigger: "weather", detail: { condition: "rain" } }
      ] as const) {
        const before = planOf(live.trip)
        const asked = live.send({ _tag: "request_pivot", by: owner, request: request as never })
        if (asked._tag !== "offered") continue
        const offer: Offer = readOffer(asked.offer)
        const [option] = offer.options
        if (option === undefined) continue
        const taken = live.send({
          _tag: "respond_pivot",
          by: owner,
          pivot_id: offer.pivot_id,
          response: "accept",
          option_id: option.option_id
        })
        if (taken._tag !== "changed") continue
        accepted++
        assert.deepEqual(live.trip.fixed, fixed)
        judge(live)
        live.now += 2000
        live.send({ _tag: "undo", by: owner })
        assert.strictEqual(planOf(live.trip), before)
      }
    }
    assert.isAbove(accepted, 10)
  })

  it("keeps what is booked in a district that is closed, and moves what is not", () => {
    let [moved, kept] = [0, 0]
    for (let seed = 0; seed < 12; seed++) {
      const start = planned(seed, [])
      const [first] = start.slots
      const district = city.nodes[city.indexOf(first!.node_id)!]!.neighbourhood
      const booked = { ...start, slots: start.slots.map((slot) => (slot === first ? { ...slot, locked: true } : slot)) }
      const live = new LiveTrip(booked, FIRST_DAY + 7 * HOUR, { planner, catalog: city })
      const request = { trigger: "venue_closed", detail: { district } } as const
      const asked = live.send({ _tag: "request_pivot", by: owner, request })
      if (asked._tag !== "offered") continue
      const { options, reasons } = readOffer(asked.offer)
      for (const { changes } of options) assert.isFalse(changes.some(({ slot_id }) => slot_id === first!.id))
      if (options.length > 0) moved++
      else if (reasons?.some(({ message }) => message.includes("booked is never moved"))) kept++
    }
    assert.isAbove(moved, 0)
    assert.isAbove(kept, 0)
  })

  it("says what fits into ninety minutes, in time for what is fixed", () => {
    let ideas = 0
    for (let seed = 0; seed < 8; seed++) {
      const live = new LiveTrip(planned(seed, [thing(2, 15, 60)]), FIRST_DAY + 7 * HOUR, { planner, catalog: city })
      const at = FIRST_DAY + DAY + 13.5 * HOUR
      const reply = live.send({ _tag: "fits", by: owner, minutes: 90, at })
      assert.strictEqual(reply._tag, "fits")
      if (reply._tag !== "fits") return
      for (const { stops } of reply.fits.options) {
        ideas++
        let free = at
        for (const stop of stops) {
          assert.isAtLeast(Date.parse(stop.starts_at), free)
          free = Date.parse(stop.ends_at)
        }
        assert.isAtMost(free, FIRST_DAY + DAY + 15 * HOUR)
      }
    }
    assert.isAbove(ideas, 4)
  })
})
