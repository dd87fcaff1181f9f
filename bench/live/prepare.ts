/**
 * A process of its own that puts thousands of trips under way into a database, through the actors, and ends: the server that
 * is measured finds them as it would find its own. What making them costs is not what is measured.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as CatalogStore from "../../src/layers/postgres/catalog-store.ts"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { Journal } from "../../src/services/journal.ts"
import { TripRuntime } from "../../src/services/trip-runtime.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { streamServer } from "../../test/support/stream-server.ts"
import { CITY, makeTrips } from "../stream/fixture.ts"

const [folder, url, count] = process.argv.slice(2) as [string, string, string]

const main = Effect.gen(function* () {
  const sql = postgres(Redacted.make(url), { statementTimeout: "1 minute" })
  yield* Effect.flatMap(fromCurated(CITY), seedCity).pipe(
    Effect.provide(Layer.provideMerge(Layer.merge(CatalogStore.layer, MemoryIndex.layer), sql))
  )
  const context = yield* Layer.build(streamServer({ folder }).pipe(Layer.provide(sql)))
  const runtime = Context.get(context, TripRuntime)
  yield* Effect.forEach(
    makeTrips(Number(count)),
    (trip) =>
      Effect.andThen(
        runtime.ask(trip.id, { _tag: "create", by: trip.user_id, trip }, { deadlineMillis: 60_000 }),
        // Its fallbacks would be worked out for nobody.
        runtime.forget(trip.id)
      ).pipe(Effect.retry({ times: 50, schedule: Schedule.spaced("1 second") })),
    { concurrency: 32, discard: true }
  )
  yield* Context.get(context, Journal).drained
}).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))

Effect.runPromise(main).then(
  () => process.exit(0),
  (cause: unknown) => {
    console.error(cause)
    process.exit(1)
  }
)
