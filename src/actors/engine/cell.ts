/** The engine's bookkeeping for one resident actor, and for a command that waits for it. */
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { ActorError } from "../../domain/actor-errors.ts"
import type { Types } from "./kind.ts"
import { Timer } from "./timers.ts"

/**
 * `loading` before the first turn, `restarting` after a crash, `ending` while what was decided settles and what lives in
 * its scope ends. `gone` cells have left the map: a late callback that still holds one must not touch the actor.
 */
export type Status = "loading" | "ready" | "restarting" | "ending" | "gone"

/** A command that could not be answered at once, and where its answer goes. */
export class Pending<T extends Types> extends Timer {
  readonly key: string
  readonly command: T["Command"]
  /** The actor it waits for, or undefined when only its answer is outstanding. */
  cell: Cell<T> | undefined
  crashes = 0
  #outcome: T["Reply"] | ActorError | undefined = undefined
  #resume: ((outcome: T["Reply"] | ActorError) => void) | undefined = undefined
  #settled = false
  readonly #onDeadline: (pending: Pending<T>) => void

  constructor(key: string, command: T["Command"], onDeadline: (pending: Pending<T>) => void) {
    super()
    this.key = key
    this.command = command
    this.#onDeadline = onDeadline
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Calls back with the reply or the failure: now when it is known, else once it is. One listener. */
  onSettled(resume: (outcome: T["Reply"] | ActorError) => void): void {
    if (this.#settled) resume(this.#outcome as T["Reply"] | ActorError)
    else this.#resume = resume
  }

  /** The first outcome counts; later ones are dropped. */
  settle(outcome: T["Reply"] | ActorError): void {
    if (this.#settled) return
    this.#settled = true
    const resume = this.#resume
    this.#resume = undefined
    if (resume === undefined) this.#outcome = outcome
    else resume(outcome)
  }

  override fire(): void {
    this.#onDeadline(this)
  }
}

/** A decision whose reply, frames and tasks wait until everything up to it is durable. */
export interface Release<T extends Types> {
  durable: boolean
  readonly pending: Pending<T>
  readonly reply: T["Reply"]
  readonly events: ReadonlyArray<T["Event"]>
  readonly tasks: ReadonlyArray<T["Task"]> | undefined
  readonly state: T["State"]
}

/** What outlives a crash: who the actor is, what waits for it, and its newest state. As a timer it is its own wake-up. */
export class Cell<T extends Types> extends Timer {
  readonly key: string
  status: Status = "loading"
  state: T["State"]
  /** A turn is running: what arrives meanwhile queues. */
  busy = false
  draining = false
  mailbox: Array<Pending<T>> | undefined = undefined
  releases: Array<Release<T>> | undefined = undefined
  /** The life that it leads now, and what ends with it. */
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  scope: Scope.Closeable | undefined = undefined
  children: Map<Fiber.Fiber<unknown, unknown>, string> | undefined = undefined
  /** Ends this life with what a turn or a timer threw, or with a write that failed. */
  crash: ((cause: unknown) => void) | undefined = undefined
  /** Called when the last release has gone, while an end waits for it. */
  settled: (() => void) | undefined = undefined
  endFeeds: (() => void) | undefined = undefined
  /** The newest state that is known to be durable. */
  durable: T["State"]
  /** A write failed: what is on disk is not known until it was read back. */
  tainted = false
  bytes = 0
  /** In elapsed milliseconds. */
  lastUsed = 0
  eventsSinceSnapshot = 0
  newer: Cell<T> | undefined = undefined
  older: Cell<T> | undefined = undefined
  readonly #onWake: (cell: Cell<T>) => void

  constructor(key: string, state: T["State"], onWake: (cell: Cell<T>) => void) {
    super()
    this.key = key
    this.state = state
    this.durable = state
    this.#onWake = onWake
  }

  get waiting(): number {
    return this.mailbox === undefined ? 0 : this.mailbox.length
  }

  override fire(): void {
    this.#onWake(this)
  }
}

/** Every resident actor from the most to the least recently used. */
export class RecencyList<T extends Types> {
  newest: Cell<T> | undefined = undefined
  oldest: Cell<T> | undefined = undefined

  touch(cell: Cell<T>): void {
    if (this.newest === cell) return
    this.remove(cell)
    cell.older = this.newest
    if (this.newest !== undefined) this.newest.newer = cell
    this.newest = cell
    if (this.oldest === undefined) this.oldest = cell
  }

  remove(cell: Cell<T>): void {
    if (cell.newer !== undefined) cell.newer.older = cell.older
    else if (this.newest === cell) this.newest = cell.older
    if (cell.older !== undefined) cell.older.newer = cell.newer
    else if (this.oldest === cell) this.oldest = cell.newer
    cell.newer = cell.older = undefined
  }
}
