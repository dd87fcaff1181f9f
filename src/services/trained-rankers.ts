/**
 * The trained models that rank: the one in production, and the one that runs beside it in the shadow. Both are looked
 * up again when the registry changes; who asks gets what is loaded now, without waiting.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Ranker } from "./ranker.ts"

export class TrainedRankers extends Context.Service<
  TrainedRankers,
  {
    readonly production: () => Ranker | undefined
    readonly shadow: () => Ranker | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/TrainedRankers") {
  static readonly layerNone = Layer.succeed(TrainedRankers, {
    production: () => undefined,
    shadow: () => undefined,
    refresh: Effect.void
  })
}
