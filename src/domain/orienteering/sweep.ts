/**
 * A first plan for a long route, worked out from its beginning to its end: of all the ways that lead to an hour, those that gave most are
 * gone on with. Greed puts what is dearest first and leaves a zigzag between, which takes a search many times as long to straighten.
 */
import { beginOf, endOf, type Model } from "./model.ts"
import { firstStart, type Routes } from "./routes.ts"

export interface SweepSettings {
  /** Hours that a route's time is cut into. */
  readonly hours: number
  /** Ways that are gone on with from an hour, and among them those that end with the same visit. */
  readonly width: number
  readonly perVisit: number
  /** Visits that each of them is gone on with: those that give most for the time they take. */
  readonly branches: number
}

export const SWEEP: SweepSettings = { hours: 160, width: 100, perVisit: 3, branches: 8 }

/** Only what gives profit and takes time: where plans are worth more than the sum of their visits, what came before an hour does not say what comes after. */
export const canSweep = (model: Model): boolean =>
  model.crowds.length === 0 &&
  model.shares === undefined &&
  model.cost.length === 0 &&
  model.waitCost === 0 &&
  model.groups === 0 &&
  !model.pinned.includes(1) &&
  model.most.every((most) => most >= model.visits)

export class Sweep {
  /** Visits tried so far: the measure of work. */
  work = 0
  private readonly model: Model
  private readonly settings: SweepSettings
  private readonly at: number
  private readonly opens: number
  private readonly closes: number
  private readonly home: number
  private readonly hourLength: number
  /** By way: the visit it ends with, when it leaves there, what it gave, the way before it, and the places it was at, a bit for each. */
  private readonly visit: Int32Array
  private readonly leaves: Int32Array
  private readonly profit: Float64Array
  private readonly before: Int32Array
  private readonly seen: Int32Array
  private readonly words: number
  private ways = 1
  private best = 0
  private hour = 0
  private readonly hours: Array<Array<number>>
  private readonly ending: Int32Array
  /** What a way is gone on with: visits, when they begin, and what they give for their time. */
  private readonly next: Int32Array
  private readonly begins: Int32Array
  private readonly rate: Float64Array

  /** For a route of a plan in the making: places that others hold are left to them. */
  constructor(routes: Routes, route: number, settings: SweepSettings = SWEEP) {
    const { model } = routes
    const { hours, width, branches } = settings
    this.model = model
    this.settings = settings
    this.at = route * model.nodes
    this.opens = model.first[this.at + beginOf(model, route)]!
    this.closes = model.last[this.at + endOf(model, route)]!
    this.home = model.enter[endOf(model, route)]!
    this.hourLength = Math.max(1, (this.closes - this.opens) / hours)
    const most = 1 + hours * width * branches
    this.words = (model.places + 31) >> 5
    this.visit = new Int32Array(most)
    this.leaves = new Int32Array(most)
    this.profit = new Float64Array(most)
    this.before = new Int32Array(most)
    this.seen = new Int32Array(most * this.words)
    this.hours = Array.from({ length: hours }, () => [])
    this.ending = new Int32Array(model.nodes)
    this.next = new Int32Array(branches)
    this.begins = new Int32Array(branches)
    this.rate = new Float64Array(branches)
    this.visit[0] = beginOf(model, route)
    this.leaves[0] = this.opens
    for (let place = 0; place < model.places; place++) {
      if (routes.placeTaken[place] !== 0) this.seen[place >> 5]! |= 1 << (place & 31)
    }
    this.hours[0]!.push(0)
  }

  /** Goes on from one hour; false where none is left. */
  step(): boolean {
    const { ending, hours, leaves, profit, settings, visit } = this
    const ways = hours[this.hour]!.sort((a, b) => profit[b]! - profit[a]! || leaves[a]! - leaves[b]! || a - b)
    ending.fill(0)
    let kept = 0
    let last = -1
    for (const way of ways) {
      // The same visits in another order: one of them is enough.
      const alike =
        last >= 0 && profit[way] === profit[last] && leaves[way] === leaves[last] && visit[way] === visit[last]
      last = way
      if (alike || ending[visit[way]!]! >= settings.perVisit) continue
      ending[visit[way]!]!++
      this.goOn(way)
      if (++kept >= settings.width) break
    }
    hours[this.hour] = []
    this.hour++
    return this.hour < hours.length
  }

  private goOn(way: number): void {
    const { begins, next } = this
    const found = this.choose(way)
    for (let i = 0; i < found; i++) this.add(way, next[i]!, begins[i]!)
  }

  /** The visits that give most for their time after a way, best first; how many. */
  private choose(way: number): number {
    const { at, begins, closes, home, model, next, rate, seen } = this
    const { enter, last, leave, locations, place, profit, stay, travel, visits } = model
    const branches = next.length
    const from = leave[this.visit[way]!]! * locations
    const leaving = this.leaves[way]!
    const set = way * this.words
    let found = 0
    let least = 0
    this.work += visits
    for (let visit = 0; visit < visits; visit++) {
      const ready = leaving + travel[from + enter[visit]!]!
      if (ready > last[at + visit]!) continue
      const where = place[visit]!
      if ((seen[set + (where >> 5)]! & (1 << (where & 31))) !== 0) continue
      const start = firstStart(model, at + visit, ready)
      const leaves = start + stay[visit]!
      const worth = profit[at + visit]! / (leaves - leaving + 1)
      if (worth <= least || leaves + travel[leave[visit]! * locations + home]! > closes) continue
      let i = found < branches ? found++ : branches - 1
      for (; i > 0 && rate[i - 1]! < worth; i--) {
        rate[i] = rate[i - 1]!
        next[i] = next[i - 1]!
        begins[i] = begins[i - 1]!
      }
      rate[i] = worth
      next[i] = visit
      begins[i] = start
      if (found === branches) least = rate[branches - 1]!
    }
    return found
  }

  private add(way: number, visit: number, begins: number): void {
    const { model, seen, words } = this
    const added = this.ways++
    const place = model.place[visit]!
    for (let word = 0; word < words; word++) seen[added * words + word] = seen[way * words + word]!
    seen[added * words + (place >> 5)]! |= 1 << (place & 31)
    this.visit[added] = visit
    this.leaves[added] = begins + model.stay[visit]!
    this.profit[added] = this.profit[way]! + model.profit[this.at + visit]!
    this.before[added] = way
    const hour = Math.max(this.hour + 1, Math.floor((this.leaves[added]! - this.opens) / this.hourLength))
    this.hours[hour]?.push(added)
    if (this.profit[added]! > this.profit[this.best]!) this.best = added
  }

  /** The visits of the best way, in their order. */
  visits(): ReadonlyArray<number> {
    const visits: Array<number> = []
    for (let way = this.best; way !== 0; way = this.before[way]!) visits.push(this.visit[way]!)
    return visits.reverse()
  }
}
