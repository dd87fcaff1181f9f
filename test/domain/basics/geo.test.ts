import { assert, describe, it } from "@effect/vitest"
import { DEFAULT_TRAVEL_MODEL, distanceKm, distancesOf, estimateTravel } from "../../../src/domain/basics/geo.ts"
import { fc } from "../../support/properties.ts"

const position = fc.record({
  lat: fc.double({ min: -85, max: 85, noNaN: true }),
  lon: fc.double({ min: -180, max: 180, noNaN: true })
})
const seattle = { lat: 47.6062, lon: -122.3321 }

describe("distances", () => {
  it("are those of the globe", () => {
    assert.approximately(distanceKm(seattle, { lat: 40.7128, lon: -74.006 }), 3870, 20)
    assert.approximately(distanceKm({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 }), 111.2, 0.2)
    assert.strictEqual(distanceKm(seattle, seattle), 0)
  })

  it("are the same both ways and obey the triangle", () => {
    fc.assert(
      fc.property(position, position, position, (a, b, c) => {
        assert.approximately(distanceKm(a, b), distanceKm(b, a), 1e-6)
        assert.isAtMost(distanceKm(a, c), distanceKm(a, b) + distanceKm(b, c) + 1e-6)
      })
    )
  })
})

describe("the travel estimate", () => {
  const north = (km: number) => ({ lat: seattle.lat + km / 111.2, lon: seattle.lon })

  it("walks around the corner and takes the bus across town", () => {
    assert.deepInclude(estimateTravel(DEFAULT_TRAVEL_MODEL, seattle, north(0.4)), { mode: "walk", minutes: 9 })
    const across = estimateTravel(DEFAULT_TRAVEL_MODEL, seattle, north(6))
    assert.strictEqual(across.mode, "transit")
    assert.isTrue(across.minutes >= 30 && across.minutes <= 45)
  })

  it("never says that a longer way is shorter", () => {
    const km = fc.double({ min: 0, max: 40, noNaN: true })
    fc.assert(
      fc.property(km, km, (a, b) => {
        const minutes = (d: number) => estimateTravel(DEFAULT_TRAVEL_MODEL, seattle, north(d)).minutes
        if (a <= b) assert.isAtMost(minutes(a), minutes(b))
      })
    )
  })

  it("comes out the same for places of a list as for any two places", () => {
    const place = fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true })
    })
    fc.assert(
      fc.property(place, place, (a, b) => {
        assert.strictEqual(distancesOf([a, b])(0, 1), distanceKm(a, b))
      })
    )
  })
})
