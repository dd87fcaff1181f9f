/**
 * A resident actor's life is one fiber with a scope of its own, forked in its kind's supervisor. It loads the state, is
 * asked on its callers' stacks while it lives, and holds no more than its place meanwhile. A crash is its failure, and
 * a schedule says when the next life begins; interrupting it takes the actor out of memory. Before it ends, what was
 * decided settles; then its timer, its feeds and its children end with its scope.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { ActorError } from "../../domain/actor-errors.ts"
import type { Cell } from "./cell.ts"
import type { Core } from "./core.ts"
import type { Loaded, Types } from "./kind.ts"
import * as refusals from "./refusals.ts"
import { GivenUp } from "./supervisor.ts"

/** The first state could not be read: nobody is to blame, and whoever asks next tries again. */
class Unloadable {
  readonly cause: unknown
  constructor(cause: unknown) {
    this.cause = cause
  }
}

/** A disk that fails is not the actor's fault and never stops it. */
export class WriteLost {}

interface Callbacks<T extends Types> {
  /** It can be asked from now on. */
  readonly ready: (cell: Cell<T>) => void
  /** It has left, and whoever waits for it is told so. */
  readonly gone: (cell: Cell<T>, refusal: ActorError) => void
}

type Load<T extends Types> = Effect.Effect<Loaded<T["State"], T["Event"]>, unknown>

export class Lives<T extends Types> {
  readonly #core: Core<T>
  readonly #on: Callbacks<T>
  readonly #loading: Semaphore.Semaphore
  #closed = false
  #over = false

  constructor(core: Core<T>, on: Callbacks<T>) {
    this.#core = core
    this.#on = on
    this.#loading = Semaphore.makeUnsafe(core.limits.activationConcurrency)
  }

  /** From now on nobody comes back who has left. */
  close(): void {
    this.#closed = true
  }

  /** The supervisor ends: nobody waits any longer for what a disk may never say. */
  abandon(cells: Iterable<Cell<T>>): void {
    this.#closed = this.#over = true
    for (const cell of cells) cell.settled?.()
  }

  /** The first life, from storage. */
  begin(cell: Cell<T>): void {
    cell.status = "loading"
    this.#live(
      cell,
      Effect.catchCause(this.#load(cell), (cause) => Effect.fail(new Unloadable(Cause.squash(cause))))
    )
  }

  /** The first life, from a state that was read in bulk. */
  adopt(cell: Cell<T>, loaded: Loaded<T["State"], T["Event"]>): void {
    this.#live(cell, Effect.succeed(loaded))
  }

  /** Ends this life; what waits in the mailbox is carried out in the next one. */
  crash(cell: Cell<T>, cause: unknown): void {
    cell.status = "ending"
    cell.crash?.(cause)
  }

  /** Takes an actor out of memory now. */
  passivate(cell: Cell<T>): void {
    cell.status = "ending"
    cell.fiber?.interruptUnsafe()
  }

  /** Forks in the actor's scope. What fails is reported; a child that has not ended in time is interrupted. */
  child<A, E>(cell: Cell<T>, name: string, effect: Effect.Effect<A, E>): Fiber.Fiber<A, unknown> | undefined {
    const { counters, host, limits } = this.#core
    if (cell.scope === undefined) return undefined
    const fiber = Fiber.runIn(host.fork(Effect.timeout(effect, limits.taskMillis)), cell.scope)
    cell.children ??= new Map()
    cell.children.set(fiber, name)
    counters.children++
    fiber.addObserver((exit) => {
      counters.children--
      cell.children?.delete(fiber)
      if (cell.children?.size === 0) cell.children = undefined
      if (exit._tag === "Failure" && !Cause.hasInterruptsOnly(exit.cause))
        this.#core.alert(cell.key, "task_failed", Cause.squash(exit.cause))
    })
    return fiber
  }

