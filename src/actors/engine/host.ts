/** What the engine needs from the process it lives in, so that tests can be its process. */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** Something an operator should look at. */
export interface Alert {
  readonly kind: string
  readonly key: string
  readonly event: "stopped" | "quarantined" | "crashed" | "write_failed" | "task_failed" | "publish_failed"
  readonly cause: string
}

export interface Host {
  readonly now: () => number
  readonly id: () => string
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** Runs later, after I/O that is waiting had its turn. */
  readonly defer: (work: () => void) => void
  readonly alert: (alert: Alert) => void
}
