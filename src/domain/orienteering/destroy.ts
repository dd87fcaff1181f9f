/** Ways to make room in a plan: what they mark as gone is taken out, and the plan is filled anew. */
import type { Random } from "../basics/random.ts"
import type { Model } from "./model.ts"
import { firstStart, type Routes } from "./routes.ts"

/** Neighbours on either side that make room for a stranger. */
const MOST_NEIGHBOURS = 2

const below = (random: Random, n: number): number => Math.floor(random() * n)

export class Destroyer {
  /** Positions tried so far: the measure of work. */
  work = 0
  readonly gone: Uint8Array
  private readonly model: Model
  private readonly routes: Routes
  private readonly random: Random
  private readonly near: Int32Array

  constructor(routes: Routes, random: Random) {
    this.model = routes.model
    this.routes = routes
    this.random = random
    this.gone = new Uint8Array(routes.model.nodes)
    this.near = new Int32Array(routes.model.visits)
  }

  private mark(route: number, position: number): void {
    const visit = this.routes.node[route * this.routes.stride + position]!
    if (this.model.pinned[visit] === 0) this.gone[visit] = 1
  }

  private someRoute(): number {
    const { routes } = this.model
    let route = below(this.random, routes)
    for (let i = 0; i < routes && this.routes.length[route] === 0; i++) route = (route + 1) % routes
    return route
  }

  /** A stretch of one route. */
  segment(share: number, longest: number): void {
    const route = this.someRoute()
    const n = this.routes.length[route]!
    if (n === 0) return
    const size = 1 + below(this.random, Math.min(longest, Math.ceil(n * share)))
    const from = 1 + below(this.random, Math.max(1, n - size + 1))
    for (let i = from; i < Math.min(n + 1, from + size); i++) this.mark(route, i)
  }

  /** The same hours of every route. */
  hours(share: number, longest: number): void {
    const { routes, model } = this
    const route = this.someRoute()
    const n = routes.length[route]!
    if (n === 0) return
    const size = 1 + below(this.random, Math.min(longest, Math.ceil(n * share)))
    const at = 1 + below(this.random, Math.max(1, n - size + 1))
    const from = routes.start[route * routes.stride + at]!
    const to = routes.start[route * routes.stride + Math.min(n, at + size - 1)]!
    for (let r = 0; r < model.routes; r++) {
      for (let i = 1; i <= routes.length[r]!; i++) {
        const start = routes.start[r * routes.stride + i]!
        if (start >= from && start <= to) this.mark(r, i)
      }
    }
  }

  /** A few stops from anywhere. */
  few(): void {
    const { routes, model } = this
    let stops = 0
    for (let r = 0; r < model.routes; r++) stops += routes.length[r]!
    if (stops === 0) return
    for (let k = 1 + below(this.random, Math.max(1, Math.min(6, stops >> 1))); k > 0; k--) {
      const route = this.someRoute()
      if (routes.length[route]! > 0) this.mark(route, 1 + below(this.random, routes.length[route]!))
    }
  }

  /** The stops next to one of them, on all routes. */
  around(): void {
    const { routes, model, near } = this
    const route = this.someRoute()
    if (routes.length[route] === 0) return
    const centre = routes.node[route * routes.stride + 1 + below(this.random, routes.length[route]!)]!
    let count = 0
    for (let r = 0; r < model.routes; r++) {
      for (let i = 1; i <= routes.length[r]!; i++) near[count++] = routes.node[r * routes.stride + i]!
    }
    const from = model.leave[centre]! * model.locations
    for (let k = 1 + below(this.random, Math.max(1, Math.min(10, count >> 1))); k > 0; k--) {
      let best = -1
      let least = Number.POSITIVE_INFINITY
      for (let i = 0; i < count; i++) {
        const visit = near[i]!
        if (this.gone[visit] === 1 || model.pinned[visit] === 1) continue
        const away = model.travel[from + model.enter[visit]!]! * (1 + 0.5 * this.random())
        if (away < least) {
          least = away
          best = visit
        }
      }
      if (best < 0) return
      this.gone[best] = 1
    }
  }

  /**
   * Makes room for a visit that is not in the plan: the neighbours that cost least. Gives the route, the position after
   * the neighbours are gone, and the visit; -1 where there is no way.
   */
  stranger(found: Int32Array): boolean {
    const { model, routes, random } = this
    let visit = -1
    for (let attempt = 0; attempt < 8 && visit < 0; attempt++) {
      const one = below(random, model.visits)
      if (routes.placeTaken[model.place[one]!] === 0) visit = one
    }
    if (visit < 0) return false
    let least = Number.POSITIVE_INFINITY
    found[2] = -1
    for (let route = 0; route < model.routes; route++) {
      const group = model.group[visit]!
      if (model.count[route * model.nodes + visit] === 0) continue
      if (group >= 0 && routes.groupTaken[route * model.groups + group] !== 0) continue
      least = this.roomFor(route, visit, least, found)
    }
    if (found[2] === -1) return false
    const base = found[0]! * routes.stride
    for (let i = found[1]! - found[3]!; i < found[1]!; i++) this.mark(found[0]!, i)
    for (let i = found[1]!; i < found[1]! + found[4]!; i++) this.gone[routes.node[base + i]!] = 1
    found[1] = found[1]! - found[3]!
    return true
  }

  /** `found`: route, position, visit, neighbours before, neighbours after. */
  private roomFor(route: number, visit: number, most: number, found: Int32Array): number {
    const { model, routes, random } = this
    const { depart, late, leaves, enters, node } = routes
    const { profit, pinned } = model
    const windowsAt = route * model.nodes + visit
    const base = route * routes.stride
    const n = routes.length[route]!
    const into = model.enter[visit]! * model.locations
    const out = model.leave[visit]! * model.locations
    const room = (model.urgent[visit] === 1 ? model.mostUrgent : model.most)[route]!
    const counts = model.group[visit]! < 0 || model.group[visit] !== model.uncounted
    const held = routes.counted(route)
    let least = most
    this.work += 4 * (n + 1)
    for (let i = 1; i <= n + 1; i++) {
      let lost = 0
      let fewer = 0
      for (let before = 0; before <= MOST_NEIGHBOURS && i - 1 - before >= 0; before++) {
        if (before > 0) {
          const other = node[base + i - before]!
          if (pinned[other] === 1) break
          lost += profit[route * model.nodes + other]!
          fewer += routes.counts(other)
        }
        const from = base + i - 1 - before
        const begins = firstStart(model, windowsAt, depart[from]! + model.back[into + leaves[from]!]!)
        if (begins < 0) continue
        let losing = lost
        let left = held - fewer
        for (let after = 0; after <= MOST_NEIGHBOURS && i + after <= n + 1; after++) {
          if (after > 0) {
            const other = node[base + i + after - 1]!
            if (pinned[other] === 1) break
            losing += profit[route * model.nodes + other]!
            left -= routes.counts(other)
          }
          if (counts && left >= room) continue
          if (losing >= least) break
          const next = base + i + after
          if (begins + model.stay[visit]! + model.travel[out + enters[next]!]! > late[next]!) continue
          // Between ways that cost the same, chance decides.
          least = losing * (1 - 0.05 * random())
          found[0] = route
          found[1] = i
          found[2] = visit
          found[3] = before
          found[4] = after
          break
        }
      }
    }
    return least
  }
}
