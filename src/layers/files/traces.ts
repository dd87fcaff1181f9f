/** Searches the files of a data directory, the journal's and what it set aside among them, for words of a person. */
import { readdirSync, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { join, relative } from "node:path"
import * as Effect from "effect/Effect"
import { StoreNotSearched, type Trace, type TraceStore } from "../../services/trace-search.ts"

/** The embedded server's own files are searched as tables: what lies in them beside is overwritten in time. */
const SEARCHED_AS_TABLES = "postgres"

const CHUNK_BYTES = 4 * 1024 * 1024

const filesIn = (directory: string, top = directory): ReadonlyArray<string> =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return relative(top, path) === SEARCHED_AS_TABLES ? [] : filesIn(path, top)
    return entry.isFile() ? [path] : []
  })

/** Read in overlapping chunks, so that a word across two of them is found and no file is held whole. */
const mentions = async (path: string, words: ReadonlyArray<string>): Promise<boolean> => {
  const file = await open(path, "r")
  try {
    const overlap = Math.max(...words.map((word) => Buffer.byteLength(word)))
    const size = statSync(path).size
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size) + overlap)
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
      const text = chunk.subarray(0, bytesRead)
      if (words.some((word) => text.includes(word))) return true
    }
    return false
  } finally {
    await file.close()
  }
}

export const fileTraces = (directory: string): TraceStore => ({
  name: `files in ${directory}`,
  search: ({ texts }) =>
    Effect.tryPromise({
      try: async () => {
        const found: Array<Trace> = []
        for (const path of filesIn(directory)) {
          if (await mentions(path, texts)) found.push({ where: path, what: "the file names the person" })
        }
        return found
      },
      catch: (cause) => new StoreNotSearched({ message: `${directory} cannot be read: ${(cause as Error).message}` })
    })
})