  /** So many load at a time; the rest waits its turn, deadlines running. */
  #load(cell: Cell<T>): Load<T> {
    return this.#loading.withPermits(1)(Effect.suspend(() => this.#core.kind.storage.load(cell.key)))
  }

  /** The next life, after a rest. Where the storage does not answer, the last durable state in memory serves, if it is known. */
  #again(cell: Cell<T>, rest: Effect.Effect<unknown, GivenUp>): void {
    this.#core.counters.restarts++
    cell.status = "restarting"
    const load = Effect.catchCause(this.#load(cell), (cause) =>
      cell.tainted ? Effect.fail(Cause.squash(cause)) : Effect.succeed({ snapshot: cell.durable, events: [] })
    )
    this.#live(cell, Effect.andThen(rest, Effect.retry(load, this.#core.supervisor.untilItAnswers)))
  }

  #live(cell: Cell<T>, load: Load<T>): void {
    const scope = Scope.makeUnsafe()
    cell.scope = scope
    const life = Effect.withFiber<never, unknown>((fiber) => {
      cell.fiber = fiber
      const living = Effect.flatMap(load, (loaded) => {
        // A history that cannot be replayed is a crash: after some tries the actor is stopped.
        const state = this.#fold(cell.key, loaded)
        const letGo = Effect.sync(() => this.#letGo(cell))
        return Effect.andThen(Scope.addFinalizer(scope, letGo), this.#lived(cell, state))
      })
      return Effect.onExit(living, (exit) => this.#ending(cell, scope, exit))
    })
    const { host } = this.#core
    Fiber.runIn(host.fork(life), host.scope).addObserver((exit) => this.#ended(cell, exit))
  }

  #fold(key: string, { snapshot, events }: Loaded<T["State"], T["Event"]>): T["State"] {
    let state = snapshot ?? this.#core.kind.initial(key)
    for (const event of events) state = this.#core.kind.evolve(state, event)
    return state
  }

  #lived(cell: Cell<T>, state: T["State"]): Effect.Effect<never> {
    const { counters, kind } = this.#core
    return Effect.callback<never>((resume) => {
      cell.crash = (cause) => resume(Effect.die(cause))
      if (cell.status === "loading") counters.activations++
      cell.state = cell.durable = state
      cell.tainted = false
      cell.status = "ready"
      if (kind.feeds !== undefined) {
        cell.endFeeds = kind.feeds(cell.key, () => cell.state)
        counters.feeds++
      }
      this.#on.ready(cell)
    })
  }

  /** What was decided settles first, as far as there is anybody left to settle it. */
  #ending(cell: Cell<T>, scope: Scope.Closeable, exit: Exit.Exit<never, unknown>): Effect.Effect<void> {
    cell.status = "ending"
    this.#core.wakeUps.disarm(cell)
    if (cell.releases === undefined || this.#over) return Scope.close(scope, exit)
    const settled = Effect.callback<void>((resume) => {
      cell.settled = () => resume(Effect.void)
    })
    return Effect.andThen(settled, Scope.close(scope, exit))
  }

  #letGo(cell: Cell<T>): void {
    this.#core.wakeUps.disarm(cell)
    const end = cell.endFeeds
    if (end === undefined) return
    cell.endFeeds = undefined
    this.#core.counters.feeds--
    try {
      end()
    } catch (cause) {
      this.#core.alert(cell.key, "crashed", cause)
    }
  }

  #ended(cell: Cell<T>, exit: Exit.Exit<never, unknown>): void {
    if (exit._tag === "Success") return
    const { counters, host, kind, limits, supervisor } = this.#core
    cell.fiber = cell.scope = cell.crash = cell.settled = undefined
    const end = Cause.squash(exit.cause)
    if (Cause.hasInterruptsOnly(exit.cause)) {
      counters.passivations++
      // Whoever asked while it was leaving finds it again.
      if (cell.mailbox !== undefined && !this.#closed) this.begin(cell)
      else this.#on.gone(cell, refusals.draining(kind.name, cell.key))
    } else if (end instanceof Unloadable) {
      this.#on.gone(cell, refusals.unavailable(kind.name, cell.key, end.cause))
    } else if (end instanceof GivenUp) {
      counters.stopped++
      this.#core.alert(cell.key, "stopped", end.cause)
      this.#on.gone(cell, refusals.stopped(kind.name, cell.key, end.cause))
    } else if (end instanceof WriteLost) this.#again(cell, Effect.sleep(limits.backoffMillis))
    else {
      this.#core.alert(cell.key, "crashed", end)
      this.#again(cell, supervisor.rest(cell.key, end, host.elapsed()))
    }
  }
}
