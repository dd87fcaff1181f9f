import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as ErasureHealth from "../../../src/cases/health/erasure-health.ts"
import * as HealthDesk from "../../../src/cases/health/health-desk.ts"
import { marksOf } from "../../../src/domain/erasure/marks.ts"
import { ERASE_USER, Erasure } from "../../../src/services/erasure.ts"
import { Health } from "../../../src/services/health.ts"
import { Jobs } from "../../../src/services/jobs.ts"
import { ErasedSubjects } from "../../../src/services/tokens.ts"
import { VectorIndexUnavailable } from "../../../src/services/vector-index.ts"
import { contractSuite } from "../../harness/contract.ts"
import { indexThat, inHouse, jobWhere, quietly, somebody, taken, withoutTrace } from "../../harness/erasure.ts"
import { freshDatabase } from "../../harness/postgres.ts"

const healthOfErasure = Effect.gen(function* () {
  const [erasure] = yield* Effect.flatMap(Health, (health) => health.report).pipe(
    Effect.provide(ErasureHealth.layer.pipe(Layer.provideMerge(HealthDesk.layer)))
  )
  return erasure!.status
})

await contractSuite(
  "The job of an erasure",
  { postgres: { needs: "postgres", layer: () => freshDatabase() } },
  (it) => {
    it.effect("is a job that runs once, and forgets whom it was about", () =>
      inHouse((folder) =>
        Effect.gen(function* () {
          const erasure = yield* Erasure
          const jobs = yield* Jobs
          const departed = yield* somebody
          const marks = marksOf(departed.user, yield* taken(departed.user))
          const one = yield* erasure.request(departed.user)
          assert.isTrue((yield* ErasedSubjects).has(departed.user))
          assert.deepStrictEqual(yield* erasure.request(departed.user), one)
          yield* Effect.forkChild(jobs.work([erasure.handler]))
          const job = yield* jobWhere(one.job_id, ({ state }) => state === "done" || state === "failed")
          assert.strictEqual(job.state, "done", job.error ?? "")
          yield* withoutTrace(folder, departed, marks)
        })
      )
    )

    it.effect("is never given up: it goes on until what was away is back, and operators see it meanwhile", () => {
      let away = true
      const index = indexThat(() =>
        away ? Effect.fail(new VectorIndexUnavailable({ message: "The index is away." })) : Effect.void
      )
      return inHouse(
        (folder) =>
          Effect.gen(function* () {
            const erasure = yield* Erasure
            const jobs = yield* Jobs
            const departed = yield* somebody
            const marks = marksOf(departed.user, yield* taken(departed.user))
            const { job_id } = yield* erasure.request(departed.user)
            assert.deepStrictEqual(yield* healthOfErasure, "up")
            yield* quietly(jobs.work([erasure.handler]))
            const tired = yield* jobWhere(job_id, ({ attempts }) => attempts > 8)
            assert.notStrictEqual(tired.state, "failed")
            assert.deepStrictEqual(yield* healthOfErasure, "degraded")
            away = false
            yield* jobWhere(job_id, ({ state }) => state === "done")
            assert.deepStrictEqual(yield* healthOfErasure, "up")
            yield* withoutTrace(folder, departed, marks)
          }),
        { index, retryAfter: "1 millis" }
      )
    })

    it.effect("is kept where an older release gave it up, and resumed", () =>
      inHouse((folder) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient
          const erasure = yield* Erasure
          const jobs = yield* Jobs
          const departed = yield* somebody
          const marks = marksOf(departed.user, yield* taken(departed.user))
          const { job_id } = yield* erasure.request(departed.user)
          yield* sql`
          update jobs set state = 'failed', attempts = 5, max_attempts = 5, finished_at = now() - interval '40 days'
          where id = ${job_id}`
          assert.deepStrictEqual(yield* healthOfErasure, "degraded")
          yield* jobs.purge("30 days", [ERASE_USER])
          assert.strictEqual(yield* jobs.resume(ERASE_USER), 1)
          yield* quietly(jobs.work([erasure.handler]))
          yield* jobWhere(job_id, ({ state }) => state === "done")
          yield* withoutTrace(folder, departed, marks)
        })
      )
    )
  }
)
