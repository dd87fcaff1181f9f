/** Three servers on one database, each with wires of its own to the database and to the others, which can be cut. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { type CutProxy, startProxy } from "../../test/harness/proxy.ts"
import { tied } from "../../test/support/lifeline.ts"
import { freePort, killServer, SECRET, startServer } from "../server.ts"

export const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Longest that an answer about who owns may take. */
const LOOK_MS = 2_000

/** Until a load balancer has heard that a server stops. */
const HEARS_MS = 1_000

/** How often a journal is given up that nobody awaits yet. */
const TRIES = 30

const MAIN = join(import.meta.dirname, "../../src/main.ts")

interface Place {
  readonly port: number
  /** What the others reach it by. */
  readonly peers: CutProxy
  readonly database: CutProxy
}

export interface Versions {
  readonly broken: string | undefined
  readonly before: string | undefined
}

export class Cluster {
  readonly #folder: string
  readonly #url: string
  readonly #broken: string | undefined
  readonly #before: string | undefined
  readonly #places: Array<Place> = []
  readonly #servers: Array<ChildProcess | undefined> = []
  /** Those to whom the load balancer sends nobody. */
  readonly #shunned = new Set<number>()

  /** How often each server was started. */
  readonly #starts: Array<number> = []

  /** `broken`: a defect that is put into each server. `before`: the folder of another release, of which every server is at first, and again at every second start. */
  constructor(folder: string, url: string, { before, broken }: Versions) {
    this.#folder = folder
    this.#url = url
    this.#broken = broken
    this.#before = before
  }

  get count(): number {
    return this.#places.length
  }

  async begin(n: number): Promise<void> {
    this.#places[n] ??= await this.#wired()
    const { database, peers, port } = this.#places[n]!
    const url = new URL(this.#url)
    url.port = String(database.port)
    const starts = this.#starts[n] ?? 0
    this.#starts[n] = starts + 1
    this.#servers[n] = await startServer({
      dataDirectory: this.#directory(n),
      databaseUrl: url.toString(),
      port,
      root: starts % 2 === 0 ? this.#before : undefined,
      flags: this.#broken === undefined ? [] : ["--import", new URL("./break.ts", import.meta.url).href],
      more: {
        NODE_ADDRESS: `127.0.0.1:${peers.port}`,
        OVERPLANNED_NODE_ID: `server-${n}`,
        ...(this.#broken === undefined ? {} : { BREAK: this.#broken })
      }
    })
  }

  async #wired(): Promise<Place> {
    const port = await freePort()
    const database = Number(new URL(this.#url).port)
    return { port, peers: await startProxy(port), database: await startProxy(database) }
  }

  #directory(n: number): string {
    return join(this.#folder, `data-${n}`)
  }

  port(n: number): number {
    return this.#places[n]!.port
  }

  pid(n: number): number {
    return this.#servers[n]!.pid!
  }

  wires(n: number): Pick<Place, "database" | "peers"> {
    return this.#places[n]!
  }

  #runs(n: number): boolean {
    const server = this.#servers[n]
    return server !== undefined && server.exitCode === null && server.signalCode === null
  }

  /** Those that take requests, as a load balancer knows it: one that has ended counts again once it has started. */
  alive(): ReadonlyArray<number> {
    const ports = this.#places.map(({ port }) => port)
    const up = ports.filter((_, n) => this.#runs(n) && !this.#shunned.has(n))
    return up.length === 0 ? ports : up
  }

  async owner(): Promise<number> {
    for (;;) {
      for (const [n, { port }] of this.#places.entries()) {
        const text = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(LOOK_MS) }).then(
          (response) => response.text(),
          () => ""
        )
        if (text.includes("this server owns the trips")) return n
      }
      await pause(100)
    }
  }

  async kill(n: number): Promise<void> {
    const server = this.#servers[n]!
    this.#servers[n] = undefined
    await killServer(server)
  }

  /** Travelers are sent there for a while after it was told: a load balancer hears of it by and by. */
  async stop(n: number): Promise<void> {
    const server = this.#servers[n]!
    const ended = new Promise((resolve) => server.once("exit", resolve))
    server.kill("SIGTERM")
    await pause(HEARS_MS)
    this.#servers[n] = undefined
    await ended
  }

  /** No traveler is sent there until it has been started again. */
  shun(n: number): void {
    this.#shunned.add(n)
  }

  /** Until it has ended by itself. */
  async ended(n: number): Promise<void> {
    while (this.#runs(n)) await pause(100)
  }

  signal(n: number, signal: NodeJS.Signals): void {
    this.#servers[n]!.kill(signal)
  }

  /** As an operator does it, once somebody awaits what lies there. */
  async giveUp(n: number): Promise<void> {
    const directory = readFileSync(join(this.#directory(n), "directory-id"), "utf8").trim()
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      DATABASE_URL: this.#url,
      AUTH_SECRET: SECRET,
      OVERPLANNED_DATA_DIR: join(this.#folder, "operator")
    }
    const command = ["--disable-warning=ExperimentalWarning", MAIN, "nodes", "--give-up", directory]
    for (let left = TRIES; ; left--) {
      try {
        return void (await promisify(execFile)(process.execPath, command, { env }))
      } catch (error) {
        if (left === 0) throw error
        await pause(1_000)
      }
    }
  }

  /** One that found its place taken has ended by itself. */
  async revive(): Promise<void> {
    for (const n of this.#servers.keys()) {
      if (!this.#runs(n)) await this.begin(n)
      this.#shunned.delete(n)
    }
  }

  async end(): Promise<void> {
    for (const server of this.#servers) if (server !== undefined) await killServer(server)
    for (const { database, peers } of this.#places) {
      database.close()
      peers.close()
    }
  }
}

/** Keeps every core busy with as many loops as there are servers; gives what ends them. */
export const starve = (): (() => void) => {
  const loops = [0, 1, 2].map(() => tied(spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" })))
  return () => {
    for (const loop of loops) loop.kill("SIGKILL")
  }
}
