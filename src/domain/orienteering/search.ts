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

/** How often what rests stays out of the plan where waiting costs. */
const LEFT_OUT = 0.3

const PLAIN: Greed = { power: 2, timed: true }

export class Search {
  /** Rounds done so far. */
  rounds = 0
  private readonly model: Model
  private readonly settings: SearchSettings
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
    return this.rebuilder.work + this.destroyer.work
  }

  get value(): number {
    return this.bestWorth
  }

  /** One visit more in the first plan; after that one round: make room, fill anew, decide. */
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
    if (this.rebuilder.putOne(PLAIN)) return
    this.begun = true
    this.worth = this.bestWorth = this.cycleBest = this.routes.total()
    this.routes.keepIn(this.current)
    this.routes.keepIn(this.best)
  }

  private undo(): void {
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
    for (let route = 0; route < model.routes; route++) {
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
