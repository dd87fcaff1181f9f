/** The whole system as a process of its own, as an operator runs it, for benchmarks that speak HTTP to it or kill it. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import { promisify } from "node:util"
import { tied } from "../test/support/lifeline.ts"

const ROOT = join(import.meta.dirname, "..")
const KEPT_CODE = ["--import", join(ROOT, "scripts/setup/kept-code.mjs")]
const MAIN = join(ROOT, "src/main.ts")

/** What Node is told where a server is meant for load: as the containers do it. */
export const LOADED_FLAGS = ["--max-semi-space-size=64"]

/** Signs the tokens of what is measured. */
export const SECRET = "a secret for measuring only, of thirty-two bytes or more"

/** Longest that a start may take on a very busy machine: nothing is measured by it. */
const START_MS = 180_000

export interface ServerSettings {
  readonly dataDirectory: string
  readonly databaseUrl: string
  readonly port: number
  readonly more?: Readonly<Record<string, string>>
  /** Further flags for Node. */
  readonly flags?: ReadonlyArray<string>
  /** The folder of another release of this program that is to be started. */
  readonly root?: string | undefined
}

const environment = (settings: ServerSettings): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  PORT: String(settings.port),
  OVERPLANNED_DATA_DIR: settings.dataDirectory,
  DATABASE_URL: settings.databaseUrl,
  AUTH_SECRET: SECRET,
  OVERPLANNED_DEMO: "false",
  FIRST_CITIES: "seattle",
  RATE_LIMIT: "off",
  LOG_LEVEL: process.env["LOG_LEVEL"] ?? "error",
  ...settings.more
})

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { readonly port: number }
  server.close()
  return port
}

/** A start that is not waited for. */
export const launchServer = (settings: ServerSettings): ChildProcess =>
  tied(
    spawn(
      process.execPath,
      // A flag of the caller's that changes sources comes after what keeps them, as the last one loaded is asked first.
      [
        ...LOADED_FLAGS,
        "--disable-warning=ExperimentalWarning",
        // What Node made of our sources is kept for those alone.
        ...(settings.root === undefined ? KEPT_CODE : []),
        ...(settings.flags ?? []),
        settings.root === undefined ? MAIN : join(settings.root, "src/main.ts"),
        "serve"
      ],
      {
        stdio: ["ignore", process.env["LOG_LEVEL"] === undefined ? "ignore" : "inherit", "inherit"],
        env: environment(settings)
      }
    )
  )

/** Starts the server and waits until it answers; tries again if it ends before (its database may be away). */
export const startServer = async (settings: ServerSettings): Promise<ChildProcess> => {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    const child = launchServer(settings)
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      const answered = await fetch(`http://127.0.0.1:${settings.port}/ready`).then(
        (response) => response.ok,
        () => false
      )
      if (answered) return child
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    child.kill("SIGKILL")
  }
  throw new Error("The server did not answer within three minutes.")
}

export const killServer = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGKILL")
  await once(child, "exit")
}

/** Tokens of as many new travelers. */
export const mintTokens = async (settings: ServerSettings, count: number): Promise<ReadonlyArray<string>> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      ...KEPT_CODE,
      MAIN,
      "token",
      "--count",
      String(count),
      "--ttl",
      "12h",
      "--json"
    ],
    { env: environment(settings), maxBuffer: 64 * 1024 * 1024 }
  )
  const { tokens } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { tokens: ReadonlyArray<{ token: string }> }
  return tokens.map(({ token }) => token)
}
