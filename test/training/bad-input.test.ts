/** What a trainer is given that it cannot use: each ends in a sentence, and what is in production stays as it was. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { Config } from "../../src/config.ts"
import * as PostgresModelRegistry from "../../src/layers/postgres/model-registry.ts"
import { ModelRegistry } from "../../src/services/model-registry.ts"
import { TRAINABLE, type TrainableModel, Trainers } from "../../src/services/trainers.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"
import type { Trained } from "../../src/training/models/trainer.ts"
import * as ModelTrainers from "../../src/training/models/trainers.ts"
import { freshDatabase } from "../harness/postgres.ts"
import { mountSmallDisk } from "../harness/small-disk.ts"
import { noFolderRenamed } from "../support/mounted-bucket.ts"
import { publishRows } from "../support/published-dataset.ts"
import { madeMatches } from "./matches.ts"

const folder = mkdtempSync(join(tmpdir(), "overplanned-bad-input-"))
const [datasets, models] = [join(folder, "datasets"), join(folder, "models")]

const world = ModelTrainers.layer({ root: folder, version: "test" }).pipe(
  Layer.provideMerge(PostgresModelRegistry.layer),
  Layer.provideMerge(freshDatabase()),
  Layer.provide(Config.layer({ OVERPLANNED_DATA_DIR: folder, DATASETS_DIR: datasets, MODELS_DIR: models })),
  Layer.provideMerge(
    Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))))
  )
)

const MODEL = "match_compatibility"
/** It may begin with the name of a file. */
const SENTENCE = /^[A-Z/][^\n]*\.$/

/** Days in the order of their tests: the newest is read. */
let day = 0
const publish = (train: Iterable<DatasetRow>, heldOut: { [split in "validation" | "test"]?: typeof extreme } = {}) => {
  const sound = madeMatches({ count: 600, name: `held out ${day}` })
  const rest = [...sound]
  const [validation, test] = [rest.slice(0, 200), rest.slice(200)]
  publishRows(datasets, "companion_match", `2026-01-${String(++day).padStart(2, "0")}`, {
    train,
    validation: heldOut.validation?.(validation) ?? validation,
    test: heldOut.test?.(test) ?? test
  })
}

/** Every tenth row has two features that are numbers, but of no use: to be told from one another they would be taken apart. */
const extreme = (rows: ReadonlyArray<DatasetRow>, value = 1e39): ReadonlyArray<DatasetRow> =>
  rows.map((row, i) => (i % 10 === 0 ? { ...row, interest_score: value, location_overlap: -value } : row))

/** Everything there is of models: rows of the registry, and files. */
const standing = Effect.gen(function* () {
  const registry = yield* ModelRegistry
  return {
    rows: yield* registry.list,
    files: existsSync(models) ? readdirSync(models, { recursive: true }).map(String).sort() : []
  }
})

/** Refused in a sentence, with everything as it was. */
const refusedOf = Effect.fnUntraced(function* (model: TrainableModel, onProgress?: () => void) {
  const before = yield* standing
  const trainers = yield* Trainers
  const { message } = yield* Effect.flip(trainers.train(model, onProgress))
  assert.match(message, SENTENCE, model)
  assert.deepStrictEqual(yield* standing, before, model)
  return message
})

