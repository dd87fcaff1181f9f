/** The model that says who travels well together, as it is in force on this node; looked up again when the registry changes. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CompatibilityModel } from "../domain/companions/compatibility.ts"

/** Its name in `model_registry`. */
export const COMPATIBILITY_MODEL = "match_compatibility"

export class CompatibilityModels extends Context.Service<
  CompatibilityModels,
  {
    readonly current: () => CompatibilityModel | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/CompatibilityModels") {}
