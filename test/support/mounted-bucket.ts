/** A disk as a bucket that is mounted: files can be renamed, and folders cannot. */
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as Effect from "effect/Effect"

export const noFolderRenamed = Effect.acquireRelease(
  Effect.sync(() => {
    const { renameSync } = fs
    fs.renameSync = (from, to) => {
      if (fs.statSync(from).isDirectory()) throw new Error(`ENOTSUP: operation not supported, rename '${from}'`)
      renameSync(from, to)
    }
    syncBuiltinESMExports()
    return renameSync
  }),
  (renameSync) =>
    Effect.sync(() => {
      fs.renameSync = renameSync
      syncBuiltinESMExports()
    })
)
