/** Seeding as a job: of our own catalogs, of a server that is asked, or of a file that an operator handed in. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Bounds } from "../domain/catalog/city-file.ts"
import { CitySeeder, SEED_CITY, SEED_SOURCES, type SeedRequest } from "../services/city-seeder.ts"
import { JobFailed, type JobHandler, type RunningJob } from "../services/jobs.ts"
import { SeedFiles } from "../services/seed-files.ts"

const Payload = Schema.Struct({
  city: Schema.String,
  source: Schema.optionalKey(Schema.Literals(SEED_SOURCES)),
  limit: Schema.optionalKey(Schema.Int),
  name: Schema.optionalKey(Schema.String),
  bounds: Schema.optionalKey(Bounds),
  /** The file that was handed in, by its name in the table `seed_files`. */
  upload: Schema.optionalKey(Schema.String)
})

const failed = (retry: boolean) => (error: { readonly message: string }) =>
  new JobFailed({ message: error.message, retry })

/** On this node's disk for as long as it is read. */
const onDisk = (bytes: Uint8Array) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "overplanned-seed-"))
      const file = join(folder, "upload")
      writeFileSync(file, bytes, { mode: 0o600 })
      return { folder, file }
    }),
    ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

export const seedCityJob = Effect.gen(function* () {
  const seeder = yield* CitySeeder
  const files = yield* SeedFiles

  const seed = (request: SeedRequest, job: RunningJob) =>
    seeder
      .seed(request, (done, total) => Effect.sync(() => job.progress({ done, total })))
      .pipe(
        Effect.mapError((error) =>
          failed(error._tag === "CatalogStoreError" || error._tag === "VectorIndexUnavailable")(error)
        )
      )

  /** The file stays until nobody needs it: a node that dies over it leaves it to the next. */
  const seedUpload = (request: SeedRequest, upload: string, job: RunningJob) =>
    Effect.gen(function* () {
      const bytes = yield* Effect.mapError(files.read(upload), failed(true))
      if (bytes === undefined) {
        return yield* new JobFailed({ message: "The file that was handed in is gone: send it again.", retry: false })
      }
      const { file } = yield* onDisk(bytes)
      return yield* seed({ ...request, file }, job)
    }).pipe(
      Effect.scoped,
      Effect.tapError((error) => (error.retry ? Effect.void : Effect.ignore(files.forget(upload)))),
      Effect.tap(() => Effect.ignore(files.forget(upload)))
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
