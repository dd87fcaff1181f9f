/**
 * Fills routes greedily: the visit that gives most for the time it takes, wherever it fits best, until nothing fits.
 * Where each visit fits best is remembered; after an insertion only the two new gaps of that route are looked at.
 */
import type { Model } from "./model.ts"
import { firstStart, type Routes } from "./routes.ts"

export interface Greed {
  /** How much more profit counts than time. */
  readonly power: number
  /** Whether time counts at all. */
  readonly timed: boolean
}

export class Rebuilder {
  /** Positions tried so far: the measure of work. */
  work = 0
  /** Visits that are not to be put back for now, and what each one's score is multiplied with. */
  readonly resting: Uint8Array
  readonly noise: Float64Array
  private readonly model: Model
  private readonly routes: Routes
  /** By route and visit: the best position (0 for none), the time it adds, the ways it adds, and for which version. */
  private readonly position: Int32Array
  private readonly shift: Int32Array
  private readonly ways: Float64Array
  private readonly seen: Int32Array
  private readonly open: Int32Array
  /** By route: the positions that are tried; all of them where nobody narrowed them. */
  private readonly low: Int32Array
  private readonly high: Int32Array

  constructor(routes: Routes) {
    const { model } = routes
    this.model = model
    this.routes = routes
    this.resting = new Uint8Array(model.visits)
    const { memory } = model
    this.noise = memory.float64(model.visits).fill(1)
    this.position = memory.int32(model.routes * model.visits)
    this.shift = memory.int32(model.routes * model.visits)
    this.ways = memory.float64(model.routes * model.visits)
    this.seen = memory.int32(model.routes * model.visits)
    this.open = memory.int32(model.visits)
    this.low = new Int32Array(model.routes).fill(1)
    this.high = new Int32Array(model.routes).fill(model.stride)
  }

  /** Tries no more than the positions around the hole of a long route, which is where there is room: a round costs what the hole is worth. */
  narrow(route: number, low: number, high: number): void {
    this.low[route] = Math.max(1, low)
    this.high[route] = high
  }

  /** Tries all positions again. */
  widen(): void {
    this.low.fill(1)
    this.high.fill(this.model.stride)
  }

  private lookAll(route: number, visit: number): void {
    this.look(route, visit, this.low[route]!, Math.min(this.high[route]!, this.routes.length[route]! + 1))
  }

  /** Tries the positions `low` to `high` of a route; keeps the best among them and what is known already. */
  private look(route: number, visit: number, low: number, high: number): void {
    const { model, routes } = this
    const { depart, late, leg, enters, leaves, stride } = routes
    const { back, travel, cost, costBack, locations } = model
    const at = route * model.visits + visit
    const windowsAt = route * model.nodes + visit
    const first = model.first[windowsAt]!
    const last = model.last[windowsAt]!
    const single = model.count[windowsAt] === 1
    const stay = model.stay[visit]!
    const into = model.enter[visit]! * locations
    const out = model.leave[visit]! * locations
    const costly = cost.length > 0
    const soonest = first + stay
    const to = route * stride + high
    let best = this.position[at] === 0 ? Number.POSITIVE_INFINITY : this.shift[at]! + model.exchange * this.ways[at]!
    for (let i = route * stride + low; i <= to; i++) {
      if (late[i]! < soonest) continue
      const leaving = depart[i - 1]!
      if (leaving > last) break
      let begins = leaving + back[into + leaves[i - 1]!]!
      if (begins <= first) begins = first
      else if (begins > last) continue
      else if (!single) {
        begins = firstStart(model, windowsAt, begins)
        if (begins < 0) continue
      }
      const next = begins + stay + travel[out + enters[i]!]!
      if (next > late[i]!) continue
      const shift = next - leaving - leg[i]!
      const ways = costly
        ? costBack[into + leaves[i - 1]!]! + cost[out + enters[i]!]! - cost[leaves[i - 1]! * locations + enters[i]!]!
        : 0
      const key = shift + model.exchange * ways
      if (key < best) {
        best = key
        this.position[at] = i - route * stride
        this.shift[at] = shift
        this.ways[at] = ways
      }
    }
    this.work += high - low + 1
  }

