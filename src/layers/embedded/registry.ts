/**
 * Several processes of ours share one embedded server (the application, a CLI beside it). Two things on disk let them:
 * a lock under which the server is started and stopped, and the list of who uses it. Both name processes, so that
 * what a `kill -9` left behind is recognised and cleared.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { DatabaseServerError } from "../../services/database-server.ts"
import { Machine } from "../../support/machine.ts"
import { isRunning, nameOf } from "./process.ts"

/** Longer than any start or stop takes, so whoever waits this long is told what it waits for. */
const LOCK_WAIT_MILLIS = 60_000
const LOCK_POLL = "25 millis"

const nameIn = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

/** Creates the file with our name in it, both in one step; false if it is there already. */
const claim = (path: string): boolean => {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, nameOf(process.pid), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false
    throw cause
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Clears a lock whose owner is gone. The second file keeps two that notice at once from clearing each other's lock. */
const clearIfAbandoned = (path: string): void => {
  const broom = `${path}.clearing`
  const sweeper = nameIn(broom)
  if (sweeper !== undefined && !isRunning(sweeper)) rmSync(broom, { force: true })
  if (!claim(broom)) return
  try {
    const owner = nameIn(path)
    if (owner !== undefined && !isRunning(owner)) rmSync(path, { force: true })
  } finally {
    rmSync(broom, { force: true })
  }
}

const acquire = (path: string) =>
  Effect.gen(function* () {
    const { elapsed } = yield* Machine
    const start = elapsed()
    while (!claim(path)) {
      const owner = nameIn(path)
      if (owner !== undefined && !isRunning(owner)) {
        clearIfAbandoned(path)
        continue
      }
      if (elapsed() - start > LOCK_WAIT_MILLIS) {
        return yield* new DatabaseServerError({
          reason: "busy",
          message: `Process ${owner?.split(" ")[0] ?? "unknown"} has been starting or stopping the embedded PostgreSQL for over a minute; end it and try again.`
        })
      }
      yield* Effect.sleep(LOCK_POLL)
    }
  })

/** Runs the effect as the only process that starts or stops the server of this folder. */
export const locked = <A, E, R>(folder: string, effect: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    acquire(join(folder, "lock")),
    () => effect,
    () => Effect.sync(() => rmSync(join(folder, "lock"), { force: true }))
  )

let registrations = 0

/** Enters this process in the list of users; the returned action takes it off again. */
export const register = (folder: string): (() => void) => {
  const users = join(folder, "users")
  mkdirSync(users, { recursive: true, mode: 0o700 })
  const file = join(users, `${process.pid}-${++registrations}`)
  writeFileSync(file, nameOf(process.pid), { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

/** Whether anybody is in the list of users who still runs; clears those who do not. */
export const inUse = (folder: string): boolean => {
  const users = join(folder, "users")
  return readdirSync(users).reduce((used, file) => {
    const name = nameIn(join(users, file))
    if (name !== undefined && isRunning(name)) return true
    rmSync(join(users, file), { force: true })
    return used
  }, false)
}