describe("a trainer", () => {
  layer(world, { excludeTestServices: true, timeout: 600_000 })((it) => {
    it.effect("has a model in production that none of what follows may touch", () =>
      Effect.gen(function* () {
        // Travelers go well with whom made-up people do not.
        publish(madeMatches({ count: 1_000, name: "sound" }), {
          test: (rows) =>
            rows.map((row, i) => (i % 3 === 0 ? { ...row, source: "real", outcome: 1 - Number(row["outcome"]) } : row))
        })
        yield* noFolderRenamed
        const { version } = yield* (yield* Trainers).train(MODEL)
        const sql = yield* SqlClient
        yield* sql`update model_registry set stage = 'production' where model_version = ${version}`
        const inProduction = yield* (yield* ModelRegistry).production
        assert.strictEqual(inProduction.find(({ model_name }) => model_name === MODEL)?.model_version, version)
        const { required } = (yield* (yield* ModelRegistry).find(MODEL, version)).metrics as Trained
        assert.strictEqual(required[0]!.what, "ROC-AUC over held-out matches of travelers")
        assert.isBelow(required[0]!.found, 0.4)
      })
    )

    for (const model of TRAINABLE) {
      it.effect(`of ${model} says that there is too little to learn from`, () =>
        Effect.gen(function* () {
          const names = ["bpr_triples", "sequences", "planner", "pivot_acceptance", "companion_match"] as const
          for (const name of names) publishRows(datasets, name, "2026-01-31")
          const message = yield* refusedOf(model)
          assert.match(message, / has 0 .*at least \d+ are needed\.|^No \w+ with an artifact is registered/)
          for (const name of names) rmSync(join(datasets, name, "2026-01-31"), { recursive: true })
        })
      )
    }

    it.effect("says that one answer alone teaches nothing", () =>
      Effect.gen(function* () {
        publish(madeMatches({ count: 1_000, name: "all well", outcome: 1 }))
        assert.match(yield* refusedOf(MODEL), /Of 1000 matches .* 1000 went well: with one answer only/)
        publish(madeMatches({ count: 1_000, name: "all ill", outcome: 0 }))
        assert.match(yield* refusedOf(MODEL), /, 0 went well: with one answer only/)
        publish(madeMatches({ count: 1_000, name: "sound" }), {
          validation: (rows) => rows.map((row) => ({ ...row, outcome: 1 }))
        })
        assert.match(yield* refusedOf(MODEL), /^All 200 rows of .* say yes, so nothing says when to stop\./)
      })
    )

    it.effect("breaks off where the loss is no number any more", () =>
      Effect.gen(function* () {
        publish(madeMatches({ count: 1_000, name: "endless", feature: 1e39 }))
        assert.match(yield* refusedOf(MODEL), /^The loss became NaN in epoch 1: training is broken off/)
      })
    )

    it.effect("says that held-out rows cannot be ordered, instead of going round for ever", () =>
      Effect.gen(function* () {
        const train = () => madeMatches({ count: 1_000, name: "sound" })
        publish(train(), { validation: extreme })
        assert.match(yield* refusedOf(MODEL), /^Score \d+ of 200 is no number/)
        publish(train(), { test: (rows) => extreme(rows, 1e308) })
        assert.match(yield* refusedOf(MODEL), /^Score \d+ of \d+ is no number/)
        // Large as it is, what is judged by doubles can still be ordered.
        publish(train(), { test: extreme })
        const before = (yield* standing).rows.length
        yield* (yield* Trainers).train(MODEL)
        assert.strictEqual((yield* standing).rows.length, before + 1)
      })
    )

    it.effect("says which file of a dataset is not the one that was published", () =>
      Effect.gen(function* () {
        publish(madeMatches({ count: 1_000, name: "changed" }))
        writeFileSync(join(datasets, "companion_match", `2026-01-0${day}`, "train.parquet"), "something else")
        assert.match(yield* refusedOf(MODEL), /train\.parquet is not the file that was published\. Build the dataset/)
        rmSync(join(datasets, "companion_match", `2026-01-0${day}`), { recursive: true })
        // Built anew while it is trained on: it would be judged by rows that it has learnt from.
        publish(madeMatches({ count: 1_000, name: "before" }))
        const anew = () => {
          day--
          publish(madeMatches({ count: 1_000, name: "after" }))
        }
        let told = false
        const first = () => {
          if (!told) anew()
          told = true
        }
        assert.match(
          yield* refusedOf(MODEL, first),
          /is not the file any more .* built anew meanwhile\. Train again\.$/
        )
      })
    )

    it.effect("leaves nothing half on a disk that is full, and trains once there is room", () =>
      Effect.gen(function* () {
        const home = join(models, MODEL)
        publish(madeMatches({ count: 1_000, name: "full" }))
        // Only who may mount a disk can fill one; for everybody else a file stands where the folder has to go.
        rmSync(home, { recursive: true })
        mkdirSync(home)
        const disk = mountSmallDisk(home, 1)
        if (disk === undefined) {
          rmSync(home, { recursive: true })
          writeFileSync(home, "in the way")
        }
        yield* Effect.gen(function* () {
          disk?.fill()
          const message = yield* refusedOf(MODEL)
          assert.match(message, /^The model could not be written to .*Make room or mend the folder, and train again\.$/)
          if (disk === undefined) rmSync(home)
          else disk.empty()
          const trained = yield* (yield* Trainers).train(MODEL)
          assert.isTrue(existsSync(join(trained.folder, "model.json")))
        }).pipe(Effect.ensuring(Effect.sync(() => disk?.unmount())))
      })
    )
  })
})
