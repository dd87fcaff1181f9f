/** The solver against the literature's orienteering instances, or against made-up ones of the same kinds. */
import { Search } from "../../src/domain/orienteering/search.ts"
import { type Bar, type Benchmark, flag, numberFlag, type Report, type Table } from "../benchmark.ts"
import { walk } from "./check.ts"
import { type Folder, type Instance, problemOf, readFolder } from "./instance.ts"
import { madeUp, unseen } from "./made-up.ts"

/** Of the long runs, none of which is a seed that is measured. */
const LONG_SEEDS = [101, 102]
const WARM_ROUNDS = 1500
const CALIBRATION_MS = 150
/** The series that the tight bars are for: a hundred points, and room for about ten of them. */
const SHORT_SERIES = /^(c|r|rc)1\d\d$/

interface Run {
  readonly name: string
  readonly paths: number
  readonly budget_ms: number
  readonly seed: number
  readonly iterations: number
  readonly cpu_ms: number
  readonly profit: number
  readonly best_known: number | null
  readonly routes: ReadonlyArray<ReadonlyArray<number>>
}

interface OrienteeringReport extends Report {
  readonly work_per_ms: number
  readonly instances: ReadonlyArray<Run>
}

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

/** Runs every kind of instance until the code is compiled, then measures how much work a millisecond of a core does. */
const calibrate = (): number => {
  const instances = madeUp(1)
  for (const instance of instances) new Search(problemOf(instance, 1), 1).run(WARM_ROUNDS)
  new Search(problemOf(instances[0]!, 3), 1).run(WARM_ROUNDS)
  const rates = instances.map((instance) => {
    const search = new Search(problemOf(instance, 1), 2)
    const before = search.work
    const began = process.cpuUsage()
    while (cpuMs(began) < CALIBRATION_MS) search.run(search.rounds + 20)
    return (search.work - before) / cpuMs(began)
  })
  // The slowest kind sets the measure, so that hardly any instance goes over its budget.
  return Math.round(Math.min(...rates))
}

