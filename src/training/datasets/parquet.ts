/** Writes Parquet with zstd, one row group at a time: memory holds one group, however long the file becomes. */
import { zstdCompressSync } from "node:zlib"
import { fileWriter, ParquetWriter } from "hyparquet-writer"
import { type Columns, type DatasetRow, parquetSchema } from "./columns.ts"

/** Rows of a group: large enough to compress well, small enough to hold. Nested rows are heavier, so they get fewer. */
const ROWS_PER_GROUP = 20_000
const NESTED_ROWS_PER_GROUP = 2_000

export interface ParquetFile {
  readonly append: (row: DatasetRow) => void
  /** Writes what is left and gives the number of rows. */
  readonly close: () => number
}

export const createParquet = (path: string, columns: Columns): ParquetFile => {
  const names = Object.keys(columns)
  const nested = Object.values(columns).some((column) => typeof column.type === "object")
  const groupSize = nested ? NESTED_ROWS_PER_GROUP : ROWS_PER_GROUP
  const parquet = new ParquetWriter({
    writer: fileWriter(path),
    schema: parquetSchema(columns),
    codec: "ZSTD",
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: "overplanned"
  })
  let held = names.map((): Array<unknown> => [])
  let rows = 0
  const flush = () => {
    if (held[0]!.length === 0) return
    parquet.write({
      columnData: names.map((name, i) => ({ name, data: held[i]! })),
      rowGroupSize: groupSize
    })
    held = names.map(() => [])
  }
  return {
    append: (row) => {
      names.forEach((name, i) => void held[i]!.push(row[name] ?? null))
      rows++
      if (held[0]!.length >= groupSize) flush()
    },
    close: () => {
      flush()
      parquet.finish()
      return rows
    }
  }
}
