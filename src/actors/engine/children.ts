/** An actor's child fibers: forked only when a task takes time, bounded in time, ended with the actor. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Cell } from "./cell.ts"
import type { Counters } from "./counters.ts"
import type { Host } from "./host.ts"
import type { ActorKind, Limits, Types } from "./kind.ts"
import { causeText } from "./refusals.ts"

export class Children<T extends Types> {
  readonly #kind: ActorKind<T>
  readonly #limits: Limits
  readonly #counters: Counters
  readonly #host: Host
  readonly #ask: (key: string, command: T["Command"]) => Effect.Effect<T["Reply"], unknown>

  constructor(
    kind: ActorKind<T>,
    limits: Limits,
    counters: Counters,
    host: Host,
    ask: (key: string, command: T["Command"]) => Effect.Effect<T["Reply"], unknown>
  ) {
    this.#kind = kind
    this.#limits = limits
    this.#counters = counters
    this.#host = host
    this.#ask = ask
  }

  perform(cell: Cell<T>, tasks: ReadonlyArray<T["Task"]>): void {
    if (this.#kind.perform === undefined) return
    const self = { ask: (command: T["Command"]) => this.#ask(cell.key, command) }
    for (const task of tasks) {
      try {
        const effect = this.#kind.perform(cell.key, task, self)
        if (effect !== undefined) this.fork(cell, effect)
      } catch (cause) {
        this.#failed(cell.key, cause)
      }
    }
  }

  fork(cell: Cell<T>, effect: Effect.Effect<void, unknown>): void {
    const fiber = this.#host.fork(Effect.timeout(effect, this.#limits.taskMillis))
    if (fiber.pollUnsafe() === undefined) {
      if (cell.children === undefined) cell.children = new Set()
      cell.children.add(fiber)
    }
    fiber.addObserver((exit) => {
      cell.children?.delete(fiber)
      if (exit._tag === "Success" || exit.cause.reasons.every((reason) => reason._tag === "Interrupt")) return
      this.#failed(cell.key, Cause.squash(exit.cause))
    })
  }

  interrupt(cell: Cell<T>): void {
    const children = cell.children
    cell.children = undefined
    if (children !== undefined) for (const child of children) child.interruptUnsafe()
  }

  #failed(key: string, cause: unknown): void {
    this.#counters.taskFailures++
    this.#host.alert({ kind: this.#kind.name, key, event: "task_failed", cause: causeText(cause) })
  }
}
