/** What several people need, each for themselves, in a city of which little is known. */
import { assert, describe, it } from "@effect/vitest"
import { fitFor, type Need, needsMet } from "../../../src/domain/catalog/fits.ts"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { WEIGHTS } from "../../../src/domain/itinerary/terms.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { generateCity, type PlanningCity, randomOf, scoresFor } from "../../support/generated-city.ts"
import { place } from "../rankers/fixtures.ts"

const EATING = ["restaurant", "street_food", "food_hall", "cafe", "bakery"]

/** Of every third place where one eats it is known that it feeds vegetarians; of wheelchairs nobody says anything. */
const base = generateCity(91, { nodes: 240, unknown: 0.3 })
const city: PlanningCity = {
  ...base,
  nodes: base.nodes.map((node, at) => ({
    ...node,
    facts: EATING.includes(node.category) && at % 3 === 0 ? { diet: { vegetarian: "yes" as const } } : {}
  }))
}

const mealsFor = (needs: ReadonlyArray<Need>, at: PlanningCity = city, fit = WEIGHTS.fit) => {
  let [known, all] = [0, 0]
  for (let seed = 0; seed < 6; seed++) {
    const { relaxations, stops } = assemble({
      ...{ catalog: at, travel: at.travel, scores: scoresFor(at, randomOf(seed)), days: at.tripDays("2026-05-01", 2) },
      ...{ constraints: { needs }, vetoes: [], orientations: [], locked: [], seed, effort: 0.3 },
      weights: { ...WEIGHTS, fit }
    })
    for (const { day, index } of stops) {
      const node = at.nodes[index]!
      if (!EATING.includes(node.category)) continue
      all++
      if (fitFor(node, "vegetarian") === "fits") known++
      else {
        const said = relaxations.filter((one) => one.constraint === "needs" && one.day === day)
        assert.isTrue(said.some(({ message }) => message.includes(node.name) && message.includes('"vegetarian"')))
      }
    }
  }
  return known / all
}

describe("needs", () => {
  it("are met each for itself: what nobody knows of one takes nothing from another", () => {
    const alone = mealsFor(["vegetarian"])
    assert.isAbove(alone, mealsFor(["vegetarian"], city, 0) + 0.15)
    assert.isAbove(mealsFor(["vegetarian", "wheelchair"]), mealsFor(["vegetarian", "wheelchair"], city, 0) + 0.15)
  })

  it("lead to what is known to fit in our own cities too, where hardly anything is known, and the rest is named", () => {
    for (const own of curatedCities()) {
      if (!own.nodes.some((node) => EATING.includes(node.category) && fitFor(node, "vegetarian") === "fits")) continue
      assert.isAtLeast(mealsFor(["vegetarian", "wheelchair"], own), mealsFor(["vegetarian", "wheelchair"], own, 0))
    }
  })

  it("are touched where they matter: a museum is no answer to a diet", () => {
    const museum = place("m", "museum", {})
    assert.strictEqual(fitFor(museum, "vegan"), "fits")
    assert.strictEqual(needsMet(museum, ["vegan", "wheelchair"]), 0)
    assert.strictEqual(needsMet(place("w", "museum", { facts: { wheelchair: "yes" } }), ["vegan", "wheelchair"]), 1)
    const both = { diet: { vegan: "yes" as const }, wheelchair: "yes" as const }
    assert.strictEqual(needsMet(place("r", "restaurant", { facts: both }), ["vegan", "wheelchair"]), 2)
  })
})
