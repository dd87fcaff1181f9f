/** What many runs came to, as tables that a person can read. */
import { BROKEN, FAULTS, INVARIANTS, type Violation } from "./tally.ts"

/** A run as one process tells another of it. */
export interface RunReport {
  readonly seed: number
  readonly hash: string
  readonly steps: number
  readonly millis: number
  readonly commands: number
  readonly faults: Readonly<Record<string, number>>
  readonly checks: Readonly<Record<string, number>>
  readonly violations: ReadonlyArray<Violation>
  /** The script of a run that failed. */
  readonly lines: ReadonlyArray<string>
}

export const summed = (runs: ReadonlyArray<RunReport>, of: "faults" | "checks"): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>((of === "faults" ? FAULTS : INVARIANTS).map((name) => [name, 0]))
  for (const run of runs) for (const [name, n] of Object.entries(run[of])) sums.set(name, (sums.get(name) ?? 0) + n)
  return sums
}

const table = (title: string, rows: ReadonlyMap<string, number>): string => {
  const width = Math.max(...[...rows.keys()].map((name) => name.length))
  return [title, ...[...rows].map(([name, n]) => `  ${name.padEnd(width)}  ${String(n).padStart(9)}`)].join("\n")
}

export const tables = (runs: ReadonlyArray<RunReport>): string =>
  [
    table("What went wrong, times", summed(runs, "faults")),
    table("What was looked at, times", summed(runs, "checks"))
  ].join("\n\n")

/** Lines of a failed run's script that are shown; the whole of it goes into a file. */
const SHOWN = 60

const untilBroken = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = lines.findIndex((line) => line.includes(BROKEN)) + 1 || lines.length
  return lines.slice(Math.max(0, end - SHOWN), end)
}

export const failureText = (run: RunReport, commit: string, file: string, flags: string): string =>
  [
    `Seed ${run.seed} at commit ${commit} failed; npm run simulate --${flags} --seed ${run.seed} does exactly the same again.`,
    ...run.violations.slice(0, 10).map(({ invariant, what }) => `  ${invariant}: ${what.slice(0, 1_000)}`),
    `Its script until the first of that (all of it: ${file}):`,
    ...untilBroken(run.lines).map((line) => `    ${line.slice(0, 200)}`)
  ].join("\n")
