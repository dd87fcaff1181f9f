/** Pivots over WebSockets: what one costs beside a raw echo of the same frames and beside other servers of live clients. */
import { loadavg } from "node:os"
import * as Effect from "effect/Effect"
import { type Bar, type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { installPeers } from "../peers/install.ts"
import { percentile } from "../percentile.ts"
import { closureOf, makeTrips, pivotsOf } from "./fixture.ts"
import { type Connect, colyseus, connectAll, echo, ours, socketIo } from "./links.ts"
import { closedLoop, openLoop } from "./load.ts"
import { measured } from "./process.ts"

const CONNECTIONS = 50
const MANY = 16
const TIMES_ECHO = 3
const SOCKETS = 2_000
const PER_SECOND = 1_000
const P99_MS = 50
const RESIDENT = 10_000

interface Line {
  readonly name: string
  readonly inFlight: number
  readonly rate: number
  /** Microseconds of server CPU per pivot, the journal drained. */
  readonly cpu: number
  readonly p50: number
  readonly p99: number
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const quick = args.includes("--quick")
  const resident = numberFlag(args, "trips", quick ? 1_000 : RESIDENT)
  const seconds = numberFlag(args, "seconds", quick ? 3 : 60)
  const sockets = Math.min(resident, quick ? 500 : SOCKETS)
  const peers = !args.includes("--alone") && installPeers()
  const program = Effect.gen(function* () {
    const server = yield* measured({ trips: resident, tokens: sockets, peers })
    const { started } = server
    return yield* Effect.promise(async () => {
      await server.settled()
      const trips = makeTrips(sockets)
      const asked = trips.map(closureOf)
      const mixed = trips.map(pivotsOf)
      const idle = await server.books()
      const lines: Array<Line> = []
      const say = (what: string) => console.error(`${what}…`)
      const bout = async (name: string, connect: Connect, inFlight: number, length: number, bodies = asked) => {
        say(`${name}, ${inFlight} in flight`)
        const links = await connectAll(connect, started, CONNECTIONS)
        // A short run first: code that has never run is slow, whoever wrote it.
        await closedLoop(links, bodies, inFlight, Math.min(5, length / 2))
        await server.ask("drained")
        const before = await server.books()
        const ran = await closedLoop(links, bodies, inFlight, length)
        await server.ask("drained")
        const after = await server.books()
        for (const link of links) link.close()
        lines.push({
          name,
          inFlight,
          rate: ran.answered / ran.seconds,
          cpu: (after.cpu - before.cpu) / ran.answered,
          p50: percentile(ran.latencies, 0.5),
          p99: percentile(ran.latencies, 0.99)
        })
      }
      const others = Math.min(seconds, 20)
      for (const inFlight of [1, MANY]) {
        await bout("raw uWS echo", echo, inFlight, others)
        await bout("Overplanned, a venue closed", ours, inFlight, seconds)
        await bout("Overplanned, all triggers in turn", ours, inFlight, others, mixed)
        if (!peers) continue
        await bout("Socket.IO, same actors and journal", socketIo, inFlight, others)
        await bout("Colyseus, same actors and journal", colyseus, inFlight, others)
      }
      say(`${sockets} sockets at ${PER_SECOND} a second`)
      const links = await connectAll(ours, started, sockets)
      await openLoop(links, mixed, PER_SECOND, 2)
      await server.settled()
      const paced = await openLoop(links, mixed, PER_SECOND, Math.min(seconds, 30))
      const end = await server.ask<number>("drained").then(server.books)
      for (const link of links) link.close()
      return { lines, paced, idle, end }
    })
  }).pipe(Effect.scoped)
  const { lines, paced, idle, end } = await Effect.runPromise(program)
  const of = (name: string, inFlight: number) =>
    lines.find((line) => line.name.startsWith(name) && line.inFlight === inFlight)
  const times = (line: Line) => line.cpu / of("raw", line.inFlight)!.cpu
  const bars: Array<Bar> = [1, MANY].map((inFlight) => {
    const line = of("Overplanned, a venue", inFlight)!
    return {
      name: `server CPU per pivot, ${inFlight} in flight on ${CONNECTIONS} connections`,
      wanted: `≤ ${TIMES_ECHO} × the raw echo`,
      measured: `${times(line).toFixed(2)} × (${line.cpu.toFixed(1)} µs to ${of("raw", inFlight)!.cpu.toFixed(1)} µs)`,
      met: times(line) <= TIMES_ECHO
    }
  })
  const p99 = percentile(paced.latencies, 0.99)
  bars.push(
    {
      name: `p99 with ${idle.resident} resident trips, ${sockets} sockets, ${PER_SECOND} pivots a second`,
      wanted: `< ${P99_MS} ms`,
      measured: `${p99.toFixed(1)} ms`,
      met: p99 < P99_MS
    },
    {
      name: "journal lag afterwards",
      wanted: "0 records",
      measured: `${end.undrained}`,
      met: end.undrained === 0
    }
  )
  for (const name of peers ? ["Socket.IO", "Colyseus"] : []) {
    const [us, them] = [of("Overplanned, a venue", 1)!, of(name, 1)!]
    bars.push({
      name: `ahead of ${name}`,
      wanted: "less CPU per pivot, lower p99",
      measured: `${(them.cpu / us.cpu).toFixed(2)} × our CPU, ${(them.p99 / us.p99).toFixed(2)} × our p99`,
      met: them.cpu > us.cpu && them.p99 > us.p99
    })
  }
  return {
    tables: [
      {
        title: `Pivots over WebSockets, ${CONNECTIONS} connections, journal and drainer on`,
        columns: ["server", "in flight", "pivots/s", "CPU µs per pivot", "× echo", "p50 ms", "p99 ms"],
        rows: lines.map((line) => [line.name, line.inFlight, line.rate, line.cpu, times(line), line.p50, line.p99])
      }
    ],
    bars,
    notes: [
      "CPU is the server process's alone, from the first pivot until everything is in PostgreSQL; a load generator and PostgreSQL share the machine.",
      `The echo answers with a stored offer of the same size. Load average at the end: ${loadavg()[0]!.toFixed(1)}.`
    ]
  }
}

export const benchmark: Benchmark = {
  summary: "pivots over WebSockets beside a raw echo, Socket.IO and Colyseus",
  options: [
    "--quick        1,000 trips, 3 seconds each",
    `--trips <n>    resident trips (${RESIDENT})`,
    "--seconds <n>  length of a run (60)",
    "--alone        without the peers"
  ],
  run
}
