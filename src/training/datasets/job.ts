/** Datasets as jobs: one asked for, and those of every night. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"
import { DATASETS, Datasets, NIGHTLY_DATASETS } from "../../services/datasets.ts"
import { JobFailed, type JobHandler, type JobSchedule } from "../../services/jobs.ts"

const Payload = Schema.Struct({
  name: Schema.Literals(DATASETS),
  /** Unix milliseconds. */
  from: Schema.optionalKey(Schema.Int),
  to: Schema.optionalKey(Schema.Int)
})

/** `{name, from?, to?}` → the summary. A dataset that a check refuses fails the job for good: trying again changes nothing. */
export const buildDatasetJob: JobHandler<Datasets> = {
  kind: "build_dataset",
  run: (job) =>
    Effect.gen(function* () {
      const request = yield* Schema.decodeUnknownEffect(Payload)(job.payload).pipe(
        Effect.mapError(
          (error) => new JobFailed({ message: `The payload cannot be used: ${error.message}`, retry: false })
        )
      )
      const datasets = yield* Datasets
      return yield* datasets
        .build(request, (rows) => Effect.sync(() => job.progress({ rows })))
        .pipe(
          Effect.mapError((error) => new JobFailed({ message: error.message, retry: error._tag === "DatasetFailed" }))
        )
    })
}

const DAYS = 7

/**
 * Every dataset over the last seven days: what was made in them, and of decisions and plans also what was only heard of. One that is
 * refused or fails stops none of the others, and fails the job in the end: nobody would look for it in a result. Trying again the same
 * night may mend a failure, and changes nothing of a refusal. One that there is too little of so far is no failure: every installation
 * begins like that, and what is always red is looked at by nobody.
 */
export const dailyDatasetsJob: JobHandler<Datasets> = {
  kind: NIGHTLY_DATASETS,
  run: (job) =>
    Effect.gen(function* () {
      const datasets = yield* Datasets
      const to = yield* Clock.currentTimeMillis
      const results: Record<string, unknown> = {}
      const said = { refused: [] as Array<string>, failed: [] as Array<string> }
      const wrong = (how: keyof typeof said, message: string) => {
        said[how].push(message)
        return Effect.as(
          Effect.logError(`A nightly dataset ${how === "refused" ? "is refused" : "failed"}: ${message}`),
          { [how]: message }
        )
      }
      for (const name of DATASETS) {
        results[name] = yield* datasets.build({ name, nightly: true, from: to - DAYS * MS_PER_DAY, to }).pipe(
          Effect.map(({ rows, folder }): unknown => ({ rows, folder })),
          Effect.catchTags({
            DatasetRefused: ({ message, young }): Effect.Effect<unknown> =>
              young ? Effect.succeed({ waits: message }) : wrong("refused", message),
            DatasetFailed: ({ message }): Effect.Effect<unknown> => wrong("failed", `${name}: ${message}`)
          })
        )
        job.progress({ done: Object.keys(results).length, total: DATASETS.length, results })
      }
      const { failed, refused } = said
      if (failed.length + refused.length === 0) return results
      const counts = [
        ...(failed.length === 0 ? [] : [`${failed.length} of ${DATASETS.length} datasets failed.`]),
        ...(refused.length === 0 ? [] : [`${refused.length} of ${DATASETS.length} datasets are refused.`])
      ]
      return yield* new JobFailed({
        message: `${counts.join(" ")} ${[...failed, ...refused].join("\n")}`,
        retry: failed.length > 0
      })
    })
}

/** At two in the night; a night that was missed is not made up for, the next one covers its days. */
export const dailyDatasetsSchedule = (zone: string): JobSchedule => ({
  kind: dailyDatasetsJob.kind,
  cron: "0 2 * * *",
  zone
})
