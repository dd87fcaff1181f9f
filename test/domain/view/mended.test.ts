import { assert, describe, it } from "@effect/vitest"
import { tripView } from "../../../src/domain/view/trip.ts"
import { catalog, FIRST_DAY, LiveTrip, nodeId, owner, planner, trip } from "../trip/fixtures.ts"

describe("what a plan could not keep", () => {
  it("is said no more of a breakfast that somebody put into the morning since", () => {
    const relaxed = [1, 2].map((day) => ({ constraint: "breakfast", day, message: `Day ${day} has no breakfast.` }))
    const live = new LiveTrip(trip({ relaxed }), FIRST_DAY - 3_600_000, { planner, catalog })
    const said = () => tripView(live.trip, { catalog, personas: [] }).relaxed?.map(({ day }) => day)
    assert.deepEqual(said(), [1, 2])
    const morning = live.trip.slots.find((slot) => slot.day === 1)!
    assert.strictEqual(catalog.nodes[catalog.indexOf(nodeId(9))!]!.category, "cafe")
    const reply = live.send({ _tag: "swap_slot", by: owner, slot_id: morning.id, node_id: nodeId(9) })
    assert.strictEqual(reply._tag, "changed", JSON.stringify(reply))
    assert.deepEqual(said(), [2])
  })
})
