/** Runs seeds in as many processes as are asked for, and says what came of them. */
import { type ChildProcess, execFileSync, fork } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { MUTATIONS } from "./mutations.ts"
import { failureText, type RunReport, tables } from "./report.ts"

const USAGE = `Runs the whole runtime in a simulated world, by seed, and checks what it promises.

  npm run simulate                              200 seeds, in two processes
  npm run simulate -- --seeds 3000 --from 1     as many as one likes (--workers 2)
  npm run simulate -- --seed 17                 one, again
  npm run simulate -- --votes                   other runs: groups decide on offers together
  npm run simulate -- --mutation turn-that-awaits --seeds 50     until the planted defect is noticed
  npm run simulate -- --mutation turn-that-awaits --seed 1       one, with what it looks like

Mutations: ${Object.keys(MUTATIONS).join(", ")}.`

/** What is asked for cannot be done: a sentence, how it is asked for, and the end. */
const refuse = (why: string): never => {
  console.error(`${why}\n\n${USAGE}`)
  return process.exit(2)
}

const flags = () => {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "200" },
        from: { type: "string", default: "1" },
        seed: { type: "string" },
        workers: { type: "string", default: "2" },
        mutation: { type: "string" },
        votes: { type: "boolean", default: false },
        help: { type: "boolean", short: "h" }
      }
    }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const values = flags()

const reportOf = async (seed: number): Promise<RunReport> => {
  // Loaded by those who do the runs: it brings the whole runtime along.
  const { simulate } = await import("./simulation.ts")
  const { hash, lines, millis, steps, tally } = await simulate(seed, {
    votes: process.env["SIMULATION_VOTES"] === "yes"
  })
  return {
    seed,
    hash,
    steps,
    millis,
    commands: tally.commands,
    faults: Object.fromEntries(tally.faults),
    checks: Object.fromEntries(tally.checks),
    violations: tally.violations,
    lines: tally.violations.length === 0 ? [] : lines
  }
}

/** Of a world that is made anew each second nearly everything is garbage soon: a large young generation costs the least. */
const THRIFT = ["--max-semi-space-size=64", "--single-threaded-gc"]

/** The sources, as the program itself is loaded: where they lie and what they are without their types is kept between runs. */
const KEPT = ["--import", new URL("../../scripts/setup/kept-code.mjs", import.meta.url).href]

/** A process of its own: it does a seed whenever it is sent one. */
const work = (): void => {
  process.on("message", (seed: number) => void reportOf(seed).then((report) => process.send!(report)))
  process.on("disconnect", () => process.exit())
}

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
  } catch {
    return "unknown"
  }
}

/** Who waits for thousands of seeds hears of them meanwhile, and knows of what was found if the rest never ends. */
const TOLD_EVERY = 100

const tellProgress = (done: ReadonlyArray<RunReport>, all: number): void => {
  const { seed, violations } = done.at(-1)!
  const found = violations[0]
  if (found !== undefined) console.error(`Seed ${seed}: ${found.invariant}: ${found.what.slice(0, 300)}`)
  if (done.length % TOLD_EVERY !== 0) return
  const failed = done.filter((one) => one.violations.length > 0).length
  console.error(`${done.length} of ${all} seeds, ${failed} failed so far.`)
}

const runAll = async (seeds: ReadonlyArray<number>, stopAtFirst: boolean): Promise<ReadonlyArray<RunReport>> => {
  const waiting = [...seeds]
  const done: Array<RunReport> = []
  const self = fileURLToPath(import.meta.url)
  const mutation = values.mutation
  const execArgv = [
    ...THRIFT,
    ...KEPT,
    ...(mutation === undefined ? [] : ["--import", new URL("./mutate.ts", import.meta.url).href])
  ]
  const votes = values.votes ? "yes" : "no"
  const env = {
    ...process.env,
    SIMULATION_WORKER: "yes",
    SIMULATION_VOTES: votes,
    ...(mutation === undefined ? {} : { MUTATION: mutation })
  }
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child: ChildProcess = fork(self, [], { env, execArgv })
      const next = () => {
        const seed = waiting.shift()
        if (seed === undefined) child.disconnect()
        else child.send(seed)
      }
      child.on("message", (report: RunReport) => {
        done.push(report)
        if (seeds.length >= TOLD_EVERY) tellProgress(done, seeds.length)
        if (stopAtFirst && report.violations.length > 0) waiting.length = 0
        next()
      })
      child.on("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`A process of the simulation ended with ${code}.`))
      )
      next()
    })
  await Promise.all(Array.from({ length: Math.min(Number(values.workers), seeds.length) }, one))
  return done.sort((a, b) => a.seed - b.seed)
}

const command = async (): Promise<void> => {
  if (values.help === true) return console.log(USAGE)
  for (const name of ["seeds", "from", "seed", "workers"] as const)
    if (!/^[1-9]\d{0,8}$/.test(values[name] ?? "1"))
      refuse(`--${name} is a whole number from 1, not "${values[name]}".`)
  if (values.mutation !== undefined && MUTATIONS[values.mutation] === undefined)
    refuse(`No mutation is called "${values.mutation}".`)
  const began = performance.now()
  const from = Number(values.from)
  const seeds =
    values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, i) => from + i) : [Number(values.seed)]
  const searches = values.mutation !== undefined && values.seed === undefined
  const runs = await runAll(seeds, searches)
  const failed = runs.filter(({ violations }) => violations.length > 0)
  if (searches) {
    const caught = failed[0]
    console.log(
      caught === undefined
        ? `${values.mutation}: not noticed in ${runs.length} seeds.`
        : `${values.mutation}: noticed by seed ${caught.seed}, run ${runs.length}: ${caught.violations[0]!.invariant}`
    )
    process.exitCode = caught === undefined ? 1 : 0
    return
  }
  console.log(tables(runs))
  const sum = (of: (run: RunReport) => number) => runs.reduce((total, run) => total + of(run), 0)
  const seconds = (performance.now() - began) / 1_000
  console.log(
    `\n${runs.length} seeds, ${sum((run) => run.commands)} commands, ${sum((run) => run.steps)} steps, ${Math.round(sum((run) => run.millis) / 1_000)} simulated seconds in ${seconds.toFixed(0)} s; ${failed.length} failed.`
  )
  if (runs.length === 1) console.log(`The trace of seed ${runs[0]!.seed} has the hash ${runs[0]!.hash}.`)
  const flagsAgain = `${values.mutation === undefined ? "" : ` --mutation ${values.mutation}`}${values.votes ? " --votes" : ""}`
  for (const run of failed.slice(0, 3)) {
    const file = join(mkdtempSync(join(tmpdir(), "simulation-")), `seed-${run.seed}.txt`)
    writeFileSync(file, run.lines.join("\n"))
    console.log(`\n${failureText(run, commit(), file, flagsAgain)}`)
  }
  if (failed.length > 3)
    console.log(
      `Other seeds that failed: ${failed
        .slice(3)
        .map(({ seed }) => seed)
        .join(", ")}`
    )
  process.exitCode = failed.length === 0 ? 0 : 1
}

if (process.env["SIMULATION_WORKER"] === "yes") work()
else await command()
