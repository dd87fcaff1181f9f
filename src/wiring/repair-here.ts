/** Trips are repaired without a server, where the journal lies and no server is at work: kept from the commands because it loads what stores. */
import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StartupDesk from "../cases/health/startup-desk.ts"
import * as TripRepair from "../cases/trips/repair.ts"
import { Config } from "../config.ts"
import * as Migrator from "../layers/postgres/migrator.ts"
import * as PostgresTripMending from "../layers/postgres/trip-mending.ts"
import type { RepairRequest } from "../services/trip-mending.ts"
import { sql } from "./foundation.ts"
import { jobs } from "./jobs.ts"
import { journal } from "./journal.ts"
import { journalDirectory, ownership, shared } from "./nodes.ts"

/** As long as it works it owns what a server would: none can begin with half a repair. */
const asOwner = Layer.merge(journal, PostgresTripMending.layer).pipe(
  Layer.provide(jobs),
  Layer.provideMerge(shared),
  Layer.provideMerge(ownership("gateway")),
  Layer.provideMerge(Migrator.layer()),
  Layer.provideMerge(sql),
  Layer.provideMerge(StartupDesk.layer)
)

/** Nobody has the trip in memory. */
const nobodyHoldsIt = () => Effect.void

/** None where the journal is elsewhere, or a server is at work. */
export const repairHere = Effect.fnUntraced(function* (request: RepairRequest) {
  if (!existsSync(journalDirectory(yield* Config))) return yield* Effect.succeedNone
  return yield* TripRepair.repair(request, nobodyHoldsIt, () => {}).pipe(
    Effect.provide(asOwner),
    Effect.asSome,
    Effect.catchTag(["DirectoryLocked", "NodeRefused"], () => Effect.succeedNone)
  )
})
