/**
 * Lets a model into the shadow or into production, where it has shown what it has to show (`domain/learning/promotion.ts`).
 * An operator may force what the gate refuses, with a reason that is kept; nobody can force in a model whose file is missing
 * or is not the one that was judged, or that was trained on other features.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Guard } from "../domain/learning/traffic.ts"
import type {
  PromotionRefused,
  RegisteredModel,
  RegistryUnavailable,
  RolledBack,
  UnknownModel
} from "./model-registry.ts"

export interface PromotionRequest {
  readonly name: string
  readonly version: string
  readonly to: "shadow" | "production"
  /** Why the gate is to be overruled. */
  readonly force?: string
}

export interface TrafficRequest {
  readonly name: string
  /** Of all travelers, from 1 to 100. */
  readonly percent: number
  /** Why more of them get it although the guards say to wait. */
  readonly force?: string
}

/** What the guards found of a model in production, and what became of it. */
export interface Guarded {
  readonly name: string
  readonly version: string
  readonly verdict: Guard["verdict"]
  readonly guards: ReadonlyArray<Guard>
  readonly rolledBack?: RolledBack
}

export class Promotions extends Context.Service<
  Promotions,
  {
    readonly promote: (
      request: PromotionRequest
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
    /** Gives the model in production to more travelers, or to fewer. More only where its guards find nothing. */
    readonly share: (
      request: TrafficRequest
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
    /**
     * Takes the model out of production at once; what it took over from is back where its file is still the one that was
     * judged. Every node follows within half a minute.
     */
    readonly rollback: (name: string, reason: string) => Effect.Effect<RolledBack, UnknownModel | RegistryUnavailable>
    /** Looks at how everything in production does, and takes back what does worse for sure. */
    readonly guard: Effect.Effect<ReadonlyArray<Guarded>, RegistryUnavailable>
  }
>()("overplanned/Promotions") {}
