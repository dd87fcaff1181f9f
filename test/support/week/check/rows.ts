/** Reads the files of a data set, published or refused. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"

// biome-ignore lint/suspicious/noExplicitAny: rows of any data set.
export type Row = any

const SPLITS = ["train", "validation", "test", "new_people"]

const read = async (path: string): Promise<ReadonlyArray<Row>> =>
  existsSync(path)
    ? parquetReadObjects({
        file: await asyncBufferFromFile(path),
        compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) }
      })
    : []

export interface Rows {
  readonly rows: ReadonlyArray<Row>
  /** Of the file beside the splits, where there is one. */
  readonly aside: ReadonlyArray<Row>
}

export const readRows = async (folder: string): Promise<Rows> => ({
  rows: (await Promise.all(SPLITS.map((split) => read(join(folder, `${split}.parquet`))))).flat(),
  aside: await read(join(folder, "never_accepted.parquet"))
})
