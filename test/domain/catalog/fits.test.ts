import { assert, describe, it } from "@effect/vitest"
import type { Category } from "../../../src/domain/catalog/category.ts"
import type { PlaceFacts } from "../../../src/domain/catalog/facts.ts"
import { placeFacts } from "../../../src/domain/catalog/facts.ts"
import { fitFor, fitForAll, NEEDS } from "../../../src/domain/catalog/fits.ts"

const at = (category: Category, facts: PlaceFacts = {}) => ({ category, facts, vibe_tags: [] })

describe("whether a place is fit", () => {
  it("is known where its facts say so, and never guessed where they do not", () => {
    assert.strictEqual(fitFor(at("restaurant"), "vegan"), "unknown")
    assert.strictEqual(fitFor(at("restaurant", placeFacts({ "diet:vegan": "yes" })), "vegetarian"), "fits")
    assert.strictEqual(fitFor(at("restaurant", placeFacts({ "diet:vegetarian": "yes" })), "vegan"), "unknown")
    assert.strictEqual(fitFor(at("restaurant", placeFacts({ "diet:halal": "no" })), "halal"), "does-not")
    assert.strictEqual(fitFor(at("restaurant", placeFacts({ "diet:vegan": "limited" })), "vegan"), "unknown")
    const plants = { ...at("restaurant"), vibe_tags: ["plant_based"] as const }
    assert.strictEqual(fitFor(plants, "vegetarian"), "fits")
    assert.strictEqual(fitFor(plants, "vegan"), "unknown")
    assert.strictEqual(fitFor({ ...plants, facts: placeFacts({ "diet:vegetarian": "no" }) }, "vegetarian"), "does-not")
    assert.strictEqual(fitFor(at("museum"), "vegan"), "fits")
    assert.strictEqual(fitFor(at("museum"), "wheelchair"), "unknown")
    assert.strictEqual(fitFor(at("museum", placeFacts({ wheelchair: "limited" })), "wheelchair"), "unknown")
    assert.strictEqual(fitFor(at("museum", placeFacts({ wheelchair: "no" })), "wheelchair"), "does-not")
  })

  it("keeps children out of clubs and those who do not drink out of bars", () => {
    assert.strictEqual(fitFor(at("nightclub"), "children"), "does-not")
    assert.strictEqual(fitFor(at("bar", placeFacts({ min_age: "20" })), "children"), "does-not")
    assert.strictEqual(fitFor(at("park"), "children"), "fits")
    assert.strictEqual(fitFor(at("bar"), "alcohol_free"), "does-not")
    assert.strictEqual(fitFor(at("restaurant"), "alcohol_free"), "unknown")
    assert.strictEqual(fitFor(at("restaurant", placeFacts({ alcohol: "no" })), "alcohol_free"), "fits")
    assert.strictEqual(fitFor(at("garden"), "alcohol_free"), "fits")
  })

  it("is as bad as the worst of several needs", () => {
    assert.strictEqual(fitForAll(at("garden"), []), "fits")
    assert.strictEqual(fitForAll(at("garden"), ["children", "wheelchair"]), "unknown")
    assert.strictEqual(fitForAll(at("nightclub"), NEEDS), "does-not")
  })
})
