import { assert, describe, it } from "@effect/vitest"
import { boundsOfBoth, liesWithin } from "../../../src/domain/catalog/extent.ts"
import { fc } from "../../support/properties.ts"

describe("the box of a city that is read again", () => {
  it("grows to hold what is new, also across the date line, and never shrinks", () => {
    const box = (west: number, east: number) => ({ south: -17, north: -16, west, east })
    assert.deepStrictEqual(boundsOfBoth(box(7, 8), box(7.5, 9)), box(7, 9))
    assert.deepStrictEqual(boundsOfBoth(box(179.8, -179.8), box(179.5, 179.9)), box(179.5, -179.8))
    assert.deepStrictEqual(boundsOfBoth(box(179.5, 179.9), box(-179.9, -179.5)), box(179.5, -179.5))
    assert.deepStrictEqual(boundsOfBoth(box(179.8, -179.8), box(179.9, -179.9)), box(179.8, -179.8))
  })

  it("holds both, wherever they lie", () => {
    const longitude = fc.integer({ min: -1790, max: 1790 }).map((tenth) => tenth / 10)
    const oneBox = fc
      .record({ west: longitude, wide: fc.integer({ min: 1, max: 30 }).map((n) => n / 10) })
      .map(({ west, wide }) => ({
        south: 1,
        north: 2,
        west,
        east: west + wide > 180 ? west + wide - 360 : west + wide
      }))
    fc.assert(
      fc.property(oneBox, oneBox, (a, b) => {
        const both = boundsOfBoth(a, b)
        for (const { west, east } of [a, b])
          for (const lon of [west, east])
            assert.isTrue(liesWithin(both, { lat: 1.5, lon }), JSON.stringify({ a, b, both }))
      }),
      { numRuns: 500 }
    )
  })
})
