import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import { REHEARSED, rehearse } from "../../../src/cases/nodes/rehearsal.ts"
import * as StandingBy from "../../../src/cases/nodes/standing-by.ts"
import * as FallbackPreparer from "../../../src/cases/planning/fallback-preparer.ts"
import * as PostgresCatalog from "../../../src/layers/postgres/catalog.ts"
import * as PostgresTrips from "../../../src/layers/postgres/trip-storage.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Journal } from "../../../src/services/journal.ts"
import { Ownership } from "../../../src/services/ownership.ts"
import { FallbackPreparer as FallbackPreparerService } from "../../../src/services/trip-helpers.ts"
import { TripRuntime } from "../../../src/services/trip-runtime.ts"
import { create, Outage, process, seedCity, tripNumber } from "../../actors/trip/harness.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { seedPeopleAndPlaces } from "../../harness/signals.ts"

const following = Layer.effect(
  Ownership,
  Effect.map(Ownership, (one) => Ownership.of({ ...one, standing: () => ({ is: "follower", owner: undefined }) }))
).pipe(Layer.provide(NobodyElse.layer))

describe("a server that does not own yet", () => {
  it.live("has the places at hand of cities in which somebody is under way, and of no other", () =>
    Effect.gen(function* () {
      yield* seedPeopleAndPlaces
      yield* (yield* SqlClient)`update cities set catalog_version = 1`
      const catalog = yield* Catalog
      const loaded = yield* Deferred.make<string>()
      catalog.onChange(({ city }) => Deferred.doneUnsafe(loaded, Effect.succeed(city.slug)))
      yield* Layer.build(
        StandingBy.layer.pipe(
          Layer.provide([Layer.succeed(Catalog, catalog), following, PostgresTrips.layer, FallbackPreparer.layer()])
        )
      )
      assert.strictEqual(yield* Deferred.await(loaded), "city-1")
      assert.isUndefined(catalog.resident("city-2"))
    }).pipe(Effect.scoped, Effect.provide(PostgresCatalog.layer.pipe(Layer.provideMerge(freshDatabase()))))
  )

  it.live("rehearses trips under way a few at a time, in turn, and nobody's that is over", () =>
    Effect.gen(function* () {
      yield* seedCity
      const sql = yield* SqlClient
      yield* sql`update cities set catalog_version = 1`
      const trips = Array.from({ length: REHEARSED + 3 }, (_, n) => tripNumber(n + 1))
      yield* Effect.gen(function* () {
        const runtime = yield* TripRuntime
        for (const trip of trips) yield* runtime.ask(trip.id, create(trip))
        yield* (yield* Journal).drained
      }).pipe(Effect.provide(process(new FragileDisk(), new Outage())))
      const [over, torn, ...others] = trips.map(({ id }) => id)
      yield* sql`update trips set status = 'completed' where id = ${over!}`
      // A trip of which nothing can be made must not keep the others out.
      yield* sql`update trip_events set payload = '{"_tag": "trip_created"}' where trip_id = ${torn!}`

      const tried: Array<string> = []
      const preparer = yield* FallbackPreparerService
      const heard = Effect.provideService(FallbackPreparerService, {
        prepare: (world) =>
          Effect.tap(preparer.prepare(world), (fallbacks) =>
            Effect.sync(() => tried.push(`${world.trip.id} ${fallbacks?.seq}`))
          )
      })
      const after = yield* heard(rehearse(undefined))
      assert.deepStrictEqual(
        tried,
        others.slice(0, REHEARSED - 1).map((id) => `${id} 1`)
      )
      assert.isUndefined(yield* heard(rehearse(after)))
      assert.deepStrictEqual(
        tried,
        others.map((id) => `${id} 1`)
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.mergeAll(PostgresCatalog.layer, PostgresTrips.layer, FallbackPreparer.layer()).pipe(
          Layer.provideMerge(freshDatabase())
        )
      )
    )
  )
})
