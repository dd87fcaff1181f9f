/**
 * The trained models that rank: the one in production, and the one that runs beside it in the shadow. Both are looked
 * up again when the registry changes; who asks gets what is loaded now, without waiting.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Ranker } from "./ranker.ts"

/** `model_registry.model_type` of the models that this service loads: ONNX, over the columns of `domain/features.ts`. */
export const RANKER_MODEL_TYPE = "onnx_ranker"

/** What the registry says of a model, as far as loading it goes. */
export interface RegisteredRanker {
  readonly model_name: string
  readonly model_version: string
  readonly model_type: string
  readonly stage: string
  readonly artifact_path: string | null
  readonly promoted_at: string | null
}

export class TrainedRankers extends Context.Service<
  TrainedRankers,
  {
    readonly production: () => Ranker | undefined
    readonly shadow: () => Ranker | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/TrainedRankers") {}
