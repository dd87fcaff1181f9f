/**
 * Three servers on one database, with faults, judged from outside: whatever was acknowledged is stored exactly once, and pivots
 * are answered by whoever lives. One more round restarts all three under load, as a deploy does.
 */
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { seededRandom } from "../../src/domain/basics/random.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { type Benchmark, flag, NotMeasured, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, startServer } from "../server.ts"
import { type Told, Traveler, tell } from "./travelers.ts"

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** The lease is over, and then some: whoever slept this long was replaced. */
const SLEEP_MS = 9_000

/** How long everything may take to be stored at the end. */
const SETTLE_MS = 60_000

const FAULTS = ["kill", "sleep", "stop", "freeze the database"] as const
type Fault = (typeof FAULTS)[number] | "restart all"

class Cluster {
  readonly #folder: string
  readonly #url: string
  readonly ports: Array<number> = []
  readonly #servers: Array<ChildProcess | undefined> = []

  constructor(folder: string, url: string) {
    this.#folder = folder
    this.#url = url
  }

  async begin(n: number): Promise<void> {
    this.ports[n] ??= await freePort()
    this.#servers[n] = await startServer({
      dataDirectory: join(this.#folder, `data-${n}`),
      databaseUrl: this.#url,
      port: this.ports[n]!,
      more: { NODE_ADDRESS: `127.0.0.1:${this.ports[n]}`, OVERPLANNED_NODE_ID: `server-${n}` }
    })
  }

  /** Those that take requests, as a load balancer knows it. */
  alive(): ReadonlyArray<number> {
    const up = this.ports.filter((_, n) => this.#servers[n] !== undefined)
    return up.length === 0 ? this.ports : up
  }

  async owner(): Promise<number> {
    for (;;) {
      for (const [n, port] of this.ports.entries()) {
        const text = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
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

  async stop(n: number): Promise<void> {
    const server = this.#servers[n]!
    this.#servers[n] = undefined
    const ended = new Promise((resolve) => server.once("exit", resolve))
    server.kill("SIGTERM")
    await ended
  }

  signal(n: number, signal: NodeJS.Signals): void {
    this.#servers[n]!.kill(signal)
  }

  /** One that found its place taken has ended by itself. */
  async revive(): Promise<void> {
    for (const [n, server] of this.#servers.entries()) {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) await this.begin(n)
    }
  }

  async end(): Promise<void> {
    for (const server of this.#servers) if (server !== undefined) await killServer(server)
  }
}

const strike = async (cluster: Cluster, fault: Fault, freeze: (millis: number) => Promise<void>): Promise<void> => {
  if (fault === "restart all") {
    for (const n of cluster.ports.keys()) {
      await cluster.stop(n)
      await cluster.begin(n)
      await pause(1_000)
    }
    return
  }
  const n = await cluster.owner()
  if (fault === "kill") {
    await cluster.kill(n)
    await pause(SLEEP_MS)
  } else if (fault === "sleep") {
    cluster.signal(n, "SIGSTOP")
    await pause(SLEEP_MS)
    cluster.signal(n, "SIGCONT")
    await pause(3_000)
  } else if (fault === "stop") await cluster.stop(n)
  else await freeze(SLEEP_MS)
  await cluster.revive()
}

/** What is stored of the changes: every acknowledged key once, and no change without a key that was sent. */
const check = (url: string, travelers: ReadonlyArray<Traveler>, told: Told) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const trips = travelers.map(({ trip }) => trip!.id)
    const changes = sql<{ key: string | null; n: number }>`
      select idempotency_key as key, count(*)::int as n from trip_events
      where trip_id::text = any(${trips}::text[]) and idempotency_key is not null group by 1`
    const until = Date.now() + SETTLE_MS
    for (;;) {
      const rows = yield* changes
      const stored = new Map(rows.map(({ key, n }) => [key!, n]))
      const lost = [...told.acknowledged].filter((key) => !stored.has(key)).length
      if (lost > 0 && Date.now() < until) {
        yield* Effect.sleep("500 millis")
        continue
      }
      const [gaps] = yield* sql<{ n: number }>`
        select count(*)::int as n from (
          select trip_id from trip_events where trip_id::text = any(${trips}::text[])
          group by trip_id having count(*) <> max(seq)) as torn`
      return { lost, twice: rows.filter(({ n }) => n > 1).length, torn: gaps!.n, stored: stored.size }
    }
  }).pipe(Effect.provide(layer(Redacted.make(url))))

const round = (seed: number, fault: Fault, people: number) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-nodes-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const database = yield* ownPostgres(folder)
    const freeze = async (millis: number) => {
      process.kill(database.pid, "SIGSTOP")
      await pause(millis)
      process.kill(database.pid, "SIGCONT")
    }
    const cluster = new Cluster(folder, database.url)
    yield* Effect.addFinalizer(() => Effect.promise(() => cluster.end()))
    const random = seededRandom(seed)
    const told = tell()
    const travelers = Array.from({ length: people }, () => new Traveler(() => cluster.alive(), random))
    yield* Effect.promise(async () => {
      for (const n of [0, 1, 2]) await cluster.begin(n)
      const today = new Date().toISOString().slice(0, 10)
      for (const one of travelers) await one.begin("seattle", today)
      let over = false
      let until = Number.POSITIVE_INFINITY
      const work = Promise.all(
        travelers.map((one) =>
          one.work(
            told,
            () => over,
            () => until
          )
        )
      )
      await pause(2_000)
      await strike(cluster, fault, freeze)
      await pause(3_000)
      over = true
      until = performance.now() + 20_000
      await work
    })
    return { fault, seed, told, ...(yield* check(database.url, travelers, told)) }
  }).pipe(Effect.scoped)

