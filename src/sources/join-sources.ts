/** Joins the entries of a source with what other sources said of the same city, before they are seeded. */
import * as Effect from "effect/Effect"
import { joinSource } from "../domain/catalog/conflation/join.ts"
import { cityIdOf, nodeIdOf } from "../domain/catalog/node.ts"
import { makeGate } from "../domain/catalog/validate.ts"
import { CatalogStore } from "../services/catalog-store.ts"
import type { SeedInput } from "./seed-city.ts"

/** The same input with each place once, however many sources speak of it. What was read is kept by source. */
export const joinSources = Effect.fn("joinSources")(function* (input: SeedInput) {
  const store = yield* CatalogStore
  const { city, source, licence } = input
  const cityId = cityIdOf(city.slug)
  yield* store.saveCity(city)
  const known = yield* store.sourceEntries(cityId)
  const { nodes, stored, goneEntries, goneNodes, rejected, joined, beyond } = joinSource(known, {
    source,
    licence,
    entries: [...input.nodes],
    complete: input.complete,
    covered: input.covered,
    gate: makeGate(city)
  })
  yield* store.saveEntries(cityId, source, stored, goneEntries)
  const out: SeedInput = {
    ...input,
    nodes: nodes.map(({ entry }) => entry),
    total: nodes.length + input.rejected.length + rejected.length,
    rejected: [...input.rejected, ...rejected],
    broken:
      beyond === 0
        ? (input.broken ?? [])
        : [
            ...(input.broken ?? []),
            `it holds a part of the city alone: ${beyond} places outside of it, known from before, are kept`
          ],
    joined: {
      originOf: new Map(
        nodes.map(({ entry, origin }) => [entry.key, { source: origin.source, licence: origin.licence }])
      ),
      retire: goneNodes.map((key) => nodeIdOf(city.slug, key)),
      count: joined
    }
  }
  return out
})
