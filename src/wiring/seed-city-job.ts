/** Seeding as a job: of our own catalogs, of a server that is asked, or of a file that an operator handed in. */
import { appendFile, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Bounds } from "../domain/catalog/city-file.ts"
import { CitySeeder, SEED_CITY, SEED_SOURCES, type SeedRequest, type SeedSource } from "../services/city-seeder.ts"
import { JobFailed, type JobHandler, type RunningJob } from "../services/jobs.ts"
import { SeedFiles } from "../services/seed-files.ts"
import { SeedingApart } from "../services/seeding-apart.ts"

const Payload = Schema.Struct({
  city: Schema.String,
  source: Schema.optionalKey(Schema.Literals(SEED_SOURCES)),
  limit: Schema.optionalKey(Schema.Int),
  name: Schema.optionalKey(Schema.String),
  bounds: Schema.optionalKey(Bounds),
  /** The file that was handed in, by its name in the table `seed_files`. */
  upload: Schema.optionalKey(Schema.String)
})

/**
 * A few hundred places of our own, in slices; and posts from other people's servers, which this process reads by itself every hour, too: it
 * alone knows how lately each was asked. What comes from elsewhere is read beside the server.
 */
const READ_HERE: ReadonlySet<SeedSource> = new Set(["curated", "synthetic", "reddit", "feed", "discourse", "pages"])

const failed = (retry: boolean) => (error: { readonly message: string }) =>
  new JobFailed({ message: error.message, retry })

/** On this node's disk for as long as it is read; undefined where it is gone. */
const onDisk = Effect.fnUntraced(function* (files: SeedFiles["Service"], upload: string) {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "overplanned-seed-"))),
    (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
  )
  const file = join(folder, "upload")
  const found = yield* files.read(upload, (bytes) =>
    Effect.tryPromise({
      try: () => appendFile(file, bytes, { mode: 0o600 }),
      catch: (cause) => ({ message: `The file that was handed in does not fit on this disk: ${String(cause)}.` })
    })
  )
  return found ? file : undefined
})

export const seedCityJob = Effect.gen(function* () {
  const seeder = yield* CitySeeder
  const apart = yield* SeedingApart
  const files = yield* SeedFiles

  const seedHere = (request: SeedRequest, job: RunningJob) =>
    seeder
      .seed(request, (done, total) => Effect.sync(() => job.progress({ done, total })))
      .pipe(
        Effect.mapError((error) =>
          failed(error._tag === "CatalogStoreError" || error._tag === "VectorIndexUnavailable")(error)
        )
      )

  const seedApart = (request: SeedRequest, job: RunningJob) =>
    apart
      .seed(request, (done, total) => job.progress({ done, total }))
      .pipe(Effect.mapError((error) => failed(error.retry)(error)))

  const seed = (request: SeedRequest, job: RunningJob): Effect.Effect<unknown, JobFailed> =>
    READ_HERE.has(request.source) && request.file === undefined ? seedHere(request, job) : seedApart(request, job)

  /** One that could not be forgotten is not needed by anybody, and goes with the purge. */
  const forget = (upload: string) =>
    Effect.catch(files.forget(upload), ({ message }) =>
      Effect.logWarning(`The file ${upload} that was handed in to be seeded is kept until the purge: ${message}`)
    )

  /** The file stays until nobody needs it: a node that dies over it leaves it to the next. */
  const seedUpload = (request: SeedRequest, upload: string, job: RunningJob) =>
    Effect.gen(function* () {
      const file = yield* Effect.mapError(onDisk(files, upload), failed(true))
      if (file === undefined) {
        return yield* new JobFailed({ message: "The file that was handed in is gone: send it again.", retry: false })
      }
      return yield* seed({ ...request, file }, job)
    }).pipe(
      Effect.scoped,
      Effect.tapError((error) => (error.retry ? Effect.void : forget(upload))),
      Effect.tap(() => forget(upload))
    )

  const handler: JobHandler = {
    kind: SEED_CITY,
    run: (job) =>
      Effect.gen(function* () {
        const { upload, ...asked } = yield* Effect.mapError(
          Schema.decodeUnknownEffect(Payload)(job.payload),
          (error) => new JobFailed({ message: `The job's payload is not of its form: ${error.message}`, retry: false })
        )
        const request: SeedRequest = { source: "curated", ...asked }
        return yield* upload === undefined ? seed(request, job) : seedUpload(request, upload, job)
      })
  }
  return handler
})
