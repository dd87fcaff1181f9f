/** What travelers say of a plan by hand, before it reaches a server. */
import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { fixedWish } from "../../console/around.js"
import { landing } from "../../console/order.js"
import { oneAtATime, paced } from "../../console/pace.js"

describe("a plan shaped by hand", () => {
  it("takes what is fixed as the contract has it, past midnight where it ends before it begins", () => {
    const said = { title: " ", kind: "arrival", date: "2026-05-01", from: "23:50", until: "" }
    assert.deepStrictEqual(fixedWish(said), {
      title: "arrival",
      kind: "arrival",
      at: "2026-05-01T23:50",
      until: "2026-05-02T00:20"
    })
    const dinner = { title: "Table", kind: "reservation", date: "2026-05-01", from: "22:00", until: "00:30" }
    assert.strictEqual(fixedWish(dinner).until, "2026-05-02T00:30")
  })

  it("lands a stop between the ones above and below where it is let go", () => {
    const others = [0, 100, 200].map((top) => ({ top, bottom: top + 80 }))
    assert.deepStrictEqual(
      [-5, 30, 60, 150, 400].map((y) => landing(y, others)),
      [0, 0, 1, 2, 3]
    )
  })
})

describe("a page that hears much", () => {
  it("keeps the newest, one at a time", async () => {
    const kept: Array<number> = []
    const gate = Promise.withResolvers<void>()
    let newest = 1
    const keep = oneAtATime(async () => {
      kept.push(newest)
      await gate.promise
    })
    const first = keep()
    for (newest = 2; newest < 9; newest++) await keep()
    gate.resolve()
    await first
    assert.deepStrictEqual(kept, [1, 9])
  })

  it("draws at once, and all that comes meanwhile in one go", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] })
    try {
      let drawn = 0
      const draw = paced(() => {
        drawn++
      })
      for (let nth = 0; nth < 100; nth++) draw()
      assert.strictEqual(drawn, 1)
      vi.advanceTimersByTime(1000)
      assert.strictEqual(drawn, 2)
      vi.advanceTimersByTime(1000)
      draw()
      assert.strictEqual(drawn, 3)
    } finally {
      vi.useRealTimers()
    }
  })
})
