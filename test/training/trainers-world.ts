/** Trainers in a folder and a database of a test file's own, with the people and places of the made-up population. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../../src/config.ts"
import * as PostgresModelRegistry from "../../src/layers/postgres/model-registry.ts"
import * as ModelTrainers from "../../src/training/models/trainers.ts"
import { populated } from "./population/world.ts"

/** The same people do the same at the same time, whenever this runs. */
export const NOW = Date.UTC(2026, 4, 1)

export const trainersWorld = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), `overplanned-${name}-`))
  const [datasets, models] = [join(folder, "datasets"), join(folder, "models")]
  const world = ModelTrainers.layer({ root: folder, version: "test" }).pipe(
    Layer.provideMerge(PostgresModelRegistry.layer),
    Layer.provideMerge(populated()),
    Layer.provide(Config.layer({ OVERPLANNED_DATA_DIR: folder, DATASETS_DIR: datasets, MODELS_DIR: models })),
    Layer.provideMerge(
      Layer.effectDiscard(
        Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
      )
    )
  )
  return { datasets, world }
}
