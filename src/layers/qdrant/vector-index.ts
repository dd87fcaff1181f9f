/**
 * The index in Qdrant, through its REST client. Collections and the index of their payload are made when first
 * needed. Every operation may be repeated without harm, so every operation is retried; one that keeps failing opens the
 * circuit, and the caller falls back at once.
 */
import type { QdrantClient, Schemas } from "@qdrant/js-client-rest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import {
  type Collection,
  collectionDimensions,
  unitVector,
  VectorIndex,
  VectorIndexUnavailable,
  type VectorPoint
} from "../../services/vector-index.ts"

export interface QdrantOptions {
  readonly url: string
  readonly apiKey?: Redacted.Redacted
  /** Put before the names of the collections, so that several houses may share a server. */
  readonly prefix?: string
  /** A search that takes longer is answered from the catalog in memory. */
  readonly searchTimeoutMs?: number
}

const SEARCH_TIMEOUT_MS = 2_000
/** A write of a batch waits until it is searchable, which a busy server may take its time for. */
const WRITE_TIMEOUT_MS = 30_000
const BATCH = 256
/** Batches under way at once while a city is loaded. */
const BATCHES_AT_ONCE = 4
const RETRIES = Schedule.exponential("100 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 3 }))
const SEARCH_RETRIES = Schedule.exponential("20 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 1 }))
const TRIPS_AFTER = 5
const STAYS_OPEN = "10 seconds"
/** Neighbours looked at per search: over 0.99 of the true 200 on vibe vectors, where the default of 128 is too few. */
const HNSW_EF = 512

const ofCity = (city: string): Schemas["Filter"] => ({ must: [{ key: "city", match: { value: city } }] })

const pointOf = (collection: Collection, point: VectorPoint): Schemas["PointStruct"] => ({
  id: point.id,
  vector: Array.from(unitVector(collection, point.vector)),
  payload: { city: point.city }
})

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message.split("\n")[0]! : String(cause))

/** What the server will never accept, however often it is asked. */
const isFinal = (cause: unknown) => {
  const status = cause instanceof Error && "status" in cause ? Number(cause.status) : 0
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

const failed = (what: string) => (cause: unknown) =>
  cause instanceof VectorIndexUnavailable
    ? cause
    : new VectorIndexUnavailable({
        message: `Qdrant could not ${what}: ${messageOf(cause)}. Look at QDRANT_URL and QDRANT_API_KEY.`,
        cause
      })

/** One request, repeated and held back as its kind allows. */
const makeCall = Effect.fnUntraced(function* (options: QdrantOptions) {
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(TRIPS_AFTER),
    openDuration: STAYS_OPEN
  })

  const clients = yield* Effect.cached(
    Effect.promise(async () => {
      const { QdrantClient: Client } = await import("@qdrant/js-client-rest")
      const common = {
        url: options.url,
        checkCompatibility: false,
        ...(options.apiKey === undefined ? {} : { apiKey: Redacted.value(options.apiKey) })
      }
      return {
        reading: new Client({ ...common, timeout: options.searchTimeoutMs ?? SEARCH_TIMEOUT_MS }),
        writing: new Client({ ...common, timeout: WRITE_TIMEOUT_MS })
      }
    })
  )

  return <A>(
    what: string,
    kind: "reading" | "writing",
    use: (client: QdrantClient) => Promise<A>
  ): Effect.Effect<A, VectorIndexUnavailable> =>
    Effect.flatMap(clients, (client) =>
      Effect.tryPromise({ try: () => use(client[kind]), catch: (cause) => cause }).pipe(
        Effect.retry({
          schedule: kind === "reading" ? SEARCH_RETRIES : RETRIES,
          while: (cause) => !isFinal(cause)
        }),
        breaker.execute({
          key: "qdrant",
          classify: (exit) => {
            if (exit._tag === "Success") return CircuitBreaker.success
            const error = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
            return isFinal(error) ? CircuitBreaker.success : CircuitBreaker.failure()
          }
        }),
        Effect.mapError(failed(what))
      )
    )
})

type Call = Effect.Success<ReturnType<typeof makeCall>>

