/**
 * Large-neighbourhood search: make room, fill anew, keep what is better and for a while also what is a little worse.
 * The same problem, seed and number of rounds give the same plan on every machine; a caller runs it in steps of any
 * size, so that nothing else has to wait for it.
 */
import { type Random, seededRandom } from "../basics/random.ts"
import { Destroyer } from "./destroy.ts"
import { type Model, modelOf } from "./model.ts"
import type { Plan, Problem } from "./problem.ts"
import { type Greed, Rebuilder } from "./rebuild.ts"
import { type Kept, Routes } from "./routes.ts"
import { canSweep, Sweep } from "./sweep.ts"

export interface SearchSettings {
  /** Shares of the ways to make room; the rest takes a few stops from anywhere. */
  readonly segment: number
  readonly stranger: number
  readonly around: number
  /** The largest share of a route that is taken out at once, and the most stops. */
  readonly share: number
  readonly longest: number
  /** How much worse a plan may be that is gone on with, in profits of a usual visit: at first, and in the end. */
  readonly warm: number
  readonly cold: number
  /** Rounds without gain until the search begins again from the best plan, and how often from nothing instead. */
  readonly patience: number
  readonly fresh: number
  /** How often what was taken out rests for a round. */
  readonly rest: number
  /** How often visits are put back with noise, and how much of it. */
  readonly noisy: number
  readonly noise: number
  /** How often time does not count in choosing what to put back. */
  readonly untimed: number
}

export const SEARCH: SearchSettings = {
  segment: 0.4,
  stranger: 0.35,
  around: 0.1,
  share: 0.5,
  longest: 10,
  warm: 0.5,
  cold: 0.05,
  patience: 800,
  fresh: 0.2,
  rest: 0.5,
  noisy: 0.7,
  noise: 0.6,
  untimed: 0
}

/** What a round costs beside the positions it tries, counted in positions; a look at every visit comes on top. */
const ROUND_WORK = 1000

/** Routes of so many stops are long, and filled anew around what was taken out, so many positions to each side; but all of them so often. */
const LONG = 24
const AROUND = 3
const WIDE = 0.1

/** What is searched with once a route is long: more is taken out at once, and less that is worse is gone on with. */
const LONG_SEARCH = { warm: 0.3, longest: 15 } as const

/** How often what rests stays out of the plan where waiting costs. */
const LEFT_OUT = 0.3

const PLAIN: Greed = { power: 2, timed: true }

export class Search {
  /** Rounds done so far. */
  rounds = 0
  private readonly model: Model
  private settings: SearchSettings
  private readonly random: Random
  private readonly routes: Routes
  private readonly rebuilder: Rebuilder
  private readonly destroyer: Destroyer
  private readonly found = new Int32Array(5)
  private readonly current: Kept
  private readonly best: Kept
  private worth: number
  private bestWorth: number
  private cycleBest: number
  private idle = 0
  /** Whether the first plan is filled as far as it goes. */
  private begun = false
  /** The first plan that greed made, while the routes of another one are swept. */
  private greedy: Kept | undefined
  /** Whether routes are long: what is tried, and how warmly, is other then. */
  private long = false
  private sweep: Sweep | undefined
  private swept = 0
  private sweepWork = 0

  constructor(problem: Problem | Model, seed: number, settings: SearchSettings = SEARCH) {
    this.model = "problem" in problem ? problem : modelOf(problem)
    this.settings = settings
    this.random = seededRandom(seed)
    this.routes = new Routes(this.model)
    this.rebuilder = new Rebuilder(this.routes)
    this.destroyer = new Destroyer(this.routes, this.random)
    this.worth = this.bestWorth = this.cycleBest = Number.NEGATIVE_INFINITY
    this.current = this.routes.keep()
    this.best = this.routes.keep()
  }

  /** Positions tried so far: what a round costs differs from problem to problem, what this costs hardly does. */
  get work(): number {
    return this.rebuilder.work + this.destroyer.work + this.sweepWork + (this.sweep?.work ?? 0)
  }

  get value(): number {
    return this.bestWorth
  }

  /** One visit more in the first plan, or one hour of a long one; after that one round: make room, fill anew, decide. */
  step(): void {
    if (!this.begun) {
      this.begin()
      return
    }
    this.rounds++
    this.rebuilder.work += ROUND_WORK + this.model.visits * this.model.routes
    const { routes, settings, random } = this
    const restart = this.idle >= settings.patience
    if (restart) this.restart(random() < settings.fresh)
    else if (!this.makeRoom()) {
      this.undo()
      return
    }
    this.refill()
    const worth = routes.total()
    if (worth > this.cycleBest + 1e-9) {
      this.cycleBest = worth
      this.idle = 0
    } else this.idle++
    const cooling = this.idle / settings.patience
    const heat = this.model.usual * (settings.warm * (1 - cooling) + settings.cold * cooling)
    if (restart || worth >= this.worth || random() < Math.exp((worth - this.worth) / heat)) {
      this.worth = worth
      routes.keepIn(this.current)
      if (worth > this.bestWorth + 1e-9) {
        this.bestWorth = worth
        routes.keepIn(this.best)
      }
    } else routes.goBack(this.current)
  }

  /** Rounds until so many are done. */
  run(rounds: number): this {
    while (this.rounds < rounds) this.step()
    return this
  }

