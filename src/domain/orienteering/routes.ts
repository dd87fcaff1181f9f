/**
 * The routes of a plan in the making: for each position the earliest start and the latest one that breaks nothing
 * behind it, so that trying a visit anywhere costs two look-ups. All of it lies in one block of memory: keeping and
 * going back to a plan is one copy.
 */
import { beginOf, endOf, type Model } from "./model.ts"

/** The first start at or after `time`, or -1. */
export const firstStart = (model: Model, at: number, time: number): number => {
  if (time <= model.first[at]!) return model.first[at]!
  if (time > model.last[at]!) return -1
  const { windows } = model
  const offset = model.offset[at]!
  const to = offset + 2 * model.count[at]!
  if (to - offset <= 2) return time
  for (let i = offset; i < to; i += 2) {
    if (time <= windows[i]!) return windows[i]!
    if (time <= windows[i + 1]!) return time
  }
  return -1
}

/** The last start at or before `time`, or -1. */
const lastStart = (model: Model, at: number, time: number): number => {
  if (time >= model.last[at]!) return model.last[at]!
  if (time < model.first[at]!) return -1
  const { windows } = model
  const offset = model.offset[at]!
  const to = offset + 2 * model.count[at]!
  if (to - offset <= 2) return time
  for (let i = to - 2; i >= offset; i -= 2) {
    if (time >= windows[i + 1]!) return windows[i + 1]!
    if (time >= windows[i]!) return time
  }
  return -1
}

export interface Kept {
  readonly block: Int32Array
  readonly numbers: Float64Array
}

export class Routes {
  readonly model: Model
  readonly stride: number
  /** By route: visits it holds, and a number that changes with its content. */
  readonly length: Int32Array
  readonly version: Int32Array
  /** By route and position; position 0 is the beginning, position length + 1 the end. */
  readonly node: Int32Array
  readonly start: Int32Array
  readonly depart: Int32Array
  readonly late: Int32Array
  readonly leg: Int32Array
  readonly enters: Int32Array
  readonly leaves: Int32Array
  /** By visit: the route it is in, or -1. */
  readonly routeOf: Int32Array
  readonly placeTaken: Int32Array
  /** By route and group. */
  readonly groupTaken: Int32Array
  readonly crowded: Int32Array
  /** By route and member: favourites in it. */
  readonly favourites: Int32Array
  /** By route: profits less costs of ways and waiting. */
  readonly worth: Float64Array
  readonly given: Float64Array
  /** By route: what its ways cost. */
  readonly ways: Float64Array
  private readonly block: Int32Array
  private readonly numbers: Float64Array
  private changes = 1

  constructor(model: Model) {
    const { routes, stride, visits } = model
    this.model = model
    this.stride = stride
    const crowds = model.crowds.reduce((sum, crowd) => sum + crowd.classes * (crowd.perRoute ? routes : 1), 0)
    const slots = routes * stride
    const members = model.shares?.members ?? 0
    const block = new Int32Array(
      2 * routes + 7 * slots + visits + model.places + routes * (model.groups + members) + crowds
    )
    let at = 0
    const next = (size: number) => {
      at += size
      return block.subarray(at - size, at)
    }
    this.block = block
    this.length = next(routes)
    this.version = next(routes)
    this.node = next(slots)
    this.start = next(slots)
    this.depart = next(slots)
    this.late = next(slots)
    this.leg = next(slots)
    this.enters = next(slots)
    this.leaves = next(slots)
    this.routeOf = next(visits).fill(-1)
    this.placeTaken = next(model.places)
    this.groupTaken = next(routes * model.groups)
    this.crowded = next(crowds)
    this.favourites = next(routes * members)
    this.numbers = new Float64Array(2 * routes + members)
    this.worth = this.numbers.subarray(0, routes)
    this.given = this.numbers.subarray(routes, routes + members)
    this.ways = this.numbers.subarray(routes + members)
    for (let route = 0; route < routes; route++) {
      this.node[route * stride] = beginOf(model, route)
      this.node[route * stride + 1] = endOf(model, route)
      for (const visit of model.problem.routes[route]!.fixed ?? []) this.put(route, this.length[route]! + 1, visit)
      this.refresh(route)
    }
  }

  /** Puts a visit before a position; the route must be refreshed afterwards. */
  put(route: number, position: number, visit: number): void {
    const base = route * this.stride
    const n = this.length[route]!
    this.node.copyWithin(base + position + 1, base + position, base + n + 2)
    this.node[base + position] = visit
    this.length[route] = n + 1
    this.count(route, visit, 1)
  }

  /** 1 where a visit counts to what a route may hold. */
  counts(visit: number): number {
    const { group, uncounted } = this.model
    return uncounted >= 0 && group[visit] === uncounted ? 0 : 1
  }

  /** Visits of a route that count to what it may hold. */
  counted(route: number): number {
    const { groups, uncounted } = this.model
    return this.length[route]! - (uncounted < 0 ? 0 : this.groupTaken[route * groups + uncounted]!)
  }

  /** Takes visits out that `gone` marks; false where the rest does not hold (ways that are longer than detours). */
  takeOut(route: number, gone: Uint8Array): boolean {
    const base = route * this.stride
    const n = this.length[route]!
    let kept = 1
    for (let i = 1; i <= n; i++) {
      const visit = this.node[base + i]!
      if (gone[visit] === 1) this.count(route, visit, -1)
      else this.node[base + kept++] = visit
    }
    if (kept === n + 1) return true
    this.node[base + kept] = endOf(this.model, route)
    this.length[route] = kept - 1
    return this.refresh(route)
  }

