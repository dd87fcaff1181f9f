/** Who is in memory: activation (once per key, so many at a time), reloading, passivation, and the memory budget. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { ActorError } from "../../domain/actor-errors.ts"
import { Cell, RecencyList } from "./cell.ts"
import type { Counters } from "./counters.ts"
import type { Host } from "./host.ts"
import type { ActorKind, Limits, Loaded, Types } from "./kind.ts"
import * as refusals from "./refusals.ts"
import type { Supervisor } from "./supervisor.ts"

/** The map entry, the cell and its key, beside the state itself. */
const CELL_BYTES = 400

/** Cells looked at per sweep, so that a sweep stays well under a millisecond however many are resident. */
const SWEEP = 256

interface Callbacks<C> {
  readonly ready: (cell: C) => void
  readonly refuse: (cell: C, failure: ActorError) => void
  readonly left: (cell: C) => void
  /** Something that the kind brings along threw: that actor alone starts over. */
  readonly stumbled: (key: string, cause: unknown) => void
}

export class Residency<T extends Types> {
  readonly #kind: ActorKind<T>
  readonly #limits: Limits
  readonly #counters: Counters
  readonly #supervisor: Supervisor
  readonly #host: Host
  readonly #callbacks: Callbacks<Cell<T>>
  readonly #cells = new Map<string, Cell<T>>()
  readonly #recency = new RecencyList<T>()
  readonly #queue: Array<() => void> = []
  #loading = 0
  #draining = false
  #forgottenAt = 0

  constructor(
    kind: ActorKind<T>,
    limits: Limits,
    counters: Counters,
    supervisor: Supervisor,
    host: Host,
    callbacks: Callbacks<Cell<T>>
  ) {
    this.#kind = kind
    this.#limits = limits
    this.#counters = counters
    this.#supervisor = supervisor
    this.#host = host
    this.#callbacks = callbacks
  }

  get(key: string): Cell<T> | undefined {
    return this.#cells.get(key)
  }

  get size(): number {
    return this.#cells.size
  }

  cells(): Iterable<Cell<T>> {
    return this.#cells.values()
  }

  touch(cell: Cell<T>): void {
    this.#recency.touch(cell)
  }

  /** From now on nobody new comes to life. */
  close(): void {
    this.#draining = true
  }

