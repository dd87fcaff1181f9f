/** Tells the model that would answer now. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ModelInForce } from "../../services/model-in-force.ts"
import { Personas } from "../../services/personas.ts"
import { RankingDesk } from "../../services/ranker.ts"

export const layer = Layer.effect(
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
