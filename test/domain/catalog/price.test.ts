/** What places cost, as far as anybody said. */
import { assert, describe, it } from "@effect/vitest"
import type { Provenance } from "../../../src/domain/catalog/node.ts"
import { countAbove, isPriceKnown, pricesOf, pricesSaying } from "../../../src/domain/catalog/price.ts"
import { place } from "../rankers/fixtures.ts"

const from = (source: string): Provenance => ({ "*": { source, licence: "a licence" } })
const ofMap = from("openstreetmap:node/1")
const byEditor = from("curated")

describe("the price of a place", () => {
  it("is known where an editor or a source said it, and not where it is what is usual for its kind", () => {
    const known = (provenance: Provenance, changes: object) =>
      isPriceKnown({ ...place("p", "museum", changes), provenance })
    assert.isTrue(known(byEditor, { price_tier: 2 }))
    assert.isTrue(known(from("a-file-of-theirs"), { price_tier: 0 }))
    for (const source of ["openstreetmap:node/1", "overture:x", "wikivoyage:x", "geojson:x", "google_places:x"]) {
      assert.isFalse(known(from(source), { price_tier: 2 }), source)
      assert.isTrue(known(from(source), { price_tier: 0, facts: { fee: false } }), source)
      // That nothing is charged at the door says nothing of what a meal costs.
      assert.isFalse(known(from(source), { price_tier: 2, facts: { fee: false } }), source)
      assert.isFalse(known(from(source), { price_tier: 2, facts: { fee: true } }), source)
    }
    assert.isTrue(known(from("google_places:x"), { price_tier: 2, facts: { priced: true } }))
  })

  it("is counted by how dear it is, and what nobody said stays unknown", () => {
    const places = [
      { ...place("a", "park", { price_tier: 0 }), provenance: byEditor },
      { ...place("b", "restaurant", { price_tier: 3 }), provenance: byEditor },
      { ...place("c", "restaurant", { price_tier: 3 }), provenance: ofMap },
      undefined
    ]
    const prices = pricesOf(places)
    assert.deepEqual(prices, { free: 1, cheap: 0, moderate: 0, expensive: 1, splurge: 0, unknown: 2 })
    assert.strictEqual(countAbove(places, 2), 1, "a guess is not said to be above the budget")
    assert.strictEqual(pricesSaying(prices), "At least 1 free, 1 expensive; 2 stops without a known price.")
    assert.strictEqual(pricesSaying({ ...prices, unknown: 0 }), "1 free, 1 expensive.")
    assert.strictEqual(pricesSaying(pricesOf(places.slice(2, 3))), "1 stop without a known price.")
    assert.strictEqual(pricesSaying(pricesOf([])), "Nothing to pay for.")
  })
})