  /** Starts loading a key that is not resident. Whoever asks meanwhile finds the same cell. */
  activate(key: string, now: number): Cell<T> | ActorError {
    const name = this.#kind.name
    if (this.#draining) return refusals.draining(name, key)
    const cause = this.#supervisor.stoppedBecause(key, now)
    if (cause !== undefined) return refusals.stopped(name, key, cause)
    if (!this.#makeRoom(now)) return refusals.full(name, key, this.#limits.maxResident)
    const cell = this.#admit(key, this.#kind.initial(key), now)
    this.#load(cell, (exit) => this.#activated(cell, exit))
    return cell
  }

  /** Makes an actor resident from a state that was read in bulk; false if it is resident already or there is no room. */
  adopt(key: string, loaded: Loaded<T["State"], T["Event"]>): boolean {
    const now = this.#host.now()
    if (this.#draining || this.#cells.has(key) || !this.#makeRoom(now)) return false
    const state = this.#fold(key, loaded)
    this.#ready(this.#admit(key, state, now), state)
    return true
  }

  /** Reads a crashed actor's state back. Where the storage is down, the last durable state in memory serves instead. */
  reload(cell: Cell<T>, again: () => void): void {
    this.#load(cell, (exit) => {
      if (cell.status === "gone") return
      try {
        if (exit._tag === "Success") {
          cell.tainted = false
          this.#ready(cell, this.#fold(cell.key, exit.value))
        } else if (cell.tainted) again()
        else this.#ready(cell, cell.durable)
      } catch {
        again()
      }
    })
  }

  remove(cell: Cell<T>): void {
    this.#cells.delete(cell.key)
    this.#recency.remove(cell)
    this.#counters.bytes -= cell.bytes
    const wasReady = cell.status !== "loading"
    cell.status = "gone"
    this.#callbacks.left(cell)
    if (!wasReady) return
    try {
      this.#kind.passivated?.(cell.key, cell.state)
    } catch (cause) {
      this.#callbacks.stumbled(cell.key, cause)
    }
  }

  /** Books the size of a changed state. */
  weigh(cell: Cell<T>): void {
    const bytes = CELL_BYTES + this.#kind.sizeOf(cell.state)
    this.#counters.bytes += bytes - cell.bytes
    cell.bytes = bytes
  }

  dropIfVacant(cell: Cell<T>): void {
    if (this.#isVacant(cell) && this.#evictable(cell, this.#host.now())) this.#passivate(cell)
  }

  /** Idle ones leave; past the memory budget the least recently used do. A pinned one counts as used. */
  sweep(now: number): void {
    if (now - this.#forgottenAt > this.#limits.restartWindowMillis) {
      this.#forgottenAt = now
      this.#supervisor.forget(now)
    }
    if (!this.#kind.storage.available()) return
    for (let looked = 0; looked < SWEEP; looked++) {
      const cell = this.#recency.oldest
      if (cell === undefined) return
      const idle = now - cell.lastUsed >= this.#limits.idleMillis
      if (!idle && this.#counters.bytes <= this.#limits.memoryBytes) return
      if (this.#evictable(cell, now)) this.#passivate(cell)
      else {
        cell.lastUsed = now
        this.#recency.touch(cell)
      }
    }
  }

  /** Takes one actor out of memory now, if nothing speaks against it. */
  passivate(key: string): boolean {
    const cell = this.#cells.get(key)
    if (cell === undefined || !this.#kind.storage.available() || !this.#evictable(cell, this.#host.now())) return false
    this.#passivate(cell)
    return true
  }

  /** Takes one actor out of memory whatever speaks against it but work in flight; what it held in memory only is lost. */
  forget(key: string): boolean {
    const cell = this.#cells.get(key)
    if (cell === undefined) return true
    if (cell.status !== "ready" || cell.busy || cell.mailbox !== undefined || cell.releases !== undefined) return false
    this.#passivate(cell)
    return true
  }

  #evictable(cell: Cell<T>, now: number): boolean {
    return (
      cell.status === "ready" &&
      !cell.busy &&
      cell.mailbox === undefined &&
      cell.releases === undefined &&
      (cell.children === undefined || cell.children.size === 0) &&
      !this.#isPinned(cell, now)
    )
  }

  #isVacant(cell: Cell<T>): boolean {
    try {
      return this.#kind.vacant?.(cell.state) === true
    } catch (cause) {
      this.#callbacks.stumbled(cell.key, cause)
      return false
    }
  }

  #isPinned(cell: Cell<T>, now: number): boolean {
    try {
      return this.#kind.pinned?.(cell.state, now) === true
    } catch (cause) {
      this.#callbacks.stumbled(cell.key, cause)
      return true
    }
  }

  #passivate(cell: Cell<T>): void {
    this.#counters.passivations++
    this.remove(cell)
  }

  #admit(key: string, state: T["State"], now: number): Cell<T> {
    const cell = new Cell<T>(key, state, now)
    this.#cells.set(key, cell)
    this.#recency.touch(cell)
    return cell
  }

  #makeRoom(now: number): boolean {
    if (this.#cells.size < this.#limits.maxResident) return true
    if (!this.#kind.storage.available()) return false
    let cell = this.#recency.oldest
    for (let looked = 0; cell !== undefined && looked < SWEEP; looked++) {
      const newer: Cell<T> | undefined = cell.newer
      if (this.#evictable(cell, now)) {
        this.#passivate(cell)
        return true
      }
      cell = newer
    }
    return false
  }

  /** Loads a bounded number at a time; the rest waits its turn, deadlines running. */
  #load(cell: Cell<T>, done: (exit: Exit.Exit<Loaded<T["State"], T["Event"]>, unknown>) => void): void {
    const start = () => {
      this.#loading++
      this.#host.fork(Effect.suspend(() => this.#kind.storage.load(cell.key))).addObserver((exit) => {
        this.#loading--
        done(exit)
        this.#queue.shift()?.()
      })
    }
    if (this.#loading < this.#limits.activationConcurrency) start()
    else this.#queue.push(start)
  }

  #activated(cell: Cell<T>, exit: Exit.Exit<Loaded<T["State"], T["Event"]>, unknown>): void {
    if (cell.status === "gone") return
    let failure: unknown
    if (exit._tag === "Success") {
      try {
        this.#ready(cell, this.#fold(cell.key, exit.value))
        return
      } catch (cause) {
        // A history that cannot be replayed will not get better by itself: after some tries the actor is stopped.
        failure = cause
        const now = this.#host.now()
        if (this.#supervisor.restart(cell.key, refusals.causeText(cause), now) === "stop") {
          this.#counters.stopped++
          this.#supervisor.stop(cell.key, now)
          this.#host.alert({
            kind: this.#kind.name,
            key: cell.key,
            event: "stopped",
            cause: refusals.causeText(cause)
          })
        }
      }
    } else failure = Cause.squash(exit.cause)
    this.remove(cell)
    this.#callbacks.refuse(cell, refusals.unavailable(this.#kind.name, cell.key, failure))
  }

  #fold(key: string, loaded: Loaded<T["State"], T["Event"]>): T["State"] {
    let state = loaded.snapshot ?? this.#kind.initial(key)
    for (const event of loaded.events) state = this.#kind.evolve(state, event)
    return state
  }

  #ready(cell: Cell<T>, state: T["State"]): void {
    if (cell.status === "loading") this.#counters.activations++
    cell.state = state
    cell.durable = state
    cell.status = "ready"
    this.#callbacks.ready(cell)
  }
}
