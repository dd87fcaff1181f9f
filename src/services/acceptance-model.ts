/**
 * The model that orders a pivot's verified options, as it is in force on this node: in memory, asked within a turn. It is
 * looked up again when the registry changes; who asks gets what is loaded now, without waiting.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AcceptanceModel } from "../domain/pivot/acceptance.ts"

/** Its name in `model_registry`. */
export const ACCEPTANCE_MODEL = "pivot_acceptance"

export class AcceptanceModels extends Context.Service<
  AcceptanceModels,
  {
    readonly current: () => AcceptanceModel | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/AcceptanceModels") {}
