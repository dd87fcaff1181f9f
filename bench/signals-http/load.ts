/** The load of the benchmark on a running server, and what a request of it cost that server. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { cpuMillis } from "../cpu.ts"

export interface Measured {
  readonly perSecond: number
  readonly cpuMicros: number
  readonly p50: number
  readonly p99: number
  readonly failed: number
}

const SCRIPT = join(import.meta.dirname, "signals.lua")

export interface Load {
  /** Signals in each request; none is an empty request, which is refused. */
  readonly batch: number
  readonly connections: number
  readonly seconds: number
}

export const wrk = async (
  pid: number,
  port: number,
  travelers: string,
  { batch, connections, seconds }: Load
): Promise<Measured> => {
  const before = cpuMillis(pid)
  const { stdout } = await promisify(execFile)(
    "wrk",
    ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", SCRIPT, `http://127.0.0.1:${port}/api/v1/signals`],
    { env: { ...process.env, SIGNALS_BATCH: String(batch), SIGNALS_TRAVELERS: travelers } }
  )
  const spent = cpuMillis(pid) - before
  const seen = JSON.parse(/JSON (.*)/.exec(stdout)![1]!) as Record<string, number>
  return {
    perSecond: (seen["requests"]! / seen["micros"]!) * 1e6,
    cpuMicros: (spent * 1000) / seen["requests"]!,
    p50: seen["p50"]! / 1000,
    p99: seen["p99"]! / 1000,
    failed: seen["socket"]! + (batch === 0 ? 0 : seen["non2xx"]!)
  }
}
