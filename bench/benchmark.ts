/** What a benchmark is. `bench/<name>/index.ts` exports one as `benchmark`; `npm run bench <name>` runs it. */
export interface Benchmark {
  readonly summary: string
  /** Its flags, one per line, for `--help`. */
  readonly options?: ReadonlyArray<string>
  readonly run: (args: ReadonlyArray<string>) => Promise<Report>
}

export interface Report {
  readonly tables: ReadonlyArray<Table>
  /** What was promised, and what was measured. */
  readonly bars: ReadonlyArray<Bar>
  /** Words under the tables: what the numbers do not say by themselves. */
  readonly notes?: ReadonlyArray<string>
  /** What else belongs into the JSON, by its name there. */
  readonly figures?: Readonly<Record<string, unknown>>
  /** Said where nothing was: the last figures stay. */
  readonly measured?: false
}

/** What was asked for cannot be measured: said in one sentence, without a stack. */
export class NotMeasured extends Error {
  override readonly name = "NotMeasured"
}

export interface Table {
  readonly title: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number>>
}

export interface Bar {
  readonly name: string
  readonly wanted: string
  readonly measured: string
  /** Both as numbers, for whoever reads the JSON. */
  readonly limit?: number
  readonly value?: number
  readonly met: boolean
}

/** The value of `--name value` or `--name=value`. */
export const flag = (args: ReadonlyArray<string>, name: string): string | undefined => {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`))
  if (at === -1) return undefined
  const arg = args[at]!
  return arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : (args[at + 1] ?? "")
}

/** A number above 0; 0 too where that means "leave it out". */
export const numberFlag = (args: ReadonlyArray<string>, name: string, fallback: number, mayBeZero = false): number => {
  const given = flag(args, name)
  if (given === undefined) return fallback
  const value = Number(given)
  if (given === "" || !Number.isFinite(value) || value < 0 || (value === 0 && !mayBeZero)) {
    throw new Error(`--${name} wants a number ${mayBeZero ? "from 0 on" : "above 0"}, not "${given}"`)
  }
  return value
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
