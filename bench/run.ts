// Runs the benchmarks: `npm run bench` lists them, `npm run bench <name>` runs one and writes bench/results/<name>.json.
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Benchmark, NotMeasured, type Report, type Table } from "./benchmark.ts"

const here = import.meta.dirname

const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "index.ts")))
  .map((entry) => entry.name)
  .sort()

const load = async (name: string): Promise<Benchmark> => {
  const module = (await import(pathToFileURL(join(here, name, "index.ts")).href)) as { readonly benchmark: Benchmark }
  return module.benchmark
}

const usage = async (): Promise<string> => {
  const lines = await Promise.all(names.map(async (name) => `  ${name.padEnd(16)} ${(await load(name)).summary}`))
  return [
    "npm run bench <name> [-- options]   runs a benchmark, prints a table, writes bench/results/<name>.json",
    "npm run bench <name> -- --help      its options",
    "",
    ...lines
  ].join("\n")
}

const show = (table: Table): string => {
  const cells = [table.columns, ...table.rows].map((row) =>
    row.map((cell) => (typeof cell === "number" ? format(cell) : cell))
  )
  const widths = table.columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)))
  const numeric = table.columns.map((_, column) => table.rows.every((row) => typeof row[column] === "number"))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd()
  const [head, ...rows] = cells.map(line)
  return [table.title, head, widths.map((width) => "-".repeat(width)).join("  "), ...rows].join("\n")
}

const format = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)))

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: here, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim()
  } catch {
    return "unknown"
  }
}

const write = (name: string, { figures, ...report }: Report): string => {
  const folder = join(here, "results")
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.json`)
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version
  }
  writeFileSync(
    file,
    `${JSON.stringify({ name, at: new Date().toISOString(), commit: commit(), machine, ...figures, ...report }, null, 2)}\n`
  )
  return file
}

const measure = async (name: string, args: ReadonlyArray<string>): Promise<void> => {
  const benchmark = await load(name)
  const report = await benchmark.run(args)
  for (const table of report.tables) console.log(`\n${show(table)}`)
  for (const note of report.notes ?? []) console.log(`\n${note}`)
  if (report.bars.length > 0) {
    console.log(
      `\n${show({
        title: "Bars",
        columns: ["", "bar", "wanted", "measured"],
        rows: report.bars.map((bar) => [bar.met ? "met" : "MISSED", bar.name, bar.wanted, bar.measured])
      })}`
    )
  }
  if (report.measured !== false) console.log(`\nwritten to ${write(name, report)}`)
  if (report.bars.some((bar) => !bar.met)) process.exitCode = 1
}

const [name, ...args] = process.argv.slice(2)
if (name === undefined || name === "--help" || name === "-h") {
  console.log(await usage())
} else if (!names.includes(name)) {
  console.error(`There is no benchmark "${name}".\n\n${await usage()}`)
  process.exitCode = 2
} else if (args.includes("--help")) {
  const benchmark = await load(name)
  console.log([`${name}: ${benchmark.summary}`, ...(benchmark.options ?? []).map((option) => `  ${option}`)].join("\n"))
} else {
  try {
    await measure(name, args)
  } catch (cause) {
    if (!(cause instanceof NotMeasured)) throw cause
    console.error(cause.message)
    process.exitCode = 2
  }
}
