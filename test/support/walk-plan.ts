/** Walks a plan over its problem, stop by stop, and adds up what it is worth. Shares no code with the solver. */
import type { Plan, Problem } from "../../src/domain/orienteering/problem.ts"

export interface WalkedPlan {
  readonly worth: number
  readonly faults: ReadonlyArray<string>
}

export const walkPlan = (problem: Problem, plan: Pick<Plan, "routes"> & Partial<Pick<Plan, "starts">>): WalkedPlan => {
  const faults: Array<string> = []
  const places = new Set<number>()
  const counts = new Map<string, number>()
  let worth = 0
  for (const [r, stops] of plan.routes.entries()) {
    const route = problem.routes[r]!
    const groups = new Set<number>()
    let clock = route.opens
    let here = route.from
    const go = (to: number): number => {
      worth -= problem.wayCost?.(here, to) ?? 0
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
    if (go(route.to) > route.closes) faults.push(`route ${r} ends after ${route.closes}`)
    const fixed = route.fixed ?? []
    if (stops.filter((visit) => fixed.includes(visit)).join() !== fixed.join())
      faults.push(`route ${r} lost a fixed visit`)
    const free = stops.filter((visit) => !fixed.includes(visit))
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
