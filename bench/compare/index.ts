/** Two results of a benchmark side by side, number by number. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Benchmark, NotMeasured, type Table } from "../benchmark.ts"

interface Result {
  readonly name: string
  readonly commit?: string
  readonly tables?: ReadonlyArray<Table>
}

const results = join(import.meta.dirname, "../results")

/** A file, or the newest result of a benchmark by its name. */
const read = (given: string): Result => {
  const file = existsSync(given) ? given : join(results, `${given}.json`)
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Result
  } catch (cause) {
    throw new NotMeasured(`${given} is no result of a benchmark: ${(cause as Error).message}.`)
  }
}

/** What each number is of: its table, its row by the words that begin it, and its column. */
const numbersOf = ({ tables = [] }: Result): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>()
  for (const { columns, rows } of tables) {
    for (const row of rows) {
      const words = row.filter((cell) => typeof cell === "string")
      row.forEach((cell, i) => {
        if (typeof cell !== "number") return
        const about = [...words, columns[i]!].join(" · ")
        let name = about
        for (let again = 2; numbers.has(name); again++) name = `${about} (${again})`
        numbers.set(name, cell)
      })
    }
  }
  return numbers
}

const titleOf = (given: string, { commit, name }: Result) =>
  `${name} of ${given}${commit === undefined ? "" : ` (${commit})`}`

/** By how much the second is more, of the first; of nothing there is no share. */
const change = (a: number, b: number): string =>
  a === b ? "same" : a === 0 ? "" : `${b > a ? "+" : "−"}${Math.abs((b / a - 1) * 100).toFixed(1)} %`

export const benchmark: Benchmark = {
  summary: "two results side by side: npm run bench compare <a> <b>, each a file or a benchmark's name",
  options: ["<a> <b>   files of results, or names of benchmarks for their newest; measures nothing"],
  run: async (args) => {
    const [a, b] = args
    if (a === undefined || b === undefined) {
      throw new NotMeasured("Name two results: npm run bench compare <a> <b>, each a file or a benchmark's name.")
    }
    const [before, after] = [read(a), read(b)]
    const [had, has] = [numbersOf(before), numbersOf(after)]
    const both = [...had.keys()].filter((name) => has.has(name))
    if (both.length === 0) throw new NotMeasured(`${a} and ${b} have no number in common: are they of one benchmark?`)
    const alone = [...had.keys(), ...has.keys()].filter((name) => !(had.has(name) && has.has(name)))
    return {
      tables: [
        {
          title: `a: ${titleOf(a, before)}; b: ${titleOf(b, after)}`,
          columns: ["what", "a", "b", "b against a"],
          rows: both.map((name) => [name, had.get(name)!, has.get(name)!, change(had.get(name)!, has.get(name)!)])
        }
      ],
      bars: [],
      notes: alone.length === 0 ? [] : [`In one of them only: ${alone.join("; ")}.`],
      figures: { compared: both.length }
    }
  }
}
