/** Training as a job, for administrators. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { TRAIN_MODEL, TRAINABLE, Trainers } from "../../services/trainers.ts"

const Payload = Schema.Struct({ model: Schema.Literals(TRAINABLE) })

/** `{model}` → what was trained. Begun anew when its node is killed; where the data is the problem, it is not tried again. */
export const trainModelJob: JobHandler<Trainers> = {
  kind: TRAIN_MODEL,
  run: (job) =>
    Effect.gen(function* () {
      const { model } = yield* Schema.decodeUnknownEffect(Payload)(job.payload).pipe(
        Effect.mapError(
          (error) => new JobFailed({ message: `The payload cannot be used: ${error.message}`, retry: false })
        )
      )
      const trainers = yield* Trainers
      return yield* trainers
        .train(model, (progress) => job.progress(progress))
        .pipe(Effect.mapError(({ message, retry }) => new JobFailed({ message, retry })))
    })
}
