/**
 * The vector index is derived: it can be emptied, moved or lost, and is made again from PostgreSQL here. At start every
 * city is compared by count, and only what differs is rebuilt; the command `reindex` rebuilds whatever it is told to.
 */
import * as Effect from "effect/Effect"
import { indexOpenPersonas, NOWHERE } from "../cases/people/open-personas.ts"
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
