/** A trip at rest is the trip: packed, laid out, changed and written down again, it says what it said before. */
import { assert, describe, it } from "@effect/vitest"
import { wanted } from "../../../src/domain/pivot/fallbacks.ts"
import { planSlot } from "../../../src/domain/pivot/plan.ts"
import type { Slot } from "../../../src/domain/plan/model.ts"
import type { TripEvent } from "../../../src/domain/trip/events.ts"
import { evolveTrip } from "../../../src/domain/trip/evolve.ts"
import { holdChanged, holdLoaded, plainTrip } from "../../../src/domain/trip/held-trip.ts"
import type { TripState } from "../../../src/domain/trip/model.ts"
import { PackedPlan } from "../../../src/domain/trip/packed-plan.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { fc } from "../../support/properties.ts"
import { tripIn } from "../../support/trips.ts"

const city = curatedCities()[0]!
const trip = tripIn(city, 3, 4)
const copyOf = <A>(value: A): A => JSON.parse(JSON.stringify(value))

const slot: fc.Arbitrary<Slot> = fc.record(
  {
    id: fc.uuid({ version: 7 }) as fc.Arbitrary<never>,
    day: fc.integer({ min: 1, max: 30 }),
    order: fc.integer({ min: 0, max: 40 }),
    node_id: fc.oneof(fc.constantFrom(...city.nodes.map((node) => node.id)), fc.uuid()) as fc.Arbitrary<never>,
    day_part: fc.constantFrom("morning", "midday", "afternoon", "evening", "night"),
    starts_at: fc.integer({ min: -1, max: 2 ** 45 }),
    ends_at: fc.integer({ min: 0, max: 2 ** 45 }),
    travel_minutes: fc.integer({ min: 0, max: 600 }),
    locked: fc.boolean(),
    status: fc.constantFrom("planned", "done", "skipped"),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    placed_by: fc.constantFrom("must", "meal", "taste", "full"),
    narrative: fc.string({ unit: "grapheme", maxLength: 40 }),
    decision_id: fc.uuid() as fc.Arbitrary<never>,
    model_version: fc.constantFrom("local_ranker:1", "llm:2")
  },
  {
    requiredKeys: [
      "id",
      "day",
      "order",
      "node_id",
      "day_part",
      "starts_at",
      "ends_at",
      "travel_minutes",
      "locked",
      "status",
      "score",
      "model_version"
    ]
  }
)

const evolved = (state: TripState, event: TripEvent) =>
  evolveTrip(state, { id: "e", trip_id: state.id, seq: state.seq + 1, at: 5, actor_id: null, event })

describe("a packed plan", () => {
  it("gives back every stop as it was, with and without the city's catalog", () => {
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 40 }), (slots) => {
        assert.deepEqual(new PackedPlan(slots).unpack(), slots)
        assert.deepEqual(new PackedPlan(slots, city).unpack(), slots)
      })
    )
  })

  it("tells the stops ahead as those who keep fallbacks for them see them", () => {
    fc.assert(
      fc.property(
        fc.array(slot, { maxLength: 40 }),
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.nat(),
        (slots, now, hours) => {
          const until = now + hours
          const ahead = slots.map((one) => planSlot(one, city.indexOf)).filter((one) => wanted(one, now, until))
          assert.deepEqual(new PackedPlan(slots).ahead(now, until, city.indexOf), ahead)
        }
      )
    )
  })

  it("takes no more than 160 bytes for a stop without a narrative", () => {
    const stops = trip.slots.length
    assert.isBelow(new PackedPlan(trip.slots).bytes / stops, 160)
  })
})

describe("a held trip", () => {
  const held = holdLoaded(trip, city)

  it("lays out the trip it holds, each time anew", () => {
    assert.deepEqual(plainTrip(held), trip)
    assert.deepEqual(copyOf(plainTrip(held)), copyOf(trip))
    assert.notStrictEqual(plainTrip(held).slots, plainTrip(held).slots)
    const degraded = { ...trip, degraded: "no persona", completed_by_calendar: true as const }
    assert.deepEqual(plainTrip(holdLoaded(degraded, undefined)), degraded)
  })

  it("keeps its plan through changes of anything else, and packs a changed one anew", () => {
    const before = plainTrip(held)
    const changedBy = (event: Parameters<typeof evolved>[1]) => holdChanged(held, before, evolved(before, event))
    const left = changedBy({ _tag: "status_changed", status: "completed", previous: "active" })
    assert.strictEqual(left.plan, held.plan)
    assert.strictEqual(left.status, "completed")
    const first = trip.slots[0]!
    const done = changedBy({ _tag: "slot_done", slot_id: first.id })
    assert.notStrictEqual(done.plan, held.plan)
    assert.deepEqual(plainTrip(done), evolved(trip, { _tag: "slot_done", slot_id: first.id }))
  })
})
