/**
 * One weather alert over thousands of trips: how soon every touched trip has its offer, and what others wait meanwhile.
 * Then trips that are not in memory: what waking one costs, and what a thousand at once do to everybody else.
 */
import { loadavg } from "node:os"
import * as Effect from "effect/Effect"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { closureOf, makeTrips } from "../stream/fixture.ts"
import { connectAll, ours } from "../stream/links.ts"
import { openLoop } from "../stream/load.ts"
import { measured } from "../stream/process.ts"
import type { Announced, Woken } from "../stream/server.ts"

const TRIPS = 10_000
const SOCKETS = 2_000
const OTHERS = 200
const OTHERS_PER_SECOND = 500
const SECONDS = 6
const PUBLISHED_MS = 2_000
const HEARD_AFTER_MS = 2_000
const OTHERS_MS = 100
const COLD_MS = 30
const DELAY_MS = 10

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const quick = args.includes("--quick")
  const count = numberFlag(args, "trips", quick ? 1_000 : TRIPS)
  const sockets = Math.min(count, numberFlag(args, "sockets", quick ? 400 : SOCKETS))
  const program = Effect.gen(function* () {
    const server = yield* measured({ trips: count, tokens: sockets, peers: false })
    return yield* Effect.promise(async () => {
      await server.settled()
      const woken = await server.ask<Woken>("wake")
      await server.settled()
      const links = await connectAll(ours, server.started, sockets)
      const asked = makeTrips(OTHERS).map(closureOf)
      await openLoop(links.slice(0, OTHERS), asked, OTHERS_PER_SECOND, 2)
      await server.ask("drained")
      const arrivals: Array<number> = []
      for (const link of links) link.onPushed = () => void arrivals.push(Date.now())
      const others = openLoop(links.slice(0, OTHERS), asked, OTHERS_PER_SECOND, SECONDS)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const announced = await server.ask<Announced>("storm")
      const meanwhile = await others
      for (const link of links) link.close()
      return { woken, announced, arrivals: arrivals.map((at) => at - announced.at), meanwhile }
    })
  }).pipe(Effect.scoped)
  const { woken, announced, arrivals, meanwhile } = await Effect.runPromise(program)
  const p99 = percentile(meanwhile.latencies, 0.99)
  const last = percentile([...arrivals], 1)
  const cold = percentile(woken.each, 0.99)
  return {
    tables: [
      {
        title: `A storm over ${announced.trips} active trips, ${sockets} sockets`,
        columns: [
          "trips touched",
          "all published, ms",
          "heard by sockets",
          "last heard, ms",
          "others' p50, ms",
          "others' p99, ms"
        ],
        rows: [[announced.touched, announced.millis, arrivals.length, last, percentile(meanwhile.latencies, 0.5), p99]]
      },
      {
        title: "Waking trips that are not in memory, from PostgreSQL",
        columns: ["how", "p50 ms", "p99 ms", "event loop's delay p99, ms"],
        rows: [
          ["one after another", percentile(woken.each, 0.5), cold, woken.eachDelay],
          [
            `${woken.together.length} at once`,
            percentile(woken.together, 0.5),
            percentile(woken.together, 0.99),
            woken.delay
          ]
        ]
      }
    ],
    bars: [
      {
        name: "every touched trip has its offer",
        wanted: `within ${PUBLISHED_MS} ms`,
        measured: `${announced.millis.toFixed(0)} ms for ${announced.touched} trips`,
        met: announced.millis < PUBLISHED_MS && announced.touched > 0
      },
      {
        name: "the last socket hears after the last publication",
        wanted: `within ${HEARD_AFTER_MS} ms`,
        measured: `${Math.max(0, last - announced.millis).toFixed(0)} ms (${arrivals.length} of ${sockets} heard)`,
        met: arrivals.length >= sockets && last - announced.millis < HEARD_AFTER_MS
      },
      {
        name: "others' pivots during the storm, p99",
        wanted: `< ${OTHERS_MS} ms`,
        measured: `${p99.toFixed(1)} ms`,
        met: p99 < OTHERS_MS
      },
      {
        name: "cold activation, p99",
        wanted: `< ${COLD_MS} ms`,
        measured: `${cold.toFixed(1)} ms`,
        met: cold < COLD_MS
      },
      {
        name: `event loop's delay while ${woken.together.length} wake up, p99`,
        wanted: `< ${DELAY_MS} ms`,
        measured: `${woken.delay.toFixed(1)} ms`,
        met: woken.delay < DELAY_MS
      }
    ],
    notes: [`Load average at the end: ${loadavg()[0]!.toFixed(1)}; PostgreSQL and the clients share the machine.`]
  }
}

export const benchmark: Benchmark = {
  summary: "a weather alert over ten thousand trips, and waking trips that are not in memory",
  options: [
    "--quick        1,000 trips, 400 sockets",
    `--trips <n>    active trips (${TRIPS})`,
    `--sockets <n>  how many of them somebody listens to (${SOCKETS})`
  ],
  run
}
