/** Plans: 400 trips judged by an evaluator of its own, beside what the planner before this one made of them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import type { Assembly } from "../../src/domain/itinerary/model.ts"
import type { PlanningCity } from "../../test/support/generated-city.ts"
import { type Bar, type Benchmark, flag, median, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { againstLongSearch, frontOf } from "./front.ts"
import { importedCities } from "./imported.ts"
import { judge, type Verdict } from "./judge.ts"
import { watchSteps } from "./steps.ts"
import { tripsToJudge } from "./trips.ts"

const BEFORE = join(import.meta.dirname, "before.json")

interface Figures {
  readonly faults: number
  readonly days: number
  readonly fed: number
  /** Days with a gap over ninety minutes, and the share of the days' minutes that gaps over 45 minutes take. */
  readonly holes: number
  readonly gapMinutes: number
  readonly minutes: number
  readonly lateMornings: number
  /** Days that begin before ten, and those of them with food or coffee before eleven. */
  readonly early?: number
  readonly breakfasts?: number
  readonly open: number
  readonly unlikely?: number
  readonly stops: number
  /** By trip: way in minutes per day, taste. */
  readonly ways: ReadonlyArray<number>
  readonly kms: ReadonlyArray<number>
  readonly tastes: ReadonlyArray<number>
  /** Minutes on the way that one day in ten, and one in fifty, has more of. */
  readonly longWays?: readonly [number, number]
}

const FREE = 45
const HOLE = 90

const beyond = (days: ReadonlyArray<{ readonly way: number }>, part: number): number =>
  days.map((day) => day.way).sort((a, b) => b - a)[Math.floor(part * days.length)] ?? 0

const figuresOf = (verdicts: ReadonlyArray<Verdict>): Figures => {
  const days = verdicts.flatMap((verdict) => verdict.days)
  const round = (value: number) => Math.round(value * 100) / 100
  return {
    faults: verdicts.filter((verdict) => verdict.faults.length > 0).length,
    days: days.length,
    fed: days.filter((day) => day.fed).length,
    holes: days.filter((day) => day.gaps.some((gap) => gap > HOLE)).length,
    gapMinutes: days.reduce((sum, day) => sum + day.gaps.filter((gap) => gap > FREE).reduce((a, b) => a + b, 0), 0),
    minutes: days.reduce((sum, day) => sum + day.minutes, 0),
    lateMornings: days.filter((day) => day.idle > HOLE).length,
    early: days.filter((day) => day.breakfast !== undefined).length,
    breakfasts: days.filter((day) => day.breakfast === true).length,
    open: verdicts.reduce((sum, verdict) => sum + verdict.open, 0),
    unlikely: verdicts.reduce((sum, verdict) => sum + verdict.unlikely, 0),
    stops: verdicts.reduce((sum, verdict) => sum + verdict.stops, 0),
    ways: verdicts.map((verdict) => round(verdict.days.reduce((sum, day) => sum + day.way, 0) / verdict.days.length)),
    kms: verdicts.map((verdict) => round(verdict.days.reduce((sum, day) => sum + day.km, 0) / verdict.days.length)),
    tastes: verdicts.map((verdict) => round(verdict.taste)),
    longWays: [beyond(days, 0.1), beyond(days, 0.02)]
  }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const folder = flag(args, "data")
  const imported = folder === undefined ? undefined : await importedCities(folder)
  const trips = tripsToJudge(numberFlag(args, "trips", 400), imported)
  for (const { input } of trips.slice(0, 30)) assemble(input)
  const costs: Array<number> = []
  const outs: Array<Assembly> = []
  for (const { input } of trips) {
    const began = process.cpuUsage()
    outs.push(assemble(input))
    const { user, system } = process.cpuUsage(began)
    if (input.days.length === 3) costs.push((user + system) / 1000)
  }
  const watch = watchSteps()
  for (const { input } of trips) watch.planned(input)
  const steps = await watch.bar()
  const verdicts = trips.map((trip, at) => judge(trip, outs[at]!.stops))
  const now = figuresOf(verdicts)
  if (flag(args, "keep") !== undefined) writeFileSync(BEFORE, `${JSON.stringify(now)}\n`)
  if (imported !== undefined) return importedReport(imported, trips.length, now, steps, p95Of(costs))
  const before = existsSync(BEFORE) ? (JSON.parse(readFileSync(BEFORE, "utf8")) as Figures) : now
  const taste = (figures: Figures) => figures.tastes.slice(0, trips.length).reduce((sum, one) => sum + one, 0)
  const way = (figures: Figures) => median(figures.ways.slice(0, trips.length))
  const km = (figures: Figures) => median(figures.kms.slice(0, trips.length))
  const dominated = trips.filter(
    (_, at) => before.ways[at]! < now.ways[at]! && before.tastes[at]! > now.tastes[at]!
  ).length
  const front = numberFlag(args, "front", 120, true)
  const long = numberFlag(args, "long", 0, true)
  const rows = (name: string, of: (figures: Figures) => string | number) => [name, of(before), of(now)]
  const p95 = p95Of(costs)
  return {
    tables: [
      {
        title: `${trips.length} trips, before and now`,
        columns: ["", "before", "now"],
        rows: [
          rows("trips with a hard violation", (f) => f.faults),
          rows("days fed at the city's hours", (f) => share(f.fed, f.days)),
          rows("days with a hole over 90 minutes", (f) => share(f.holes, f.days)),
          rows("gaps over 45 minutes, of the day", (f) => share(f.gapMinutes, f.minutes)),
          rows("days that begin 90 minutes late or more", (f) => share(f.lateMornings, f.days)),
          rows("days that begin before ten with food before eleven", (f) =>
            f.early === undefined ? "-" : share(f.breakfasts ?? 0, f.early)
          ),
          rows("way per day, median minutes", (f) => way(f).toFixed(1)),
          rows(
            "minutes on the way that one day in ten, one in fifty has more of",
            (f) => f.longWays?.join(", ") ?? "-"
          ),
          rows("way per day, median km", (f) => median(f.kms).toFixed(2)),
          rows("stops", (f) => f.stops),
          rows("stops known to be open", (f) => f.open),
          rows("stops when such places are usually closed", (f) => f.unlikely ?? "-"),
          rows("taste, all stops", (f) => taste(f).toFixed(0))
        ]
      },
      ...(front === 0 ? [] : [frontOf(trips.slice(0, front), before)])
    ],
    bars: [
      { name: "hard violations", wanted: "0", measured: `${now.faults}`, met: now.faults === 0 },
      {
        name: "days fed at the city's hours",
        wanted: "≥ 97 %",
        measured: share(now.fed, now.days),
        met: now.fed / now.days >= 0.97
      },
      {
        name: "days with a hole over 90 minutes",
        wanted: "≤ 5 %",
        measured: share(now.holes, now.days),
        met: now.holes / now.days <= 0.05
      },
      {
        name: "gaps over 45 minutes, of the day",
        wanted: "≤ 10 %",
        measured: share(now.gapMinutes, now.minutes),
        met: now.gapMinutes / now.minutes <= 0.1
      },
      {
        name: "days that begin before ten with food before eleven",
        wanted: "≥ 80 %",
        measured: share(now.breakfasts ?? 0, now.early ?? 0),
        met: (now.breakfasts ?? 0) >= 0.8 * (now.early ?? 0)
      },
      {
        name: "way per day, median, of what it was",
        wanted: "≤ 60 %",
        measured: share(way(now), way(before)),
        met: way(now) <= 0.6 * way(before)
      },
      {
        name: "the same in kilometres",
        wanted: "≤ 60 %",
        measured: share(km(now), km(before)),
        met: km(now) <= 0.6 * km(before)
      },
      {
        name: "stops known to be open, of what they were",
        wanted: "≥ 130 %",
        measured: share(now.open, before.open),
        met: now.open >= 1.3 * before.open
      },
      {
        name: "taste, of what it was",
        wanted: "≥ 95 %",
        measured: share(taste(now), taste(before)),
        met: taste(now) >= 0.95 * taste(before)
      },
      {
        name: "trips that were better before in both taste and way",
        wanted: "≤ 5 %",
        measured: share(dominated, trips.length),
        met: dominated <= 0.05 * trips.length
      },
      { name: "a trip of 3 days, CPU", wanted: "≤ 60 ms p95", measured: `${p95.toFixed(1)} ms`, met: p95 <= 60 },
      ...(long === 0 ? [] : [againstLongSearch(trips.slice(0, long))]),
      steps
    ],
    notes: verdicts.flatMap((verdict, at) => verdict.faults.map((fault) => `trip ${at}: ${fault}`)).slice(0, 20)
  }
}

