/**
 * The model that orders a pivot's verified options, as it is in force on this node: in memory, asked within a turn. It is
 * looked up again when the registry changes; who asks gets what is loaded now, without waiting.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AcceptanceInForce } from "../domain/pivot/acceptance.ts"

/** Its name in `model_registry`. */
export const ACCEPTANCE_MODEL = "pivot_acceptance"

export class AcceptanceModels extends Context.Service<
  AcceptanceModels,
  {
    /** For this traveler: a new version comes to travelers in shares, always the same ones first. */
    readonly current: (traveler: string) => AcceptanceInForce
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/AcceptanceModels") {}