  private scan(route: number, visit: number): void {
    const at = route * this.model.visits + visit
    this.position[at] = 0
    this.seen[at] = this.routes.version[route]!
    if (this.model.count[route * this.model.nodes + visit] === 0) return
    this.lookAll(route, visit)
  }

  /** What was known before a visit was put at `put`, brought up to date. */
  private follow(route: number, visit: number, put: number): void {
    const at = route * this.model.visits + visit
    const known = this.position[at]!
    this.seen[at] = this.routes.version[route]!
    if (this.model.count[route * this.model.nodes + visit] === 0) return
    this.position[at] = 0
    if (known !== 0 && known !== put) {
      const moved = known > put ? known + 1 : known
      this.look(route, visit, moved, moved)
      if (this.position[at] === 0) {
        this.lookAll(route, visit)
        return
      }
    }
    this.look(route, visit, put, put + 1)
    if (this.position[at] === 0 && known === put) this.lookAll(route, visit)
  }

  private score(route: number, visit: number, greed: Greed, besides: boolean): number {
    const { model, routes } = this
    const at = route * model.visits + visit
    let gain = model.profit[route * model.nodes + visit]! - this.ways[at]! - routes.longer(route, this.ways[at]!)
    if (besides) gain += routes.besides(route, visit)
    if (gain <= 0) return 0
    const scored = greed.power === 1 ? gain : greed.power === 2 ? gain * gain : gain * gain * gain
    return (greed.timed ? scored / Math.max(1, this.shift[at]!) : scored) * this.noise[visit]!
  }

  private collect(): number {
    const { model, routes, open } = this
    let count = 0
    for (let visit = 0; visit < model.visits; visit++) {
      if (routes.placeTaken[model.place[visit]!] === 0 && this.resting[visit] === 0) open[count++] = visit
    }
    return count
  }

  fill(greed: Greed): void {
    let count = this.collect()
    while (count >= 0) count = this.putBest(greed, count)
  }

  /** Puts one visit in, of those that are in no route; false where nothing fits. */
  putOne(greed: Greed): boolean {
    return this.putBest(greed, this.collect()) >= 0
  }

  /** Puts the best of the first `count` open visits in; how many are open then, or -1 where nothing fits. */
  private putBest(greed: Greed, count: number): number {
    const { model, routes, open } = this
    const besides = model.crowds.length > 0 || model.shares !== undefined
    let top = 0
    let chosen = -1
    let into = -1
    for (let route = 0; route < model.routes; route++) {
      const held = routes.counted(route)
      const full = held >= model.most[route]!
      if (full && model.uncounted < 0 && held >= model.mostUrgent[route]!) continue
      const version = routes.version[route]!
      this.work += count
      for (let i = 0; i < count; i++) {
        const visit = open[i]!
        const group = model.group[visit]!
        if (full && !this.fits(visit, group, held, route)) continue
        if (group >= 0 && routes.groupTaken[route * model.groups + group] !== 0) continue
        const at = route * model.visits + visit
        if (this.seen[at] !== version) this.scan(route, visit)
        if (this.position[at] === 0) continue
        const score = this.score(route, visit, greed, besides)
        if (score > top) {
          top = score
          chosen = visit
          into = route
        }
      }
    }
    return chosen < 0 ? -1 : this.insert(into, chosen, count)
  }

  /** Whether a route that is full may hold a visit all the same. */
  private fits(visit: number, group: number, held: number, route: number): boolean {
    const { mostUrgent, uncounted, urgent } = this.model
    return (group >= 0 && group === uncounted) || (urgent[visit] === 1 && held < mostUrgent[route]!)
  }

  /** Inserts a visit where it fits best and brings what is known of the others up to date. */
  private insert(route: number, visit: number, count: number): number {
    const { model, routes, open } = this
    const put = this.position[route * model.visits + visit]!
    const before = routes.version[route]!
    routes.put(route, put, visit)
    routes.refresh(route)
    this.high[route]!++
    const place = model.place[visit]!
    let left = 0
    for (let i = 0; i < count; i++) {
      const other = open[i]!
      if (model.place[other] === place) continue
      open[left++] = other
      if (this.seen[route * model.visits + other] === before) this.follow(route, other, put)
    }
    return left
  }
}
