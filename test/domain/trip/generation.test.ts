/** A trip that is planned anew while it is under way. */
import { assert, describe, it } from "@effect/vitest"
import { asTheyWere, keptStops } from "../../../src/domain/trip/generation.ts"
import { catalog, FIRST_DAY, plan, slotId, trip } from "./fixtures.ts"

const HOUR = 3_600_000

describe("a new plan for a trip under way", () => {
  it("keeps what has begun as it was, and makes no booking of it", () => {
    const before = plan().map((slot) => ({ ...slot, narrative: `Why ${slot.id}`, placed_by: "taste" as const }))
    // The first stop is from nine to eleven.
    const kept = keptStops(trip({ slots: before }), catalog, FIRST_DAY + 10 * HOUR, 0)
    assert.deepEqual(
      kept.map(({ slot_id }) => slot_id),
      [slotId(1, 0)]
    )
    const made = before.map((slot) => ({ ...slot, locked: true, narrative: "Booked.", travel_minutes: 3 }))
    const fresh = { ...made[1]!, id: slotId(9, 9) }
    const [first, other] = asTheyWere([made[0]!, fresh], before)
    assert.deepEqual(first, { ...before[0]!, travel_minutes: 3 })
    assert.strictEqual(other, fresh)
  })
})
