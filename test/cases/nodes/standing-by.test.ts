import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as StandingBy from "../../../src/cases/nodes/standing-by.ts"
import * as PostgresCatalog from "../../../src/layers/postgres/catalog.ts"
import * as PostgresTrips from "../../../src/layers/postgres/trip-storage.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Ownership } from "../../../src/services/ownership.ts"
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
        StandingBy.layer.pipe(Layer.provide([Layer.succeed(Catalog, catalog), following, PostgresTrips.layer]))
      )
      assert.strictEqual(yield* Deferred.await(loaded), "city-1")
      assert.isUndefined(catalog.resident("city-2"))
    }).pipe(Effect.scoped, Effect.provide(PostgresCatalog.layer.pipe(Layer.provideMerge(freshDatabase()))))
  )
})
