import { assert, describe, it } from "@effect/vitest"
import { categoryInfo } from "../../../src/domain/catalog/category.ts"
import { diversify } from "../../../src/domain/retrieval/diversify.ts"
import { diversifyWithMeals } from "../../../src/domain/retrieval/meals.ts"
import { catalogOf, place } from "../rankers/fixtures.ts"

describe("the places that a plan is made of", () => {
  const sights = Array.from({ length: 900 }, (_, i) =>
    place(`s${i}`, (["museum", "landmark", "temple", "park", "gallery"] as const)[i % 5]!)
  )
  const meals = Array.from({ length: 100 }, (_, i) => place(`m${i}`, "restaurant"))
  const catalog = catalogOf([...sights, ...meals])
  const neighbours = catalog.nodes.map((node, index) => ({
    index,
    similarity: node.category === "restaurant" ? 0.05 : 0.95 - index / 10_000
  }))
  const request = {
    catalog,
    neighbours,
    constraints: {},
    vetoes: [],
    days: [],
    hours: { from: 540, to: 1320 },
    limit: 100
  }
  const mealsOf = (candidates: ReadonlyArray<{ readonly index: number }>) =>
    candidates.filter(({ index }) => categoryInfo(catalog.nodes[index]!.category).meal).length

  it("hold a meal for every day, however many sights are nearer to the taste", () => {
    const { candidates } = diversifyWithMeals(request)
    assert.lengthOf(candidates, 100)
    assert.strictEqual(mealsOf(candidates), 20)
    assert.strictEqual(new Set(candidates.map(({ index }) => index)).size, 100)
  })

  it("are those of the taste alone where that brings meals enough", () => {
    const hungry = { ...request, neighbours: neighbours.map((one) => ({ ...one, similarity: 1 - one.similarity })) }
    assert.deepStrictEqual(diversifyWithMeals(hungry), diversify(hungry))
  })
})
