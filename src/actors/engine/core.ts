/** What all parts of one kind's engine work with, and what they need from the process, so that tests can be its process. */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { Counters } from "./counters.ts"
import type { ActorKind, Limits, Types } from "./kind.ts"
import { causeText } from "./refusals.ts"
import { Supervisor } from "./supervisor.ts"
import { TimerWheel } from "./timers.ts"

/** Something an operator should look at. */
export interface Alert {
  readonly kind: string
  readonly key: string
  readonly event: "stopped" | "quarantined" | "crashed" | "write_failed" | "task_failed" | "publish_failed"
  readonly cause: string
}

export interface Host {
  readonly now: () => number
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number
  readonly id: () => string
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** The supervisor of the kind: every actor of it lives in here, and ends with it. */
  readonly scope: Scope.Scope
  /** Runs later, after I/O that is waiting had its turn. */
  readonly defer: (work: () => void) => void
  readonly alert: (alert: Alert) => void
}

export class Core<T extends Types> {
  readonly kind: ActorKind<T>
  readonly limits: Limits
  readonly host: Host
  readonly counters = new Counters()
  readonly supervisor: Supervisor
  /** Of elapsed time: how long somebody waits does not hang on a clock that may be set. */
  readonly deadlines: TimerWheel
  /** Of the time of day. */
  readonly wakeUps: TimerWheel

  constructor(kind: ActorKind<T>, limits: Limits, host: Host) {
    this.kind = kind
    this.limits = limits
    this.host = host
    this.supervisor = new Supervisor(limits)
    this.deadlines = new TimerWheel(host.elapsed())
    this.wakeUps = new TimerWheel(host.now())
  }

  alert(key: string, event: Alert["event"], cause: unknown): void {
    if (event === "crashed") this.counters.crashes++
    else if (event === "task_failed") this.counters.taskFailures++
    this.host.alert({ kind: this.kind.name, key, event, cause: causeText(cause) })
  }
}
