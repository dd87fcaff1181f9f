/**
 * How much memory data sets take to build of many signals: discovery slates of made-up travelers, each place of them swiped, in a
 * database of the benchmark's own. Each data set is built by the command that an operator runs, and its peak is the kernel's.
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
import { SqlClient } from "effect/sql/SqlClient"
import { layer as postgres } from "../../src/layers/postgres/client.ts"
import { type Benchmark, flag, numberFlag } from "../benchmark.ts"
import { ownPostgres } from "../postgres.ts"
import { SECRET } from "../server.ts"

const MAIN = join(import.meta.dirname, "../../src/main.ts")
const ALLOWED_MB = 500
const SLATE = 10
const SLATES_EACH = 10
/** Those that read signals and what became of decisions. */
const NAMES = ["sequences", "bpr_triples"]
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

/** Slates of ten places each, ten for each traveler, and a swipe for each place of them with what it says. */
const fill = Effect.fnUntraced(function* (signals: number) {
  const sql = yield* SqlClient
  const slates = Math.ceil(signals / SLATE)
  const people = Math.ceil(slates / SLATES_EACH)
  yield* sql`set statement_timeout = 0`
  yield* sql`insert into users (id) select md5('user ' || n)::uuid from generate_series(0, ${people - 1}::int) n`
  yield* sql`
    insert into ranking_events (id, user_id, session_id, surface, model_name, model_version, candidate_ids, ranked_ids,
      selected_ids, scores, propensities, latency_ms, occurred_at)
    select md5('slate ' || s)::uuid, md5('user ' || s % ${people}::int)::uuid, md5('session ' || s)::uuid, 'discovery', 'made', '1',
      ids, ids, '{}', array_fill(0.5::real, array[${SLATE}::int]), array_fill(1::real, array[${SLATE}::int]), 1,
      now() - make_interval(secs => 10 * (${slates}::int - s))
    from generate_series(0, ${slates - 1}::int) s
      cross join (select array_agg(id order by id) as nodes from activity_nodes where retired_at is null) known
      cross join lateral (select array_agg(nodes[1 + (s * 17 + s / 251 + i * 7) % cardinality(nodes)] order by i) as ids
        from generate_series(0, ${SLATE - 1}::int) i) chosen`
  yield* sql`
    insert into behavioral_signals (id, user_id, signal_type, activity_node_id, session_id, source, weight, occurred_at)
    select md5(r.id || ' ' || i)::uuid, r.user_id,
      case when (i + r.latency_ms::int) % 3 = 0 then 'discovery_swipe_right' else 'discovery_swipe_left' end, node, r.session_id, 'app', 1,
      r.occurred_at + make_interval(secs => i * 0.5)
    from ranking_events r, unnest(r.candidate_ids) with ordinality as c(node, i)`
  yield* sql`
    insert into decision_outcomes (id, decision_id, user_id, session_id, activity_node_id, outcome, occurred_at)
    select s.id, r.id, s.user_id, s.session_id, s.activity_node_id,
      case s.signal_type when 'discovery_swipe_right' then 'swiped_right' else 'swiped_left' end, s.occurred_at
    from behavioral_signals s join ranking_events r on r.session_id = s.session_id`
  yield* sql`analyze`
})

const measure = (signals: number, names: ReadonlyArray<string>) =>
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
    yield* Effect.provide(fill(signals), postgres(Redacted.make(url)))
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
    `--only <name>       one of ${NAMES.join(", ")}; both where it is not given`
  ],
  run: async (args) => {
    const signals = numberFlag(args, "signals", 1_000_000)
    const only = flag(args, "only")
    const built = await measure(signals, only === undefined ? NAMES : [only])
    return {
      tables: [
        {
          title: `Data sets of ${signals.toLocaleString("en-US")} signals`,
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
