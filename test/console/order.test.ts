/** What travelers say of a plan by hand, before it reaches a server. */
import { assert, describe, it } from "@effect/vitest"
import { fixedWish } from "../../console/around.js"
import { landing } from "../../console/order.js"

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
