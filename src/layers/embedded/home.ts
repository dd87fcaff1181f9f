/** The folder of the embedded server in the data directory, and the few facts about it that outlive the process. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { DatabaseServerError } from "../../services/database-server.ts"

/** Raised when the folder is arranged anew, so that an older release leaves it alone. */
const LAYOUT = 1

interface Facts {
  readonly layout: number
  /** The port of the last start. Kept as long as it is free: what somebody wrote down stays right. */
  readonly port: number
}

const factsFile = (folder: string) => join(folder, "server.json")

const readFacts = (folder: string): Facts | undefined => {
  if (!existsSync(factsFile(folder))) return undefined
  return JSON.parse(readFileSync(factsFile(folder), "utf8")) as Facts
}

/** The port that was recorded, if any. */
export const recordedPort = (folder: string): number | undefined => readFacts(folder)?.port

export const recordPort = (folder: string, port: number): void => {
  const draft = `${factsFile(folder)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ layout: LAYOUT, port } satisfies Facts)}\n`, { mode: 0o600 })
  renameSync(draft, factsFile(folder))
}

/** Makes the folder, or says why this process cannot use it. */
export const open = (dataDir: string): Effect.Effect<string, DatabaseServerError> =>
  Effect.gen(function* () {
    const folder = join(dataDir, "postgres")
    yield* Effect.try({
      try: () => {
        mkdirSync(folder, { recursive: true, mode: 0o755 })
        accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
      },
      catch: (cause) =>
        new DatabaseServerError({
          reason: "not_writable",
          message: `The data directory ${dataDir} cannot be written (${(cause as Error).message}); make it writable for this user, or set OVERPLANNED_DATA_DIR to one that is.`
        })
    })
    const facts = yield* Effect.try({
      try: () => readFacts(folder),
      catch: (cause) =>
        new DatabaseServerError({
          reason: "foreign_directory",
          message: `${factsFile(folder)} cannot be read (${(cause as Error).message}); restore it, or set OVERPLANNED_DATA_DIR to another folder.`
        })
    })
    if (facts !== undefined && facts.layout > LAYOUT) {
      return yield* new DatabaseServerError({
        reason: "newer_version",
        message: `The data directory ${dataDir} was arranged by a newer release of Overplanned; use that release, or set OVERPLANNED_DATA_DIR to another folder. Nothing was changed.`
      })
    }
    return folder
  })
