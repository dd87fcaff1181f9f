/** Looks every few minutes at how models in production do, and takes back what does worse for sure. */
import * as Effect from "effect/Effect"
import { JobFailed, type JobHandler } from "../../services/jobs.ts"
import { Promotions } from "../../services/promotions.ts"

export const GUARD_MODELS = "guard_models"

export const handler = Effect.map(
  Promotions,
  ({ guard }): JobHandler => ({
    kind: GUARD_MODELS,
    run: () => Effect.mapError(guard, ({ message }) => new JobFailed({ message, retry: true }))
  })
)
