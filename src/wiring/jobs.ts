/** Work that outlives a request, and what comes by itself: which handlers this node runs, and when. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as GuardModels from "../cases/models/guard-job.ts"
import * as ModelEmbeddingsNightly from "../cases/people/model-embeddings-nightly.ts"
import * as PersonaNightly from "../cases/people/persona-nightly.ts"
import * as TripRepair from "../cases/trips/repair.ts"
import { Config } from "../config.ts"
import * as ChildProcess from "../layers/child-process/seeding-apart.ts"
import * as Keepsakes from "../layers/files/keepsakes.ts"
import * as PostgresClaudeReadings from "../layers/postgres/claude-readings.ts"
import * as PostgresJobs from "../layers/postgres/jobs.ts"
import * as PostgresModelEmbeddings from "../layers/postgres/model-embeddings.ts"
import * as PostgresPersonaHistory from "../layers/postgres/persona-history.ts"
import * as PostgresReceipts from "../layers/postgres/receipts.ts"
import * as PostgresTripMending from "../layers/postgres/trip-mending.ts"
import { purgeUserStates } from "../layers/postgres/user-states.ts"
import { CatalogStore } from "../services/catalog-store.ts"
import { CostGuard } from "../services/cost-guard.ts"
import type { Datasets } from "../services/datasets.ts"
import { ERASE_USER, Erasure } from "../services/erasure.ts"
import { ReceiptStore } from "../services/idempotency.ts"
import { JobFailed, type JobHandler, type JobSchedule, Jobs } from "../services/jobs.ts"
import { Leases } from "../services/leases.ts"
import { LlmBatches } from "../services/llm-batches.ts"
import { PlacesSource } from "../services/places-source.ts"
import { PostSources } from "../services/post-sources.ts"
import { SeedFiles } from "../services/seed-files.ts"
import type { ShadowPopulation } from "../services/shadow-population.ts"
import { ErasedSubjects } from "../services/tokens.ts"
import type { Trainers } from "../services/trainers.ts"
import { REPAIR_TRIP } from "../services/trip-mending.ts"
import { readByClaude } from "../sources/read-by-claude.ts"
import * as DatasetsBuilder from "../training/datasets/build.ts"
import { buildDatasetJob, dailyDatasetsJob, dailyDatasetsSchedule } from "../training/datasets/job.ts"
import { trainModelJob } from "../training/models/job.ts"
import { seedTrainingDataJob } from "../training/population/job.ts"
import * as PopulationSeeder from "../training/population/seed.ts"
import { catalogStore, seedFiles, places as unseededPlaces } from "./catalogs.ts"
import { trainers } from "./models.ts"
import { llmBatches } from "./ranking.ts"
import { root } from "./release.ts"
import { seedCityJob } from "./seed-city-job.ts"

/** The command line of this release, whatever process is asked. */
const seedingApart = Layer.unwrap(
  Effect.map(Config, ({ SEEDING_MEMORY }) =>
    ChildProcess.layer({ program: join(root, "src", "main.ts"), memoryBytes: SEEDING_MEMORY })
  )
)

export const jobs = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const node = settings.OVERPLANNED_NODE_ID ?? (yield* Keepsakes.nodeId(settings.OVERPLANNED_DATA_DIR))
    return PostgresJobs.layer({ ...PostgresJobs.jobsDefaults, node })
  })
)

const READ_SOURCES = "read_sources"

/** Sources of posts whose time has come; each goes on where it was left. */
const readSources = Effect.map(
  PostSources,
  (sources): JobHandler => ({
    kind: READ_SOURCES,
    run: () =>
      Effect.mapError(sources.readDue, ({ message, _tag }) => new JobFailed({ message, retry: _tag !== "SeedRefused" }))
  })
)

const READ_BY_CLAUDE = "read_by_claude"

