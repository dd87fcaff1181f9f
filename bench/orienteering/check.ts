/** Walks the paths of a solution over the points of its instance. Shares no code with the solver. */
import type { Instance } from "./instance.ts"

export interface Walked {
  readonly profit: number
  /** What does not hold; empty where everything does. */
  readonly faults: ReadonlyArray<string>
}

export const walk = ({ points }: Instance, routes: ReadonlyArray<ReadonlyArray<number>>): Walked => {
  const faults: Array<string> = []
  const visited = new Set<number>()
  // The literature's rule for Solomon's points is tenths, for Cordeau's hundredths; the former are whole numbers.
  const onGrid = points.every(({ x, y }) => Number.isInteger(x) && Number.isInteger(y))
  const scale = onGrid ? 10 : 100
  const way = (a: number, b: number) => {
    const p = points[a]!
    const q = points[b]!
    return Math.floor(Math.sqrt((p.x - q.x) ** 2 + (p.y - q.y) ** 2) * scale + 1e-6) / scale
  }
  let profit = 0
  for (const [at, route] of routes.entries()) {
    let clock = points[0]!.opens
    let here = 0
    for (const number of route) {
      const point = points[number]
      if (point === undefined || number === 0) {
        faults.push(`path ${at} visits point ${number}, which is none`)
        continue
      }
      if (visited.has(number)) faults.push(`point ${number} is visited twice`)
      visited.add(number)
      clock = Math.max(point.opens, clock + way(here, number))
      if (clock > point.closes + 1e-6) faults.push(`path ${at} is at point ${number} after it closes`)
      clock += point.stay
      profit += point.profit
      here = number
    }
    if (clock + way(here, 0) > points[0]!.closes + 1e-6) faults.push(`path ${at} is back too late`)
  }
  return { profit, faults }
}
