/** Walks a plan over its problem, stop by stop, and adds up what it is worth. Shares no code with the solver. */
import type { Plan, Problem } from "../../src/domain/orienteering/problem.ts"

export interface WalkedPlan {
  readonly worth: number
  readonly faults: ReadonlyArray<string>
}

/** What holes cost: what is left between a visit at its earliest and the one before it as late as what follows lets it be. */
const holesOf = (problem: Problem, r: number, stops: ReadonlyArray<number>, begun: ReadonlyArray<number>): number => {
  const long = problem.waiting?.long
  if (long === undefined) return 0
  let sum = 0
  let by = problem.routes[r]!.closes
  let next = problem.routes[r]!.to
  for (const [i, number] of [...stops.entries()].reverse()) {
    const { enter, leave, stay } = problem.visits[number]!
    const least = i === stops.length - 1 ? 0 : begun[i + 1]! - problem.travel(leave, next) - stay
    const bound = by - problem.travel(leave, next) - stay
    const windows = problem.windows(r, number)
    let latest = Number.NEGATIVE_INFINITY
    for (let w = 0; w < windows.length; w += 2) {
      if (windows[w]! <= bound) latest = Math.min(bound, windows[w + 1]!)
    }
    if (i < stops.length - 1) sum += long.cost * Math.max(0, least - latest - long.from)
    by = latest
    next = enter
  }
  return sum
}

export const walkPlan = (problem: Problem, plan: Pick<Plan, "routes"> & Partial<Pick<Plan, "starts">>): WalkedPlan => {
  const faults: Array<string> = []
  const places = new Set<number>()
  const counts = new Map<string, number>()
  let worth = 0
  for (const [r, stops] of plan.routes.entries()) {
    const route = problem.routes[r]!
    const groups = new Set<number>()
    const begun: Array<number> = []
    let clock = route.opens
    let here = route.from
    let ways = 0
    const go = (to: number): number => {
      ways += problem.wayCost?.(here, to) ?? 0
      return clock + problem.travel(here, to)
    }
    for (const [position, number] of stops.entries()) {
      const visit = problem.visits[number]!
      const ready = go(visit.enter)
      const windows = problem.windows(r, number)
      let begins: number | undefined
      for (let i = 0; i < windows.length && begins === undefined; i += 2) {
        if (ready <= windows[i + 1]!) begins = Math.max(ready, windows[i]!)
      }
      if (begins === undefined) {
        faults.push(`route ${r}: visit ${number} is reached at ${ready}, after its windows ${windows.join(" ")}`)
        begins = ready
      }
      const told = plan.starts?.[r]?.[position]
      if (told !== undefined && told !== begins)
        faults.push(`route ${r}: visit ${number} begins at ${begins}, not ${told}`)
      worth -= Math.max(0, begins - ready - (problem.waiting?.free ?? 0)) * (problem.waiting?.cost ?? 0)
      begun.push(begins)
      worth += problem.profit(r, number)
      if (places.has(visit.place)) faults.push(`place ${visit.place} is visited twice`)
      places.add(visit.place)
      if (visit.group !== undefined) {
        if (groups.has(visit.group)) faults.push(`route ${r} has two of group ${visit.group}`)
        groups.add(visit.group)
      }
      for (const [c, crowd] of (problem.crowds ?? []).entries()) {
        const kind = crowd.classOf(number)
        if (kind < 0) continue
        const key = crowd.over === "plan" ? `${c}:${kind}` : `${c}:${kind}:${r}`
        const before = counts.get(key) ?? 0
        worth -= crowd.step * before
        counts.set(key, before + 1)
      }
      clock = begins + visit.stay
      here = visit.leave
    }
    worth -= holesOf(problem, r, stops, begun)
    if (go(route.to) > route.closes) faults.push(`route ${r} ends after ${route.closes}`)
    worth -= ways + (problem.longWays?.more ?? 0) * Math.max(0, ways - (problem.longWays?.from ?? 0))
    const fixed = route.fixed ?? []
    if (stops.filter((visit) => fixed.includes(visit)).join() !== fixed.join())
      faults.push(`route ${r} lost a fixed visit`)
    const free = stops.filter(
      (visit) =>
        !fixed.includes(visit) &&
        (problem.uncounted === undefined || problem.visits[visit]!.group !== problem.uncounted)
    )
    const calm = free.filter((visit) => problem.visits[visit]!.urgent !== true)
    const most = route.most ?? free.length
    if (calm.length > most || free.length > most + (route.overflow ?? 0))
      faults.push(`route ${r} has ${stops.length} visits`)
  }
  const { shares } = problem
  for (let member = 0; member < (shares?.members ?? 0); member++) {
    const given = plan.routes.flat().reduce((sum, visit) => sum + shares!.gives(member, visit), 0)
    worth += shares!.weight * Math.sqrt(given)
    for (const stops of plan.routes) if (stops.some((visit) => shares!.favourite(member, visit))) worth += shares!.daily
  }
  return { worth, faults }
}
