/** Searches the published datasets for a person: Parquet is compressed, so no search of the files' bytes would find them. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import * as Effect from "effect/Effect"
import { StoreNotSearched, type Trace, type TraceStore } from "../../services/trace-search.ts"

const parquetFiles = (root: string): ReadonlyArray<string> =>
  existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
        .map((entry) => join(entry.parentPath, entry.name))
    : []

type Columns = ReadonlySet<string>

/** The columns of a file in which a text stands that is looked for; one chunk is in memory at a time. */
const columnsWith = async (path: string, is: (text: string) => boolean): Promise<Columns> => {
  const found = new Set<string>()
  const holds = (value: unknown): boolean => {
    if (typeof value === "string") return is(value)
    if (typeof value !== "object" || value === null || value instanceof Date) return false
    return Object.values(value).some(holds)
  }
  const { asyncBufferFromFile, parquetRead } = await import("hyparquet")
  await parquetRead({
    file: await asyncBufferFromFile(path),
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    onChunk: ({ columnName, columnData }) => {
      if (!found.has(columnName) && holds(columnData)) found.add(columnName)
    }
  })
  return found
}

export const datasetTraces = (root: string): TraceStore => ({
  name: `datasets in ${root}`,
  search: ({ texts, ids }) => {
    const own = new Set(ids)
    const is = (text: string) => own.has(text) || texts.some((one) => text.includes(one))
    return Effect.tryPromise({
      try: async () => {
        const found: Array<Trace> = []
        for (const path of parquetFiles(root)) {
          for (const column of await columnsWith(path, is)) {
            found.push({
              where: `${path}, ${column}`,
              what: "rows name the person, or carry an id that was theirs alone"
            })
          }
        }
        return found
      },
      catch: (cause) => new StoreNotSearched({ message: `${root} cannot be read: ${(cause as Error).message}` })
    })
  }
})
