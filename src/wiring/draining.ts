/** Stores the journal of a data directory, and does nothing else: kept from the commands because it loads what stores. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as StartupDesk from "../cases/health/startup-desk.ts"
import { storeTail } from "../cases/nodes/stepping-down.ts"
import * as Migrator from "../layers/postgres/migrator.ts"
import { sql } from "./foundation.ts"
import { jobs } from "./jobs.ts"
import { journal } from "./journal.ts"
import { ownership, shared } from "./nodes.ts"

export const draining = storeTail.pipe(
  Effect.provide(
    journal.pipe(
      Layer.provide(jobs),
      Layer.provideMerge(shared),
      Layer.provideMerge(ownership("worker")),
      Layer.provideMerge(Migrator.layer()),
      Layer.provideMerge(sql),
      Layer.provideMerge(StartupDesk.layer)
    )
  )
)
