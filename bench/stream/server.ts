/**
 * The measured process: our stream over our actors, and in the same process the peers' transports over the very same
 * actors, journal and drainer. A raw uWS server answers the same frames with a stored offer: the floor.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type { InetAddress } from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { offerFrame } from "../../src/http/stream/frames.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as CatalogStore from "../../src/layers/postgres/catalog-store.ts"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { Journal } from "../../src/services/journal.ts"
import { Tokens } from "../../src/services/tokens.ts"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { streamServer } from "../../test/support/stream-server.ts"
import { CITY, makeTrips, tripId, userId } from "./fixture.ts"
import { startColyseus } from "./peers/colyseus.ts"
import { startEcho } from "./peers/echo.ts"
import { startSocketIo } from "./peers/socket-io.ts"

export interface Started {
  readonly port: number
  readonly echo: number
  readonly socketIo: number
  readonly colyseus: number
  readonly tokens: ReadonlyArray<string>
}

export interface Books {
  /** CPU of this process so far, in microseconds. */
  readonly cpu: number
  readonly heap: number
  readonly rss: number
  /** Event-loop delay since the last reading, in milliseconds. */
  readonly delayP99: number
  readonly delayMax: number
  readonly undrained: number
  readonly resident: number
}

export interface Announced {
  readonly trips: number
  readonly touched: number
  readonly millis: number
  /** When the alert was given, on the clock that both processes share. */
  readonly at: number
}

/** Milliseconds until trips that were not in memory had answered: one after another, and many at once. */
export interface Woken {
  readonly each: Array<number>
  readonly eachDelay: number
  readonly together: Array<number>
  readonly delay: number
}

const WOKEN = 300
const WOKEN_TOGETHER = 1_000

const [folder, url, count, tokenCount, peers] = process.argv.slice(2) as [string, string, string, string, string]

const main = Effect.gen(function* () {
  const sql = postgres(Redacted.make(url), { statementTimeout: "1 minute" })
  yield* Effect.flatMap(fromCurated(CITY), seedCity).pipe(
    Effect.provide(Layer.provideMerge(Layer.merge(CatalogStore.layer, MemoryIndex.layer), sql))
  )
  const context = yield* Layer.build(
    streamServer({ folder, settings: { RATE_LIMIT: "off" }, memoryBytes: 16 * 1024 ** 3 }).pipe(Layer.provide(sql))
  )
  const runtime = Context.get(context, TripRuntime)
  const journal = Context.get(context, Journal)
  const tokens = Context.get(context, Tokens)
  // Only their names are kept: what the process holds on to is what is measured.
  const trips = yield* Effect.forEach(
    makeTrips(Number(count)),
    (trip) =>
      runtime
        .ask(trip.id, { _tag: "create", by: trip.user_id, trip }, { deadlineMillis: 60_000 })
        .pipe(Effect.as({ id: trip.id, user_id: trip.user_id, city_id: trip.city_id })),
    { concurrency: 100 }
  )
  yield* journal.drained
  const minted = yield* Effect.forEach(Array.from({ length: Number(tokenCount) }), (_, n) =>
    tokens.mint({ userId: userId(n), role: "traveler", ttlMillis: 12 * 3_600_000 })
  )
  const sample = yield* runtime.ask(tripId(0), {
    _tag: "request_pivot",
    by: userId(0),
    request: { trigger: "venue_closed" }
  })
  if (sample._tag !== "offered") throw new Error(`a pivot was answered with ${sample._tag}`)
  const wanted = peers === "peers"
  const started: Started = {
    port: (Context.get(context, HttpServer).address as InetAddress).port,
    echo: yield* Effect.promise(() => startEcho(offerFrame(sample.offer, crypto.randomUUID()))),
    socketIo: wanted ? yield* Effect.promise(() => startSocketIo(runtime, tokens)) : 0,
    colyseus: wanted ? yield* Effect.promise(() => startColyseus(runtime, tokens)) : 0,
    tokens: minted
  }

  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const books = Effect.gen(function* () {
    const { user, system } = process.cpuUsage()
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
    const status = yield* journal.status
    const read: Books = {
      cpu: user + system,
      heap: heapUsed + arrayBuffers,
      rss,
      // The histogram counts the tick itself: what a timer waited beyond it is the delay.
      delayP99: Math.max(0, delay.percentile(99) / 1e6 - 1),
      delayMax: Math.max(0, delay.max / 1e6 - 1),
      undrained: status.depth,
      resident: (yield* runtime.status)[0]!.resident
    }
    delay.reset()
    return read
  })
  const storm = Effect.gen(function* () {
    const at = Date.now()
    const began = performance.now()
    const told = yield* runtime.announce(trips[0]!.city_id, {
      kind: "weather",
      id: crypto.randomUUID(),
      from: at,
      until: at + 3 * 86_400_000,
      condition: "storm",
      severity: "severe"
    })
    const announced: Announced = { ...told, millis: performance.now() - began, at }
    return announced
  })
  const forget = (count: number) =>
    Effect.forEach(trips.slice(0, count), (trip) => runtime.forget(trip.id), { discard: true })
  const waking = (n: number) =>
    Effect.gen(function* () {
      const began = performance.now()
      yield* runtime.ask(trips[n]!.id, { _tag: "read", by: trips[n]!.user_id })
      return performance.now() - began
    })
  const wake = Effect.gen(function* () {
    yield* forget(WOKEN)
    yield* books
    const each = yield* Effect.forEach(
      Array.from({ length: Math.min(WOKEN, trips.length) }, (_, n) => n),
      waking
    )
    const { delayP99: eachDelay } = yield* books
    yield* forget(WOKEN_TOGETHER)
    yield* books
    const all = Array.from({ length: Math.min(WOKEN_TOGETHER, trips.length) }, (_, n) => n)
    const together = yield* Effect.forEach(all, waking, { concurrency: "unbounded" })
    const woken: Woken = { each, eachDelay, together, delay: (yield* books).delayP99 }
    return woken
  })
  process.on("message", (what) => {
    const answer =
      what === "storm" ? storm : what === "wake" ? wake : what === "drained" ? Effect.as(journal.drained, 0) : books
    Effect.runFork(Effect.map(Effect.orDie<unknown, unknown, never>(answer), (reply) => void process.send?.(reply)))
  })
  process.send?.(started)
  yield* Effect.never
}).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))

process.on("disconnect", () => process.exit(0))
Effect.runPromise(main).catch((cause: unknown) => {
  console.error(cause)
  process.exit(1)
})
