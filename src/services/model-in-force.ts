/** Which ranker would answer for somebody right now: what `X-Model-Version` says where nothing was ranked. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ModelRef } from "../domain/ranking.ts"
import { Personas } from "./personas.ts"
import { RankingDesk } from "./ranker.ts"

export class ModelInForce extends Context.Service<
  ModelInForce,
  {
    /** From memory, at once; undefined stands for somebody who has not said who they are. */
    readonly forUser: (userId: string | undefined) => ModelRef
  }
>()("overplanned/ModelInForce") {
  static readonly layer = Layer.effect(
    ModelInForce,
    Effect.gen(function* () {
      const desk = yield* RankingDesk
      const personas = yield* Personas
      return ModelInForce.of({
        // Whoever is not in memory counts as cold: the model that is always there.
        forUser: (userId) => desk.inForce([userId === undefined ? 0 : (personas.resident(userId)?.signal_count ?? 0)])
      })
    })
  )
}
