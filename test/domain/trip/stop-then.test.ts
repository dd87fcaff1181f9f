import { assert, describe, it } from "@effect/vitest"
import type { TripEventEnvelope } from "../../../src/domain/trip/events.ts"
import { PackedPlan } from "../../../src/domain/trip/packed-plan.ts"
import { stopThen } from "../../../src/domain/trip/stop-then.ts"
import { tripNumber } from "../../actors/trip/harness.ts"

const trip = tripNumber(1)
const plan = new PackedPlan(trip.slots)
const [stop, other] = [trip.slots[0]!, trip.slots[1]!]

const event = (seq: number, at: number, slots: TripEventEnvelope["event"] | undefined): TripEventEnvelope => ({
  id: `event-${seq}`,
  trip_id: trip.id,
  seq,
  at,
  actor_id: null,
  event: slots ?? { _tag: "slot_done", slot_id: other.id }
})
const swap = (slot: typeof stop) => ({ _tag: "slot_swapped" as const, slot_id: slot.id, slots: [slot], removed: [] })

describe("the place at a stop then", () => {
  const at = (recent: ReadonlyArray<TripEventEnvelope>, when: number, seq = recent.at(-1)?.seq ?? 1) =>
    stopThen({ plan, seq }, recent, stop.id, when)?.node_id

  it("is today's where nothing has changed the stop since", () => {
    assert.strictEqual(at([], 0), stop.node_id)
    assert.strictEqual(at([event(2, 100, swap(other)), event(3, 200, undefined)], 50), stop.node_id)
    assert.strictEqual(at([event(2, 100, swap(stop))], 150), stop.node_id)
    assert.strictEqual(at([event(9, 100, undefined), event(10, 200, undefined)], 150), stop.node_id)
  })

  it("is unknown where the stop was changed since, or may have been", () => {
    assert.isUndefined(at([event(2, 100, swap(stop))], 50))
    assert.isUndefined(at([event(9, 100, undefined), event(10, 200, undefined)], 50))
    assert.isUndefined(at([], 50, 7))
    assert.isUndefined(stopThen({ plan, seq: trip.seq }, [], trip.id, 50))
  })
})
