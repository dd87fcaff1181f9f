/**
 * Three servers on one database, with faults, judged from outside: whatever was acknowledged is stored exactly once, streams have no
 * gap that they are not told of, and pivots are answered by whoever lives. One more round restarts all three under load, as a deploy does.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { seededRandom } from "../../src/domain/basics/random.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { followsItsTrip, type Promised } from "../../test/chaos/travelers.ts"
import { type Benchmark, flag, NotMeasured, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { BREAKS } from "./break.ts"
import { check, type Epochs, storedKeys, tripsStored, watchEpochs } from "./check.ts"
import { Cluster, pause, starve } from "./cluster.ts"
import { FAULT_NAMES, FAULTS, type FaultName, type Ground } from "./faults.ts"
import { figuresOf, figuresReport } from "./figures.ts"
import { releaseOf } from "./release-before.ts"
import { Gate, Traveler, tell } from "./travelers.ts"

/** Faults that a drawn run strikes with, one after another. */
const DRAWN_FAULTS = 2

/** Longest that travelers insist on what they have begun when a run ends. */
const INSIST_MS = 20_000

interface Run {
  readonly seed: number
  readonly faults: ReadonlyArray<FaultName>
  readonly starved: boolean
  readonly people: number
  readonly databaseAwayMillis: number
  readonly broken: string | undefined
  /** The release that servers are of at first. */
  readonly before: string | undefined
}

const streamsOf = (cluster: Cluster, random: () => number, over: () => boolean, travelers: ReadonlyArray<Traveler>) => {
  const broken: Array<string> = []
  const promised: Promised = {
    writes: new Map(),
    signals: new Set(),
    pivots: 0,
    unanswered: [],
    plans: 0,
    unplanned: [],
    broken
  }
  const url = () => {
    const ports = cluster.alive()
    return `http://127.0.0.1:${ports[Math.floor(random() * ports.length)]}`
  }
  const around = { url, direct: url, over, now: { healthy: false, complete: false } }
  const following = travelers.map((one) =>
    followsItsTrip(around, promised, { id: one.id, token: one.token } as Parameters<typeof followsItsTrip>[2], one.trip)
  )
  return { broken, following: Promise.all(following) }
}

const run = ({ before, broken, databaseAwayMillis, faults, people, seed, starved }: Run) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-nodes-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const older = before === undefined ? undefined : releaseOf(before, folder)
    const database = yield* ownPostgres(folder, older === undefined ? undefined : join(older, "sql"))
    const cluster = new Cluster(folder, database.url, { before: older, broken })
    yield* Effect.addFinalizer(() => Effect.promise(() => cluster.end()))
    const random = seededRandom(seed)
    const told = tell()
    const gate = new Gate()
    const forgone = new Set<string>()
    const epochs: Epochs = { last: 0, moves: 0, fell: 0 }
    const travelers = Array.from({ length: people }, () => new Traveler(() => cluster.alive(), random))
    const sql = layer(Redacted.make(database.url), { maxConnections: 2 })
    const ground: Ground = {
      cluster,
      database: {
        pid: () => database.pid,
        stop: () => Effect.runPromise(database.stop),
        start: () => Effect.runPromise(database.start)
      },
      databaseAwayMillis,
      hold: () => gate.close(),
      forgo: async () => {
        const stored = await Effect.runPromise(Effect.provide(storedKeys(travelers), sql))
        for (const key of told.acknowledged) if (!stored.has(key)) forgone.add(key)
        for (const key of told.unknown) if (!stored.has(key)) forgone.add(key)
      }
    }
    const streams = yield* Effect.promise(async () => {
      for (const n of [0, 1, 2]) await cluster.begin(n)
      const today = new Date().toISOString().slice(0, 10)
      for (const one of travelers) await one.begin("seattle", today)
      await Effect.runPromise(Effect.provide(tripsStored(travelers), sql))
      let over = false
      let until = Number.POSITIVE_INFINITY
      const watching = Effect.runFork(Effect.provide(watchEpochs(epochs), sql))
      const { broken, following } = streamsOf(cluster, random, () => over, travelers)
      const work = travelers.map((one) =>
        one.work(
          told,
          gate,
          () => over,
          () => until
        )
      )
      await pause(2_000)
      const fed = starved ? starve() : () => {}
      try {
        for (const fault of faults) {
          await FAULTS[fault](ground)
          await pause(3_000)
        }
      } finally {
        fed()
      }
      over = true
      until = performance.now() + INSIST_MS
      await Promise.all(work)
      await following
      watching.interruptUnsafe()
      return broken
    })
    const found = yield* Effect.provide(check(travelers, told, forgone), sql)
    return { faults, seed, starved, told, streams, epochs, forgone: forgone.size, ...found }
  }).pipe(Effect.scoped)

/** Two servers that nothing disturbs: what it costs that one passes on to the other. */
const undisturbed = (calls: number) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-nodes-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const database = yield* ownPostgres(folder)
    const cluster = new Cluster(folder, database.url, { before: undefined, broken: undefined })
    yield* Effect.addFinalizer(() => Effect.promise(() => cluster.end()))
    return yield* Effect.promise(async () => {
      for (const n of [0, 1]) await cluster.begin(n)
      const owner = await cluster.owner()
      const one = new Traveler(() => [cluster.port(owner)], seededRandom(1))
      await one.begin("seattle", new Date().toISOString().slice(0, 10))
      return await figuresOf(cluster, one, calls)
    })
  }).pipe(Effect.scoped)

type Done = Effect.Success<ReturnType<typeof run>>

const sum = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((all, one) => all + one, 0)

const none = (name: string, value: number) => ({
  name,
  wanted: "0",
  measured: String(value),
  limit: 0,
  value,
  met: value === 0
})