  private count(route: number, visit: number, by: 1 | -1): void {
    const { model } = this
    this.routeOf[visit] = by === 1 ? route : -1
    this.placeTaken[model.place[visit]!]! += by
    const group = model.group[visit]!
    if (group >= 0) this.groupTaken[route * model.groups + group]! += by
    for (const crowd of model.crowds) {
      const one = crowd.classOf[visit]!
      if (one >= 0) this.crowded[crowd.at + (crowd.perRoute ? route * crowd.classes : 0) + one]! += by
    }
    const { shares } = model
    if (shares === undefined) return
    for (let m = 0; m < shares.members; m++) {
      this.given[m]! += by * shares.gives[m * model.visits + visit]!
      this.favourites[route * shares.members + m]! += by * shares.favourite[m * model.visits + visit]!
    }
  }

  /** Works out times and worth of a route; false where its order does not hold. */
  refresh(route: number): boolean {
    const { model, node, start, depart, late, leg, enters, leaves } = this
    const { travel, locations, cost, nodes, stay, profit, waitFree, waitCost, waitLong, waitLongCost } = model
    const base = route * this.stride
    const end = base + this.length[route]! + 1
    const windowsAt = route * nodes
    const costly = cost.length > 0
    let worth = 0
    let ways = 0
    let time = model.first[windowsAt + node[base]!]!
    let from = model.leave[node[base]!]!
    start[base] = time
    depart[base] = time
    leaves[base] = from
    for (let i = base + 1; i <= end; i++) {
      const visit = node[i]!
      const to = model.enter[visit]!
      const way = travel[from * locations + to]!
      const ready = time + way
      const begins = firstStart(model, windowsAt + visit, ready)
      if (begins < 0) return false
      worth += profit[windowsAt + visit]!
      if (costly) ways += cost[from * locations + to]!
      if (i < end && begins - ready > waitFree) worth -= waitCost * (begins - ready - waitFree)
      leg[i] = way
      enters[i] = to
      from = model.leave[visit]!
      leaves[i] = from
      start[i] = begins
      time = begins + stay[visit]!
      depart[i] = time
    }
    let bound = Number.MAX_SAFE_INTEGER
    for (let i = end; i > base; i--) {
      const visit = node[i]!
      late[i] = lastStart(model, windowsAt + visit, i === end ? bound : bound - stay[visit]!)
      bound = late[i]! - leg[i]!
    }
    for (let i = end - 1; waitLongCost > 0 && i > base + 1; i--) {
      const least = start[i]! - leg[i]! - stay[node[i - 1]!]! - late[i - 1]!
      if (least > waitLong) worth -= waitLongCost * (least - waitLong)
    }
    this.ways[route] = ways
    this.worth[route] = worth - ways - model.waysLongMore * Math.max(0, ways - model.waysLong)
    this.version[route] = this.changes++
    return true
  }

  /** What ways that cost so much more than now make the whole day of a route cost more, beyond what they cost themselves. */
  longer(route: number, by: number): number {
    const { waysLong, waysLongMore } = this.model
    if (waysLongMore === 0) return 0
    const ways = this.ways[route]!
    return waysLongMore * (Math.max(0, ways + by - waysLong) - Math.max(0, ways - waysLong))
  }

  /** What one more visit would change beside its own profit: likes that wear off, and everybody's share. */
  besides(route: number, visit: number): number {
    const { model } = this
    let sum = 0
    for (const crowd of model.crowds) {
      const one = crowd.classOf[visit]!
      if (one >= 0) sum -= crowd.step * this.crowded[crowd.at + (crowd.perRoute ? route * crowd.classes : 0) + one]!
    }
    const { shares } = model
    if (shares !== undefined) {
      for (let m = 0; m < shares.members; m++) {
        const gives = shares.gives[m * model.visits + visit]!
        if (gives > 0) sum += shares.weight * (Math.sqrt(this.given[m]! + gives) - Math.sqrt(this.given[m]!))
        if (this.favourites[route * shares.members + m] === 0 && shares.favourite[m * model.visits + visit] === 1) {
          sum += shares.daily
        }
      }
    }
    return sum
  }

  total(): number {
    const { model } = this
    let sum = 0
    for (let route = 0; route < model.routes; route++) sum += this.worth[route]!
    for (const crowd of model.crowds) {
      const to = crowd.at + crowd.classes * (crowd.perRoute ? model.routes : 1)
      for (let i = crowd.at; i < to; i++) sum -= (crowd.step * this.crowded[i]! * (this.crowded[i]! - 1)) / 2
    }
    const { shares } = model
    if (shares !== undefined) {
      for (let m = 0; m < shares.members; m++) sum += shares.weight * Math.sqrt(Math.max(0, this.given[m]!))
      for (const count of this.favourites) if (count > 0) sum += shares.daily
    }
    return sum
  }

  keep(): Kept {
    return { block: this.block.slice(), numbers: this.numbers.slice() }
  }

  keepIn(kept: Kept): void {
    kept.block.set(this.block)
    kept.numbers.set(this.numbers)
  }

  goBack(kept: Kept): void {
    this.block.set(kept.block)
    this.numbers.set(kept.numbers)
  }
}
