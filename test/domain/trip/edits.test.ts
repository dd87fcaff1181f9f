/** Plans that are changed by hand, in any order: what is fixed stays, every way fits, no door is closed, and undoing undoes. */
import { assert, describe, it } from "@effect/vitest"
import { type Offer, readOffer } from "../../../src/domain/pivot/model.ts"
import type { TripCommand } from "../../../src/domain/trip/commands.ts"
import { pick, randomOf } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"
import { city, DAY, DAYS, HOUR, judge, MINUTE, planned, planOf, thing } from "./edited-plans.ts"
import { FIRST_DAY, LiveTrip, owner, planner } from "./fixtures.ts"

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
        const { lat: _lat, lon: _lon, ...departure } = thing(3, 15, 30, "departure")
        const fixed = [thing(1, 12, 60, "arrival"), thing(1, 15, 60), thing(2, 12, 90, "reservation"), departure]
        const start = planned(seed, fixed)
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

  it("does not bring back what is over, nor take away what was lived through", () => {
    const start = planned(3, [])
    const [first] = start.slots
    const live = new LiveTrip(start, first!.ends_at - 6 * MINUTE, { planner, catalog: city })
    live.send({ _tag: "remove_slot", by: owner, slot_id: first!.id })
    const removed = planOf(live.trip)
    live.now = first!.ends_at + MINUTE
    assert.strictEqual(live.send({ _tag: "undo", by: owner })._tag, "SlotInPast")
    assert.strictEqual(planOf(live.trip), removed)
    // Not every stop has something that still fits into its place when it is nearly over.
    let swapped = 0
    for (const { ends_at, id } of start.slots) {
      const other = new LiveTrip(start, ends_at - 6 * MINUTE, { planner, catalog: city })
      if (other.send({ _tag: "swap_slot", by: owner, slot_id: id })._tag !== "changed") continue
      swapped++
      other.now = ends_at + 3 * MINUTE
      assert.strictEqual(other.send({ _tag: "undo", by: owner })._tag, "SlotInPast")
    }
    assert.isAbove(swapped, 0)
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
