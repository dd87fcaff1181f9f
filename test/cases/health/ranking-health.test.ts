import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SharedCache from "../../../src/cases/answers/shared-cache.ts"
import * as HealthDesk from "../../../src/cases/health/health-desk.ts"
import * as RankingHealth from "../../../src/cases/health/ranking-health.ts"
import * as QdrantIndex from "../../../src/layers/qdrant/vector-index.ts"
import * as RedisCache from "../../../src/layers/redis/cache.ts"
import { Health } from "../../../src/services/health.ts"
import { IndexSource } from "../../../src/services/index-source.ts"
import { RankingDesk } from "../../../src/services/ranker.ts"
import { places, request, traveler } from "../../domain/rankers/fixtures.ts"
import { fakeAnthropic } from "../../fakes/anthropic.ts"
import { fakeQdrant } from "../../fakes/qdrant.ts"
import { deskLayer } from "../ranking/rankers.ts"

const nodes = places(20)
const statuses = Effect.map(
  Effect.flatMap(Health, (health) => health.report),
  (report) => Object.fromEntries(report.map(({ name, status }) => [name, status]))
)

const cities = (live: number) => Layer.mock(IndexSource)({ cities: Effect.succeed([{ id: "1", slug: "large", live }]) })

describe("the health of index, cache and Claude", () => {
  it.live("is up where all answer, and Claude is degraded once it is left alone", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* statuses, { vector_index: "up", cache: "up", claude: "up" })
        server.always({ status: 500 })
        const desk = yield* RankingDesk
        for (let i = 0; i < 2; i++) {
          yield* desk.rank(request([traveler("a")], nodes, { deadline: Date.now() + 5_000 }))
        }
        assert.strictEqual((yield* statuses)["claude"], "degraded")
      }).pipe(
        Effect.provide(
          RankingHealth.layer.pipe(
            Layer.provide(cities(30_000)),
            Layer.provideMerge(deskLayer({ nodes, server })),
            Layer.provideMerge(HealthDesk.layer)
          )
        )
      )
    }).pipe(Effect.scoped)
  )

  it.live("says that a city has outgrown the index in memory, and what to set", () =>
    Effect.gen(function* () {
      const report = yield* Effect.flatMap(Health, (health) => health.report)
      const index = report.find(({ name }) => name === "vector_index")!
      assert.strictEqual(index.status, "degraded")
      assert.strictEqual(index.detail, "memory: large has 30001 places, and the index in memory is for 30000")
      assert.match(index.fix ?? "", /VECTOR_INDEX to qdrant or pgvector/)
    }).pipe(
      Effect.provide(
        RankingHealth.layer.pipe(
          Layer.provide(cities(30_001)),
          Layer.provideMerge(deskLayer({ nodes })),
          Layer.provideMerge(HealthDesk.layer)
        )
      ),
      Effect.scoped
    )
  )

  it.live("is degraded, never down, where Qdrant hangs and Redis is away", () =>
    Effect.gen(function* () {
      const qdrant = yield* fakeQdrant
      qdrant.always({ hang: true })
      const away = Layer.mergeAll(
        QdrantIndex.layer({ url: qdrant.url }),
        SharedCache.layer({ ttl: "1 minute" }).pipe(
          Layer.provide(RedisCache.layer({ url: Redacted.make("redis://127.0.0.1:1") }))
        )
      )
      assert.deepInclude(
        yield* statuses.pipe(
          Effect.provide(
            RankingHealth.layer.pipe(
              Layer.provide(cities(1_000_000)),
              Layer.provide(Layer.provideMerge(away, deskLayer({ nodes }))),
              Layer.provideMerge(HealthDesk.layer)
            )
          )
        ),
        { vector_index: "degraded", cache: "degraded", claude: "up" }
      )
    }).pipe(Effect.scoped)
  )
})
