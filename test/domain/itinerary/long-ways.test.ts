/** How much of a day one is on the way, by its pace. */
import { assert, describe, it } from "@effect/vitest"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { PACE } from "../../../src/domain/itinerary/rules.ts"
import { WEIGHTS } from "../../../src/domain/itinerary/terms.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { randomOf, scoresFor } from "../../support/generated-city.ts"

const PACES = ["leisurely", "moderate", "packed"] as const

/** Minutes on the way by which days are longer than their pace has, and what their stops are liked. */
const beyond = (pace: (typeof PACES)[number], far: number) => {
  let [minutes, taste] = [0, 0]
  for (const [at, city] of curatedCities().entries()) {
    for (let seed = 0; seed < 3; seed++) {
      const days = city.tripDays("2026-05-01", 3)
      const { stops } = assemble({
        ...{ catalog: city, travel: city.travel, scores: scoresFor(city, randomOf(10 * at + seed)), days, seed },
        ...{ constraints: { pace }, vetoes: [], orientations: [], locked: [], effort: 0.3 },
        // At half of what a minute costs, long days are common enough to be counted in few trips.
        weights: { ...WEIGHTS, way: WEIGHTS.way / 2, wayToMeal: WEIGHTS.wayToMeal / 2, far }
      })
      for (const { day } of days) {
        const ways = stops.reduce((sum, stop) => sum + (stop.day === day ? stop.travel_minutes : 0), 0)
        minutes += Math.max(0, ways - PACE[pace].way)
      }
      taste += stops.reduce((sum, stop) => sum + stop.score, 0)
    }
  }
  return { minutes, taste }
}

describe("long ways", () => {
  for (const pace of PACES) {
    it(`are rare in a ${pace} day, and cost little of what one likes`, () => {
      const [free, bound] = [beyond(pace, 0), beyond(pace, WEIGHTS.far)]
      assert.isAbove(free.minutes, 0)
      assert.isAtMost(bound.minutes, free.minutes / 3)
      assert.isAtLeast(bound.taste, 0.93 * free.taste)
    })
  }
})
