/**
 * Small things that are made once and kept in the data directory: the secret that signs development tokens, and this
 * node's name. Each is a file only its owner can read.
 */
import { randomBytes, randomUUID } from "node:crypto"
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

class KeepsakeUnreadable extends Schema.TaggedError<KeepsakeUnreadable>()("KeepsakeUnreadable", {
  message: Schema.String
}) {}

const OWNER_ONLY = 0o600

/** Reads the file, or makes it; of two processes that make it at once, both get what the first one wrote. */
const keep = (dataDir: string, name: string, make: () => string) =>
  Effect.try({
    try: () => {
      const path = join(dataDir, name)
      try {
        const kept = readFileSync(path, "utf8").trim()
        if (kept !== "") return kept
        rmSync(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
      }
      mkdirSync(dataDir, { recursive: true })
      const draft = `${path}.${process.pid}`
      writeFileSync(draft, `${make()}\n`, { mode: OWNER_ONLY })
      chmodSync(draft, OWNER_ONLY)
      try {
        linkSync(draft, path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      } finally {
        rmSync(draft, { force: true })
      }
      return readFileSync(path, "utf8").trim()
    },
    catch: (error) =>
      new KeepsakeUnreadable({
        message: `The data directory ${dataDir} cannot be used (${(error as Error).message}). Make it writable for this user, or set OVERPLANNED_DATA_DIR to one that is.`
      })
  })

export const authSecret = (dataDir: string) => keep(dataDir, "auth-secret", () => randomBytes(32).toString("hex"))

/** Keys the pseudonyms of authors of posts. */
export const authorKey = (dataDir: string) => keep(dataDir, "author-key", () => randomBytes(32).toString("hex"))

/** Keys the hashes that remember erased people; its own file, so that a new AUTH_SECRET does not let them back in. */
export const erasureKey = (dataDir: string): string | undefined => {
  try {
    return readFileSync(join(dataDir, "erasure-key"), "utf8").trim() || undefined
  } catch {
    return undefined
  }
}

/** Keeps another one from now on. */
export const replaceErasureKey = (dataDir: string, key: string) =>
  Effect.andThen(
    Effect.sync(() => rmSync(join(dataDir, "erasure-key"), { force: true })),
    keep(dataDir, "erasure-key", () => key)
  )

/** Tells this data directory, and the journal in it, from all others. */
export const directoryId = (dataDir: string) => keep(dataDir, "directory-id", () => randomUUID())

export const nodeId = (dataDir: string) => keep(dataDir, "node-id", () => `node-${randomBytes(6).toString("hex")}`)
