/** A database with everything that the shadow population needs. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryIndex from "../../../src/layers/memory/vector-index.ts"
import * as Catalog from "../../../src/layers/postgres/catalog.ts"
import * as Store from "../../../src/layers/postgres/catalog-store.ts"
import type { CatalogStore } from "../../../src/services/catalog-store.ts"
import { CitySeeder } from "../../../src/services/city-seeder.ts"
import type { VectorIndex } from "../../../src/services/vector-index.ts"
import { curatedCities, fromCurated } from "../../../src/sources/city-files.ts"
import { seedCity } from "../../../src/sources/seed-city.ts"
import * as Population from "../../../src/training/population/seed.ts"
import { freshDatabase } from "../../harness/postgres.ts"

/** The seeder without the sources that ask services outside. */
const curatedOnly = Layer.effect(
  CitySeeder,
  Effect.gen(function* () {
    const services = yield* Effect.context<CatalogStore | VectorIndex>()
    return CitySeeder.of({
      curated: curatedCities(),
      seed: ({ city }, onProgress) =>
        fromCurated(city).pipe(
          Effect.flatMap((input) => seedCity(input, onProgress)),
          Effect.provideContext(services)
        )
    })
  })
)

export const populated = () =>
  Population.layer.pipe(
    Layer.provideMerge(Catalog.layer),
    Layer.provideMerge(curatedOnly),
    Layer.provideMerge(Layer.mergeAll(Store.layer, MemoryIndex.layer)),
    Layer.provideMerge(freshDatabase({ statementTimeout: "60 seconds" }))
  )

/** 2026-05-01, in days since 1970-01-01. */
export const TODAY = 20_574

export const SMALL = { users: 60, seed: 3, today: TODAY } as const
