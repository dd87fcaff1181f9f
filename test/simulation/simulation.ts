/** One run: a seed, a world, and what came of it. */
import * as Effect from "effect/Effect"
import type { TripId } from "../../src/domain/ids.ts"
import { checkEverything, checkReplay, Epochs, type Looked } from "./checks.ts"
import { CITY, furnish, GHOSTS } from "./cities.ts"
import { Fate } from "./faults.ts"
import { BEGINNING } from "./machine.ts"
import { Network } from "./network.ts"
import type { Running } from "./node.ts"
import { Oracle } from "./oracle.ts"
import type { Kept } from "./ports.ts"
import { PgServer } from "./postgres/server.ts"
import { Tally } from "./tally.ts"
import { Travelers } from "./travelers.ts"
import { checkVotes } from "./votes.ts"
import { World } from "./world.ts"

export interface Outcome {
  readonly seed: number
  readonly hash: string
  readonly steps: number
  /** How long it took in the world. */
  readonly millis: number
  readonly tally: Tally
  readonly lines: ReadonlyArray<string>
  readonly server: PgServer
}

export interface Options {
  readonly commands?: number
  readonly faults?: number
  /** Groups decide on offers together. */
  readonly votes?: boolean
}

/** What a run holds at least: 1,000 commands and 20 faults. */
const COMMANDS = 1_050
const STRIKES = 36

/** For how long there are commands and faults. */
const TROUBLED_MILLIS = 21_000

/** Within this, after faults have stopped, everything is stored, told and answered. */
const CALM_MILLIS = 45_000

/** A command that is asked for in the calm is answered within this. */
const ANSWERED_MILLIS = 2_500

const MOST_ERASED = 2

const ASKS_AGAIN_MILLIS = 400

class Run {
  readonly world: World
  readonly tally: Tally
  readonly server: PgServer
  readonly fate: Fate
  readonly travelers: Travelers
  readonly oracle: Oracle
  readonly kept: Kept = { jobs: new Map(), erased: new Set() }
  readonly #epochs = new Epochs()
  readonly #looked: Looked

  constructor(seed: number, votes: boolean) {
    const world = new World(seed)
    this.world = world
    this.tally = new Tally((line) => world.note(line))
    const { tally } = this
    const server = new PgServer(world, () => BEGINNING + world.now, tally.met)
    furnish(server)
    this.server = server
    const network = new Network(world, tally.met)
    this.oracle = new Oracle(tally, GHOSTS)
    const { kept, oracle } = this
    this.fate = new Fate((skew) => ({
      around: { world, server, kept, network, city: CITY, skew },
      tally,
      oracle,
      isStored: (event) => server.store.get(undefined, "trip_events", event) !== undefined,
      isSignalStored: (id) => server.store.get(undefined, "behavioral_signals", id) !== undefined
    }))
    const { fate } = this
    this.travelers = new Travelers(
      {
        world,
        network,
        oracle,
        tally,
        node: () => fate.node,
        wall: () => BEGINNING + Math.floor(world.now) + fate.skew,
        acknowledged: () => fate.acknowledged()
      },
      votes
    )
    this.#looked = { server, oracle, tally, fate }
  }

