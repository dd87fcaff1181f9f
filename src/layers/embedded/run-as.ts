/**
 * PostgreSQL refuses to run as root, and many containers and fresh machines offer nothing else. As root we therefore
 * run it, in this order of preference:
 *  1. inside a user namespace, where root is "nobody" but still owns its files, so that any folder will do;
 *  2. as the ordinary user who owns the folder that the data directory lies in;
 *  3. as `nobody`, with data (and, if need be, a copy of the programs) where that user can reach them.
 */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { DatabaseServerError } from "../../services/database-server.ts"
import type { Binaries } from "./binaries.ts"

/** How to start PostgreSQL's programs, and where their data lies. */
export interface RunAs {
  readonly how: "same_user" | "user_namespace" | "other_user"
  readonly bin: string
  readonly data: string
  /** The user and group to become; absent when we stay who we are. */
  readonly uid?: number
  readonly gid?: number
}

/** The command line that runs one of the programs under a plan. */
export const command = (plan: RunAs, program: string, args: ReadonlyArray<string>): [string, ReadonlyArray<string>] => {
  const path = join(plan.bin, program)
  return plan.how === "user_namespace" ? ["unshare", ["-U", "--", path, ...args]] : [path, args]
}

/** What `spawn` has to be told about the user. */
export const identity = (plan: RunAs): { uid?: number; gid?: number } =>
  plan.uid === undefined ? {} : { uid: plan.uid, ...(plan.gid === undefined ? {} : { gid: plan.gid }) }

const NOBODY = 65534

/** Where state goes that no other user could reach below the data directory. */
const SHELTERS = "/var/lib/overplanned"

/** Left in the data directory to say that the data went to a shelter: it must be found there ever after. */
const MOVED = "server-moved-to"

const succeeds = (file: string, args: ReadonlyArray<string>, who: { uid?: number; gid?: number } = {}) =>
  Effect.callback<boolean>((resume) => {
    execFile(file, args, { timeout: 10_000, ...who }, (error) => resume(Effect.succeed(error === null)))
  })

/** Runs the server for real and lets the candidate touch the data folder: nothing else proves that it will work. */
const canRun = (plan: RunAs): Effect.Effect<boolean> => {
  const probe = 'test -w "$2" && "$1" --version >/dev/null'
  const args = ["-c", probe, "sh", join(plan.bin, "postgres"), dirname(plan.data)]
  return plan.how === "user_namespace"
    ? succeeds("unshare", ["-U", "--", "sh", ...args])
    : succeeds("sh", args, identity(plan))
}

const giveAll = (path: string, uid: number, gid: number): void => {
  lchownSync(path, uid, gid)
  if (!statSync(path).isDirectory()) return
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) giveAll(below, uid, gid)
    else lchownSync(below, uid, gid)
  }
}

const owns = (path: string, uid: number, gid: number): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (statSync(path).uid !== uid) giveAll(path, uid, gid)
}

/** Whoever owns the nearest existing folder above the data: the person whose checkout root happens to run. */
const ownerAbove = (path: string): { uid: number; gid: number } => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { uid, gid } = statSync(folder)
      if (uid !== 0 || folder === dirname(folder)) return { uid, gid }
    }
    if (folder === dirname(folder)) return { uid: 0, gid: 0 }
  }
}

const copyPrograms = (binaries: Binaries, shelter: string): string => {
  const target = join(shelter, `postgresql-${binaries.version}`)
  if (!existsSync(target)) {
    const half = `${target}.${process.pid}`
    cpSync(join(binaries.bin, ".."), half, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(half, target)
    } catch {
      rmSync(half, { recursive: true, force: true })
    }
  }
  return join(target, "bin")
}

const asAnotherUser = (binaries: Binaries, folder: string) =>
  Effect.gen(function* () {
    const owner = ownerAbove(folder)
    const users = owner.uid === 0 ? [{ uid: NOBODY, gid: NOBODY }] : [owner, { uid: NOBODY, gid: NOBODY }]
    for (const { uid, gid } of users) {
      const plan: RunAs = { how: "other_user", bin: binaries.bin, data: join(folder, "server", "data"), uid, gid }
      owns(dirname(plan.data), uid, gid)
      if (yield* canRun(plan)) return plan
    }
    // Below a closed home nothing of ours can be reached by another user, so both go to the system's place for state.
    const name = createHash("sha256").update(folder).digest("hex").slice(0, 16)
    const shelter = join(SHELTERS, name)
    mkdirSync(shelter, { recursive: true, mode: 0o755 })
    const bin = (yield* canRun({ how: "other_user", bin: binaries.bin, data: "/tmp/x", uid: NOBODY, gid: NOBODY }))
      ? binaries.bin
      : copyPrograms(binaries, shelter)
    const plan: RunAs = { how: "other_user", bin, data: join(shelter, "server", "data"), uid: NOBODY, gid: NOBODY }
    owns(dirname(plan.data), NOBODY, NOBODY)
    if (!(yield* canRun(plan))) return undefined
    writeFileSync(join(folder, MOVED), `${shelter}\n`)
    return plan
  })

/** Whether this folder has been given to another user before: then that user keeps it. */
const existingOwner = (folder: string): { uid: number; gid: number } | undefined => {
  const server = join(folder, "server")
  if (!existsSync(server) || readdirSync(server).length === 0) return undefined
  const { uid, gid } = statSync(server)
  return uid === 0 ? undefined : { uid, gid }
}

/** Decides how to run PostgreSQL with its data somewhere below `folder`. */
export const plan = (
  binaries: Binaries,
  folder: string,
  options: { readonly userNamespaces?: boolean } = {}
): Effect.Effect<RunAs, DatabaseServerError> =>
  Effect.gen(function* (): Effect.fn.Return<RunAs, DatabaseServerError> {
    const here = resolve(folder)
    const data = join(here, "server", "data")
    const mine = process.getuid?.() ?? NOBODY
    if (mine !== 0) {
      mkdirSync(dirname(data), { recursive: true, mode: 0o700 })
      return { how: "same_user", bin: binaries.bin, data }
    }
    const shelter = existsSync(join(here, MOVED)) ? readFileSync(join(here, MOVED), "utf8").trim() : undefined
    const owner = existingOwner(shelter ?? here)
    if (owner !== undefined) {
      const place = shelter === undefined ? data : join(shelter, "server", "data")
      const kept: RunAs = { how: "other_user", bin: binaries.bin, data: place, ...owner }
      if (yield* canRun(kept)) return kept
      if (shelter !== undefined) return { ...kept, bin: copyPrograms(binaries, shelter) }
    }
    if (options.userNamespaces !== false) {
      const inside: RunAs = { how: "user_namespace", bin: binaries.bin, data }
      mkdirSync(dirname(data), { recursive: true, mode: 0o700 })
      if (yield* canRun(inside)) return inside
    }
    const other = yield* asAnotherUser(binaries, here)
    if (other !== undefined) return other
    return yield* new DatabaseServerError({
      reason: "cannot_run_as_root",
      message: `PostgreSQL refuses to run as root and no other user can reach ${here}; run the command as an ordinary user, or set DATABASE_URL.`
    })
  }).pipe(
    Effect.catchDefect((cause) =>
      Effect.fail(
        new DatabaseServerError({
          reason: "not_writable",
          message: `The data directory ${folder} cannot be written (${cause instanceof Error ? cause.message : String(cause)}); make it writable for this user, or set OVERPLANNED_DATA_DIR to one that is.`
        })
      )
    )
  )
