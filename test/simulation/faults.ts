/** What goes wrong, when, by the seed: to the process, its disk, its clock, its network and its database. */
import * as Effect from "effect/Effect"
import { FragileDisk } from "../harness/fragile-disk.ts"
import { Node, type Surroundings } from "./node.ts"
import type { Oracle } from "./oracle.ts"
import type { Tally } from "./tally.ts"
import type { World } from "./world.ts"

export interface Fated {
  readonly around: Surroundings
  readonly tally: Tally
  readonly oracle: Oracle
  /** What is stored, as far as an acknowledged change is concerned. */
  readonly isStored: (event: string) => boolean
  readonly isSignalStored: (id: string) => boolean
}

/** Trips are over by then. */
const ALMOST_A_DAY = 23.4 * 3_600_000

const SHORTEST_REST = 15
const LONGEST_REST = 250

export class Fate {
  disk: FragileDisk
  node: Node | undefined
  /** Milliseconds that the clock is off. */
  skew = 0
  /** Disks that were lost: each may take along what was not stored yet, and every trip begins a new epoch. */
  disksLost = 0
  /** What stands in the data directory's own name. */
  #directory: string
  /** Directories that are gone for good, until an operator has said so. */
  readonly #gone = new Set<string>()
  readonly #in: Fated
  #over = false

  constructor(made: (skew: () => number) => Fated) {
    this.#in = made(() => this.skew)
    this.#directory = this.#world.uuid()
    this.disk = this.#freshDisk()
    this.#start()
  }

