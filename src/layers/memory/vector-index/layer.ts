/**
 * An exact index in this process. Small searches run inline (a city of ten thousand places takes a fraction of a
 * millisecond); large ones on a thread of their own over the same bytes. A write waits for searches on that thread,
 * so nobody ever reads half a row.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import {
  type Collection,
  collectionDimensions,
  unitVector,
  VectorIndex,
  VectorIndexUnavailable,
  type VectorPoint
} from "../../../services/vector-index.ts"
import { Arena } from "./arena.ts"
import { SearchThread } from "./search-thread.ts"
import { newVocabulary, Segment } from "./segment.ts"

/** Rows above which a search would hold up the event loop for longer than half a millisecond. */
export const INLINE_ROWS = 30_000
/** Large searches that may be on their way to the search thread; the others wait their turn. */
const MAX_ON_THREAD = 64
/** Rows written before other fibers get a turn. */
const WRITE_SLICE = 2_000

const COLLECTIONS = Object.keys(collectionDimensions) as ReadonlyArray<Collection>

const unavailable = (message: string) => (cause: unknown) =>
  new VectorIndexUnavailable({ message: `${message}: ${cause instanceof Error ? cause.message : cause}`, cause })

export const make = (options: { readonly inlineRows?: number } = {}) =>
  Effect.gen(function* () {
    const inlineRows = options.inlineRows ?? INLINE_ROWS
    const states = COLLECTIONS.map((collection) => ({
      collection,
      arena: new Arena(collectionDimensions[collection]),
      words: newVocabulary(),
      segments: new Map<string, Segment>(),
      cityOf: new Map<string, string>(),
      lock: Semaphore.makeUnsafe(MAX_ON_THREAD)
    }))
    const thread = new SearchThread({
      memories: states.map(({ arena }) => ({ dimensions: arena.dimensions, memory: arena.memory }))
    })
    yield* Effect.addFinalizer(() => thread.close)
    const stateOf = (collection: Collection) => states[COLLECTIONS.indexOf(collection)]!

    const put = (state: (typeof states)[number], point: VectorPoint) => {
      const unit = unitVector(state.collection, point.vector)
      const before = state.cityOf.get(point.id)
      if (before !== undefined && before !== point.city) state.segments.get(before)?.remove(point.id)
      let segment = state.segments.get(point.city)
      if (segment === undefined) {
        segment = new Segment(state.arena, state.words)
        state.segments.set(point.city, segment)
      }
      segment.put(point, unit)
      state.cityOf.set(point.id, point.city)
    }

    const exclusively = <A>(state: (typeof states)[number], write: Effect.Effect<A, VectorIndexUnavailable>) =>
      state.lock.withPermits(MAX_ON_THREAD)(write)

    return VectorIndex.of({
      name: "memory",
      upsert: (collection, points) =>
        Effect.gen(function* () {
          const state = stateOf(collection)
          for (let from = 0; from < points.length; from += WRITE_SLICE) {
            yield* exclusively(
              state,
              Effect.try({
                try: () => {
                  for (const point of points.slice(from, from + WRITE_SLICE)) put(state, point)
                },
                catch: unavailable("The vector index could not take the points")
              })
            )
            yield* Effect.yieldNow
          }
        }),
      remove: (collection, ids) => {
        const state = stateOf(collection)
        return exclusively(
          state,
          Effect.sync(() => {
            for (const id of ids) {
              const city = state.cityOf.get(id)
              if (city === undefined) continue
              state.segments.get(city)!.remove(id)
              state.cityOf.delete(id)
            }
          })
        )
      },
      removeCity: (collection, city) => {
        const state = stateOf(collection)
        return exclusively(
          state,
          Effect.sync(() => {
            const segment = state.segments.get(city)
            if (segment === undefined) return
            for (const id of segment.allIds()) state.cityOf.delete(id)
            segment.clear()
            state.segments.delete(city)
          })
        )
      },
      search: (collection, query, limit, filter) =>
        Effect.gen(function* () {
          const state = stateOf(collection)
          const memory = states.indexOf(state)
          const unit = yield* Effect.try({
            try: () => unitVector(collection, query),
            catch: unavailable("The vector index cannot search with this vector")
          })
          if (limit < 1) return []
          const segment = state.segments.get(filter.city)
          if (segment === undefined) return []
          const inline = () => {
            const spec = segment.spec(unit, limit, filter)
            return spec === undefined ? [] : segment.hits(state.arena.searcher.search(spec), limit)
          }
          if (segment.size <= inlineRows) return inline()
          return yield* state.lock.withPermits(1)(
            Effect.gen(function* () {
              const spec = segment.spec(unit, limit, filter)
              if (spec === undefined) return []
              const found = yield* thread.search(memory, spec)
              return found === undefined ? inline() : segment.hits(found, limit)
            }).pipe(Effect.uninterruptible)
          )
        }),
      count: (collection, city) => Effect.sync(() => stateOf(collection).segments.get(city)?.size ?? 0),
      countOf: (collection, ids) =>
        Effect.sync(() => [...new Set(ids)].filter((id) => stateOf(collection).cityOf.has(id)).length)
    })
  })

export const layer = (options: { readonly inlineRows?: number } = {}): Layer.Layer<VectorIndex> =>
  Layer.effect(VectorIndex, make(options))
