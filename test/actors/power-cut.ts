/** A life of the process that ends without an end: whatever was going on is left as it was, and nothing is closed. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

export const withoutFarewell =
  <R, E, In>(life: Layer.Layer<R, E, In>) =>
  <A, E2, R2>(effect: Effect.Effect<A, E2, R2>): Effect.Effect<A, E | E2, In | Exclude<R2, R>> =>
    Effect.flatMap(Scope.make(), (scope) =>
      Effect.flatMap(Layer.buildWithScope(life, scope), (context) => Effect.provide(effect, context))
    )
