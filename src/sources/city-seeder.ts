/** `CitySeeder` over the sources there are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CatalogStore } from "../services/catalog-store.ts"
import { CitySeeder, SeedRefused, type SeedRequest } from "../services/city-seeder.ts"
import type { VectorIndex } from "../services/vector-index.ts"
import { curatedCities, fromCurated, fromFile, fromSynthetic } from "./city-files.ts"
import { seedCity } from "./seed-city.ts"

const inputOf = (request: SeedRequest) => {
  switch (request.source) {
    case "curated":
      return fromCurated(request.city, request.limit)
    case "synthetic":
      return fromSynthetic(request.city, request.limit, request.seed)
    case "file":
      return Effect.gen(function* () {
        if (request.file === undefined) {
          return yield* new SeedRefused({ message: "The source `file` needs a city file: name it with --file <path>." })
        }
        const input = yield* fromFile(request.file, request.limit)
        if (input.city.slug === request.city) return input
        return yield* new SeedRefused({
          message: `${request.file} is a catalog of "${input.city.slug}", not of "${request.city.slice(0, 64)}". Name that city, or another file.`
        })
      })
    case "posts":
      return Effect.fail(new SeedRefused({ message: "No source of posts is configured." }))
  }
}

export const layer = Layer.effect(
  CitySeeder,
  Effect.gen(function* () {
    const services = yield* Effect.context<CatalogStore | VectorIndex>()
    return CitySeeder.of({
      curated: curatedCities(),
      seed: (request, onProgress) =>
        inputOf(request).pipe(
          Effect.flatMap((input) => seedCity(input, onProgress)),
          Effect.provideContext(services)
        )
    })
  })
)
