/** Reads published datasets: the newest of a name, whose files are what was published, a run of rows at a time. */
import { createHash } from "node:crypto"
import { createReadStream, readFileSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { zstdDecompressSync } from "node:zlib"
import type { DatasetName } from "../../services/datasets.ts"
import { TrainingRefused } from "../../services/trainers.ts"
import { publishedIn } from "../datasets/published.ts"
import type { Split } from "../datasets/split.ts"

/** Rows that are objects at one time. */
const RUN = 50_000

export interface PublishedDataset {
  readonly name: DatasetName
  readonly folder: string
  /** Of each file its rows and checksum: what a model's lineage is. */
  readonly files: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>
}

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

/** The newest published dataset of a name; refuses one whose files were changed since. */
export const newestDataset = async (root: string, name: DatasetName): Promise<PublishedDataset> => {
  const home = join(root, name)
  const newest = publishedIn(home).at(-1)?.entry
  if (newest === undefined) {
    throw refuse(`No dataset ${name} is published in ${root}. Make one with build-dataset ${name}.`)
  }
  const folder = join(home, newest)
  const { files } = JSON.parse(readFileSync(join(folder, "profile.json"), "utf8")) as Pick<PublishedDataset, "files">
  for (const [file, { sha256 }] of Object.entries(files)) {
    if ((await sha256Of(join(folder, file))) !== sha256) {
      throw refuse(`${join(folder, file)} is not the file that was published. Build the dataset ${name} again.`)
    }
  }
  return { name, folder, files }
}

/** Hands over the rows of a split one after another, with the columns that are named, as far as it has them. */
export const eachRow = async (
  dataset: PublishedDataset,
  split: Split,
  columns: ReadonlyArray<string>,
  row: (row: Readonly<Record<string, unknown>>) => void
): Promise<void> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet")
  const file = await asyncBufferFromFile(join(dataset.folder, `${split}.parquet`))
  const metadata = await parquetMetadataAsync(file)
  const rows = Number(metadata.num_rows)
  // A dataset of an older release lacks what was added since: those columns are then undefined.
  const present = new Set(metadata.schema.map(({ name }) => name))
  for (let from = 0; from < rows; from += RUN) {
    const run = await parquetReadObjects({
      file,
      metadata,
      columns: columns.filter((name) => present.has(name)),
      rowStart: from,
      rowEnd: Math.min(rows, from + RUN),
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) }
    })
    for (const one of run) row(one)
  }
}
