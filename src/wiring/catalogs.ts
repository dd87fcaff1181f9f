/** Cities: their catalogs in memory, the vector index over them, and how they are seeded. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import * as MemoryVectorIndex from "../layers/memory/vector-index/layer.ts"
import * as PostgresCatalog from "../layers/postgres/catalog.ts"
import * as PostgresCatalogStore from "../layers/postgres/catalog-store.ts"
import type { VectorIndex } from "../services/vector-index.ts"
import * as CitySeeder from "../sources/city-seeder.ts"

export const vectorIndex = Layer.unwrap(Effect.map(Config, (): Layer.Layer<VectorIndex> => MemoryVectorIndex.layer()))

export const catalogs = PostgresCatalog.layer

export const seeder = CitySeeder.layer.pipe(Layer.provide(PostgresCatalogStore.layer))
