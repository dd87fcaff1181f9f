/** Orienteering instances as the literature writes them down, and as problems for the solver. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Problem } from "../../src/domain/orienteering/problem.ts"

export interface Point {
  readonly x: number
  readonly y: number
  readonly stay: number
  readonly profit: number
  readonly opens: number
  readonly closes: number
}

export interface Instance {
  readonly name: string
  /** The first point is where every path begins and ends. */
  readonly points: ReadonlyArray<Point>
}

/** A line of a point: number, x, y, visit time, profit, frequency, a list with its length before it, opens, closes. */
const LEAST_FIELDS = 8

const numbersOf = (line: string): ReadonlyArray<number> => line.trim().split(/\s+/).filter(Boolean).map(Number)

/** Reads an instance; the lines before the first point are not needed for it. */
export const readInstance = (name: string, text: string): Instance => {
  const rows = text.split(/\r?\n/).map(numbersOf)
  const points = rows
    .filter((row) => row.length >= LEAST_FIELDS && row.every(Number.isFinite))
    .map(
      (row): Point => ({
        x: row[1]!,
        y: row[2]!,
        stay: row[3]!,
        profit: row[4]!,
        opens: row.at(-2)!,
        closes: row.at(-1)!
      })
    )
  if (points.length < 2) throw new Error(`${name} has no points: a line is "i x y d S f a [list] O C"`)
  return { name, points }
}

export interface Folder {
  readonly instances: ReadonlyArray<Instance>
  /** The best known profit by name and number of paths. */
  readonly bestKnown: (name: string, paths: number) => number | undefined
}

/** `best-known.json`: by name a number (one path), or numbers by the number of paths. */
const readBestKnown = (file: string): Folder["bestKnown"] => {
  let known: Record<string, unknown>
  try {
    known = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return () => undefined
    throw error
  }
  return (name, paths) => {
    const entry = known[name] ?? known[name.toLowerCase()]
    if (typeof entry === "number") return paths === 1 ? entry : undefined
    if (Array.isArray(entry)) return entry[paths - 1] as number | undefined
    if (typeof entry !== "object" || entry === null) return undefined
    const one = (entry as Record<string, unknown>)[String(paths)]
    return typeof one === "number" ? one : undefined
  }
}

export const readFolder = (folder: string): Folder => {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
  if (names.length === 0) throw new Error(`${folder} holds no instance (*.txt)`)
  return {
    instances: names.map((name) => readInstance(name.replace(/\.txt$/, ""), readFileSync(join(folder, name), "utf8"))),
    bestKnown: readBestKnown(join(folder, "best-known.json"))
  }
}

const fractional = (value: number): boolean => Math.abs(value - Math.round(value)) > 1e-9

/**
 * Distances are rounded down to a tenth; where the points lie on no grid (Cordeau's series), to a hundredth. Finer is
 * longer: what holds in hundredths holds in tenths too.
 */
export const unitsOf = ({ points }: Instance): number =>
  points.some((point) => fractional(point.x) || fractional(point.y)) ? 100 : 10

/** Rounded down, and not below because a product of decimals ended in …999. */
const whole = (value: number): number => Math.floor(value + 1e-6)

export const problemOf = (instance: Instance, paths: number): Problem => {
  const { points } = instance
  const units = unitsOf(instance)
  const depot = points[0]!
  const windows = points.slice(1).map(({ opens, closes }) => {
    const from = Math.ceil(opens * units - 1e-6)
    const to = Math.min(whole(closes * units), whole(depot.closes * units))
    return to < from ? [] : [from, to]
  })
  return {
    locations: points.length,
    travel: (from, to) => whole(Math.hypot(points[from]!.x - points[to]!.x, points[from]!.y - points[to]!.y) * units),
    visits: points.slice(1).map((point, at) => ({
      enter: at + 1,
      leave: at + 1,
      stay: Math.ceil(point.stay * units - 1e-6),
      place: at
    })),
    routes: Array.from({ length: paths }, () => ({
      from: 0,
      to: 0,
      opens: whole(depot.opens * units),
      closes: whole(depot.closes * units)
    })),
    windows: (_, visit) => windows[visit]!,
    profit: (_, visit) => points[visit + 1]!.profit
  }
}
