/** A dataset as a build publishes it, of rows that a test makes up: trainers read it like any other. */
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { DatasetName } from "../../src/services/datasets.ts"
import { DEFINITIONS } from "../../src/training/datasets/build.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"
import { createParquet } from "../../src/training/datasets/parquet.ts"
import { SPLITS, type Split } from "../../src/training/datasets/split.ts"

/** `day` is its name: of several, the newest is read. */
export const publishRows = (
  root: string,
  name: DatasetName,
  day: string,
  rows: Partial<Record<Split, Iterable<DatasetRow>>> = {}
): string => {
  const folder = join(root, name, day)
  mkdirSync(folder, { recursive: true })
  const files: Record<string, { rows: number; sha256: string }> = {}
  for (const split of SPLITS) {
    const path = join(folder, `${split}.parquet`)
    const file = createParquet(path, DEFINITIONS[name].columns)
    for (const row of rows[split] ?? []) file.append(row)
    const count = file.close()
    files[`${split}.parquet`] = { rows: count, sha256: createHash("sha256").update(readFileSync(path)).digest("hex") }
  }
  writeFileSync(join(folder, "profile.json"), JSON.stringify({ files }))
  return folder
}
