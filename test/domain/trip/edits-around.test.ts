/** What is fixed in a plan, for whoever changes that by hand: its sides, and that nobody is there before or after. */
import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import { readOffer } from "../../../src/domain/pivot/model.ts"
import { city, DAY, HOUR, judge, planned, thing } from "./edited-plans.ts"
import { FIRST_DAY, LiveTrip, owner, planner } from "./fixtures.ts"

describe("a plan with something fixed in it", () => {
  it("has stops change places without going to the other side of what is fixed between others", () => {
    let done = 0
    for (let seed = 0; seed < 12; seed++) {
      const pin = thing(1, 14, 60)
      const start = planned(seed, [pin])
      const day = start.slots.filter((slot) => slot.day === 1)
      for (let at = 0; at + 1 < day.length; at++) {
        const [one, other] = [day[at]!, day[at + 1]!]
        if (one.starts_at < pin.starts_at !== other.starts_at < pin.starts_at) continue
        const live = new LiveTrip(start, FIRST_DAY + 7 * HOUR, { planner, catalog: city })
        const slot_ids = day.map(({ id }) => id).toSpliced(at, 2, other.id, one.id)
        if (live.send({ _tag: "reorder_day", by: owner, day: 1, slot_ids })._tag !== "changed") continue
        done++
        judge(live)
        for (const { id, starts_at } of day) {
          const now = live.trip.slots.find((slot) => slot.id === id)!
          assert.strictEqual(now.starts_at < pin.starts_at, starts_at < pin.starts_at, "on its side")
        }
      }
    }
    assert.isAbove(done, 10)
  })

  it("takes a booked stop where it is named, and has the others go around it", () => {
    let across = 0
    for (let seed = 0; seed < 12; seed++) {
      const start = planned(seed, [])
      const day = start.slots.filter((slot) => slot.day === 1)
      const [first, booked, ...rest] = day
      const slots = start.slots.map((slot) => (slot === booked ? { ...slot, locked: true } : slot))
      const live = new LiveTrip({ ...start, slots }, FIRST_DAY + 7 * HOUR, { planner, catalog: city })
      const slot_ids = [booked!, first!, ...rest].map(({ id }) => id)
      if (live.send({ _tag: "reorder_day", by: owner, day: 1, slot_ids })._tag !== "changed") continue
      across++
      assert.isAbove(live.trip.slots.find(({ id }) => id === first!.id)!.starts_at, booked!.starts_at)
      judge(live)
    }
    assert.isAbove(across, 2)
  })

  it("goes to no day after a departure, and says which", () => {
    const departure = thing(2, 14, 60, "departure")
    const live = new LiveTrip(planned(1, [departure]), FIRST_DAY + 7 * HOUR, { planner, catalog: city })
    const [slot] = live.trip.slots
    const refusals = [
      { _tag: "move_stop", by: owner, slot_id: slot!.id, day: 3 },
      { _tag: "move_stop", by: owner, slot_id: slot!.id, at: departure.ends_at + HOUR }
    ] as const
    for (const command of refusals) {
      const reply = live.send(command)
      assert.include(JSON.stringify(reply), `Nothing goes after \\"${departure.title}`)
    }
    // Nor does a departure come before what is planned for later days.
    const arrival = thing(1, 9, 60, "arrival")
    const later = new LiveTrip(planned(1, [arrival]), FIRST_DAY + 7 * HOUR, { planner, catalog: city })
    const moved = later.send({ _tag: "move_stop", by: owner, slot_id: arrival.id, day: 3 })
    assert.include(JSON.stringify(moved), "on which you would not be there")
    judge(later)
  })

  it("offers no other day after a departure where a place has closed", () => {
    let others = 0
    for (let seed = 0; seed < 12; seed++) {
      const departure = thing(2, 13, 60, "departure")
      const start = planned(seed, [departure])
      const node_ids = city.nodes.map(({ id }) => id).filter((id) => !start.slots.some((slot) => slot.node_id === id))
      const live = new LiveTrip({ ...start, vetoes: [{ user_id: owner, node_ids, tags: [] }] }, FIRST_DAY + 7 * HOUR, {
        planner,
        catalog: city
      })
      for (const { id } of live.trip.slots.filter((slot) => slot.day === 1)) {
        const asked = live.send({ _tag: "request_pivot", by: owner, request: { trigger: "venue_closed", slot_id: id } })
        if (asked._tag !== "offered") continue
        for (const { changes, kind } of readOffer(asked.offer).options) {
          if (kind !== "another_day") continue
          others++
          assert.isAtMost(Date.parse(changes[0]!.ends_at), departure.starts_at)
        }
      }
    }
    assert.isAbove(others, 0)
  })

  it("has nobody told of a place in the rain, nor of anything before they arrive, where they ask what fits", () => {
    let ideas = 0
    for (let seed = 0; seed < 8; seed++) {
      const live = new LiveTrip(planned(seed, [thing(2, 10, 60, "arrival")]), FIRST_DAY, { planner, catalog: city })
      const until = FIRST_DAY + 3 * DAY
      const rain: CityEvent = {
        kind: "weather",
        id: uuidOfName("event", "rain"),
        from: FIRST_DAY,
        until,
        condition: "rain",
        severity: "severe"
      }
      live.send({ _tag: "world_known", conditions: { city_id: live.trip.city_id, version: 1, events: [rain] } })
      const before = live.send({ _tag: "fits", by: owner, minutes: 90, at: FIRST_DAY + DAY + 8 * HOUR })
      assert.include(JSON.stringify(before), "That is before")
      const reply = live.send({ _tag: "fits", by: owner, minutes: 120, at: FIRST_DAY + DAY + 13 * HOUR })
      if (reply._tag !== "fits") throw new Error(reply._tag)
      for (const { node } of reply.fits.options.flatMap(({ stops }) => stops)) {
        ideas++
        assert.notStrictEqual(city.nodes[city.indexOf(node.id)!]!.setting, "outdoor", node.name)
      }
    }
    assert.isAbove(ideas, 4)
  })
})
