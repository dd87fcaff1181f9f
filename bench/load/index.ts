/**
 * What people do all day, by many at once, against the whole server: trips, swaps, signals and reads, driven by autocannon.
 * Each connection is a traveler with a trip of their own. Of every signal that was acknowledged it is asked afterwards whether
 * it stands in PostgreSQL.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { type Bar, type Benchmark, flag, NotMeasured, numberFlag, type Report } from "../benchmark.ts"
import { cpuMillis } from "../cpu.ts"
import { onOwnServer } from "../own-server.ts"
import { drive, type Run } from "./drive.ts"
import { writeHars } from "./har.ts"
import { picture } from "./picture.ts"
import { SCENARIOS, type Scenario } from "./scenarios.ts"
import { newcomers, type Traveler, tokensIn, travelersOf } from "./travelers.ts"

const TRAVELERS = 200
/** Longest that the journal may take to bring into PostgreSQL what was acknowledged. */
const DRAIN_MS = 120_000
const LOOK_EVERY_MS = 500
const IDS_AT_ONCE = 10_000

/** How many of these signals do not stand in PostgreSQL, when all do or the time is up. */
const missingSignals = (database: string, acked: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    let left = [...acked]
    const deadline = Date.now() + DRAIN_MS
    while (left.length > 0) {
      const still: Array<string> = []
      for (let from = 0; from < left.length; from += IDS_AT_ONCE) {
        const ids = left.slice(from, from + IDS_AT_ONCE)
        const rows = yield* sql<{ id: string }>`
          select id from behavioral_signals where id = any(${`{${ids.join(",")}}`}::uuid[])`
        const there = new Set(rows.map(({ id }) => id))
        still.push(...ids.filter((id) => !there.has(id)))
      }
      left = still
      if (left.length === 0 || Date.now() > deadline) break
      yield* Effect.sleep(LOOK_EVERY_MS)
    }
    return left.length
  }).pipe(Effect.provide(layer(Redacted.make(database))), Effect.runPromise)

interface Outcome {
  readonly scenario: Scenario
  readonly run: Run
  /** Acknowledged signals that PostgreSQL does not hold; absent where nobody could be asked. */
  readonly missing: number | undefined
  /** The server's own time for each request; absent where it is not ours to look into. */
  readonly cpuMs: number | undefined
}

/** Where it is sent, and what of it may be looked into. */
interface Target {
  readonly url: string
  readonly database: string | undefined
  readonly pid?: number
}

const measure = async (
  { database, pid, url }: Target,
  scenarios: ReadonlyArray<Scenario>,
  travelers: ReadonlyArray<Traveler>,
  seconds: number
): Promise<ReadonlyArray<Outcome>> => {
  const outcomes: Array<Outcome> = []
  for (const scenario of scenarios) {
    const before = pid === undefined ? 0 : cpuMillis(pid)
    const run = await drive(url, scenario, travelers, seconds)
    const cpuMs = pid === undefined ? undefined : (cpuMillis(pid) - before) / Math.max(1, run.measured.requests)
    const asked = scenario.fresh !== undefined && database !== undefined
    const missing = asked ? await missingSignals(database, run.acked) : undefined
    outcomes.push({ scenario, run, missing, cpuMs })
  }
  return outcomes
}

const barsOf = ({ missing, run, scenario }: Outcome): ReadonlyArray<Bar> => {
  const { answered, connections, failed, p95_ms } = run.measured
  const bars: Array<Bar> = []
  if (scenario.limitMs !== undefined) {
    bars.push({
      name: `${connections} ${scenario.name} at once, p95`,
      wanted: `below ${scenario.limitMs} ms`,
      measured: `${p95_ms} ms`,
      limit: scenario.limitMs,
      value: p95_ms,
      met: answered > 0 && p95_ms < scenario.limitMs && failed === 0
    })
  }
  if (missing !== undefined) {
    bars.push({
      name: `${connections} at once: acknowledged signals that PostgreSQL lacks`,
      wanted: "0",
      measured: `${missing} of ${run.acked.size}`,
      limit: 0,
      value: missing,
      met: missing === 0 && run.acked.size > 0 && failed === 0
    })
  }
  return bars
}

