/**
 * How much memory data sets take to build of many signals: slates, plans and offers of made-up travelers, in a database of the
 * benchmark's own. Each data set is built by the command that an operator runs, and its peak is the kernel's.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { type Benchmark, flag, numberFlag } from "../benchmark.ts"
import { ownPostgres } from "../postgres.ts"
import { SECRET } from "../server.ts"
import { type Filled, fill, filled } from "./fill.ts"

const MAIN = join(import.meta.dirname, "../../src/main.ts")
const ALLOWED_MB = 500
/** Those that grow with what travelers do. */
const NAMES = ["sequences", "bpr_triples", "planner", "pivot_acceptance"]
const LOOK_MILLIS = 20

interface Ended {
  readonly code: number | null
  readonly said: string
  readonly peakMb: number
  readonly seconds: number
}

/** Runs a command of ours to its end and gives the most memory it ever held: nothing where there is no /proc. */
const command = async (env: NodeJS.ProcessEnv, ...args: ReadonlyArray<string>): Promise<Ended> => {
  const began = performance.now()
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"]
  })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part))
  const ended = once(child, "close") as Promise<[number | null]>
  let peakMb = 0
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const held = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))
      peakMb = Math.max(peakMb, Number(held?.[1] ?? 0) / 1024)
    } catch {
      // It has just ended, or this is no Linux.
    }
    await wait(LOOK_MILLIS)
  }
  const [code] = await ended
  return { code, said, peakMb, seconds: (performance.now() - began) / 1000 }
}

const measure = (all: Filled, names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "overplanned-bench-datasets-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const { url } = yield* ownPostgres(folder)
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      OVERPLANNED_DATA_DIR: join(folder, "data"),
      DATASETS_DIR: join(folder, "datasets"),
      DATABASE_URL: url,
      AUTH_SECRET: SECRET
    }
    const seeded = yield* Effect.promise(() => command(env, "seed-city", "--city", "seattle"))
    if (seeded.code !== 0) throw new Error(`The city could not be seeded: ${seeded.said}`)
    yield* Effect.provide(fill(all), postgres(Redacted.make(url)))
    const built: Array<Ended & { readonly name: string; readonly rows: number }> = []
    for (const name of names) {
      const ended = yield* Effect.promise(() => command(env, "build-dataset", name, "--keep-refused", "--json"))
      const report = /The report is (\S+\.md)/.exec(ended.said)?.[1]
      const rows =
        report === undefined
          ? Object.values(JSON.parse(ended.said.trim().split("\n").at(-1)!).rows as Record<string, number>).reduce(
              (sum, n) => sum + n,
              0
            )
          : Number(/^(\d+) rows in/m.exec(readFileSync(report, "utf8"))![1])
      built.push({ ...ended, name, rows })
    }
    return built
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"), Effect.runPromise)

export const benchmark: Benchmark = {
  summary: "data sets of a million signals: the memory that they take to build, and how long",
  options: [
    "--signals <count>   (1,000,000)",
    "--trips <count>     of each traveler, who also swipes through eight slates (1)",
    `--only <name>       one of ${NAMES.join(", ")}; all where it is not given`
  ],
  run: async (args) => {
    const signals = numberFlag(args, "signals", 1_000_000)
    const only = flag(args, "only")
    const all = filled(signals, numberFlag(args, "trips", 1))
    const built = await measure(all, only === undefined ? NAMES : [only])
    return {
      tables: [
        {
          title: `Data sets of ${signals.toLocaleString("en-US")} signals: ${all.people} travelers, ${all.slates} slates, ${all.trips} trips`,
          columns: ["data set", "rows", "seconds", "memory at most, MB"],
          rows: built.map(({ name, peakMb, rows, seconds }) => [name, rows, seconds, peakMb])
        }
      ],
      bars: built.map(({ name, peakMb }) => ({
        name: `memory to build ${name}`,
        wanted: `≤ ${ALLOWED_MB} MB`,
        measured: `${Math.round(peakMb)} MB`,
        met: peakMb > 0 && peakMb <= ALLOWED_MB
      })),
      figures: Object.fromEntries(built.map(({ name, peakMb }) => [`${name}_mb`, peakMb]))
    }
  }
}
