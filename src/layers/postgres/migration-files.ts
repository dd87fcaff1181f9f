/** The numbered migrations in `sql/`, each one file of plain SQL, with the checksum by which an edit is noticed. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { MigrationError } from "./migration-error.ts"

export interface MigrationFile {
  readonly id: number
  readonly name: string
  readonly file: string
  readonly text: string
  readonly checksum: string
  /** Programs that know the migrations up to this one run on beside it. */
  readonly needs: number
}

/** The last migration of the time when no release ran beside the next one. */
export const LAST_ALONE = 26

/** A line in a migration that takes something away: the newest migration of the programs that still needed it. */
const CONTRACTED = /^-- contracts: (\d{4})$/m

/** What only adds asks nothing of programs that do not know it. */
const neededBy = (id: number, text: string): number => {
  const last = CONTRACTED.exec(text)?.[1]
  if (last !== undefined) return Math.min(id, Number(last) + 1)
  return id <= LAST_ALONE ? id : 0
}

/** Whether a migration says that it takes something away. */
export const saysContracted = (text: string): boolean => CONTRACTED.test(text)

/** The folder that ships with this code. */
export const SQL_FOLDER = fileURLToPath(new URL("../../../sql", import.meta.url))

const NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/

/** Line ends are no edit: a checkout on another system may have changed them. */
const checksumOf = (text: string): string => createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex")

/** Reads the folder, in order. Refuses a `.sql` file without a number, and a number given twice. */
export const read = (folder: string): Effect.Effect<ReadonlyArray<MigrationFile>, MigrationError> =>
  Effect.gen(function* () {
    const names = yield* Effect.try({
      try: () =>
        readdirSync(folder)
          .filter((name) => name.endsWith(".sql"))
          .sort(),
      catch: (cause) =>
        new MigrationError({
          reason: "bad_files",
          message: `The migrations in ${folder} cannot be read (${(cause as Error).message}); restore the folder from the release.`
        })
    })
    const files: Array<MigrationFile> = []
    for (const file of names) {
      const match = NAME.exec(file)
      const id = Number(match?.[1])
      if (match === null || id === 0) {
        return yield* new MigrationError({
          reason: "bad_files",
          message: `The migration ${file} is not named like 0001_words.sql; rename it.`
        })
      }
      if (files.at(-1)?.id === id) {
        return yield* new MigrationError({
          reason: "bad_files",
          message: `The migrations ${files.at(-1)!.file} and ${file} carry the same number; give the newer one the next free number.`
        })
      }
      const text = readFileSync(`${folder}/${file}`, "utf8")
      files.push({ id, name: match[2]!, file, text, checksum: checksumOf(text), needs: neededBy(id, text) })
    }
    return files
  })
