/**
 * The index in PostgreSQL itself, where the extension pgvector is there. Its tables are its own: they are made when the
 * index is first used, derived from the catalog, and may be dropped at any time.
 *
 * A city may have few of the points that the graph would visit, so the search goes on until it has enough
 * (`hnsw.iterative_scan`, pgvector 0.8); an older pgvector is searched without the graph: exact, slower.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import {
  type Collection,
  collectionDimensions,
  unitVector,
  VectorIndex,
  VectorIndexUnavailable,
  type VectorPoint
} from "../../services/vector-index.ts"

const BATCH = 500
/** Neighbours looked at per round of a search; the most that pgvector takes is 1,000. */
const EF_SEARCH = 400
const SEARCH_TIMEOUT_MS = 2_000

export interface PgvectorOptions {
  /** A search that takes longer is answered from the catalog in memory. */
  readonly searchTimeoutMs?: number
}

const failed = (what: string) => (cause: unknown) =>
  cause instanceof VectorIndexUnavailable
    ? cause
    : new VectorIndexUnavailable({
        message: `The vector index in PostgreSQL could not ${what}: ${cause instanceof Error ? cause.message : cause}. Look at the database and its extension pgvector.`,
        cause
      })

/** pgvector's way to write a vector. */
const literal = (vector: Float32Array): string => `[${vector.join(",")}]`

const rowOf = (collection: Collection, point: VectorPoint) => ({
  id: point.id,
  city: point.city,
  embedding: literal(unitVector(collection, point.vector))
})

const atLeast = (version: string, major: number, minor: number): boolean => {
  const [a = 0, b = 0] = version.split(".").map(Number)
  return a > major || (a === major && b >= minor)
}

const make = Effect.fnUntraced(function* ({ searchTimeoutMs = SEARCH_TIMEOUT_MS }: PgvectorOptions) {
  const sql = yield* SqlClient
  const tableOf = (collection: Collection) => sql.literal(`vector_index.${collection}`)

  const prepare = sql.withTransaction(
    Effect.gen(function* () {
      // Two nodes that start together would make the extension twice.
      yield* sql`select pg_advisory_xact_lock(hashtext('overplanned vector index'))`
      yield* sql`create extension if not exists vector`
      yield* sql`create schema if not exists vector_index`
      for (const [collection, dimensions] of Object.entries(collectionDimensions)) {
        const table = tableOf(collection as Collection)
        yield* sql`create table if not exists ${table} (
          id text primary key, city text not null,
          embedding vector(${sql.literal(String(dimensions))}) not null)`
        // Tables of an earlier version also held what nothing filtered by.
        yield* sql`alter table ${table} drop column if exists category, drop column if exists day_parts`
        yield* sql`create index if not exists ${sql.literal(`${collection}_of_city`)} on ${table} (city)`
        yield* sql`create index if not exists ${sql.literal(`${collection}_nearest`)} on ${table}
          using hnsw (embedding vector_cosine_ops)`
      }
      const [found] = yield* sql<{ version: string }>`
        select extversion as version from pg_extension where extname = 'vector'`
      return atLeast(found?.version ?? "0", 0, 8)
    })
  )
  const [ready, forget] = yield* Effect.cachedInvalidateWithTTL(
    Effect.mapError(prepare, failed("make its tables")),
    "1 day"
  )
  const iterative = Effect.tapError(ready, () => forget)

  const write = (collection: Collection, rows: ReadonlyArray<ReturnType<typeof rowOf>>) => sql`
    insert into ${tableOf(collection)} (id, city, embedding)
    select id, city, embedding::vector
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as p(id text, city text, embedding text)
    on conflict (id) do update set city = excluded.city, embedding = excluded.embedding`

  return VectorIndex.of({
    name: "pgvector",
    upsert: (collection, points) =>
      Effect.gen(function* () {
        const rows = yield* Effect.try({
          // A statement may not meet one id twice: of points that come twice, the last counts.
          try: () => [...new Map(points.map((point) => [point.id, rowOf(collection, point)])).values()],
          catch: failed("take the points")
        })
        yield* iterative
        for (let at = 0; at < rows.length; at += BATCH) {
          yield* Effect.mapError(write(collection, rows.slice(at, at + BATCH)), failed("take the points"))
        }
      }),
    remove: (collection, ids) =>
      Effect.andThen(
        iterative,
        sql`delete from ${tableOf(collection)} where id in (
          select json_array_elements_text(${JSON.stringify(ids)}::text::json))`
      ).pipe(Effect.asVoid, Effect.mapError(failed("remove points"))),
    removeCity: (collection, city) =>
      Effect.andThen(iterative, sql`delete from ${tableOf(collection)} where city = ${city}`).pipe(
        Effect.asVoid,
        Effect.mapError(failed("remove a city"))
      ),
    search: (collection, query, limit, city) =>
      Effect.gen(function* () {
        const vector = yield* Effect.try({
          try: () => literal(unitVector(collection, query)),
          catch: failed("search with this vector")
        })
        if (limit < 1) return []
        const graph = yield* iterative
        const hits = yield* sql.withTransaction(
          Effect.gen(function* () {
            if (graph) {
              yield* sql`set local hnsw.iterative_scan = 'strict_order'`
              yield* sql`set local hnsw.ef_search = ${sql.literal(String(EF_SEARCH))}`
            } else {
              yield* sql`set local enable_indexscan = off`
            }
            return yield* sql<{ id: string; score: number }>`
              select id, (1 - (embedding <=> ${vector}::text::vector))::float8 as score
              from ${tableOf(collection)} where city = ${city}
              order by embedding <=> ${vector}::text::vector limit ${limit}`
          })
        )
        return hits.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      }).pipe(Effect.timeout(searchTimeoutMs), Effect.mapError(failed("search"))),
    count: (collection, city) =>
      Effect.andThen(
        iterative,
        sql<{ count: number }>`select count(*)::int as count from ${tableOf(collection)} where city = ${city}`
      ).pipe(
        Effect.map(([row]) => row?.count ?? 0),
        Effect.mapError(failed("count"))
      ),
    countOf: (collection, ids) =>
      Effect.andThen(
        iterative,
        sql<{ count: number }>`
          select count(*)::int as count from ${tableOf(collection)} where id = any(${[...ids]}::text[])`
      ).pipe(
        Effect.map(([row]) => row?.count ?? 0),
        Effect.mapError(failed("look points up"))
      )
  })
})

export const layer = (options: PgvectorOptions = {}): Layer.Layer<VectorIndex, never, SqlClient> =>
  Layer.effect(VectorIndex, make(options))
