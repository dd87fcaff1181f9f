import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import {
  DATASETS,
  DatasetFailed,
  DatasetRefused,
  type DatasetRequest,
  type DatasetSummary,
  Datasets
} from "../../src/services/datasets.ts"
import { PopulationRefused, type PopulationRequest, ShadowPopulation } from "../../src/services/shadow-population.ts"
import { dailyDatasetsJob, dailyDatasetsSchedule } from "../../src/training/datasets/job.ts"
import { seedTrainingDataJob } from "../../src/training/population/job.ts"

const job = (payload: unknown) => ({ id: "1", attempt: 1, payload, progress: () => undefined })

describe("the seeding job", () => {
  const asked: Array<PopulationRequest> = []
  const population = ShadowPopulation.of({
    seed: (request) => {
      asked.push(request)
      return Effect.fail(new PopulationRefused({ message: "not now", retry: request.seed === 7 }))
    }
  })
  const run = (payload: unknown) =>
    Effect.flip(seedTrainingDataJob.run(job(payload))).pipe(Effect.provideService(ShadowPopulation, population))

  it.effect("passes on what it was asked for, and tries again only what may go better", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* run({ users: 5, seed: 7 }), { message: "not now", retry: true })
      assert.deepInclude(yield* run(null), { message: "not now", retry: false })
      assert.deepStrictEqual(asked, [{ users: 5, seed: 7 }, {}])
      assert.match((yield* run({ users: 0 })).message, /payload cannot be used/)
      assert.strictEqual(asked.length, 2)
    })
  )
})

describe("the nightly datasets", () => {
  it("come at two and are not made up for", () =>
    assert.deepStrictEqual(dailyDatasetsSchedule("UTC"), {
      kind: "build_daily_datasets",
      cron: "0 2 * * *",
      zone: "UTC"
    }))

  it.effect("cover seven days; one that is refused or fails stops none of the others, and fails the job", () =>
    Effect.gen(function* () {
      const asked: Array<DatasetRequest> = []
      let broken = false
      const datasets = Datasets.of({
        build: (request) => {
          asked.push(request)
          if (broken && request.name === DATASETS[0]) return Effect.fail(new DatasetFailed({ message: "no disk" }))
          return request.name === "pivot_acceptance"
            ? Effect.fail(new DatasetRefused({ message: "a constant", report: "there", young: false }))
            : request.name === "sequences"
              ? Effect.fail(new DatasetRefused({ message: "too few rows", report: "there", young: true }))
              : Effect.succeed({ rows: { train: 1 }, folder: request.name } as unknown as DatasetSummary)
        }
      })
      const said: Array<unknown> = []
      const running = { ...job({}), progress: (value: unknown) => void said.push(value) }
      const night = Effect.flip(dailyDatasetsJob.run(running)).pipe(
        Effect.provideService(Datasets, datasets),
        Effect.provideService(References.MinimumLogLevel, "None")
      )
      assert.deepInclude(yield* night, { message: "1 of 6 datasets are refused. a constant", retry: false })
      assert.deepNestedInclude(said.at(-1) as object, {
        "results.pivot_acceptance": { refused: "a constant" },
        "results.sequences": { waits: "too few rows" },
        "results.bpr_triples": { rows: { train: 1 }, folder: "bpr_triples" }
      })
      assert.isTrue(asked.every(({ from, nightly, to }) => nightly === true && to! - from! === 7 * 86_400_000))
      assert.strictEqual(asked.length, 6)

      broken = true
      assert.deepInclude(yield* night, {
        message: `1 of 6 datasets failed. 1 of 6 datasets are refused. ${DATASETS[0]}: no disk\na constant`,
        retry: true
      })
      assert.strictEqual(asked.length, 12)
      assert.deepNestedInclude(said.at(-1) as object, {
        [`results.${DATASETS[0]}`]: { failed: `${DATASETS[0]}: no disk` },
        "results.vibe_labels": { rows: { train: 1 }, folder: "vibe_labels" }
      })
    })
  )
})
