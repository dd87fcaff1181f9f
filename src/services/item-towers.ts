/** The model of two towers that retrieval goes by on this node; looked up again when the registry changes. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Tower, Vector } from "../domain/rankers/two-tower.ts"

/** Its name in `model_registry`. */
export const TOWERS_MODEL = "two_tower"

export interface TowersInForce {
  /** As `two_tower:<version>`: vectors of different ones do not compare. */
  readonly encoderVersion: string
  readonly towers: Readonly<Record<Tower, (input: Float32Array) => Vector>>
}

export class ItemTowers extends Context.Service<
  ItemTowers,
  {
    /** What is in production; undefined where nothing is, and places are found by their vibes. */
    readonly current: () => TowersInForce | undefined
    /** Reads the registry again now; keeps what is loaded where that fails. */
    readonly refresh: Effect.Effect<void>
  }
>()("overplanned/ItemTowers") {}