const reportOf = (outcomes: ReadonlyArray<Outcome>): Report => {
  const folder = join(import.meta.dirname, "../results")
  mkdirSync(folder, { recursive: true })
  const drawn = join(folder, "load.svg")
  writeFileSync(drawn, picture(outcomes))
  return {
    tables: [
      {
        title: "The whole server under load; generator, server and PostgreSQL on one machine",
        columns: [
          "scenario",
          "at once",
          "requests",
          "a second",
          "p50, ms",
          "p95, ms",
          "p99, ms",
          "server CPU, ms",
          "refused",
          "failed"
        ],
        rows: outcomes.map(({ cpuMs, run: { measured: m } }) => [
          m.scenario,
          m.connections,
          m.requests,
          m.requests_per_second,
          m.p50_ms,
          m.p95_ms,
          m.p99_ms,
          cpuMs ?? "",
          m.refused,
          m.failed
        ])
      }
    ],
    bars: outcomes.flatMap(barsOf),
    notes: [
      `Drawn in ${drawn}.`,
      ...(outcomes.some(({ missing, scenario }) => scenario.fresh !== undefined && missing === undefined)
        ? ["Whether acknowledged signals stand in PostgreSQL was not asked: set DATABASE_URL to the server's."]
        : [])
    ],
    figures: {
      scenarios: Object.fromEntries(
        outcomes.map(({ cpuMs, missing, run, scenario }) => [
          scenario.name,
          {
            ...run.measured,
            server_cpu_ms: cpuMs ?? null,
            ...(scenario.fresh === undefined ? {} : { acknowledged: run.acked.size, missing: missing ?? null })
          }
        ])
      )
    }
  }
}

const hars = (
  folder: string,
  url: string,
  travelers: ReadonlyArray<Traveler>,
  scenarios: ReadonlyArray<Scenario>
): Report => {
  const files = writeHars(folder, url, travelers, scenarios)
  return {
    tables: [
      { title: "Archives", columns: ["scenario", "by hand"], rows: files.map((one) => [one.scenario, one.command]) }
    ],
    bars: [],
    measured: false,
    notes: [
      "By hand, each connection sends the whole file from its beginning, so all of them are the same travelers at the same time; signals keep their ids, so that what comes again is answered and not stored again; what was acknowledged is not looked for; and p95 is not told, only 97.5. Tokens, trips and stops are of this server, and end with their hours: whoever holds the files is those travelers. Set RATE_LIMIT=off for the server, or the limit is what is measured."
    ]
  }
}

const chosen = (args: ReadonlyArray<string>): ReadonlyArray<Scenario> => {
  const name = flag(args, "scenario")
  if (name === undefined) return SCENARIOS
  const found = SCENARIOS.filter((scenario) => scenario.name === name)
  if (found.length > 0) return found
  throw new NotMeasured(`There is no scenario "${name}": ${SCENARIOS.map((one) => one.name).join(", ")}.`)
}

export const benchmark: Benchmark = {
  summary: "trips, swaps, signals and reads by many at once, driven by autocannon; archives for autocannon by hand",
  options: [
    "--scenario <name>     one of trips, swaps, signals, reads (all of them)",
    "--seconds <count>     of signals and reads (10); trips and swaps are so many for each connection",
    `--travelers <count>   with a trip each (${TRAVELERS})`,
    "--url <server>        a running server in place of one of its own; DATABASE_URL is asked for its signals",
    "--tokens <file>       of that server's travelers, as token --count 200 --json writes them; else a demo's door is tried",
    "--har <folder>        writes <scenario>.har for that server and measures nothing; then, by hand:",
    "                      npx autocannon --har <folder>/reads.har -c 100 -d 10 <server>"
  ],
  run: async (args) => {
    const scenarios = chosen(args)
    const seconds = numberFlag(args, "seconds", 10)
    const count = numberFlag(args, "travelers", TRAVELERS)
    const given = flag(args, "url")
    const folder = flag(args, "har")
    if (given === undefined) {
      if (folder !== undefined) throw new NotMeasured("--har wants a running server: say which with --url.")
      return onOwnServer("load", count, async (target) =>
        reportOf(await measure(target, scenarios, await travelersOf(target.url, target.tokens), seconds))
      )
    }
    const url = new URL(given).origin
    const file = flag(args, "tokens")
    const tokens = file === undefined ? await newcomers(url, count) : tokensIn(file).slice(0, count)
    const travelers = await travelersOf(url, tokens)
    if (folder !== undefined) return hars(folder, url, travelers, scenarios)
    return reportOf(await measure({ url, database: process.env["DATABASE_URL"] }, scenarios, travelers, seconds))
  }
}
