/**
 * Seeding a city: entries of any source → nodes → quality signals → vibes → PostgreSQL → vector index. Run it twice and
 * the second run changes nothing; kill it and the next run goes on where it was; a bad entry is left out with its
 * reason and the others go in.
 */
import * as Effect from "effect/Effect"
import { type AssembledNode, assembleNode, type FileOrigin } from "../domain/catalog/assemble.ts"
import type { Bounds, CityFileNode, CityInfo } from "../domain/catalog/city-file.ts"
import { cityIdOf } from "../domain/catalog/node.ts"
import { type ItemProblem, makeGate } from "../domain/catalog/validate.ts"
import { CatalogStore, type IndexedNode } from "../services/catalog-store.ts"
import type { SeedProgress, SeedSummary } from "../services/city-seeder.ts"
import { VectorIndex } from "../services/vector-index.ts"
import { Machine } from "../support/machine.ts"

/** What is to be seeded. `nodes` may be a generator: it is never held in memory whole. */
export interface SeedInput {
  readonly city: CityInfo
  readonly source: string
  readonly licence: string
  readonly nodes: Iterable<CityFileNode>
  /** How many there are, for the progress bar. */
  readonly total: number
  /** Whether `nodes` is all that the source has of this city: what is missing from it is then retired. */
  readonly complete: boolean
  /** The box that was looked through, where that may be less than the city. */
  readonly covered?: Bounds
  /** Entries that could not even be decoded. */
  readonly rejected: ReadonlyArray<ItemProblem>
  /** What the source has that is no place to visit, counted by reason. */
  readonly leftOut?: Readonly<Record<string, number>>
  /** Parts of the source that could not be read. */
  readonly broken?: ReadonlyArray<string>
  /** Where several sources speak of one place: whose entry leads, and which nodes nobody speaks of any more. */
  readonly joined?: {
    readonly originOf: ReadonlyMap<string, FileOrigin>
    readonly retire: ReadonlyArray<string>
    /** New entries that turned out to be places that were there already. */
    readonly count: number
  }
}

/** Places per transaction: large enough that the round trip does not count, small enough to lose little to a kill. */
const BATCH = 500
/** Places between two breaths: other work in this process waits no longer than this takes, a few milliseconds. */
const SLICE = 50
/** A summary is read by people. */
const MAX_TOLD = 100
/** Hours that could not be read are told all: each is a door that somebody may stand before. */
const MAX_HOURS_TOLD = 10_000

export const indexPoints = (slug: string, batch: ReadonlyArray<IndexedNode>) =>
  batch.map((node) => ({
    id: node.id,
    vector: Float32Array.from(node.vibe_embedding),
    city: slug
  }))

/** Brings the index to what PostgreSQL holds, where a kill or another index left it short. */
export const reindexCity = Effect.fn("reindexCity")(function* (slug: string, cityId: string) {
  const store = yield* CatalogStore
  const index = yield* VectorIndex
  yield* index.removeCity("vibe_embedding", slug)
  let indexed = 0
  let after = -1
  for (;;) {
    const { nodes, next } = yield* store.indexed(cityId, after, 1000)
    const points = nodes.map((node) => ({
      id: node.id,
      vector: Float32Array.from(node.vibe_embedding),
      city: slug
    }))
    if (points.length > 0) yield* index.upsert("vibe_embedding", points)
    indexed += points.length
    if (next === undefined) return indexed
    after = next
  }
})

export const seedCity = Effect.fn("seedCity")(function* (
  input: SeedInput,
  onProgress: SeedProgress = () => Effect.void
) {
  const { elapsed } = yield* Machine
  const began = elapsed()
  const store = yield* CatalogStore
  const index = yield* VectorIndex
  const { city, source, licence } = input
  const cityId = cityIdOf(city.slug)
  const gate = input.joined === undefined ? makeGate(city) : () => undefined
  const rejections = input.rejected.slice(0, MAX_TOLD)
  const notes: Array<ItemProblem> = []
  const kept = new Set<string>()
  const unread: Array<string> = []
  const total = { new: 0, changed: 0, unchanged: 0, rejected: input.rejected.length }
  let done = input.rejected.length
  let batch: Array<AssembledNode> = []

  const flush = Effect.gen(function* () {
    if (batch.length === 0) return
    const saved = yield* store.saveNodes(cityId, batch)
    total.new += saved.new
    total.changed += saved.changed
    total.unchanged += saved.unchanged
    const touched = new Set(saved.touched)
    const blended = new Map(saved.blended.map((node) => [node.id, node]))
    const points = indexPoints(
      city.slug,
      batch.flatMap(({ node }) => (touched.has(node.id) ? [blended.get(node.id) ?? node] : []))
    )
    if (points.length > 0) yield* index.upsert("vibe_embedding", points)
    batch = []
    yield* onProgress(done, input.total)
  })

  yield* store.saveCity(city)
  for (const entry of input.nodes) {
    done++
    const refused = gate(entry)
    if (refused === undefined) {
      const assembled = assembleNode(city, input.joined?.originOf.get(entry.key) ?? { source, licence }, entry)
      batch.push(assembled)
      if (entry.opening_hours !== null && assembled.node.opening_hours === null && unread.length < MAX_HOURS_TOLD) {
        unread.push(entry.opening_hours)
      }
      if (input.complete) kept.add(assembled.node.id)
      for (const reason of assembled.notes) if (notes.length < MAX_TOLD) notes.push({ item: entry.key, reason })
    } else {
      total.rejected++
      if (rejections.length < MAX_TOLD) rejections.push({ item: entry.key, reason: refused })
    }
    if (batch.length >= BATCH) yield* flush
    else if (done % SLICE === 0) yield* Effect.yieldNow
  }
  yield* flush
  const retired =
    input.joined !== undefined
      ? yield* store.retire(input.joined.retire)
      : input.complete
        ? yield* store.retireOthers(cityId, source, kept)
        : []
  if (retired.length > 0) yield* index.remove("vibe_embedding", retired)
  const closed = yield* store.close(cityId)
  if ((yield* index.count("vibe_embedding", city.slug)) !== closed.live) yield* reindexCity(city.slug, cityId)
  yield* onProgress(done, done)
  const summary: SeedSummary = {
    city: city.slug,
    source,
    ...total,
    retired: retired.length,
    joined: input.joined?.count ?? 0,
    rejections,
    notes,
    left_out: input.leftOut ?? {},
    unread_hours: unread,
    broken: input.broken ?? [],
    catalog_version: closed.catalog_version,
    took_ms: Math.round(elapsed() - began),
    counts: closed.counts
  }
  return summary
})
