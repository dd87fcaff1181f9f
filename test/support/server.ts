/** The real server as a child process, the way an operator runs it, and a client that speaks to it as an app would. */
import * as assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as jose from "jose"
import { tied } from "./lifeline.ts"
import { personId } from "./person-ids.ts"

const ROOT = join(import.meta.dirname, "../..")
/** As `npm start` does it. */
export const PROGRAM = ["--import", join(ROOT, "scripts/setup/kept-code.mjs"), join(ROOT, "src/main.ts")]

export const SECRET = "the secret of tests, long enough to be accepted"

/** Generous: a test machine may be busy with everything else at once. */
const START_MS = 180_000

/** Likewise, for a fact that comes about by itself: only a test that fails waits that long. */
export const PATIENCE_MS = 180_000

export type Environment = Readonly<Record<string, string | undefined>>

/** The last two are how `faketime` reaches what is started: the suite can be tried at another hour. */
const KEPT = ["PATH", "HOME", "USER", "TMPDIR", "LANG", "NODE_OPTIONS", "LD_PRELOAD", "FAKETIME"]

/** What the surroundings say about us is not what a test asked for. */
const surroundings = (): Record<string, string | undefined> => {
  const kept: Record<string, string | undefined> = {}
  for (const name of KEPT) kept[name] = process.env[name]
  return kept
}

export const scratchFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "overplanned-e2e-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) }
}

const launch = (
  environment: Environment,
  folder: string,
  args: ReadonlyArray<string> = ["serve"]
): { child: ChildProcess; output: () => string } => {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    // Not the repository: a developer's .env is not the test's.
    cwd: folder,
    env: {
      ...surroundings(),
      OVERPLANNED_DATA_DIR: folder,
      OVERPLANNED_DEMO: "false",
      FIRST_CITIES: "seattle",
      PORT: "0",
      ...environment
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  tied(child)
  let text = ""
  child.stdout!.on("data", (chunk) => (text += String(chunk)))
  child.stderr!.on("data", (chunk) => (text += String(chunk)))
  return { child, output: () => text }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", (code) => resolve(code)))

export interface Server {
  readonly url: string
  readonly pid: number
  readonly output: () => string
  /** Ends it and says its exit code; null when the signal ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Waits until the condition holds, and says what it waited for when it never does. */
export const until = async <A>(
  what: string,
  look: () => Promise<A | undefined | false> | A | undefined | false,
  millis = PATIENCE_MS
): Promise<A> => {
  const deadline = performance.now() + millis
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > deadline) throw new Error(`Waited ${millis} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const startServer = async (
  environment: Environment,
  folder: string,
  args?: ReadonlyArray<string>
): Promise<Server> => {
  const { child, output } = launch({ AUTH_SECRET: SECRET, ...environment }, folder, args)
  const url = await until(
    "the server's address",
    () => {
      if (child.exitCode !== null) throw new Error(`The server did not start:\n${output()}`)
      return /answers on (http:[^\s"]+)/.exec(output())?.[1]
    },
    START_MS
  )
  return {
    url,
    pid: child.pid!,
    output,
    stop: (signal = "SIGTERM") => {
      child.kill(signal)
      return ended(child)
    }
  }
}

/** For a server whose clock is so far ahead of the machine's. */
export const clockAhead = (millis: number): Environment => ({
  NODE_OPTIONS: `--import=${new URL("./clock-ahead.mjs", import.meta.url).href}`,
  CLOCK_AHEAD_MS: String(Math.round(millis))
})

/** A start that is not waited for: the server that may come of it, at the address that the environment gives it. */
export const launchServer = (environment: Environment & { readonly PORT: string }, folder: string): Server => {
  const { child, output } = launch({ AUTH_SECRET: SECRET, ...environment }, folder)
  return {
    url: `http://127.0.0.1:${environment.PORT}`,
    pid: child.pid!,
    output,
    stop: (signal = "SIGTERM") => {
      child.kill(signal)
      return ended(child)
    }
  }
}

/** A start that is refused: what it said, and its exit code. */
export const refusedStart = async (environment: Environment, folder: string, args?: ReadonlyArray<string>) => {
  const { child, output } = launch(environment, folder, args)
  const guard = setTimeout(() => child.kill("SIGKILL"), START_MS)
  const code = await ended(child)
  clearTimeout(guard)
  return { code, said: output().trim() }
}

/** A command that goes on until it is ended. */
export const startCommand = (args: ReadonlyArray<string>, environment: Environment, folder: string) => {
  const { child, output } = launch(environment, folder, args)
  return {
    output,
    stop: (signal: NodeJS.Signals = "SIGTERM") => {
      child.kill(signal)
      return ended(child)
    }
  }
}

/** A command, to its end: what it said, and its exit code. */
export const command = async (args: ReadonlyArray<string>, environment: Environment, folder: string) => {
  const { child, output } = launch(environment, folder, args)
  return { code: await ended(child), said: output().trim() }
}

export const tokenFor = (
  userId: string,
  { role = "traveler", secret = SECRET, alg = "HS256", from = 0, ttl = 3600 } = {}
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000) + from
  return new jose.SignJWT({ role })
    .setProtectedHeader({ alg })
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(now + ttl)
    .sign(new TextEncoder().encode(secret))
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what a stranger's JSON is until it is looked at.
  readonly body: any
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract, as a test looks into it.
export type Json = any

/** The body of an answer that has to be of this status. */
export const ok = (answer: Answer, status = 200): Json => {
  assert.strictEqual(answer.status, status, JSON.stringify(answer.body).slice(0, 600))
  return answer.body
}

export interface Traveler {
  readonly id: string
  readonly token: string
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
}

const bodyOf = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  if (text === "") return undefined
  return (response.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : text
}

/** Somebody with a token; `server` may be replaced by its successor after a restart. */
export const traveler = async (
  server: () => Pick<Server, "url">,
  options: { readonly id?: string; readonly role?: string } = {}
): Promise<Traveler> => {
  const id = options.id ?? personId()
  const token = await tokenFor(id, options.role === undefined ? {} : { role: options.role })
  return {
    id,
    token,
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`${server().url}${path.startsWith("/api") ? path : `/api/v1${path}`}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
      })
      return { status: response.status, headers: response.headers, body: await bodyOf(response) }
    }
  }
}

/** Of a test file: its days stay the same ones when midnight passes while it runs. */
const BEGAN = Date.now()

/** The day this many days after the one on which the file began, safely ahead in every time zone. */
export const dayAhead = (days: number): string => new Date(BEGAN + days * 86_400_000).toISOString().slice(0, 10)
