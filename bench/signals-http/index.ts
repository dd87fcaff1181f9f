/**
 * Signals over HTTP to the whole server, each answered once durable: one per request against an empty request of the same
 * route (through the same gateway and the same check of the token), and a hundred per request.
 */
import { join } from "node:path"
import { type Benchmark, flag, numberFlag } from "../benchmark.ts"
import { onOwnServer } from "../own-server.ts"
import { type Measured, wrk } from "./load.ts"
import { pairs } from "./pairs.ts"
import { writeTravelers } from "./travelers.ts"

/** Who sends the signals, each about a trip of their own. */
const TRAVELERS = 50

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
  options: [
    "--connections <count>   for single signals (500)",
    "--seconds <count>       of each measurement (10; 2 beside another release)",
    "--before <folder>       beside the release in that folder, which has what it depends on: what a request costs, in turns",
    "--pairs <count>         of turns beside another release (10)"
  ],
  run: async (args) => {
    const before = flag(args, "before")
    if (before !== undefined) {
      return pairs({
        before,
        pairs: numberFlag(args, "pairs", 10),
        seconds: numberFlag(args, "seconds", 2),
        travelers: TRAVELERS
      })
    }
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
