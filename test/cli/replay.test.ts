import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readScenario } from "../../src/cli/replay/scenario.ts"
import { changedSlots, judge, type SlotShown, type TripShown, touchedAtLeast } from "../../src/cli/replay/verify.ts"

const folder = new URL("../../data/scenarios/", import.meta.url)

const slot = (id: string, from: number, node = id): SlotShown => ({
  id,
  starts_at: `2026-05-01T${from}:00:00Z`,
  ends_at: `2026-05-01T${from + 1}:00:00Z`,
  locked: id === "booked",
  open: node === "shut" ? "closed" : "open",
  travel_minutes: 20,
  node: { id: node }
})

const trip = (...slots: ReadonlyArray<SlotShown>): TripShown => ({ id: "trip", days: [{ slots }] })

const option = (...ids: ReadonlyArray<string>) => ({
  option_id: "one",
  changes: ids.map((slot_id) => ({ slot_id }))
})

describe("a replay", () => {
  it.effect("reads the scenarios that are shipped, in the order of their clock", () =>
    Effect.gen(function* () {
      const files = readdirSync(folder)
      assert.isAtLeast(files.length, 2)
      for (const file of files) {
        const { steps } = yield* readScenario(readFileSync(new URL(file, folder), "utf8"))
        const times = steps.map((step) => step.at_minutes)
        assert.deepStrictEqual(
          times,
          times.toSorted((a, b) => a - b)
        )
      }
    })
  )

  it.effect("names the line that cannot be read", () =>
    Effect.gen(function* () {
      const setting = '{"city":"seattle","days":1,"travelers":1}'
      for (const [text, words] of [
        ["", "A scenario has a line"],
        [`{"city":1}\n{}`, "Line 1"],
        [`${setting}\n\nnonsense`, "Line 2"],
        [`${setting}\n{"at_minutes":0,"kind":"plague"}`, "Line 2"]
      ] as const) {
        assert.include((yield* Effect.flip(readScenario(text))).message, words)
      }
    })
  )

  it("finds nothing wrong with a repair of what was offered, and everything wrong with others", () => {
    const before = trip(slot("a", 10), slot("b", 12), slot("booked", 14))
    const repaired = trip(slot("a", 10, "new"), slot("b", 12), slot("booked", 14))
    assert.deepStrictEqual(changedSlots(before, repaired), ["a"])
    assert.deepStrictEqual(judge(before, repaired, option("a")), [])
    const wrong = (after: TripShown, ...ids: ReadonlyArray<string>) => judge(before, after, option(...ids)).join()
    assert.include(wrong(repaired), "without having been offered")
    assert.include(wrong(trip(slot("a", 10), slot("b", 12)), "booked"), "booking")
    assert.include(wrong(trip(slot("a", 10, "b"), slot("b", 12), slot("booked", 14)), "a"), "twice")
    assert.include(
      wrong(trip({ ...slot("a", 10), ends_at: "2026-05-01T13:00:00Z" }, slot("b", 12), slot("booked", 14)), "a"),
      "overlap"
    )
    assert.include(
      wrong(trip({ ...slot("a", 10, "new"), ends_at: "2026-05-01T11:50:00Z" }, slot("b", 12), slot("booked", 14)), "a"),
      "20 minutes away"
    )
    assert.include(wrong(trip(slot("a", 10, "shut"), slot("b", 12), slot("booked", 14)), "a"), "closed")
  })

  it("expects an offer for every plan of its own that must be touched, whoever else's are", () => {
    assert.strictEqual(touchedAtLeast({ trips_told: 3, trips_touched: 2 }, 3), 2)
    assert.strictEqual(touchedAtLeast({ trips_told: 10, trips_touched: 8 }, 3), 1)
    assert.strictEqual(touchedAtLeast({ trips_told: 10, trips_touched: 2 }, 3), 0)
  })
})
