/**
 * The actor engine for one kind: one activation per key, one command at a time, bounded waiting, and nothing told
 * to anybody before it is durable. A command to an idle actor runs on the caller's stack; only contention queues.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type ActorError, isActorError } from "../../domain/actor-errors.ts"
import { Cell, Pending } from "./cell.ts"
import { Core, type Host } from "./core.ts"
import type { ActorKind, Limits, Types } from "./kind.ts"
import { Lives } from "./life.ts"
import * as refusals from "./refusals.ts"
import { Residency } from "./residency.ts"
import type { Timer } from "./timers.ts"
import { Turns } from "./turns.ts"

export class Engine<T extends Types> {
  readonly core: Core<T>
  readonly residency: Residency<T>
  readonly #lives: Lives<T>
  readonly #turns: Turns<T>
  readonly #timerFailed = (timer: Timer, cause: unknown) => this.#timerThrew(timer, cause)

  constructor(kind: ActorKind<T>, limits: Limits, host: Host) {
    this.core = new Core(kind, limits, host)
    this.#lives = new Lives(this.core, {
      ready: (cell) => this.#turns.ready(cell),
      gone: (cell, refusal) => {
        this.residency.remove(cell)
        this.#turns.refuseAll(cell, refusal)
      }
    })
    this.residency = new Residency(this.core, this.#lives, {
      wake: (cell) => {
        if (kind.wake === undefined) return
        const outcome = this.askSync(cell.key, kind.wake())
        if (outcome instanceof Pending) outcome.onSettled((settled) => this.#turns.woken(cell, settled))
        else this.#turns.woken(cell, outcome)
      },
      stumbled: (key, cause) => this.#stumbled(key, cause)
    })
    this.#turns = new Turns(this.core, this.#lives, this.residency, (key, command) => this.ask(key, command))
  }

  /**
   * Asks without an Effect: the reply or the failure when it is known at once, else a `Pending` to listen to. Costs
   * a synchronous turn, and no allocation beyond the decision's own, when the actor is idle.
   */
  askSync(
    key: string,
    command: T["Command"],
    deadlineMillis = this.core.limits.deadlineMillis
  ): T["Reply"] | ActorError | Pending<T> {
    const cell = this.residency.get(key)
    if (cell === undefined) {
      const activated = this.residency.activate(key)
      if (!(activated instanceof Cell)) {
        this.core.counters.refused++
        return activated
      }
      const first = this.#turns.enqueue(activated, this.#turns.pending(key, command, deadlineMillis))
      this.#lives.begin(activated)
      return first
    }
    this.residency.touch(cell)
    if (cell.status === "ready" && !cell.busy && cell.mailbox === undefined) {
      return this.#turns.ask(cell, command, deadlineMillis)
    }
    if (cell.waiting >= this.core.limits.mailboxCapacity) return this.#turns.full(key)
    return this.#turns.enqueue(cell, this.#turns.pending(key, command, deadlineMillis))
  }

  /** `askSync` as an Effect. Interrupting it takes a command that has not started out of the mailbox. */
  ask(key: string, command: T["Command"], deadlineMillis?: number): Effect.Effect<T["Reply"], ActorError> {
    return Effect.suspend(() => {
      const outcome = this.askSync(key, command, deadlineMillis)
      if (!(outcome instanceof Pending)) {
        return isActorError(outcome) ? Effect.fail(outcome) : Effect.succeed(outcome)
      }
      return Effect.callback<T["Reply"], ActorError>((resume) => {
        outcome.onSettled((settled) => resume(isActorError(settled) ? Effect.fail(settled) : Effect.succeed(settled)))
        return Effect.sync(() => this.#turns.cancel(outcome))
      })
    })
  }

  /** The state of a resident actor, for looking at only; undefined while it is not resident or not ready. */
  peek(key: string): T["State"] | undefined {
    const cell = this.residency.get(key)
    return cell !== undefined && cell.status === "ready" ? cell.state : undefined
  }

  /** Takes everybody out of memory, to be read anew when somebody asks. */
  readonly interruptAll = Effect.suspend(() =>
    Effect.forEach([...this.residency.cells()], ({ key }) => this.interrupt(key), { concurrency: 64, discard: true })
  )

  /**
   * Takes a resident actor out of memory whatever speaks against it, and waits until what it decided has settled and
   * nothing of it is left; the next ask reads it anew. False if it was not there.
   */
  interrupt(key: string): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      const fiber = this.residency.get(key)?.fiber
      return fiber === undefined ? Effect.succeed(false) : Effect.as(Fiber.interrupt(fiber), true)
    })
  }

  /** Does something as a child of an actor and waits for it: `undefined` where nobody is resident, or it failed or left meanwhile. */
  within<A, E>(key: string, name: string, effect: Effect.Effect<A, E>): Effect.Effect<A | undefined> {
    return Effect.suspend(() => {
      const cell = this.residency.get(key)
      const child = cell === undefined ? undefined : this.#lives.child(cell, name, effect)
      if (child === undefined) return Effect.undefined
      return Effect.map(Fiber.await(child), (exit) => (exit._tag === "Success" ? exit.value : undefined))
    })
  }

  /** No more waiting for anything: the supervisor is about to end with everybody in it. */
  abandon(): void {
    this.residency.close()
    this.#lives.abandon(this.residency.cells())
  }

  /** Timers, passivation and forgetting; called every few milliseconds. */
  tick(): void {
    const { deadlines, host, wakeUps } = this.core
    deadlines.advance(host.elapsed(), this.#timerFailed)
    wakeUps.advance(host.now(), this.#timerFailed)
    this.residency.sweep()
  }

  #stumbled(key: string, cause: unknown): void {
    const cell = this.residency.get(key)
    if (cell === undefined) this.core.alert(key, "crashed", cause)
    else this.#turns.stumbled(cell, cause)
  }

  /** Whoever waits for it is told all the same. */
  #timerThrew(timer: Timer, cause: unknown): void {
    this.#stumbled(timer.key, cause)
    if (timer instanceof Pending) {
      this.#turns.answer(timer, refusals.unavailable(this.core.kind.name, String(timer.key), cause))
    }
  }
}
