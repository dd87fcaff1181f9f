/** Seeding the population as a job, for administrators. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { MOST_SHADOW_USERS, ShadowPopulation } from "../../services/shadow-population.ts"

const Payload = Schema.Struct({
  users: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_SHADOW_USERS }))),
  seed: Schema.optionalKey(Schema.Int)
})

/** `{users?, seed?}` → the counts, the signal quality, and how long it took. */
export const seedTrainingDataJob: JobHandler<ShadowPopulation> = {
  kind: "seed_training_data",
  run: (job) =>
    Effect.gen(function* () {
      const { users, seed } = yield* Schema.decodeUnknownEffect(Payload)(job.payload ?? {}).pipe(
        Effect.mapError(
          (error) => new JobFailed({ message: `The payload cannot be used: ${error.message}`, retry: false })
        )
      )
      const population = yield* ShadowPopulation
      return yield* population
        .seed({ ...(users === undefined ? {} : { users }), ...(seed === undefined ? {} : { seed }) }, (done, total) =>
          Effect.sync(() => job.progress({ done, total }))
        )
        .pipe(
          Effect.mapError(
            (error) =>
              new JobFailed({ message: error.message, retry: error._tag !== "PopulationRefused" || error.retry })
          )
        )
    })
}
