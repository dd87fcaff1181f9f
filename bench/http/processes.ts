import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { availableParallelism } from "node:os"

const works = (command: string, args: ReadonlyArray<string>): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).error === undefined

export const hasWrk = works("wrk", ["--version"])
const canPin = availableParallelism() > 1 && works("taskset", ["--version"])

/** Server and generator on a core each, where the machine lets us. */
export const pinning = canPin ? "server on core 0, generator on core 1" : "not pinned (no taskset, or one core)"

const pinned = (core: number, command: string, args: ReadonlyArray<string>): [string, Array<string>] =>
  canPin ? ["taskset", ["-c", String(core), command, ...args]] : [command, [...args]]

export interface Usage {
  /** Microseconds of CPU since the process began. */
  readonly cpu: number
  readonly rss: number
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly port: number
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.child = child
    this.port = port
  }

  static async start(file: string, args: ReadonlyArray<string> = []): Promise<ServerProcess> {
    const [command, all] = pinned(0, process.execPath, [file, ...args])
    const child = spawn(command, all, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message) => resolve((message as { readonly port: number }).port))
      child.once("exit", (code) => reject(new Error(`${file} ended with ${code} before it listened`)))
    })
    return new ServerProcess(child, port)
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  usage(): Promise<Usage> {
    return new Promise((resolve, reject) => {
      this.child.once("message", (message) => resolve(message as Usage))
      this.child.send("cpu", (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  async stop(): Promise<void> {
    if (!this.alive) return
    await new Promise((resolve) => {
      this.child.once("exit", resolve)
      this.child.kill()
    })
  }
}

export interface Load {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly requests: number
  readonly errors: number
}

export interface Target {
  readonly url: string
  readonly method: "GET" | "POST"
  readonly body: string
  readonly connections: number
  readonly seconds: number
}

const output = (command: string, args: Array<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] })
    let text = ""
    child.stdout.on("data", (chunk) => {
      text += chunk
    })
    child.once("error", reject)
    child.once("close", () => resolve(text))
  })

export const autocannon = async (target: Target): Promise<Load> => {
  const program = createRequire(import.meta.url).resolve("autocannon/autocannon.js")
  const args = [program, "--json", "-c", String(target.connections), "-d", String(target.seconds), "-m", target.method]
  if (target.method === "POST") args.push("-b", target.body, "-H", "content-type=application/json")
  const [command, all] = pinned(1, process.execPath, [...args, target.url])
  const result = JSON.parse(await output(command, all)) as {
    readonly requests: { readonly average: number; readonly total: number }
    readonly latency: { readonly p50: number; readonly p99: number }
    readonly errors: number
    readonly non2xx: number
  }
  return {
    rate: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    requests: result.requests.total,
    errors: result.errors + result.non2xx
  }
}

export const wrk = async (target: Target): Promise<Load> => {
  const script = new URL("./wrk.lua", import.meta.url).pathname
  const [command, all] = pinned(1, "wrk", [
    ...["-t", "1", "-c", String(target.connections), "-d", `${target.seconds}s`, "-s", script, target.url, "--"],
    ...(target.method === "POST" ? [target.body] : [])
  ])
  const text = await output(command, all)
  const line = /^RESULT (\S+) (\S+) (\S+) (\S+) (\S+)$/m.exec(text)
  if (line === null) throw new Error(`wrk said something unexpected:\n${text}`)
  const [requests, micros, p50, p99, errors] = line.slice(1).map(Number) as [number, number, number, number, number]
  return { rate: requests / (micros / 1e6), p50: p50 / 1_000, p99: p99 / 1_000, requests, errors }
}
