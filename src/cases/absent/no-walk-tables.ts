/** No routing engine is set: ways are straight lines with a detour. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { WalkTables, WalkTablesUnavailable } from "../../services/walk-tables.ts"

export const layer = Layer.succeed(WalkTables, {
  available: false,
  walks: () => Effect.fail(new WalkTablesUnavailable({ message: "No routing engine is configured: set OSRM_URL." }))
})
