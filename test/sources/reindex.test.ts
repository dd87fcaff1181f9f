import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as MemoryVectorIndex from "../../src/layers/memory/vector-index.ts"
import * as PostgresCatalogStore from "../../src/layers/postgres/catalog-store.ts"
import * as PostgresIndexSource from "../../src/layers/postgres/index-source.ts"
import { VectorIndex } from "../../src/services/vector-index.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { reindex, reindexAtStart } from "../../src/sources/reindex.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { freshDatabase } from "../harness/postgres.ts"

const services = Layer.mergeAll(PostgresCatalogStore.layer, PostgresIndexSource.layer, MemoryVectorIndex.layer).pipe(
  Layer.provideMerge(freshDatabase())
)

const persona = (n: number) => Array.from({ length: 128 }, (_, i) => (i === n ? 1 : 0))

describe("rebuilding the index", () => {
  layer(services, { excludeTestServices: true })((it) => {
    it.effect("notices what is missing or too much, rebuilds that and nothing else", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        const count = index.count("vibe_embedding", "seattle")
        yield* seedCity(yield* fromCurated("seattle", 60))
        assert.strictEqual(yield* count, 60)
        assert.deepStrictEqual(yield* reindex({}), [])

        yield* index.removeCity("vibe_embedding", "seattle")
        assert.deepStrictEqual(yield* reindex({}), [{ what: "seattle", before: 0, wanted: 60, after: 60 }])
        const stray = {
          id: "00000000-0000-7000-8000-000000000001",
          city: "seattle",
          vector: new Float32Array(64).fill(1)
        }
        yield* index.upsert("vibe_embedding", [stray])
        assert.deepStrictEqual(yield* reindex({}), [{ what: "seattle", before: 61, wanted: 60, after: 60 }])
        assert.deepStrictEqual(yield* reindex({ city: "elsewhere", force: true }), [])
        assert.strictEqual((yield* reindex({ city: "seattle", force: true }))[0]?.after, 60)
      })
    )

    it.effect("knows travelers who are open to be suggested and have a persona, and none that was deleted", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const index = yield* VectorIndex
        for (let i = 0; i < 5; i++) {
          yield* sql`insert into users (id, persona_embedding, deleted_at) values (
            ${`00000000-0000-7000-8000-00000000000${i}`}, ${i === 4 ? null : persona(i)}::real[],
            ${i === 3 ? new Date() : null})`
          if (i > 0)
            yield* sql`insert into companion_seekers (user_id) values (${`00000000-0000-7000-8000-00000000000${i}`})`
        }
        assert.deepStrictEqual(yield* reindex({ personas: true }), [
          { what: "travelers", before: 0, wanted: 2, after: 2 }
        ])
        const [nearest] = yield* index.search("persona_embedding", Float32Array.from(persona(1)), 1, "")
        assert.strictEqual(nearest?.id, "00000000-0000-7000-8000-000000000001")
      })
    )

    it.effect("fills an empty index at start, and lives with a database that does not answer", () =>
      Effect.gen(function* () {
        const index = yield* VectorIndex
        yield* index.removeCity("vibe_embedding", "seattle")
        yield* reindexAtStart
        assert.strictEqual(yield* index.count("vibe_embedding", "seattle"), 60)
        const sql = yield* SqlClient
        yield* sql`alter table cities rename to gone`
        yield* reindexAtStart
      })
    )
  })
})
