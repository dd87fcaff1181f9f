/**
 * Signals over HTTP to the whole server, each answered once durable: one per request against an empty request of the same
 * route (through the same gateway and the same check of the token), and a hundred per request.
 */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { type Benchmark, numberFlag } from "../benchmark.ts"
import { cpuMillis } from "../cpu.ts"
import { onOwnServer } from "../own-server.ts"
import { writeTravelers } from "./travelers.ts"

interface Measured {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly p50: number
  readonly p99: number
  readonly failed: number
}

/** Who sends the signals, each about a trip of their own. */
const TRAVELERS = 50

const SCRIPT = join(import.meta.dirname, "signals.lua")

const wrk = async (
  pid: number,
  port: number,
  travelers: string,
  options: { readonly batch: number; readonly connections: number; readonly seconds: number }
): Promise<Measured> => {
  const before = cpuMillis(pid)
  const { stdout } = await promisify(execFile)(
    "wrk",
    [
      "-t1",
      `-c${options.connections}`,
      `-d${options.seconds}s`,
      "-s",
      SCRIPT,
      `http://127.0.0.1:${port}/api/v1/signals`
    ],
    { env: { ...process.env, SIGNALS_BATCH: String(options.batch), SIGNALS_TRAVELERS: travelers } }
  )
  const spent = cpuMillis(pid) - before
  const seen = JSON.parse(/JSON (.*)/.exec(stdout)![1]!) as Record<string, number>
  return {
    perSecond: (seen["requests"]! / seen["micros"]!) * 1e6,
    cpuMicros: (spent * 1000) / seen["requests"]!,
    p50: seen["p50"]! / 1000,
    p99: seen["p99"]! / 1000,
    failed: seen["socket"]! + (options.batch === 0 ? 0 : seen["non2xx"]!)
  }
}

const measure = (connections: number, seconds: number) =>
  onOwnServer("signals-http", TRAVELERS, async ({ folder, pid, port, tokens, url }) => {
    const travelers = join(folder, "travelers")
    await writeTravelers(travelers, url, tokens)
    const load = (batch: number, at: number, length = seconds) =>
      wrk(pid, port, travelers, { batch, connections: at, seconds: length })
    await load(0, connections, 3)
    await load(1, connections, 3)
    const empty = await load(0, connections)
    const single = await load(1, connections)
    const calm = await load(1, 50)
    const hundred = await load(100, 50)
    return { empty, single, calm, hundred }
  })

export const benchmark: Benchmark = {
  summary: "signals over HTTP, acknowledged durable: one per request and a hundred",
  options: ["--connections <count>   for single signals (500)", "--seconds <count>       of each measurement (10)"],
  run: async (args) => {
    const connections = numberFlag(args, "connections", 500)
    const seconds = numberFlag(args, "seconds", 10)
    const { empty, single, calm, hundred } = await measure(connections, seconds)
    const row = (what: string, at: number, m: Measured) => [what, at, m.perSecond, m.cpuMicros, m.p50, m.p99, m.failed]
    const ratio = single.perSecond / empty.perSecond
    const signals = hundred.perSecond * 100
    return {
      tables: [
        {
          title: "POST /api/v1/signals, generator, server and PostgreSQL on one machine, draining meanwhile",
          columns: ["request", "connections", "requests/s", "server CPU, µs", "p50, ms", "p99, ms", "failed"],
          rows: [
            row("empty", connections, empty),
            row("one signal", connections, single),
            row("one signal", 50, calm),
            row("a hundred signals", 50, hundred)
          ]
        }
      ],
      bars: [
        {
          name: "a hundred per request",
          wanted: "20,000 signals/s",
          measured: `${Math.round(signals).toLocaleString("en-US")} signals/s`,
          met: signals >= 20_000
        },
        {
          name: "one per request, of an empty request's rate",
          wanted: "0.8",
          measured: `${ratio.toFixed(2)} (by server CPU ${(empty.cpuMicros / single.cpuMicros).toFixed(2)})`,
          met: ratio >= 0.8
        },
        {
          name: `one per request at ${connections} connections, p99`,
          wanted: "50 ms",
          measured: `${single.p99.toFixed(1)} ms`,
          met: single.p99 < 50
        }
      ]
    }
  }
}
