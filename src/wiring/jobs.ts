/** Work that outlives a request, and what comes by itself: which handlers this node runs, and when. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Config } from "../config.ts"
import * as Keepsakes from "../layers/files/keepsakes.ts"
import * as PostgresJobs from "../layers/postgres/jobs.ts"
import { CitySeeder } from "../services/city-seeder.ts"
import type { Datasets } from "../services/datasets.ts"
import { Erasure } from "../services/erasure.ts"
import { JobFailed, type JobHandler, Jobs } from "../services/jobs.ts"
import type { ShadowPopulation } from "../services/shadow-population.ts"
import { ErasedSubjects } from "../services/tokens.ts"
import * as DatasetsBuilder from "../training/datasets/build.ts"
import { buildDatasetJob, dailyDatasetsJob, dailyDatasetsSchedule } from "../training/datasets/job.ts"
import { seedTrainingDataJob } from "../training/population/job.ts"
import * as PopulationSeeder from "../training/population/seed.ts"

export const jobs = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const node = settings.OVERPLANNED_NODE_ID ?? (yield* Keepsakes.nodeId(settings.OVERPLANNED_DATA_DIR))
    return PostgresJobs.layer({ ...PostgresJobs.jobsDefaults, node })
  })
)

const SeedCityPayload = Schema.Struct({
  city: Schema.String,
  source: Schema.optionalKey(Schema.Literals(["curated", "synthetic"])),
  limit: Schema.optionalKey(Schema.Int)
})

const decodePayload = <A>(schema: Schema.Codec<A, unknown>, payload: unknown) =>
  Effect.mapError(
    Schema.decodeUnknownEffect(schema)(payload),
    (error) => new JobFailed({ message: `The job's payload is not of its form: ${error.message}`, retry: false })
  )

const seedCity = Effect.map(
  CitySeeder,
  (seeder): JobHandler => ({
    kind: "seed_city",
    run: (job) =>
      Effect.gen(function* () {
        const { city, source, limit } = yield* decodePayload(SeedCityPayload, job.payload)
        return yield* seeder
          .seed({ city, source: source ?? "curated", limit }, (done, total) =>
            Effect.sync(() => job.progress({ done, total }))
          )
          .pipe(
            Effect.mapError(
              (error) =>
                new JobFailed({
                  message: error.message,
                  retry: error._tag === "CatalogStoreError" || error._tag === "VectorIndexUnavailable"
                })
            )
          )
      })
  })
)

/** Finished jobs are kept this long for whoever asks what became of them. */
const KEEP_JOBS = "30 days"

const housekeeping = Effect.map(
  Jobs,
  (desk): JobHandler => ({
    kind: "purge_jobs",
    run: () => Effect.mapError(desk.purge(KEEP_JOBS), (error) => new JobFailed({ message: error.message, retry: true }))
  })
)

/** The last token of somebody who was erased dies one day; then nothing at all is kept of them. */
const forgetErased = Effect.map(
  ErasedSubjects,
  (erased): JobHandler => ({
    kind: "purge_erased_subjects",
    run: () => Effect.mapError(erased.purge, (error) => new JobFailed({ message: error.message, retry: true }))
  })
)

const training = Effect.map(Effect.context<ShadowPopulation | Datasets>(), (services) => {
  const handlers: ReadonlyArray<JobHandler<ShadowPopulation | Datasets>> = [
    seedTrainingDataJob,
    buildDatasetJob,
    dailyDatasetsJob
  ]
  return handlers.map(
    ({ kind, run }): JobHandler => ({ kind, run: (job) => Effect.provideContext(run(job), services) })
  )
})

/** Works through jobs until the server stops. */
export const worker = Layer.effectDiscard(
  Effect.gen(function* () {
    const settings = yield* Config
    const desk = yield* Jobs
    const handlers = yield* Effect.all([
      seedCity,
      housekeeping,
      forgetErased,
      Effect.map(Erasure, ({ handler }) => handler)
    ])
    const zone = settings.JOBS_TIME_ZONE
    yield* Effect.forkScoped(
      desk.work(
        [...handlers, ...(yield* training)],
        [
          { kind: "purge_jobs", cron: "30 4 * * *", zone },
          { kind: "purge_erased_subjects", cron: "45 4 * * *", zone },
          dailyDatasetsSchedule(zone)
        ]
      )
    )
  })
).pipe(Layer.provide([PopulationSeeder.layer, DatasetsBuilder.layer]))
