/** "It rains", by one press: what is said of the rest of the day, and what is found for it. */
import { assert, describe, it } from "@effect/vitest"
import { readOffer } from "../../../src/domain/pivot/model.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { city, HOUR, planned } from "./edited-plans.ts"
import { catalog, FIRST_DAY, LiveTrip, owner, plan, planner, trip } from "./fixtures.ts"

const isExposed = ({ node_id }: TripState["slots"][number]): boolean => {
  const node = city.nodes[city.indexOf(node_id)!]!
  return node.setting === "outdoor" || node.weather_sensitivity > 0.35
}

const rains = (live: LiveTrip) => {
  const reply = live.send({ _tag: "request_pivot", by: owner, request: { trigger: "weather" } })
  if (reply._tag !== "offered") throw new Error(reply._tag)
  return readOffer(reply.offer)
}

describe("rain of which nobody says when it ends", () => {
  it("is answered for all that is left of the day, however late", () => {
    let late = 0
    for (let seed = 0; seed < 20; seed++) {
      const now = FIRST_DAY + 8.5 * HOUR
      const live = new LiveTrip(planned(seed, []), now, { planner, catalog: city })
      const exposed = live.trip.slots.filter((slot) => slot.day === 1 && isExposed(slot))
      if (exposed.length === 0) continue
      const { options, reasons = [] } = rains(live)
      assert.isFalse(reasons.some(({ reason }) => reason === "not_affected"))
      const [first] = options
      const changed = new Set(first!.changes.map(({ slot_id }) => slot_id))
      const told = first!.why.join().match(/(\d+) (?:exposed stop|later one)s? /)
      const rest = exposed.filter(({ id }) => !changed.has(id)).length
      // Nothing passes for some: then there is what is left to do with the first of them.
      if (first!.changes.some(({ node }) => node !== undefined)) assert.strictEqual(Number(told?.[1] ?? 0), rest)
      late += exposed.filter(({ id, starts_at }) => starts_at > now + 6 * HOUR && changed.has(id)).length
    }
    assert.isAbove(late, 0)
  })

  it("is said to spoil what is booked, where that is all that it spoils", () => {
    const slots = plan().map((slot) => ({ ...slot, locked: true }))
    const { options, reasons } = rains(new LiveTrip(trip({ status: "active", slots })))
    assert.isEmpty(options)
    assert.include(reasons![0]!.message, "what is booked is never moved")
  })

  it("gets an answer for the only stop that can be sheltered, though it is not the first", () => {
    const closedInTheMorning: typeof catalog = {
      ...catalog,
      openAt: (index, at) => (index >= 6 && at < FIRST_DAY + 12 * HOUR ? "closed" : "open"),
      nextChange: (index, at) => (index >= 6 && at < FIRST_DAY + 12 * HOUR ? FIRST_DAY + 12 * HOUR : undefined)
    }
    const slots = plan(1).map((slot, n) => (n === 2 ? { ...slot, locked: true } : slot))
    const world = { planner, catalog: closedInTheMorning }
    const live = new LiveTrip(trip({ status: "active", slots }), FIRST_DAY + 8 * HOUR, world)
    const { options } = rains(live)
    assert.deepEqual(
      options.map(({ changes }) => changes.map(({ action, slot_id }) => [action, slot_id])),
      [[["replace", slots[1]!.id]]]
    )
    assert.include(options[0]!.why.join(), "1 exposed stop stays as it is")
  })
})
