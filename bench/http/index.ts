import { join } from "node:path"
import { type Bar, type Benchmark, median, numberFlag, type Report } from "../benchmark.ts"
import { installPeers } from "../peers/install.ts"
import { autocannon, hasWrk, type Load, pinning, ServerProcess, type Target, wrk } from "./processes.ts"
import { signalBody, signalPath, tripPath } from "./work.ts"

/** Promised for the gateway, as shares of what Effect's own node:http server needs. */
const CPU_SHARE = 0.6
const RATE_SHARE = 1.7

const baseline = "Effect on node:http"
const ours = "Effect on our uWS"

const servers = [
  { name: baseline, file: "effect-node.ts" },
  { name: ours, file: "effect-uws.ts" },
  { name: "raw uWS, no Effect", file: "raw-uws.ts" },
  { name: "Fastify", file: "fastify.ts" }
] as const

const workloads = [
  { name: "GET JSON", method: "GET", path: tripPath, body: "" },
  { name: "POST JSON", method: "POST", path: signalPath, body: signalBody }
] as const

interface Run extends Load {
  /** Server CPU microseconds per request. */
  readonly cpu: number
}

const measure = async (server: ServerProcess, generate: (target: Target) => Promise<Load>, target: Target) => {
  const before = await server.usage()
  const load = await generate(target)
  const after = await server.usage()
  return { ...load, cpu: (after.cpu - before.cpu) / load.requests }
}

const middle = (runs: ReadonlyArray<Run>): Run => ({
  rate: median(runs.map((run) => run.rate)),
  p50: median(runs.map((run) => run.p50)),
  p99: median(runs.map((run) => run.p99)),
  cpu: median(runs.map((run) => run.cpu)),
  requests: runs.reduce((sum, run) => sum + run.requests, 0),
  errors: runs.reduce((sum, run) => sum + run.errors, 0)
})

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const seconds = Math.ceil(numberFlag(args, "seconds", 2))
  const rounds = Math.ceil(numberFlag(args, "rounds", 5))
  const connections = numberFlag(args, "connections", 64)
  const generators = { autocannon, ...(hasWrk ? { wrk } : undefined) }
  const peers = installPeers()
  const compared = servers.filter((server) => server.name !== "Fastify" || peers)

  const running = await Promise.all(
    compared.map(async ({ file, name }) => ({
      name,
      server: await ServerProcess.start(join(import.meta.dirname, "servers", file))
    }))
  )
  const results = new Map<string, Array<Run>>()
  try {
    // Round by round over all servers, so that a busy moment of the machine does not fall on one of them alone.
    for (let round = 0; round <= rounds; round++) {
      for (const workload of workloads) {
        for (const [generator, generate] of Object.entries(generators)) {
          for (const { name, server } of running) {
            const target = {
              url: `http://127.0.0.1:${server.port}${workload.path}`,
              method: workload.method,
              body: workload.body,
              connections,
              // The first round only warms up.
              seconds: round === 0 ? 1 : seconds
            }
            const result = await measure(server, generate, target)
            const key = `${workload.name}|${generator}|${name}`
            if (round > 0) results.set(key, [...(results.get(key) ?? []), result])
          }
        }
        process.stderr.write(`${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}: ${workload.name}\n`)
      }
    }
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()))
  }

  const bars: Array<Bar> = []
  const tables = workloads.flatMap((workload) =>
    Object.keys(generators).map((generator) => {
      const at = (name: string) => middle(results.get(`${workload.name}|${generator}|${name}`) ?? [])
      // Round by round: neighbours on a busy machine disturb both sides of one round alike.
      const share = (name: string, of: "cpu" | "rate") => {
        const base = results.get(`${workload.name}|${generator}|${baseline}`) ?? []
        const runs = results.get(`${workload.name}|${generator}|${name}`) ?? []
        return median(runs.map((run, round) => run[of] / base[round]![of]))
      }
      const cpu = share(ours, "cpu")
      const rate = share(ours, "rate")
      const of = `${workload.name}, ${generator}`
      bars.push(
        {
          name: `CPU per request (${of})`,
          wanted: `<= ${CPU_SHARE}x`,
          measured: `${cpu.toFixed(2)}x`,
          met: cpu <= CPU_SHARE
        },
        { name: `rate (${of})`, wanted: `>= ${RATE_SHARE}x`, measured: `${rate.toFixed(2)}x`, met: rate >= RATE_SHARE }
      )
      return {
        title: `${workload.name}, ${connections} connections, ${generator}`,
        columns: ["server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "CPU share", "rate share", "errors"],
        rows: compared.map(({ name }) => {
          const result = at(name)
          return [
            name,
            result.rate,
            result.p50,
            result.p99,
            result.cpu,
            share(name, "cpu"),
            share(name, "rate"),
            result.errors
          ]
        })
      }
    })
  )
  const notes = [
    `Pinning: ${pinning}. Medians of ${rounds} rounds of ${seconds} s. Shares are of "${baseline}" in the same round.`,
    "A single-threaded generator can be the slower side: then rates are its own, and CPU per request is the figure to read.",
    ...(hasWrk ? [] : ["wrk is not installed: only autocannon ran."]),
    ...(peers ? [] : ["Fastify could not be installed and is left out."])
  ]
  return { tables, bars, notes }
}

export const benchmark: Benchmark = {
  summary: "the gateway's HTTP server beside Effect on node:http, raw uWebSockets.js and Fastify",
  options: [
    "--seconds n      length of one measurement, whole seconds (2)",
    "--rounds n       measurements of each, of which the median counts (5)",
    "--connections n  open connections (64)"
  ],
  run
}
