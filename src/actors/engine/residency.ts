/** Who is in memory: activation (once per key), passivation, and the memory budget. */
import type { ActorError } from "../../domain/actor-errors.ts"
import { Cell, RecencyList } from "./cell.ts"
import type { Core } from "./core.ts"
import type { Loaded, Types } from "./kind.ts"
import type { Lives } from "./life.ts"
import * as refusals from "./refusals.ts"

/** The map entry, the cell and its key, its fiber and scope, beside the state itself. */
const CELL_BYTES = 2_400

/** Cells looked at per sweep, so that a sweep stays well under a millisecond however many are resident. */
const SWEEP = 256

interface Callbacks<T extends Types> {
  readonly wake: (cell: Cell<T>) => void
  /** Something that the kind brings along threw: that actor alone starts over. */
  readonly stumbled: (key: string, cause: unknown) => void
}

export class Residency<T extends Types> {
  readonly #core: Core<T>
  readonly #lives: Lives<T>
  readonly #on: Callbacks<T>
  readonly #cells = new Map<string, Cell<T>>()
  readonly #recency = new RecencyList<T>()
  #closed = false
  #forgottenAt = 0

  constructor(core: Core<T>, lives: Lives<T>, on: Callbacks<T>) {
    this.#core = core
    this.#lives = lives
    this.#on = on
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

  /** From the most recently used on. */
  *newest(): Iterable<Cell<T>> {
    for (let cell = this.#recency.newest; cell !== undefined; cell = cell.older) yield cell
  }

  touch(cell: Cell<T>): void {
    cell.lastUsed = this.#core.host.elapsed()
    this.#recency.touch(cell)
  }

  /** From now on nobody new comes to life. */
  close(): void {
    this.#closed = true
    this.#lives.close()
  }

  /** Starts loading a key that is not resident. Whoever asks meanwhile finds the same cell. */
  activate(key: string): Cell<T> | ActorError {
    const { name } = this.#core.kind
    if (this.#closed) return refusals.draining(name, key)
    const cause = this.#core.supervisor.stoppedBecause(key, this.#core.host.elapsed())
    if (cause !== undefined) return refusals.stopped(name, key, cause)
    if (!this.#makeRoom()) return refusals.full(name, key, this.#core.limits.maxResident)
    return this.#admit(key)
  }

  /** Makes an actor resident from a state that was read in bulk; false if it is resident already or there is no room. */
  adopt(key: string, loaded: Loaded<T["State"], T["Event"]>): boolean {
    if (this.#closed || this.#cells.has(key) || !this.#makeRoom()) return false
    this.#lives.adopt(this.#admit(key), loaded)
    return true
  }

  remove(cell: Cell<T>): void {
    this.#cells.delete(cell.key)
    this.#recency.remove(cell)
    this.#core.counters.bytes -= cell.bytes
    cell.status = "gone"
  }

  /** Books the size of a changed state. */
  weigh(cell: Cell<T>): void {
    const bytes = CELL_BYTES + this.#core.kind.sizeOf(cell.state)
    this.#core.counters.bytes += bytes - cell.bytes
    cell.bytes = bytes
  }

  dropIfVacant(cell: Cell<T>): void {
    const vacant = this.#says(cell, () => this.#core.kind.vacant?.(cell.state) === true, false)
    if (vacant && this.#evictable(cell)) this.#lives.passivate(cell)
  }

  /** Idle ones leave; past the memory budget the least recently used do. A pinned one counts as used. */
  sweep(): void {
    const { counters, host, kind, limits, supervisor } = this.#core
    const now = host.elapsed()
    if (now - this.#forgottenAt > limits.restartWindowMillis) {
      this.#forgottenAt = now
      supervisor.forget(now)
    }
    if (!kind.storage.available()) return
    for (let looked = 0; looked < SWEEP; looked++) {
      const cell = this.#recency.oldest
      if (cell === undefined) return
      const idle = now - cell.lastUsed >= limits.idleMillis
      if (!idle && counters.bytes <= limits.memoryBytes) return
      if (this.#evictable(cell)) this.#lives.passivate(cell)
      else this.touch(cell)
    }
  }

  /** Takes one actor out of memory now, if nothing speaks against it. */
  passivate(key: string): boolean {
    const { kind } = this.#core
    const cell = this.#cells.get(key)
    if (cell === undefined || !kind.storage.available() || !this.#evictable(cell)) return false
    this.#lives.passivate(cell)
    return true
  }

  #evictable(cell: Cell<T>): boolean {
    return (
      cell.status === "ready" &&
      !cell.busy &&
      cell.mailbox === undefined &&
      cell.releases === undefined &&
      cell.children === undefined &&
      !this.#says(cell, () => this.#core.kind.pinned?.(cell.state, this.#core.host.now()) === true, true)
    )
  }

  #says(cell: Cell<T>, ask: () => boolean, otherwise: boolean): boolean {
    try {
      return ask()
    } catch (cause) {
      this.#on.stumbled(cell.key, cause)
      return otherwise
    }
  }

  #admit(key: string): Cell<T> {
    const cell = new Cell<T>(key, this.#core.kind.initial(key), this.#on.wake)
    this.#cells.set(key, cell)
    this.touch(cell)
    return cell
  }

  #makeRoom(): boolean {
    const { kind, limits } = this.#core
    if (this.#cells.size < limits.maxResident) return true
    if (!kind.storage.available()) return false
    let cell = this.#recency.oldest
    for (let looked = 0; cell !== undefined && looked < SWEEP; looked++) {
      const newer: Cell<T> | undefined = cell.newer
      if (this.#evictable(cell)) {
        this.#lives.passivate(cell)
        return this.#cells.size < limits.maxResident
      }
      cell = newer
    }
    return false
  }
}
