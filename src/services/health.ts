/**
 * How each dependency is doing, for `/ready` and `doctor`. `degraded` means that the system answers without it, less
 * well; `down` means that something a traveler may ask for cannot be answered now.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export interface DependencyHealth {
  readonly name: string
  readonly status: "up" | "degraded" | "down"
  /** What it is (a version, an address without credentials) or what is wrong. */
  readonly detail: string
  /** What an operator can do about it, when there is something to do. */
  readonly fix?: string
}

export class Health extends Context.Service<
  Health,
  {
    /** Adds a probe; a probe that takes longer than the probe timeout counts as down. */
    readonly register: (name: string, probe: Effect.Effect<DependencyHealth>) => Effect.Effect<void>
    readonly report: Effect.Effect<ReadonlyArray<DependencyHealth>>
  }
>()("overplanned/Health") {}
