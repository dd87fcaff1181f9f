/**
 * Lets a model into the shadow or into production, where it has shown what it has to show (`domain/learning/promotion.ts`).
 * An operator may force what the gate refuses, with a reason that is kept; nobody can force in a model whose file is missing
 * or is not the one that was judged, or that was trained on other features.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { PromotionRefused, RegisteredModel, RegistryUnavailable, UnknownModel } from "./model-registry.ts"

export interface PromotionRequest {
  readonly name: string
  readonly version: string
  readonly to: "shadow" | "production"
  /** Why the gate is to be overruled. */
  readonly force?: string
}

export class Promotions extends Context.Service<
  Promotions,
  {
    readonly promote: (
      request: PromotionRequest
    ) => Effect.Effect<RegisteredModel, UnknownModel | PromotionRefused | RegistryUnavailable>
  }
>()("overplanned/Promotions") {}