  private begin(): void {
    if (this.greedy !== undefined ? this.sweepOn(this.greedy) : this.rebuilder.putOne(PLAIN) || this.isLong()) return
    this.begun = true
    this.worth = this.bestWorth = this.cycleBest = this.routes.total()
    this.routes.keepIn(this.current)
    this.routes.keepIn(this.best)
  }

  /** Whether what greed made is so long that a sweep over its hours finds a better one; begins it. */
  private isLong(): boolean {
    const { destroyer, model, routes } = this
    if (!routes.length.some((length) => length >= LONG) || !canSweep(model)) return false
    this.settings = { ...this.settings, ...LONG_SEARCH }
    this.long = true
    this.greedy = routes.keep()
    destroyer.gone.fill(1)
    for (let route = 0; route < model.routes; route++) routes.takeOut(route, destroyer.gone)
    destroyer.gone.fill(0)
    return true
  }

  /** Sweeps one hour of one route more; false once the better one of both plans stands. */
  private sweepOn(greedy: Kept): boolean {
    const { model, routes } = this
    this.sweep ??= new Sweep(routes, this.swept)
    if (this.sweep.step()) return true
    for (const [at, visit] of this.sweep.visits().entries()) routes.put(this.swept, at + 1, visit)
    routes.refresh(this.swept)
    this.sweepWork += this.sweep.work
    this.sweep = undefined
    if (++this.swept < model.routes) return true
    this.rebuilder.fill(PLAIN)
    const worth = routes.total()
    const now = routes.keep()
    routes.goBack(greedy)
    if (routes.total() < worth) routes.goBack(now)
    this.greedy = undefined
    return false
  }

  private undo(): void {
    this.rebuilder.widen()
    this.destroyer.gone.fill(0)
    this.routes.goBack(this.current)
    this.idle++
  }

  private restart(fromNothing: boolean): void {
    const { routes, model, destroyer } = this
    this.idle = 0
    if (fromNothing) {
      for (let route = 0; route < model.routes; route++) {
        for (let i = 1; i <= routes.length[route]!; i++) {
          const visit = routes.node[route * routes.stride + i]!
          if (model.pinned[visit] === 0) destroyer.gone[visit] = 1
        }
        routes.takeOut(route, destroyer.gone)
      }
      destroyer.gone.fill(0)
      this.cycleBest = Number.NEGATIVE_INFINITY
      return
    }
    routes.goBack(this.best)
    this.cycleBest = this.bestWorth
  }

  /** Takes something out; false where there was nothing to take, or the rest does not hold. */
  private makeRoom(): boolean {
    const { routes, model, destroyer, settings, random, rebuilder, found } = this
    const way = random()
    let forced = false
    if (way < settings.segment) {
      if (model.routes > 1 && random() < 0.3) destroyer.hours(settings.share, settings.longest)
      else destroyer.segment(settings.share, settings.longest)
    } else if (way < settings.segment + settings.stranger) {
      forced = destroyer.stranger(found)
      if (!forced) return false
    } else if (way < settings.segment + settings.stranger + settings.around) destroyer.around()
    else destroyer.few()
    const rests = random() < settings.rest
    const narrow = this.long && random() >= WIDE
    for (let route = 0; route < model.routes; route++) {
      if (narrow && routes.length[route]! >= LONG) this.narrow(route)
      if (!routes.takeOut(route, destroyer.gone)) return false
    }
    if (rests) rebuilder.resting.set(destroyer.gone.subarray(0, model.visits))
    destroyer.gone.fill(0)
    if (forced) {
      routes.put(found[0]!, found[1]!, found[2]!)
      if (!routes.refresh(found[0]!)) {
        rebuilder.resting.fill(0)
        return false
      }
    }
    return true
  }

  /** Only the stretch of a long route that is about to be taken out, and a little around it, is tried anew. */
  private narrow(route: number): void {
    const { routes, destroyer, rebuilder } = this
    const base = route * routes.stride
    let [first, last, count] = [0, 0, 0]
    for (let i = 1; i <= routes.length[route]!; i++) {
      if (destroyer.gone[routes.node[base + i]!] === 0) continue
      if (first === 0) first = i
      last = i
      count++
    }
    // A stranger that takes nobody's place stands somewhere all the same.
    if (count > 0) rebuilder.narrow(route, first - AROUND, last - count + 1 + AROUND)
  }

  private refill(): void {
    const { rebuilder, settings, random } = this
    const power = 1 + Math.floor(random() * 3)
    const timed = random() >= settings.untimed
    const noisy = random() < settings.noisy
    if (noisy) {
      const { noise } = rebuilder
      for (let visit = 0; visit < noise.length; visit++) noise[visit] = 1 + settings.noise * (random() - 0.5)
    }
    rebuilder.fill({ power, timed })
    if (noisy) rebuilder.noise.fill(1)
    rebuilder.resting.fill(0)
    // Greed does not see what waiting costs: where it costs, a visit that fits may still be better left out.
    if (this.model.waitCost === 0 || random() >= LEFT_OUT) rebuilder.fill({ power, timed })
    rebuilder.widen()
  }

  plan(): Plan {
    const { routes, model } = this
    while (!this.begun) this.begin()
    const now = routes.keep()
    routes.goBack(this.best)
    const of = (column: Int32Array) =>
      Array.from({ length: model.routes }, (_, route) => {
        const base = route * routes.stride
        return [...column.subarray(base + 1, base + 1 + routes.length[route]!)]
      })
    const plan = { routes: of(routes.node), starts: of(routes.start), worth: this.bestWorth }
    routes.goBack(now)
    return plan
  }
}