type Round = Effect.Success<ReturnType<typeof round>>

const sum = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((all, one) => all + one, 0)

const report = (rounds: ReadonlyArray<Round>): Report => {
  const lost = rounds.reduce((all, one) => all + one.lost, 0)
  const twice = rounds.reduce((all, one) => all + one.twice + one.torn, 0)
  const deploys = rounds.filter(({ fault }) => fault === "restart all")
  const failed = deploys.reduce((all, { told }) => all + sum(told.failedPivots), 0)
  const held = Math.max(0, ...deploys.map(({ told }) => percentile(told.writeMillis, 0.99)))
  return {
    tables: [
      {
        title: "Rounds",
        columns: [
          "fault",
          "seed",
          "acknowledged",
          "lost",
          "twice",
          "torn",
          "write p50 ms",
          "write p99 ms",
          "longest ms",
          "pivots",
          "failed"
        ],
        rows: rounds.map(({ fault, lost, seed, told, torn, twice }) => [
          fault,
          seed,
          told.acknowledged.size,
          lost,
          twice,
          torn,
          percentile(told.writeMillis, 0.5),
          percentile(told.writeMillis, 0.99),
          Math.max(0, ...told.writeMillis),
          told.pivotMillis.length,
          sum(told.failedPivots)
        ])
      }
    ],
    bars: [
      {
        name: "acknowledged writes that are not stored",
        wanted: "0",
        measured: String(lost),
        limit: 0,
        value: lost,
        met: lost === 0
      },
      {
        name: "changes stored twice, trips with a gap",
        wanted: "0",
        measured: String(twice),
        limit: 0,
        value: twice,
        met: twice === 0
      },
      ...(deploys.length === 0
        ? []
        : [
            {
              name: "failed pivots while all are restarted",
              wanted: "0",
              measured: String(failed),
              limit: 0,
              value: failed,
              met: failed === 0
            },
            {
              name: "writes while all are restarted, p99",
              wanted: "at most 250 ms",
              measured: `${Math.round(held)} ms`,
              limit: 250,
              value: held,
              met: held <= 250
            }
          ])
    ],
    notes: rounds.flatMap(({ fault, seed, told }) =>
      [...told.failedPivots, ...told.refusedWrites].map(([what, n]) => `${fault} ${seed}: ${n} × ${what}`)
    )
  }
}

export const benchmark: Benchmark = {
  summary: "three servers on one database: kills, sleeps, restarts, a frozen database; judged from outside",
  options: [
    "--rounds <n>  of each fault, and of a restart of all (1)",
    "--faults <…>  some of kill, sleep, stop, freeze the database, restart all, separated by commas (all)",
    "--people <n>  travelers (20)",
    "--seed <n>    of the first round (1)"
  ],
  run: async (args) => {
    const rounds = numberFlag(args, "rounds", 1)
    const people = numberFlag(args, "people", 20)
    const seed = numberFlag(args, "seed", 1)
    const all: ReadonlyArray<Fault> = [...FAULTS, "restart all"]
    const asked = flag(args, "faults")?.split(",")
    const faults = all.filter((fault) => asked?.includes(fault) ?? true)
    if (faults.length === 0) throw new NotMeasured(`--faults takes some of ${all.join(", ")}, separated by commas.`)
    const done: Array<Round> = []
    for (let n = 0; n < rounds; n++) {
      for (const fault of faults) {
        done.push(await Effect.runPromise(round(seed + n, fault, people)))
      }
    }
    return report(done)
  }
}