/** Makes a collection and the index of its payload where they are missing. */
const create = (call: Call, name: string, collection: Collection) =>
  Effect.gen(function* () {
    const size = collectionDimensions[collection]
    const { exists } = yield* call("look for a collection", "writing", (client) => client.collectionExists(name))
    if (!exists) {
      yield* call("make a collection", "writing", async (client) => {
        try {
          await client.createCollection(name, { vectors: { size, distance: "Cosine" } })
        } catch (cause) {
          // Another node was faster; that it is there is all we want.
          if (!(await client.collectionExists(name)).exists) throw cause
        }
      })
    }
    const info = yield* call("describe a collection", "writing", (client) => client.getCollection(name))
    const vectors = info.config.params.vectors
    if (vectors === undefined || vectors["size"] !== size || vectors["distance"] !== "Cosine") {
      return yield* new VectorIndexUnavailable({
        message: `The Qdrant collection ${name} is not one of ${size} numbers by cosine. Remove it, then run the command reindex.`
      })
    }
    if (info.payload_schema["city"] === undefined) {
      yield* call("index a payload field", "writing", (client) =>
        client.createPayloadIndex(name, { field_name: "city", field_schema: "keyword", wait: true })
      )
    }
  })

const make = (options: QdrantOptions) =>
  Effect.gen(function* () {
    const call = yield* makeCall(options)
    const nameOf = (collection: Collection) => `${options.prefix ?? ""}${collection}`

    const ready = new Map<Collection, Effect.Effect<void, VectorIndexUnavailable>>()
    for (const collection of Object.keys(collectionDimensions) as ReadonlyArray<Collection>) {
      const [ensure, forget] = yield* Effect.cachedInvalidateWithTTL(
        create(call, nameOf(collection), collection),
        "1 day"
      )
      ready.set(
        collection,
        Effect.tapError(ensure, () => forget)
      )
    }
    const ensured = (collection: Collection) => ready.get(collection)!

    const remove = (collection: Collection, selector: Schemas["PointsSelector"]) =>
      Effect.andThen(
        ensured(collection),
        Effect.asVoid(
          call("remove points", "writing", (client) => client.delete(nameOf(collection), { wait: true, ...selector }))
        )
      )

    return VectorIndex.of({
      name: "qdrant",
      upsert: (collection, points) =>
        Effect.gen(function* () {
          const structs = yield* Effect.try({
            try: () => points.map((point) => pointOf(collection, point)),
            catch: failed("take the points")
          })
          yield* ensured(collection)
          const batches: Array<Array<Schemas["PointStruct"]>> = []
          for (let at = 0; at < structs.length; at += BATCH) batches.push(structs.slice(at, at + BATCH))
          yield* Effect.forEach(
            batches,
            (batch) =>
              call("take the points", "writing", (client) =>
                client.upsert(nameOf(collection), { wait: true, points: batch })
              ),
            { concurrency: BATCHES_AT_ONCE, discard: true }
          )
        }),
      remove: (collection, ids) => (ids.length === 0 ? Effect.void : remove(collection, { points: [...ids] })),
      removeCity: (collection, city) => remove(collection, { filter: ofCity(city) }),
      search: (collection, query, limit, city) =>
        Effect.gen(function* () {
          const vector = yield* Effect.try({
            try: () => Array.from(unitVector(collection, query)),
            catch: failed("search with this vector")
          })
          if (limit < 1) return []
          yield* ensured(collection)
          const { points } = yield* call("search", "reading", (client) =>
            client.query(nameOf(collection), {
              query: vector,
              filter: ofCity(city),
              params: { hnsw_ef: HNSW_EF },
              limit,
              with_payload: false,
              with_vector: false
            })
          )
          return points
            .map(({ id, score }) => ({ id: String(id), score }))
            .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
        }),
      count: (collection, city) =>
        Effect.gen(function* () {
          yield* ensured(collection)
          const { count } = yield* call("count", "reading", (client) =>
            client.count(nameOf(collection), { filter: ofCity(city), exact: true })
          )
          return count
        }),
      countOf: (collection, ids) =>
        Effect.gen(function* () {
          if (ids.length === 0) return 0
          yield* ensured(collection)
          const { count } = yield* call("look points up", "reading", (client) =>
            client.count(nameOf(collection), { filter: { must: [{ has_id: [...ids] }] }, exact: true })
          )
          return count
        })
    })
  })

export const layer = (options: QdrantOptions): Layer.Layer<VectorIndex> =>
  Layer.effect(VectorIndex, make(options)).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