/** Kept posts that Claude has not read yet, where there is a key. */
const readPostsByClaude = Effect.gen(function* () {
  const { POSTS_READ_AT_ONCE } = yield* Config
  const services = yield* Effect.context<Effect.Services<ReturnType<typeof readByClaude>>>()
  const { configured } = yield* LlmBatches
  const handler: JobHandler = {
    kind: READ_BY_CLAUDE,
    run: () =>
      configured
        ? readByClaude(POSTS_READ_AT_ONCE).pipe(
            Effect.mapError(({ message }) => new JobFailed({ message, retry: true })),
            Effect.provideContext(services)
          )
        : Effect.succeed({
            held_up: "Claude reads no posts: ANTHROPIC_API_KEY is not set, or POSTS_READ_BY_CLAUDE is off."
          })
  }
  return handler
})

/** What such a job took in is put to Claude at once. */
const thenReadByClaude = (handler: JobHandler) =>
  Effect.gen(function* () {
    const { configured } = yield* LlmBatches
    const desk = yield* Jobs
    if (!configured) return handler
    const andRead: JobHandler = {
      kind: handler.kind,
      run: (job) => Effect.tap(handler.run(job), () => Effect.ignore(desk.enqueue(READ_BY_CLAUDE, null)))
    }
    return andRead
  })

const COUNT_DOORS = "count_doors"

/** What travelers found at doors reaches the catalogs, and what erased people found leaves them. */
const countDoors = Effect.map(
  CatalogStore,
  (store): JobHandler => ({
    kind: COUNT_DOORS,
    run: () =>
      Effect.mapBoth(store.countDoors, {
        onSuccess: (places) => ({ places }),
        onFailure: ({ message }) => new JobFailed({ message, retry: true })
      })
  })
)

/** Finished jobs are kept this long for whoever asks what became of them. */
const KEEP_JOBS = "30 days"

/** Everything that is kept for a time only. Each is a job of its own: one that fails is tried again alone. */
const purges = Effect.gen(function* () {
  const settings = yield* Config
  const store = yield* CatalogStore
  const desk = yield* Jobs
  const receipts = yield* ReceiptStore
  const places = yield* PlacesSource
  const files = yield* SeedFiles
  const guard = yield* CostGuard
  const erased = yield* ErasedSubjects
  const leases = yield* Leases
  const purge = (kind: string, rows: Effect.Effect<number, { readonly message: string }>): JobHandler => ({
    kind,
    run: () =>
      Effect.mapBoth(rows, {
        onSuccess: (removed) => ({ removed }),
        onFailure: ({ message }) => new JobFailed({ message, retry: true })
      })
  })
  return [
    purge("purge_jobs", desk.purge(KEEP_JOBS, [ERASE_USER])),
    purge("purge_receipts", receipts.purge),
    purge("purge_places", places.purge),
    purge("purge_seed_files", files.purge),
    purge("purge_post_texts", store.endTexts(settings.POSTS_TEXT_DAYS)),
    purge("reset_quotas", guard.reset),
    purge("purge_erased_subjects", erased.purge),
    purge("purge_nodes", leases.purge),
    purge("purge_user_states", Effect.provideService(purgeUserStates, SqlClient, yield* SqlClient))
  ]
})

const RESUME_ERASURES = "resume_erasures"

/** Nobody who asked to be erased is left behind, whatever an older release or an operator did to their job. */
const resumeErasures = Effect.map(
  Jobs,
  (desk): JobHandler => ({
    kind: RESUME_ERASURES,
    run: () =>
      Effect.mapBoth(desk.resume(ERASE_USER), {
        onSuccess: (resumed) => ({ resumed }),
        onFailure: ({ message }) => new JobFailed({ message, retry: true })
      })
  })
)

