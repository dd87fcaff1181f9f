/** Reads published datasets: the newest that somebody asked for, whose files are what was published, a run of rows at a time. */
import { createHash } from "node:crypto"
import { createReadStream, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { zstdDecompressSync } from "node:zlib"
import type { DatasetName } from "../../services/datasets.ts"
import { TrainingRefused } from "../../services/trainers.ts"
import { type PublishedEntry, publishedIn } from "../datasets/published.ts"
import type { Split } from "../datasets/split.ts"

/** Rows that are objects at one time. */
const RUN = 50_000

export interface PublishedDataset {
  readonly name: DatasetName
  readonly folder: string
  /** Of each file its rows and checksum: what a model's lineage is. */
  readonly files: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>
  /** From when on its rows test, in Unix milliseconds; absent where that was not written down. */
  readonly testFrom?: number
  /** Which days it holds, in a sentence. */
  readonly holds?: string
}

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

const refuse = (message: string) => new TrainingRefused({ message, retry: false })

/** A dataset of that day may be built anew while somebody trains on it: half of it would come from one, and half from the other. */
const unchanged = async ({ files, folder }: PublishedDataset, name: string): Promise<string> => {
  const path = join(folder, name)
  const wanted = files[name]?.sha256
  const found = wanted === undefined ? undefined : await sha256Of(path).catch(() => "nothing")
  if (found === wanted) return path
  throw new TrainingRefused({
    message: `${path} is not the file any more that it was when the training began: the dataset was built anew meanwhile. Train again.`,
    retry: true
  })
}

interface Lineage {
  readonly from?: string
  readonly to?: string
  readonly cuts?: { readonly test_from?: string }
}

const lineageIn = (folder: string): Lineage => {
  const file = join(folder, "lineage.json")
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Lineage) : {}
}

const instantOf = (text: string | undefined): number | undefined => {
  const at = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isFinite(at) ? at : undefined
}

const dayOf = (text: string | undefined): string => text?.slice(0, 10) ?? "a day that was not written down"

const holdsOf = (entry: PublishedEntry, { from, to }: Lineage, name: DatasetName): string => {
  const since = (instantOf(from) ?? 0) === 0 ? "all" : `what was heard of from ${dayOf(from)} on`
  return `The dataset ${name}/${entry.entry} holds ${since}, until ${dayOf(to)}.${
    entry.nightly ? ` It is that of a night, because nobody asked for one: build-dataset ${name} takes all days.` : ""
  }`
}

/**
 * The newest published dataset of a name that somebody asked for; where nobody has, the newest of a night, which holds a week, and
 * says so. Refuses one whose files were changed since.
 */
export const newestDataset = async (root: string, name: DatasetName): Promise<PublishedDataset> => {
  const home = join(root, name)
  const published = publishedIn(home)
  const newest = published.findLast(({ nightly }) => !nightly) ?? published.at(-1)
  if (newest === undefined) {
    throw refuse(`No dataset ${name} is published in ${root}. Make one with build-dataset ${name}.`)
  }
  const folder = join(home, newest.entry)
  const { files } = JSON.parse(readFileSync(join(folder, "profile.json"), "utf8")) as Pick<PublishedDataset, "files">
  for (const [file, { sha256 }] of Object.entries(files)) {
    if ((await sha256Of(join(folder, file))) !== sha256) {
      throw refuse(`${join(folder, file)} is not the file that was published. Build the dataset ${name} again.`)
    }
  }
  const lineage = lineageIn(folder)
  const testFrom = instantOf(lineage.cuts?.test_from)
  return {
    name,
    folder,
    files,
    ...(testFrom === undefined ? {} : { testFrom }),
    holds: holdsOf(newest, lineage, name)
  }
}

/**
 * Refuses a dataset whose later rows say nothing of when to stop: the first epoch would be the best of all. `labels` are what those
 * rows say, where they say yes or no.
 */
export const stopsBy = ({ folder }: PublishedDataset, rows: number, labels?: Float32Array): void => {
  if (rows > 0 && labels?.every((label) => label === labels[0]) === true) {
    throw refuse(
      `All ${rows} rows of ${folder} that lie between the time that is trained on and the one that is judged say ${labels[0] === 1 ? "yes" : "no"}, so nothing says when to stop. Build it over more days.`
    )
  }
  if (rows > 0) return
  throw refuse(
    `The dataset ${folder} has nothing between the time that is trained on and the one that is judged, so nothing says when to stop. Build it over more days.`
  )
}

/** Hands over the rows of a split one after another, with the columns that are named, as far as it has them. */
export const eachRow = async (
  dataset: PublishedDataset,
  split: Split,
  columns: ReadonlyArray<string>,
  row: (row: Readonly<Record<string, unknown>>) => void
): Promise<void> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet")
  const file = await asyncBufferFromFile(await unchanged(dataset, `${split}.parquet`))
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
