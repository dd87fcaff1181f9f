/** A data set's rows as its definition gives them from a running server's database, before they get other names. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatasetName } from "../../src/services/datasets.ts"
import { DEFINITIONS } from "../../src/training/datasets/build.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"
import type { World } from "../e2e/world.ts"

interface Read {
  readonly rows: ReadonlyArray<DatasetRow>
  readonly aside: ReadonlyArray<DatasetRow>
  readonly skipped: ReadonlyArray<string>
}

export const readDataset = async (world: World, name: DatasetName): Promise<Read> => {
  const rows: Array<DatasetRow> = []
  const aside: Array<DatasetRow> = []
  const skipped: Array<string> = []
  await world.rows((sql) =>
    Effect.as(
      DEFINITIONS[name]
        .read({
          range: { from: 0, to: Date.now() + 60_000 },
          row: (row) => rows.push(row),
          aside: (row) => aside.push(row),
          skip: (reason) => skipped.push(reason),
          leak: () => assert.fail(`${name} looks into the future`)
        })
        .pipe(Effect.provideService(SqlClient, sql)),
      []
    )
  )
  return { rows, aside, skipped }
}