/** What comes by itself, in `JOBS_TIME_ZONE`: personas first, then the broom, a few minutes apart. */
const REGULAR: ReadonlyArray<Omit<JobSchedule, "zone">> = [
  // Not of the night: a model that does worse than what it took over from is not left to rank until morning.
  { kind: GuardModels.GUARD_MODELS, cron: "*/5 * * * *" },
  { kind: COUNT_DOORS, cron: "*/10 * * * *" },
  { kind: READ_SOURCES, cron: "20 * * * *" },
  { kind: READ_BY_CLAUDE, cron: "*/10 * * * *" },
  { kind: PersonaNightly.PERSONA_NIGHTLY, cron: "0 3 * * *", catchUp: "20 hours" },
  { kind: ModelEmbeddingsNightly.EMBED_TRAVELERS, cron: "30 3 * * *", catchUp: "20 hours" },
  { kind: RESUME_ERASURES, cron: "50 3 * * *", catchUp: "20 hours" },
  { kind: "purge_places", cron: "0 4 * * *", catchUp: "20 hours" },
  { kind: "purge_seed_files", cron: "2 4 * * *", catchUp: "20 hours" },
  { kind: "purge_post_texts", cron: "5 4 * * *", catchUp: "20 hours" },
  { kind: "purge_receipts", cron: "10 4 * * *" },
  { kind: "reset_quotas", cron: "15 4 * * *" },
  { kind: "purge_erased_subjects", cron: "20 4 * * *" },
  { kind: "purge_user_states", cron: "25 4 * * *" },
  { kind: "purge_nodes", cron: "27 4 * * *" },
  { kind: "purge_jobs", cron: "30 4 * * *" }
]

const training = Effect.map(Effect.context<ShadowPopulation | Datasets | Trainers>(), (services) => {
  const handlers: ReadonlyArray<JobHandler<ShadowPopulation | Datasets | Trainers>> = [
    trainModelJob,
    seedTrainingDataJob,
    buildDatasetJob,
    dailyDatasetsJob
  ]
  return handlers.map(
    ({ kind, run }): JobHandler => ({ kind, run: (job) => Effect.provideContext(run(job), services) })
  )
})

/**
 * Where a job may run. What touches trips, travelers or the journal runs at home, where they are owned; all else anywhere.
 */
export type JobPlace = "at home" | "anywhere"

const AT_HOME: ReadonlySet<string> = new Set([ERASE_USER, REPAIR_TRIP, RESUME_ERASURES, PersonaNightly.PERSONA_NIGHTLY])

/** Works through the jobs of these places until the server stops. */
export const worker = (places: ReadonlyArray<JobPlace>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const settings = yield* Config
      const desk = yield* Jobs
      const zone = settings.JOBS_TIME_ZONE
      const resume = yield* resumeErasures
      const here = ({ kind }: { readonly kind: string }) => places.includes(AT_HOME.has(kind) ? "at home" : "anywhere")
      const handlers = [
        yield* Effect.flatMap(seedCityJob, thenReadByClaude),
        yield* Effect.flatMap(readSources, thenReadByClaude),
        yield* readPostsByClaude,
        yield* countDoors,
        (yield* Erasure).handler,
        yield* TripRepair.handler,
        yield* GuardModels.handler,
        resume,
        yield* PersonaNightly.handler,
        yield* ModelEmbeddingsNightly.handler,
        ...(yield* purges),
        ...(yield* training)
      ]
      const schedules = [...REGULAR.map((schedule) => ({ ...schedule, zone })), dailyDatasetsSchedule(zone)]
      // Also when this node starts: whoever was given up meanwhile does not wait for the night.
      if (here(resume)) yield* Effect.ignore(desk.enqueue(resume.kind, null))
      yield* Effect.forkScoped(desk.work(handlers.filter(here), schedules.filter(here)))
    })
  ).pipe(
    Layer.provide([
      PopulationSeeder.layer,
      DatasetsBuilder.layer,
      trainers,
      PostgresReceipts.layer,
      seedFiles,
      PostgresTripMending.layer,
      PostgresPersonaHistory.layer,
      PostgresClaudeReadings.layer,
      llmBatches,
      catalogStore,
      seedingApart,
      PostgresModelEmbeddings.layer,
      unseededPlaces
    ])
  )