  get #world(): World {
    return this.#in.around.world
  }

  #freshDisk(): FragileDisk {
    return new FragileDisk((done) => {
      const boot = this.#boot
      this.#world.after(this.#world.between(0.05, 2.5), () => {
        // Nobody hears any more what a process asked for that was killed since.
        if (boot === this.#boot) done()
      })
    })
  }

  #boot = 0

  #start(): void {
    this.node = new Node(this.disk, this.#directory, this.#in.around)
  }

  #troubled: (() => void) | undefined

  #restart(): void {
    const rest = this.#world.between(SHORTEST_REST, LONGEST_REST)
    this.#world.after(rest, () => {
      if (this.node === undefined) this.#start()
    })
  }

  #kill(): void {
    this.#boot++
    this.node?.kill()
    this.node = undefined
  }

  /** Who keeps a server running tries again where it did not start, as on a full disk. */
  startAgain(): void {
    if (this.node?.failure !== undefined) this.#kill()
    if (this.node === undefined) this.#start()
  }

  /** From now on everything works, and stays so. */
  async calm(): Promise<void> {
    const { around } = this.#in
    this.#over = true
    this.#troubled?.()
    this.disk.capacity = Number.POSITIVE_INFINITY
    const { server, network } = around
    server.weather.slowness = 1
    server.weather.failing.length = 0
    server.weather.lostAnswers = 0
    server.thaw()
    network.faults.lost = network.faults.overtaking = 0
    this.startAgain()
  }

  /** One misfortune, of the kinds that there are. */
  strike(): void {
    const { world } = this.#in.around
    const roll = world.random()
    if (roll < 0.24) this.#strikeProcess(world.random())
    else if (roll < 0.46) this.#strikeDisk(world.random())
    else if (roll < 0.82) this.#strikeDatabase(world.random())
    else if (roll < 0.93) this.#strikeNetwork(world.random())
    else this.#strikeClock(world.random())
  }

  #strikeProcess(roll: number) {
    const { node } = this
    if (node === undefined) return
    const { tally } = this.#in
    if (roll < 0.36) {
      tally.met("process killed")
      this.#kill()
      this.disk = this.disk.copy()
      this.#restart()
    } else if (roll < 0.7) {
      // The moment after an acknowledgement is the worst.
      if (this.#world.chance(0.6)) this.#waitsForAcknowledgement = true
      else this.#losePower()
    } else {
      tally.met("orderly restart")
      node.stop(() => {
        if (this.node !== node) return
        this.node = undefined
        this.#restart()
      })
    }
  }

  #losePower(): void {
    if (this.node === undefined) return
    this.#in.tally.met("power lost, unsynced writes torn")
    this.#kill()
    this.disk = this.disk.losePower(() => this.#world.chance(0.5))
    this.#restart()
  }

  #waitsForAcknowledgement = false

  /** Somebody was told just now that a write is made. */
  acknowledged(): void {
    if (!this.#waitsForAcknowledgement || this.#over) return
    this.#waitsForAcknowledgement = false
    this.#world.after(this.#world.between(0, 1), () => this.#losePower())
  }

  #strikeDisk(roll: number) {
    const { tally } = this.#in
    if (this.node === undefined || this.#troubled !== undefined) return
    const world = this.#world
    const { disk } = this
    if (roll < 0.36) {
      tally.met("disk full")
      disk.capacity = [...disk.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0) + world.int(3_000)
      this.#troubled = () => {
        disk.capacity = Number.POSITIVE_INFINITY
        this.#troubled = undefined
      }
    } else if (roll < 0.72) {
      tally.met("disk error")
      disk.fault = (operation) =>
        (operation === "write" || operation === "sync") && world.chance(0.6) ? "EIO" : undefined
      this.#troubled = () => {
        disk.fault = () => undefined
        this.#troubled = undefined
      }
    } else return this.#loseDisk()
    const over = this.#troubled
    world.after(world.between(100, 1_500), () => {
      over()
      // A restart has another disk object with the same troubles behind it.
      this.disk.capacity = Number.POSITIVE_INFINITY
      this.disk.fault = () => undefined
    })
  }

  /** An operator who sees that a journal is awaited which is gone for good says so. */
  giveUpWhatIsGone(): void {
    const running = this.node?.running
    const standing = running?.ownership.standing()
    if (running === undefined || standing?.is !== "owner" || standing.awaits.length === 0) return
    for (const directory of this.#gone)
      this.node!.machine.fork(
        Effect.map(Effect.result(running.leases.giveUp(directory)), (given) => {
          if (given._tag === "Success") this.#gone.delete(directory)
        })
      )
  }

  /** The disk is gone with what was not stored yet: that is not promised to survive, and all else is. */
  #loseDisk(): void {
    const { isSignalStored, isStored, oracle, tally } = this.#in
    tally.met("disk lost")
    this.#kill()
    this.disksLost++
    for (const id of oracle.acknowledged.keys()) if (!isStored(id)) oracle.forgiven.add(id)
    for (const id of oracle.signals.keys()) if (!isSignalStored(id)) oracle.forgiven.add(id)
    oracle.keysLost()
    this.disk = this.#freshDisk()
    // With the journal alone, or with all that the server knew of itself.
    if (this.#world.chance(0.15)) {
      this.#gone.add(this.#directory)
      this.#directory = this.#world.uuid()
    }
    this.#restart()
  }

  #strikeDatabase(roll: number): void {
    const { server } = this.#in.around
    const world = this.#world
    const { weather } = server
    if (weather.state !== "up") return
    const back = (millis: number) =>
      world.after(millis, () => {
        if (!this.#over) server.thaw()
      })
    if (roll < 0.16) {
      server.die()
      back(world.between(50, 2_500))
    } else if (roll < 0.36) {
      weather.state = "frozen"
      back(world.between(200, 4_500))
    } else if (roll < 0.52) {
      weather.slowness = world.between(3, 25)
      world.after(world.between(300, 2_500), () => {
        weather.slowness = 1
      })
    } else if (roll < 0.86) {
      for (let n = 0; n < 1 + world.int(4); n++) weather.failing.push(world.pick(["40P01", "57014", "53200", "57P01"]))
    } else weather.lostAnswers += 1 + world.int(2)
  }

  #strikeNetwork(roll: number): void {
    const { network } = this.#in.around
    const world = this.#world
    const { tally } = this.#in
    if (roll < 0.5) {
      if (network.cutOne()) tally.met("connection cut")
    } else if (roll < 0.65) {
      network.cutAll()
      tally.met("connection cut")
    } else {
      network.faults.lost = world.between(0, 0.3)
      network.faults.overtaking = world.between(0, 0.5)
      world.after(world.between(500, 3_000), () => {
        network.faults.lost = network.faults.overtaking = 0
      })
    }
  }

  #strikeClock(roll: number): void {
    this.#in.tally.met("clock jumped")
    const world = this.#world
    // Mostly seconds; sometimes past the end of every trip, and back. Within a day, for which keys of writes are remembered.
    this.skew = roll < 0.2 ? ALMOST_A_DAY : Math.round(world.between(-2_000, 8_000))
    world.after(world.between(500, 4_000), () => {
      this.skew = 0
    })
  }
}
