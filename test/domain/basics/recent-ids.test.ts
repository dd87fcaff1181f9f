import { assert, describe, it } from "@effect/vitest"
import { RecentIds } from "../../../src/domain/basics/recent-ids.ts"
import { fc } from "../../support/properties.ts"

const id = (n: number) =>
  `${(n * 7919).toString(16).padStart(8, "0")}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
const mark = (n: number) => n.toString(16).padStart(8, "0")

describe("recent ids", () => {
  it("remembers the last ones and their marks, and forgets those deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 2000 }), fc.integer(), (steps, seed) => {
        const recent = new RecentIds(100, seed)
        const order: Array<number> = []
        for (const [n, remove] of steps) {
          const known = recent.get(id(n))
          if (known !== undefined) assert.strictEqual(known, n)
          assert.isTrue(known !== undefined || !order.slice(-100).includes(n), "forgot one of the last hundred")
          assert.strictEqual(recent.same(id(n), mark(n)), known !== undefined)
          if (known !== undefined && remove) {
            recent.delete(id(n))
            assert.isUndefined(recent.get(id(n)))
            for (let at = order.indexOf(n); at !== -1; at = order.indexOf(n)) order.splice(at, 1)
          } else if (known === undefined) {
            recent.set(id(n), mark(n))
            order.push(n)
          }
        }
      })
    )
  })
})
