/**
 * Nearest neighbours by cosine, over vectors that are derived from PostgreSQL and can be rebuilt from it at any time.
 *
 * Two collections: `vibe_embedding` (64 numbers, one point per activity node) and `persona_embedding` (128, one per
 * traveler who is open to be suggested as a companion). Vectors are unit length, so cosine is the
 * inner product. A search answers the best `limit` points of one city, best first, ties by id.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export type Collection = "vibe_embedding" | "persona_embedding"

export const collectionDimensions: Record<Collection, number> = { vibe_embedding: 64, persona_embedding: 128 }

export interface VectorPoint {
  readonly id: string
  readonly vector: Float32Array
  /** Slug of the city that the point belongs to; searches are within one city. Personas use the empty string. */
  readonly city: string
}

/**
 * The most places of a city, or travelers, that the index in memory is for: a search of as many takes a few milliseconds of
 * the one thread that answers everybody.
 */
export const MEMORY_INDEX_POINTS = 30_000

export interface VectorHit {
  readonly id: string
  readonly score: number
}

/**
 * The vector at unit length, as every index keeps it and searches with it. Throws where the vector has the wrong
 * number of dimensions or holds something that is no number; the zero vector stays zero and is like nothing.
 */
export const unitVector = (collection: Collection, vector: ArrayLike<number>): Float32Array => {
  const dimensions = collectionDimensions[collection]
  if (vector.length !== dimensions) {
    throw new Error(`a vector of ${collection} has ${dimensions} numbers, this one has ${vector.length}`)
  }
  let square = 0
  for (let i = 0; i < dimensions; i++) square += vector[i]! * vector[i]!
  if (!Number.isFinite(square)) throw new Error("a vector holds something that is no number")
  const scale = square === 0 ? 0 : 1 / Math.sqrt(square)
  return Float32Array.from(vector, (x) => x * scale)
}

export class VectorIndexUnavailable extends Schema.TaggedError<VectorIndexUnavailable>()("VectorIndexUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export class VectorIndex extends Context.Service<
  VectorIndex,
  {
    readonly name: "memory" | "qdrant" | "pgvector"
    /** Inserts or replaces, in batches; the points are searchable when the effect completes. */
    readonly upsert: (
      collection: Collection,
      points: ReadonlyArray<VectorPoint>
    ) => Effect.Effect<void, VectorIndexUnavailable>
    readonly remove: (collection: Collection, ids: ReadonlyArray<string>) => Effect.Effect<void, VectorIndexUnavailable>
    readonly removeCity: (collection: Collection, city: string) => Effect.Effect<void, VectorIndexUnavailable>
    readonly search: (
      collection: Collection,
      query: Float32Array,
      limit: number,
      city: string
    ) => Effect.Effect<ReadonlyArray<VectorHit>, VectorIndexUnavailable>
    /** How many points a city has: compared with PostgreSQL at start, to notice an empty or drifted index. */
    readonly count: (collection: Collection, city: string) => Effect.Effect<number, VectorIndexUnavailable>
    /** How many of these ids (UUIDs) have a point, of whatever city: exact however many points there are. */
    readonly countOf: (
      collection: Collection,
      ids: ReadonlyArray<string>
    ) => Effect.Effect<number, VectorIndexUnavailable>
  }
>()("overplanned/VectorIndex") {}
