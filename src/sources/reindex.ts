/**
 * The vector index is derived: it can be emptied, moved or lost, and is made again from PostgreSQL here. At start every
 * city is compared by count, and only what differs is rebuilt; the command `reindex` rebuilds whatever it is told to. An index in
 * this process follows each new version of a catalog, whoever seeded it.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { indexOpenPersonas, NOWHERE } from "../cases/people/open-personas.ts"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import { Catalog } from "../services/catalog.ts"
import type { CatalogStore, CatalogStoreError } from "../services/catalog-store.ts"
import { IndexSource, type IndexSourceUnavailable } from "../services/index-source.ts"
import { VectorIndex, type VectorIndexUnavailable } from "../services/vector-index.ts"
import { reindexCity } from "./seed-city.ts"

export interface Reindexed {
  readonly what: string
  /** Points before, in PostgreSQL, and after. */
  readonly before: number
  readonly wanted: number
  readonly after: number
}

export interface ReindexRequest {
  /** Only this city. */
  readonly city?: string
  /** Rebuild also what has the right count. */
  readonly force?: boolean
  /** The vectors too of travelers who are open to be suggested as companions. */
  readonly personas?: boolean
}

export type ReindexError = CatalogStoreError | IndexSourceUnavailable | VectorIndexUnavailable

const PERSONAS = "travelers"
const reindexPersonas = Effect.gen(function* () {
  const index = yield* VectorIndex
  yield* index.removeCity("persona_embedding", NOWHERE)
  yield* indexOpenPersonas
})

/** What was rebuilt; nothing where everything agreed. */
export const reindex = Effect.fn("reindex")(function* (
  request: ReindexRequest,
  onRebuilt: (done: Reindexed) => Effect.Effect<void> = () => Effect.void
): Effect.fn.Return<ReadonlyArray<Reindexed>, ReindexError, CatalogStore | IndexSource | VectorIndex> {
  const index = yield* VectorIndex
  const source = yield* IndexSource
  const rebuilt: Array<Reindexed> = []
  const note = Effect.fnUntraced(function* (done: Reindexed) {
    rebuilt.push(done)
    yield* onRebuilt(done)
  })
  for (const { id, slug, live } of yield* source.cities) {
    if (request.city !== undefined && request.city !== slug) continue
    const before = yield* index.count("vibe_embedding", slug)
    if (before === live && request.force !== true) continue
    yield* reindexCity(slug, id)
    yield* note({ what: slug, before, wanted: live, after: yield* index.count("vibe_embedding", slug) })
  }
  if (request.personas === true && request.city === undefined) {
    const before = yield* index.count("persona_embedding", NOWHERE)
    const wanted = yield* source.personaCount
    if (before !== wanted || request.force === true) {
      yield* reindexPersonas
      yield* note({ what: PERSONAS, before, wanted, after: yield* index.count("persona_embedding", NOWHERE) })
    }
  }
  return rebuilt
})

/** Cities that wait for the index to take them up; of one city the newest version counts. */
const MOST_WAITING = 256
/** Places taken up before others get a turn. */
const TAKEN_TOGETHER = 500

/** What this version of a city says, in the index of this process. */
const takeUp = Effect.fnUntraced(function* (catalog: CityCatalog) {
  const index = yield* VectorIndex
  const { nodes, city } = catalog
  for (let from = 0; from < nodes.length; from += TAKEN_TOGETHER) {
    const some = nodes.slice(from, from + TAKEN_TOGETHER)
    const gone = some.filter((_, i) => catalog.retired(from + i))
    const there = some.filter((_, i) => !catalog.retired(from + i))
    yield* index.upsert(
      "vibe_embedding",
      there.map((node) => ({ id: node.id, vector: Float32Array.from(node.vibe_embedding), city: city.slug }))
    )
    if (gone.length > 0) {
      yield* index.remove(
        "vibe_embedding",
        gone.map(({ id }) => id)
      )
    }
    yield* Effect.yieldNow
  }
})

/** At start: brings the index to what PostgreSQL holds, and says so. Failing is not fatal: searches fall back. */
export const reindexAtStart = Effect.gen(function* () {
  const { name } = yield* VectorIndex
  yield* reindex({ personas: true }, ({ what, before, after }) =>
    Effect.logInfo(`The vector index (${name}) had ${before} points of ${what}, PostgreSQL has ${after}: rebuilt.`)
  )
}).pipe(
  Effect.catchCause((cause) =>
    Effect.logWarning(
      "The vector index could not be compared with PostgreSQL; searches use the catalog in memory.",
      cause
    )
  )
)

/**
 * Brings the index up at start, and then after every new version of a catalog: seedings and readings of posts run in processes of
 * their own, whose index in memory is not this one. An index that nodes share was told by whoever seeded.
 */
export const keepIndexUpToDate = Effect.gen(function* () {
  const { name } = yield* VectorIndex
  const catalogs = yield* Catalog
  const changed = yield* Queue.sliding<CityCatalog>(MOST_WAITING)
  const stop = catalogs.onChange((catalog) => void Queue.offerUnsafe(changed, catalog))
  yield* Effect.addFinalizer(() => Effect.sync(stop))
  yield* reindexAtStart
  if (name !== "memory") return
  yield* Queue.take(changed).pipe(
    Effect.flatMap((catalog) => takeUp(catalogs.resident(catalog.city.slug) ?? catalog)),
    Effect.catch(({ message }) =>
      Effect.logWarning(`A new version of a catalog is not in the vector index: ${message}`)
    ),
    Effect.forever
  )
})
