import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import * as PostgresReferences from "../../../src/layers/postgres/signal-references.ts"
import { Catalog } from "../../../src/services/catalog.ts"
import { Journal } from "../../../src/services/journal.ts"
import { ResidentTrips, type TripsInMemory } from "../../../src/services/resident-trips.ts"
import { SignalReferences } from "../../../src/services/signal-references.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, note, openJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { cityOf, nodeOf, seedPeopleAndPlaces, tripOf, userOf } from "../../harness/signals.ts"

/** City 1 is in memory with its one place; nothing else is. */
const catalog = Catalog.of({
  city: () => Effect.die("not asked for"),
  refresh: () => Effect.die("not asked for"),
  resident: () => undefined,
  place: () => undefined,
  places: () => Effect.die("not asked for"),
  cities: Effect.succeed([]),
  onChange: (listener) => {
    const city = { id: cityOf(1), slug: "city-1" }
    listener({ city, indexOf: (id: string) => (id === nodeOf(1) ? 0 : undefined) } as unknown as CityCatalog)
    return () => {}
  }
})

/** Trip 8 is in memory, and user 3 is one of its members. */
const inMemory: TripsInMemory = {
  cityOf: (user, trip) => (trip === tripOf(8) ? (user === userOf(3) ? cityOf(2) : null) : undefined),
  stop: () => undefined,
  offer: () => undefined
}

const build = Effect.fnUntraced(function* (trips = inMemory) {
  const sink = new MemorySink()
  sink.away = true
  const journal = yield* openJournal(new FragileDisk(), sink)
  const context = yield* Layer.build(
    PostgresReferences.layer.pipe(
      Layer.provide([
        Layer.succeed(Catalog)(catalog),
        Layer.succeed(Journal)(journal),
        Layer.succeed(ResidentTrips)(trips)
      ])
    )
  )
  return { journal, references: yield* Effect.provide(SignalReferences, context) }
})

await contractSuite("SignalReferences", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect(
    "knows owners, members and strangers, from memory after the first look, also while the database is away",
    () =>
      Effect.gen(function* () {
        yield* seedPeopleAndPlaces
        const { journal, references } = yield* build()
        yield* journal.commit("trip", [note(1, `trip:${tripOf(5)}`)])
        const mine = { visible: true as const, city_id: cityOf(1) }
        for (const [user, standing] of [
          [1, mine],
          [2, mine],
          [3, { visible: false as const }]
        ] as const) {
          assert.isUndefined(references.trip(userOf(user), tripOf(1)))
          const found = yield* references.lookUp(userOf(user), [tripOf(1), tripOf(4), tripOf(5)])
          assert.deepStrictEqual(found.get(tripOf(1)), standing)
          assert.deepStrictEqual(found.get(tripOf(4)), { visible: false })
          assert.isFalse(found.has(tripOf(5)), "a trip whose events are on their way cannot be judged yet")
          assert.deepStrictEqual(references.trip(userOf(user), tripOf(1)), standing)
        }
        const sql = yield* SqlClient
        yield* sql`alter table trips rename to elsewhere`
        assert.strictEqual((yield* references.lookUp(userOf(1), [tripOf(7)])).size, 0)
        assert.deepStrictEqual(references.trip(userOf(2), tripOf(1)), mine)
        yield* sql`alter table elsewhere rename to trips`
      }).pipe(Effect.scoped)
  )

  it.effect("knows the members of a trip in memory, whatever the database said a moment ago or does not say now", () =>
    Effect.gen(function* () {
      const { references } = yield* build()
      const mine = { visible: true as const, city_id: cityOf(2) }
      assert.deepStrictEqual(references.trip(userOf(3), tripOf(8)), mine)
      assert.deepStrictEqual(references.trip(userOf(2), tripOf(8)), { visible: false })
      yield* references.lookUp(userOf(3), [tripOf(8)])
      assert.deepStrictEqual(references.trip(userOf(3), tripOf(8)), mine)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "knows at once that somebody left a trip in memory, although the database had them in it a moment ago",
    () =>
      Effect.gen(function* () {
        let left = false
        const { references } = yield* build({ ...inMemory, cityOf: () => (left ? null : undefined) })
        yield* references.lookUp(userOf(2), [tripOf(1)])
        assert.deepStrictEqual(references.trip(userOf(2), tripOf(1)), { visible: true, city_id: cityOf(1) })
        left = true
        assert.deepStrictEqual(references.trip(userOf(2), tripOf(1)), { visible: false })
      }).pipe(Effect.scoped)
  )

  it.effect("knows the places of the cities in memory, and does not judge those of others", () =>
    Effect.gen(function* () {
      const { references } = yield* build()
      assert.isTrue(references.hasNode(nodeOf(1), cityOf(1)))
      assert.isFalse(references.hasNode(nodeOf(2), cityOf(1)))
      assert.isUndefined(references.hasNode(nodeOf(2), cityOf(2)))
      assert.isTrue(references.hasNode(nodeOf(1), undefined))
      assert.isUndefined(references.hasNode(nodeOf(2), undefined))
    }).pipe(Effect.scoped)
  )
})
