/** One PostgreSQL server of our own: made, started, found again, asked and stopped. Nothing here decides when. */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { connect, createServer } from "node:net"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { DatabaseServerError } from "../../services/database-server.ts"
import type { Binaries } from "./binaries.ts"
import { alive, commandLine, workingFolder } from "./process.ts"
import { command, identity, type RunAs } from "./run-as.ts"

export const USER = "overplanned"

/** A log larger than this is set aside when the server starts, so two of them is the most that we keep. */
const MAX_LOG_BYTES = 8 * 1024 * 1024
const START_DEADLINE_MILLIS = 30_000
const STOP_DEADLINE_MILLIS = 10_000
const POLL = "10 millis"

const startFailure = (message: string) => new DatabaseServerError({ reason: "did_not_start", message })

const lastLines = (text: string): string =>
  text
    .split("\n")
    .filter((line) => /FATAL|PANIC|ERROR|error:|could not/.test(line))
    .slice(-2)
    .join(" ")
    .replace(/^\S+ \S+ \S+ \[\d+\] /, "")
    .trim()

const runToEnd = (plan: RunAs, program: string, args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
    const [file, rest] = command(plan, program, args)
    const child = spawn(file, rest, { cwd: "/", stdio: ["ignore", "pipe", "pipe"], ...identity(plan) })
    let output = ""
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8192)
    }
    child.stdout.on("data", collect)
    child.stderr.on("data", collect)
    child.on("error", (error) => resume(Effect.succeed({ code: -1, output: error.message })))
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? -1, output })))
  })

/** The cluster's password, made once. */
export const password = (folder: string): string => {
  const file = join(folder, "password")
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, randomBytes(24).toString("base64url"), { mode: 0o600 })
    renameSync(draft, file)
  }
  return readFileSync(file, "utf8").trim()
}

export interface InitOptions {
  /** Without flushing to disk: for throw-away clusters. */
  readonly throwAway?: boolean
}

/** Makes the cluster unless it is there. It appears under its name only when it is whole. */
export const initialise = (plan: RunAs, binaries: Binaries, secret: string, options: InitOptions = {}) =>
  Effect.gen(function* () {
    if (existsSync(join(plan.data, "PG_VERSION"))) return
    if (existsSync(plan.data)) {
      return yield* new DatabaseServerError({
        reason: "foreign_directory",
        message: `${plan.data} exists but holds no PostgreSQL database; move it away, or set OVERPLANNED_DATA_DIR to another folder.`
      })
    }
    const draft = `${plan.data}.${process.pid}.new`
    const secretFile = join(dirname(plan.data), `.secret.${process.pid}`)
    writeFileSync(secretFile, secret, { mode: 0o600 })
    if (plan.uid !== undefined) chownSync(secretFile, plan.uid, plan.gid ?? plan.uid)
    // The locale that PostgreSQL itself carries from 17 on is the same on every machine, whatever is installed there.
    const locale = binaries.major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []
    const made = yield* runToEnd(plan, "initdb", [
      ...["-D", draft, "-U", USER, "--encoding=UTF8", "--locale=C", ...locale],
      ...["--auth=scram-sha-256", `--pwfile=${secretFile}`, ...(options.throwAway ? ["--no-sync"] : [])]
    ]).pipe(Effect.ensuring(Effect.sync(() => rmSync(secretFile, { force: true }))))
    if (made.code !== 0) {
      rmSync(draft, { recursive: true, force: true })
      return yield* startFailure(
        `The embedded PostgreSQL could not make its database in ${plan.data} (${lastLines(made.output) || made.output.trim()}); check that there is room on the disk, or set DATABASE_URL.`
      )
    }
    renameSync(draft, plan.data)
  })

/** Refuses a database of another major version: opening it would be refused later, and less clearly. */
export const checkVersion = (plan: RunAs, binaries: Binaries) =>
  Effect.gen(function* () {
    const file = join(plan.data, "PG_VERSION")
    if (!existsSync(file)) return
    const found = Number.parseInt(readFileSync(file, "utf8"), 10)
    if (found === binaries.major) return
    return yield* new DatabaseServerError({
      reason: found > binaries.major ? "newer_version" : "other_version",
      message: `The database in ${plan.data} was made by PostgreSQL ${found}, this release brings ${binaries.version}; ${
        found > binaries.major
          ? "use the newer release of Overplanned that made it"
          : "dump it with the older release and restore it"
      }, or set OVERPLANNED_DATA_DIR to another folder. Nothing was changed.`
    })
  })

const pidFile = (data: string): ReadonlyArray<string> => {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")
  } catch {
    return []
  }
}

// After a restart of the machine or a container the number in the file may belong to anything.
const serves = (pid: number, data: string): boolean => {
  if (!alive(pid)) return false
  const folder = workingFolder(pid)
  return folder === undefined ? /postgres/.test(commandLine(pid)) : folder === realpathSync(data)
}

