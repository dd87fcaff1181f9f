/** Every kind of actor that lives on this node, for operators: kinds enter themselves while they are alive. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** One actor in memory: the fiber that is its life, and what lives in that one's scope. */
export interface ActorView {
  readonly id: string
  readonly status: "loading" | "ready" | "restarting" | "ending" | "gone"
  readonly fiber: number | null
  /** Commands in its mailbox. */
  readonly waiting: number
  /** When it is woken next, in Unix milliseconds. */
  readonly wakes_at: number | null
  /** Whether news reach it without its being asked. */
  readonly feeds: boolean
  readonly children: ReadonlyArray<{ readonly fiber: number; readonly name: string }>
}

export interface ActorKindStatus {
  readonly kind: string
  readonly resident: number
  readonly bytes: number
  readonly mailbox: number
  /** Deadlines and wake-ups that are armed. */
  readonly timers: number
  readonly children: number
  readonly feeds: number
  readonly activations: number
  readonly passivations: number
  readonly restarts: number
  readonly turns: number
  readonly quarantined: ReadonlyArray<{ key: string; command: string; cause: string; at: number }>
  readonly stopped: ReadonlyArray<{ key: string; cause: string; until: number }>
  /** Some of them: those with children first, then those that were asked last. */
  readonly actors: ReadonlyArray<ActorView>
}

export interface ActorKindControl {
  readonly status: () => ActorKindStatus
  readonly actor: (id: string) => ActorView | undefined
  /** Takes an actor out of memory, and waits until nothing of it is left; false if it was not there. */
  readonly interrupt: (id: string) => Effect.Effect<boolean>
}

export class ActorKinds extends Context.Service<ActorKinds, Map<string, ActorKindControl>>()(
  "overplanned/ActorKinds"
) {}
