/** Asks the vector index, by a trained model where one is in production, and the city's own matrix where it does not answer. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { categoryInfo } from "../../domain/catalog/category.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { partyTaste } from "../../domain/persona/encode.ts"
import type { Candidate } from "../../domain/ranking.ts"
import { NEIGHBOURS } from "../../domain/retrieval/diversify.ts"
import { NearestRows } from "../../domain/retrieval/nearest.ts"
import { ItemTowers } from "../../services/item-towers.ts"
import { Retrieval } from "../../services/retrieval.ts"
import { VectorIndex } from "../../services/vector-index.ts"
import { towerIndex } from "./tower-index.ts"

/** Longest that the index may take before the matrix answers in its place. */
const INDEX_PATIENCE = "400 millis"

const fromMatrix = (catalog: CityCatalog, query: Float32Array): ReadonlyArray<Candidate> => {
  const nearest = new NearestRows(query, NEIGHBOURS)
  nearest.scan(catalog.matrix, catalog.nodes.length, 0, (index) => catalog.retired(index))
  return nearest.best().map(({ row, score }) => ({ index: row, node: catalog.nodes[row]!, similarity: score }))
}

/** Whatever one comes for, one eats: in a large city a taste for museums has hundreds of neighbours before the first meal. */
const MEALS = 80

const withMeals = (catalog: CityCatalog, query: Float32Array, found: ReadonlyArray<Candidate>) => {
  const isMeal = (row: number) => categoryInfo(catalog.nodes[row]!.category).meal
  if (found.filter(({ index }) => isMeal(index)).length >= MEALS) return found
  const there = new Set(found.map(({ index }) => index))
  const nearest = new NearestRows(query, MEALS)
  nearest.scan(catalog.matrix, catalog.nodes.length, 0, (row) => catalog.retired(row) || there.has(row) || !isMeal(row))
  return [
    ...found,
    ...nearest.best().map(({ row, score }) => ({ index: row, node: catalog.nodes[row]!, similarity: score }))
  ]
}

export const layer = Layer.effect(
  Retrieval,
  Effect.gen(function* () {
    const index = yield* VectorIndex
    const byModel = yield* towerIndex(index, yield* ItemTowers)
    const byVibe = (catalog: CityCatalog, query: Float32Array) =>
      Effect.map(
        index.search("vibe_embedding", query, NEIGHBOURS, catalog.city.slug),
        (hits): ReadonlyArray<Candidate> =>
          hits.flatMap(({ id, score }) => {
            const at = catalog.indexOf(id)
            return at === undefined || catalog.retired(at)
              ? []
              : [{ index: at, node: catalog.nodes[at]!, similarity: score }]
          })
      )
    return Retrieval.of({
      nearest: Effect.fnUntraced(function* (catalog, people) {
        const query = partyTaste(people)
        const found = yield* byModel(catalog, people).pipe(
          Effect.flatMap((known) => (known === undefined ? byVibe(catalog, query) : Effect.succeed(known))),
          Effect.timeoutOrElse({ duration: INDEX_PATIENCE, orElse: () => Effect.succeed([]) }),
          Effect.orElseSucceed((): ReadonlyArray<Candidate> => [])
        )
        // An index that knows nothing of the city is empty or behind; the matrix is neither.
        return withMeals(catalog, query, found.length === 0 ? fromMatrix(catalog, query) : found)
      })
    })
  })
)
