/** Places by their ids alone, whichever city they lie in, as far as catalogs are in memory: for what names a place and no city. */
import * as Effect from "effect/Effect"
import type { City, CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../domain/catalog/node.ts"
import type { Catalog } from "../services/catalog.ts"

export const placesInMemory = Effect.fnUntraced(function* (catalog: Catalog["Service"]) {
  const catalogs = new Map<string, CityCatalog>()
  const cities = yield* Effect.orElseSucceed(catalog.cities, () => [])
  for (const { slug } of cities) {
    const resident = catalog.resident(slug)
    if (resident !== undefined) catalogs.set(slug, resident)
  }
  const stop = catalog.onChange((next) => void catalogs.set(next.city.slug, next))
  yield* Effect.addFinalizer(() => Effect.sync(stop))
  return (nodeId: string): { readonly city: City; readonly node: ActivityNode } | undefined => {
    for (const { city, indexOf, nodes } of catalogs.values()) {
      const index = indexOf(nodeId)
      if (index !== undefined) return { city, node: nodes[index]! }
    }
    return undefined
  }
})