/** The process of the server that runs on this data directory, if one does, be it still starting. */
export const processOf = (data: string): number | undefined => {
  const pid = Number(pidFile(data)[0])
  return Number.isInteger(pid) && pid > 0 && serves(pid, data) ? pid : undefined
}

/** The same with its port, once the server has written it down. */
export const running = (data: string): { readonly pid: number; readonly port: number } | undefined => {
  const pid = processOf(data)
  const port = Number(pidFile(data)[3])
  return pid !== undefined && Number.isInteger(port) && port > 0 ? { pid, port } : undefined
}

/** Removes the pid file of a server that is gone where PostgreSQL itself would mistake another process for it. */
const clearStalePidFile = (data: string): void => {
  const pid = Number(pidFile(data)[0])
  if (pid > 0 && alive(pid) && !serves(pid, data)) rmSync(join(data, "postmaster.pid"), { force: true })
}

export const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

export const portIsFree = (port: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.succeed(false)))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(true))))
  })

/** A start packet for a user that need not exist, asking for protocol 3.0: whoever accepts clients answers it. */
const START_PACKET = (() => {
  const body = Buffer.from(`user\0${USER}\0database\0postgres\0application_name\0overplanned probe\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
})()

/**
 * Whether the server takes clients now: it answers the first packet with a request for the password. While it starts,
 * recovers or shuts down it answers with an error instead. Costs one short-lived backend and no session.
 */
export const accepts = (port: number, timeoutMillis = 2000): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = connect({ port, host: "127.0.0.1" })
    const finish = (value: boolean) => {
      socket.destroy()
      resume(Effect.succeed(value))
    }
    socket.setTimeout(timeoutMillis, () => finish(false))
    socket.once("error", () => finish(false))
    socket.once("connect", () => socket.write(START_PACKET))
    socket.once("data", (chunk) => finish(chunk[0] === 0x52))
    socket.once("close", () => finish(false))
    return Effect.sync(() => socket.destroy())
  })

const settings = (port: number, throwAway: boolean): ReadonlyArray<string> =>
  [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    // A socket file would break in a deep folder (paths beyond 107 bytes) and TCP on loopback needs none.
    "unix_socket_directories=",
    `max_connections=${throwAway ? 200 : 100}`,
    "shared_buffers=64MB",
    "log_line_prefix=%m [%p] ",
    // Neither statements nor the rows in an error's detail belong in a log: they hold personal data.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_min_messages=warning",
    ...(throwAway ? ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] : [])
  ].flatMap((setting) => ["-c", setting])

const openLog = (plan: RunAs): number => {
  const file = join(dirname(plan.data), "postgres.log")
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`)
  const log = openSync(file, "a", 0o600)
  chmodSync(file, 0o600)
  return log
}

/** Starts the server and waits until it takes clients. It outlives this process: see the layer for why. */
export const start = (plan: RunAs, port: number, options: InitOptions = {}) =>
  Effect.gen(function* () {
    clearStalePidFile(plan.data)
    const logFile = join(dirname(plan.data), "postgres.log")
    const log = openLog(plan)
    const from = statSync(logFile).size
    const [file, args] = command(plan, "postgres", ["-D", plan.data, ...settings(port, options.throwAway ?? false)])
    const child = spawn(file, args, { cwd: "/", detached: true, stdio: ["ignore", log, log], ...identity(plan) })
    closeSync(log)
    let failed: string | undefined
    child.on("error", (error) => {
      failed = error.message
    })
    child.on("exit", (code, signal) => {
      failed ??= `ended with ${signal ?? `code ${code}`}`
    })
    child.unref()
    const deadline = performance.now() + START_DEADLINE_MILLIS
    while (!(yield* accepts(port))) {
      if (failed === undefined && performance.now() > deadline) failed = "it does not answer after 30 seconds"
      if (failed !== undefined) {
        failed = lastLines(readFileSync(logFile).subarray(from).toString()) || failed
        return yield* startFailure(
          `The embedded PostgreSQL did not start (${failed}); its log is ${logFile}. If it stays so, set DATABASE_URL.`
        )
      }
      yield* Effect.sleep(POLL)
    }
    return child.pid!
  })

const gone = (pid: number, millis: number) =>
  Effect.gen(function* () {
    const deadline = performance.now() + millis
    while (alive(pid)) {
      if (performance.now() > deadline) return false
      yield* Effect.sleep(POLL)
    }
    return true
  })

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // It ended in between.
  }
}

/** Stops the server: disconnects clients and closes cleanly, by force only when it does not end. */
export const stop = (pid: number) =>
  Effect.gen(function* () {
    signal(pid, "SIGINT")
    if (yield* gone(pid, STOP_DEADLINE_MILLIS)) return
    signal(pid, "SIGQUIT")
    if (yield* gone(pid, STOP_DEADLINE_MILLIS)) return
    signal(pid, "SIGKILL")
  })
