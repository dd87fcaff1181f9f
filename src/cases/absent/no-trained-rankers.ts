/** No model is registered. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TrainedRankers } from "../../services/trained-rankers.ts"

export const layer = Layer.succeed(TrainedRankers, {
  production: () => undefined,
  shadow: () => undefined,
  refresh: Effect.void
})