  get #running(): Running | undefined {
    return this.fate.node?.running
  }

  #every(millis: number, until: number, work: () => void): void {
    const { world } = this
    const again = () => {
      if (world.now >= until) return
      work()
      world.after(millis, again)
    }
    world.after(millis, again)
  }

  #look(): void {
    this.#epochs.look(this.#looked)
    this.fate.giveUpWhatIsGone()
    this.travelers.reconnect()
    const { node } = this.fate
    if (node?.running === undefined || this.travelers.trips.length === 0) return
    const trip = this.world.pick(this.travelers.trips)
    const by = this.oracle.memberOf(trip)
    if (by !== undefined) node.machine.fork(checkReplay(node.running, this.#looked, trip, by))
  }

  /** Somebody asks to be erased. */
  #erase(): void {
    const { node } = this.fate
    const user = this.world.pick(this.travelers.people)
    const { oracle, world } = this
    if (oracle.erased.size >= MOST_ERASED || world.now > TROUBLED_MILLIS) return
    // Whoever gets no answer asks again.
    if (node?.running === undefined) return void world.after(ASKS_AGAIN_MILLIS, () => this.#erase())
    node.machine.fork(
      Effect.map(Effect.result(node.running.erasure.request(user)), (asked) => {
        if (asked._tag === "Failure") return world.after(ASKS_AGAIN_MILLIS, () => this.#erase())
        world.note(`${user} asks to be erased`)
        oracle.erased.add(user)
        for (const trip of this.travelers.trips) oracle.isOut(trip, user, world.now)
      })
    )
  }

  async trouble({ commands = COMMANDS, faults = STRIKES }: Options): Promise<void> {
    const { world } = this
    for (let n = 0; n < commands; n++)
      world.after(200 + (TROUBLED_MILLIS * n) / commands + world.between(0, 15), () => this.travelers.act())
    for (let n = 0; n < faults; n++) world.after(world.between(800, TROUBLED_MILLIS), () => this.fate.strike())
    for (let n = 0; n < MOST_ERASED; n++) world.after(world.between(6_000, TROUBLED_MILLIS), () => this.#erase())
    this.#every(150, TROUBLED_MILLIS, () => this.#look())
    this.#every(700, TROUBLED_MILLIS + CALM_MILLIS, () => {
      if (this.fate.node?.failure !== undefined) this.fate.startAgain()
    })
    await world.until(TROUBLED_MILLIS + 300)
  }

  #settled(): boolean {
    const running = this.#running
    if (running === undefined || this.travelers.requests.open > 0) return false
    const standing = running.ownership.standing()
    if (standing.is !== "owner" || standing.awaits.length > 0) return false
    const { drained, durable, appended } = Effect.runSync(running.journal.status)
    if (drained < durable || durable < appended) return false
    return [...this.kept.jobs.values()].every(({ state }) => state === "done")
  }

  /** Faults have stopped: everything is stored and told within bounds. */
  async calm(): Promise<void> {
    const { world } = this
    await this.fate.calm()
    this.fate.skew = 0
    this.travelers.requests.stopRetrying()
    const end = world.now + CALM_MILLIS
    this.#every(400, end, () => this.#look())
    await world.until(end, () => this.#settled())
    this.tally.check(
      "everything is answered once faults have stopped",
      this.#settled(),
      () => `after ${CALM_MILLIS} ms: ${this.#state()}`
    )
    await this.#answers()
    await world.until(world.now + 3_000)
    await world.until(world.now + 8_000, () => this.#settled())
  }

  #state(): string {
    const running = this.#running
    const status = running === undefined ? undefined : Effect.runSync(running.journal.status)
    return JSON.stringify({
      running: running !== undefined,
      open: this.travelers.requests.open,
      journal: status,
      jobs: [...this.kept.jobs.values()]
    })
  }

  /** Whoever asks now is answered soon, and whoever follows knows everything. */
  async #answers(): Promise<void> {
    const { oracle, tally, travelers, world } = this
    const invariant = "everything is answered once faults have stopped"
    let waiting = 0
    for (const trip of travelers.trips) {
      const by = oracle.memberOf(trip)
      if (by === undefined || oracle.cursed.has(trip)) continue
      const asked = world.now
      waiting++
      travelers.requests.ask(trip, { _tag: "read", by: by as never }, undefined, (outcome) => {
        waiting--
        const known = outcome !== undefined && (!(outcome instanceof Error) || outcome._tag === "TripNotFound")
        tally.check(
          invariant,
          known && world.now - asked < ANSWERED_MILLIS,
          () => `trip ${trip} answered ${outcome?._tag} after ${world.now - asked} ms`
        )
      })
    }
    const end = world.now + ANSWERED_MILLIS
    this.#every(50, end, () => {
      for (const one of travelers.followers) if (!one.dismissed) one.connect()
    })
    await world.until(end, () => waiting === 0 && travelers.followers.every((one) => one.greeted || one.dismissed))
    tally.check(invariant, waiting === 0, () => `${waiting} reads have no answer`)
    for (const one of travelers.followers) {
      if (one.dismissed || oracle.erased.has(one.user) || oracle.cursed.has(one.trip)) continue
      const row = this.server.store.get(undefined, "trips", one.trip as TripId)
      if (row === undefined) continue
      tally.check(invariant, one.greeted, () => `${one.user} cannot follow trip ${one.trip}`)
    }
  }

  end(): Outcome {
    checkEverything(this.#looked)
    checkVotes(this.#looked, BEGINNING + this.world.now)
    this.fate.node?.kill()
    const { server, tally, world } = this
    const { hash, lines, seed, steps } = world
    return { seed, hash, steps, millis: world.now, tally, lines, server }
  }
}

export const simulate = async (seed: number, options: Options = {}): Promise<Outcome> => {
  const run = new Run(seed, options.votes === true)
  await run.trouble(options)
  await run.calm()
  return run.end()
}