const p95Of = (costs: Array<number>): number => (costs.length === 0 ? 0 : percentile(costs, 0.95))

const share = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`

/** In cities that nobody planned before there is nothing to compare with: what plans are by themselves. */
const importedReport = (
  cities: ReadonlyArray<PlanningCity>,
  trips: number,
  now: Figures,
  steps: Bar,
  p95: number
): Report => ({
  tables: [
    {
      title: `${trips} trips in ${cities.map(({ city, nodes }) => `${city.name} (${nodes.length} places)`).join(" and ")}`,
      columns: ["", "now"],
      rows: [
        ["days that begin before ten with food before eleven", share(now.breakfasts ?? 0, now.early ?? 0)],
        ["way per day, median minutes", median(now.ways).toFixed(1)],
        ["way per day, median km", median(now.kms).toFixed(2)],
        ["stops a day", (now.stops / now.days).toFixed(2)],
        ["stops known to be open", share(now.open, now.stops)],
        ["taste, mean of a stop", (now.tastes.reduce((sum, one) => sum + one, 0) / now.stops).toFixed(3)]
      ]
    }
  ],
  bars: [
    { name: "hard violations", wanted: "0", measured: `${now.faults}`, met: now.faults === 0 },
    {
      name: "days fed at the city's hours",
      wanted: "≥ 97 %",
      measured: share(now.fed, now.days),
      met: now.fed / now.days >= 0.97
    },
    {
      name: "days with a hole over 90 minutes",
      wanted: "≤ 5 %",
      measured: share(now.holes, now.days),
      met: now.holes / now.days <= 0.05
    },
    {
      name: "gaps over 45 minutes, of the day",
      wanted: "≤ 10 %",
      measured: share(now.gapMinutes, now.minutes),
      met: now.gapMinutes / now.minutes <= 0.1
    },
    { name: "a trip of 3 days, CPU", wanted: "≤ 60 ms p95", measured: `${p95.toFixed(1)} ms`, met: p95 <= 60 },
    steps
  ]
})

export const benchmark: Benchmark = {
  summary: "plans: 400 trips judged by an evaluator of its own, before and now",
  options: [
    "--trips N   trips that are judged (400)",
    "--front N   trips that show what the weights trade (120; 0 for none)",
    "--long N    trips that are compared with ten seconds of search each (none)",
    "--data FOLDER  plans in the cities whose extracts of OpenStreetMap lie there, which nothing before planned",
    "--keep yes  keeps the figures as those that others are compared with"
  ],
  run
}