const barsOf = (runs: ReadonlyArray<Done>): Report["bars"] => {
  const total = (of: (one: Done) => number) => runs.reduce((all, one) => all + of(one), 0)
  const correct = [
    none(
      "acknowledged writes that are not stored",
      total(({ lost }) => lost)
    ),
    none(
      "changes stored twice, trips with a gap",
      total(({ torn, twice }) => torn + twice)
    ),
    none(
      "changes stored although they were given up",
      total(({ back }) => back)
    ),
    none(
      "streams with a gap that they were not told of",
      total(({ streams }) => streams.length)
    ),
    none(
      "epochs that fell",
      total(({ epochs }) => epochs.fell)
    )
  ]
  const deploys = runs.filter(({ faults }) => faults.every((one) => one === "restart all"))
  if (deploys.length === 0) return correct
  const held = Math.max(0, ...deploys.map(({ told }) => percentile(told.writeMillis, 0.99)))
  return [
    ...correct,
    none(
      "failed pivots while all are restarted",
      deploys.reduce((all, { told }) => all + sum(told.failedPivots), 0)
    ),
    {
      name: "writes while all are restarted, p99",
      wanted: "at most 250 ms",
      measured: `${Math.round(held)} ms`,
      limit: 250,
      value: held,
      met: held <= 250
    }
  ]
}

const report = (runs: ReadonlyArray<Done>): Report => ({
  tables: [
    {
      title: "Runs",
      columns: [
        "faults",
        "seed",
        "starved",
        "acknowledged",
        "lost",
        "twice",
        "torn",
        "given up",
        "back",
        "gaps",
        "owners",
        "write p50 ms",
        "write p99 ms",
        "longest ms",
        "pivots",
        "failed"
      ],
      rows: runs.map(({ back, epochs, faults, forgone, lost, seed, starved, streams, told, torn, twice }) => [
        faults.join(", "),
        seed,
        starved ? "yes" : "",
        told.acknowledged.size,
        lost,
        twice,
        torn,
        forgone,
        back,
        streams.length,
        epochs.moves,
        percentile(told.writeMillis, 0.5),
        percentile(told.writeMillis, 0.99),
        Math.max(0, ...told.writeMillis),
        told.pivotMillis.length,
        sum(told.failedPivots)
      ])
    }
  ],
  bars: barsOf(runs),
  notes: runs.flatMap(({ faults, seed, streams, told }) => [
    ...[...told.failedPivots, ...told.refusedWrites].map(([what, n]) => `${faults.join(", ")} ${seed}: ${n} × ${what}`),
    ...streams.map((what) => `${faults.join(", ")} ${seed}: ${what}`)
  ])
})

const runsOf = (args: ReadonlyArray<string>): ReadonlyArray<Pick<Run, "faults" | "seed" | "starved">> => {
  const seed = numberFlag(args, "seed", 1)
  const drawn = numberFlag(args, "drawn", 0)
  const asked = flag(args, "faults")?.split(",")
  const faults = FAULT_NAMES.filter((fault) => asked?.includes(fault) ?? true)
  if (faults.length === 0)
    throw new NotMeasured(`--faults takes some of ${FAULT_NAMES.join(", ")}, separated by commas.`)
  if (drawn === 0) {
    const rounds = numberFlag(args, "rounds", 1)
    return Array.from({ length: rounds }, (_, n) =>
      faults.map((fault) => ({ faults: [fault], seed: seed + n, starved: false }))
    ).flat()
  }
  return Array.from({ length: drawn }, (_, n) => {
    const random = seededRandom(seed + n)
    const picked = Array.from({ length: DRAWN_FAULTS }, () => faults[Math.floor(random() * faults.length)]!)
    return { faults: picked, seed: seed + n, starved: n % 2 === 1 }
  })
}

export const benchmark: Benchmark = {
  summary:
    "three servers on one database: what passing on costs; kills, sleeps, cut cables, restarts, a database that is away; judged from outside",
  options: [
    "--rounds <n>   of each fault, and of a restart of all (1)",
    "--drawn <n>    in place of that: runs that each draw two faults, every second one starved of processor time (0)",
    `--faults <…>   some of ${FAULT_NAMES.join(", ")}, separated by commas (all)`,
    "--calls <n>    calls that one server passes on to another, measured before any fault (1000; 0: none)",
    "--people <n>   travelers (20)",
    "--away <s>     how long the database is away (9)",
    "--seed <n>     of the first run (1)",
    "--before <…>   a commit: every server is as of that one at first, and again at every second start; two restarts of all are an upgrade and the way back",
    `--break <…>    put a defect into the servers, which has to be found: ${Object.keys(BREAKS).join(" or ")}`
  ],
  run: async (args) => {
    const people = numberFlag(args, "people", 20)
    const databaseAwayMillis = numberFlag(args, "away", 9) * 1_000
    const broken = flag(args, "break")
    const before = flag(args, "before")
    if (broken !== undefined && BREAKS[broken] === undefined)
      throw new NotMeasured(`--break takes one of ${Object.keys(BREAKS).join(", ")}.`)
    const calls = numberFlag(args, "calls", 1_000, true)
    const figures = calls === 0 ? undefined : figuresReport(await Effect.runPromise(undisturbed(calls)))
    const done: Array<Done> = []
    for (const one of runsOf(args)) {
      done.push(await Effect.runPromise(run({ ...one, people, databaseAwayMillis, before, broken })))
    }
    const { bars, notes, tables } = report(done)
    if (figures === undefined) return { bars, notes: notes ?? [], tables }
    return { bars: [...figures.bars, ...bars], notes: notes ?? [], tables: [figures.table, ...tables] }
  }
}
