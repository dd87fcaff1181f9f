/**
 * An exact index in this process: plain numbers, scanned row by row. A city of some ten thousand places takes less than
 * a millisecond; a larger one is scanned in slices, so that nobody else waits for it. A write waits for the searches
 * that are between two slices, so that nobody reads half of it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { NearestRows } from "../../domain/retrieval/nearest.ts"
import {
  type Collection,
  collectionDimensions,
  unitVector,
  VectorIndex,
  VectorIndexUnavailable,
  type VectorPoint
} from "../../services/vector-index.ts"

/** Rows that lie in one array. Growing takes another one and copies nothing. */
const BLOCK_ROWS = 1_024
/** Rows that are searched before others get a turn. */
const SEARCH_SLICE = 8 * BLOCK_ROWS
/** Rows written before others get a turn. */
const WRITE_SLICE = 2_000
/** Sliced searches of one collection that may be under way; the others wait their turn. */
const SLICED_AT_ONCE = 64

/** The points of one city, dense, with no holes: their ids beside the rows of their vectors. */
class CityRows {
  readonly ids: Array<string> = []
  readonly #rows = new Map<string, number>()
  readonly #blocks: Array<Float32Array> = []
  readonly #width: number

  constructor(width: number) {
    this.#width = width
  }

  put(id: string, vector: Float32Array): void {
    let row = this.#rows.get(id)
    if (row === undefined) {
      row = this.ids.length
      if (row === this.#blocks.length * BLOCK_ROWS) this.#blocks.push(new Float32Array(BLOCK_ROWS * this.#width))
      this.ids.push(id)
      this.#rows.set(id, row)
    }
    this.#vectorAt(row).set(vector)
  }

  /** The last row takes the place of the one that goes. */
  remove(id: string): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    const last = this.ids.length - 1
    const moved = this.ids[last]!
    this.#vectorAt(row).set(this.#vectorAt(last))
    this.ids[row] = moved
    this.#rows.set(moved, row)
    this.ids.pop()
    this.#rows.delete(id)
    if (last === (this.#blocks.length - 1) * BLOCK_ROWS) this.#blocks.pop()
  }

  search(query: Float32Array, limit: number): NearestRows {
    return new NearestRows(query, Math.min(limit, this.ids.length), (a, b) => this.ids[a]! < this.ids[b]!)
  }

  /** Looks at the rows from `from` on, as many as a slice holds. */
  scan(nearest: NearestRows, from: number): void {
    const until = Math.min(this.ids.length, from + SEARCH_SLICE)
    for (let first = from; first < until; first += BLOCK_ROWS) {
      nearest.scan(this.#blocks[first / BLOCK_ROWS]!, Math.min(BLOCK_ROWS, until - first), first)
    }
  }

  #vectorAt(row: number): Float32Array {
    const at = (row % BLOCK_ROWS) * this.#width
    return this.#blocks[Math.floor(row / BLOCK_ROWS)]!.subarray(at, at + this.#width)
  }
}

class Points {
  readonly cities = new Map<string, CityRows>()
  readonly cityOf = new Map<string, string>()
  readonly turns = Semaphore.makeUnsafe(SLICED_AT_ONCE)
  readonly #collection: Collection

  constructor(collection: Collection) {
    this.#collection = collection
  }

  put(point: VectorPoint): void {
    const unit = unitVector(this.#collection, point.vector)
    const before = this.cityOf.get(point.id)
    if (before !== undefined && before !== point.city) this.cities.get(before)?.remove(point.id)
    let rows = this.cities.get(point.city)
    if (rows === undefined) {
      rows = new CityRows(collectionDimensions[this.#collection])
      this.cities.set(point.city, rows)
    }
    rows.put(point.id, unit)
    this.cityOf.set(point.id, point.city)
  }

  remove(id: string): void {
    const city = this.cityOf.get(id)
    if (city === undefined) return
    this.cities.get(city)!.remove(id)
    this.cityOf.delete(id)
  }

  removeCity(city: string): void {
    for (const id of this.cities.get(city)?.ids ?? []) this.cityOf.delete(id)
    this.cities.delete(city)
  }

  /** While no search is between two slices. */
  write(change: () => void) {
    return this.turns.withPermits(SLICED_AT_ONCE)(
      Effect.try({ try: change, catch: unavailable("The vector index could not take the points") })
    )
  }
}

const unavailable = (message: string) => (cause: unknown) =>
  new VectorIndexUnavailable({ message: `${message}: ${cause instanceof Error ? cause.message : cause}`, cause })

const inSlices = Effect.fnUntraced(function* (rows: CityRows, nearest: NearestRows) {
  for (let from = 0; from < rows.ids.length; from += SEARCH_SLICE) {
    if (from > 0) yield* Effect.yieldNow
    rows.scan(nearest, from)
  }
})

const make = Effect.sync(() => {
  const collections = {
    vibe_embedding: new Points("vibe_embedding"),
    persona_embedding: new Points("persona_embedding")
  }

  return VectorIndex.of({
    name: "memory",
    upsert: Effect.fnUntraced(function* (collection, points) {
      for (let from = 0; from < points.length; from += WRITE_SLICE) {
        yield* collections[collection].write(() => {
          for (const point of points.slice(from, from + WRITE_SLICE)) collections[collection].put(point)
        })
        yield* Effect.yieldNow
      }
    }),
    remove: (collection, ids) =>
      collections[collection].write(() => {
        for (const id of ids) collections[collection].remove(id)
      }),
    removeCity: (collection, city) => collections[collection].write(() => collections[collection].removeCity(city)),
    search: Effect.fnUntraced(function* (collection, query, limit, city) {
      const unit = yield* Effect.try({
        try: () => unitVector(collection, query),
        catch: unavailable("The vector index cannot search with this vector")
      })
      const { cities, turns } = collections[collection]
      const small = (cities.get(city)?.ids.length ?? 0) <= SEARCH_SLICE
      const searched = Effect.gen(function* () {
        const rows = cities.get(city)
        if (rows === undefined) return []
        const nearest = rows.search(unit, limit)
        yield* inSlices(rows, nearest)
        return nearest.best().map(({ row, score }) => ({ id: rows.ids[row]!, score }))
      })
      return yield* small ? searched : turns.withPermits(1)(searched)
    }),
    count: (collection, city) => Effect.sync(() => collections[collection].cities.get(city)?.ids.length ?? 0),
    countOf: (collection, ids) =>
      Effect.sync(() => [...new Set(ids)].filter((id) => collections[collection].cityOf.has(id)).length)
  })
})

export const layer: Layer.Layer<VectorIndex> = Layer.effect(VectorIndex, make)