const solve = (instance: Instance, paths: number, seed: number, work: number) => {
  const began = process.cpuUsage()
  const search = new Search(problemOf(instance, paths), seed)
  while (search.work < work) search.step()
  const { routes } = search.plan()
  return {
    iterations: search.rounds,
    cpu_ms: Math.round(cpuMs(began) * 10) / 10,
    routes: routes.map((route) => route.map((visit) => visit + 1))
  }
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const gapOf = (run: Run): number => 100 * (1 - run.profit / run.best_known!)

const percent = (value: number): string => `${value.toFixed(2)} %`

const tableOf = (runs: ReadonlyArray<Run>): Table => {
  const groups = new Map<string, Array<Run>>()
  for (const run of runs) {
    const series = run.name.replace(/[-_]?\d+$/, "") + (SHORT_SERIES.test(run.name) ? "1" : "")
    const key = `${series}|${run.paths}|${run.budget_ms}`
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return {
    title: "Series by number of paths and budget (gaps where a best known profit is told)",
    columns: ["series", "paths", "budget ms", "runs", "cpu ms", "rounds", "profit", "mean gap %", "worst gap %"],
    rows: [...groups].map(([key, of]) => {
      const [series, paths, budget] = key.split("|") as [string, string, string]
      const gaps = of.filter((run) => run.best_known !== null).map(gapOf)
      return [
        series,
        Number(paths),
        Number(budget),
        of.length,
        mean(of.map((run) => run.cpu_ms)),
        Math.round(mean(of.map((run) => run.iterations))),
        mean(of.map((run) => run.profit)),
        gaps.length === 0 ? "–" : mean(gaps).toFixed(3),
        gaps.length === 0 ? "–" : Math.max(...gaps).toFixed(2)
      ]
    })
  }
}

const barsOf = (runs: ReadonlyArray<Run>, faults: ReadonlyArray<string>): ReadonlyArray<Bar> => {
  const known = runs.filter((run) => run.best_known !== null)
  const short = known.filter((run) => run.paths === 1 && SHORT_SERIES.test(run.name))
  const other = known.filter((run) => !SHORT_SERIES.test(run.name) && run.budget_ms === 500)
  const bar = (name: string, of: ReadonlyArray<Run>, most: number, how = mean): ReadonlyArray<Bar> => {
    if (of.length === 0) return []
    const gap = how(of.map(gapOf))
    return [{ name, wanted: `≤ ${most} %`, measured: percent(gap), met: gap <= most }]
  }
  return [
    ...bar(
      "short series, one path, 50 ms: mean gap",
      short.filter((run) => run.budget_ms === 50),
      0.4
    ),
    ...bar(
      "short series, one path, 500 ms: mean gap",
      short.filter((run) => run.budget_ms === 500),
      0.1
    ),
    ...bar("short series, one path: worst run", short, 4, (gaps) => Math.max(...gaps)),
    ...bar("other series, 500 ms: mean gap", other, 2),
    {
      name: "runs whose paths hold, walked by a checker of its own",
      wanted: "all",
      measured: `${runs.length - faults.length} of ${runs.length}`,
      met: faults.length === 0
    }
  ]
}

const listFlag = (
  args: ReadonlyArray<string>,
  name: string,
  fallback: ReadonlyArray<number>
): ReadonlyArray<number> => {
  const given = flag(args, name)
  if (given === undefined) return fallback
  const numbers = given.split(",").map(Number)
  if (numbers.some((number) => !Number.isInteger(number) || number <= 0)) {
    throw new Error(`--${name} wants whole numbers above 0, separated by commas, not "${given}"`)
  }
  return numbers
}

/** Where nobody knows the best profit, the best of some long runs of our own stands in for it. */
const againstLong = (instances: ReadonlyArray<Instance>, work: number): Folder => {
  const best = new Map(
    instances.map((instance) => [
      instance.name,
      Math.max(...LONG_SEEDS.map((seed) => walk(instance, solve(instance, 1, seed, work).routes).profit))
    ])
  )
  return { instances, bestKnown: (name, paths) => (paths === 1 ? best.get(name) : undefined) }
}

const run = async (args: ReadonlyArray<string>): Promise<OrienteeringReport> => {
  const data = flag(args, "data")
  const far = flag(args, "unseen")
  const seconds = numberFlag(args, "long", 20)
  const warm = calibrate()
  const given = flag(args, "work-per-ms")
  const workPerMs = given === undefined ? warm : numberFlag(args, "work-per-ms", warm)
  const folder: Folder =
    far !== undefined
      ? againstLong(unseen(numberFlag(args, "unseen", 1)), seconds * 1000 * workPerMs)
      : data === undefined
        ? { instances: madeUp(numberFlag(args, "made-up", 2)), bestKnown: () => undefined }
        : readFolder(data)
  const only = flag(args, "only")
  const instances = folder.instances.filter(({ name }) => only === undefined || name.startsWith(only))
  const seeds = numberFlag(args, "seeds", 5)
  const runs: Array<Run> = []
  const faults: Array<string> = []
  for (const paths of listFlag(args, "paths", far === undefined ? [1, 2, 3, 4] : [1])) {
    // Several paths are reported from one seed each: the bars are about one path.
    const last = paths === 1 || flag(args, "seeds") !== undefined ? seeds : 1
    for (const instance of instances) {
      for (const budget of listFlag(args, "budgets", [50, 500])) {
        for (let seed = 1; seed <= last; seed++) {
          const made = solve(instance, paths, seed, budget * workPerMs)
          const walked = walk(instance, made.routes)
          if (walked.faults.length > 0) faults.push(`${instance.name}, seed ${seed}: ${walked.faults.join("; ")}`)
          runs.push({
            name: instance.name,
            paths,
            budget_ms: budget,
            seed,
            iterations: made.iterations,
            cpu_ms: made.cpu_ms,
            profit: walked.profit,
            best_known: folder.bestKnown(instance.name, paths) ?? null,
            routes: made.routes
          })
        }
      }
    }
  }
  return {
    work_per_ms: workPerMs,
    instances: runs,
    tables: [tableOf(runs)],
    bars: barsOf(runs, faults),
    notes: [
      ...faults,
      `A budget is a count of tried positions, ${workPerMs} to the millisecond as measured at the start, and so a number of rounds: --work-per-ms ${workPerMs} repeats this run exactly.`
    ]
  }
}

export const benchmark: Benchmark = {
  summary: "the solver against orienteering instances, with gaps to the best known profits",
  options: [
    "--data FOLDER      instances (*.txt) and, where there is one, best-known.json; made-up instances without it",
    "--made-up N        made-up instances of each kind (2)",
    "--unseen N         larger and longer ones that nothing was tuned on, N of each kind, against long runs of our own",
    "--long SECONDS     how long those are (20; two seeds)",
    "--only PREFIX      instances whose names begin so",
    "--paths 1,2        numbers of paths (1,2,3,4)",
    "--budgets 50,500   milliseconds of one core",
    "--seeds N          runs of each (5 for one path, 1 for several)",
    "--work-per-ms N    tried positions per millisecond, in place of measuring it"
  ],
  run
}
