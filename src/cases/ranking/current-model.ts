/** Tells the model that would answer now. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { isCold } from "../../domain/persona/persona.ts"
import { ModelInForce } from "../../services/model-in-force.ts"
import { Personas } from "../../services/personas.ts"
import { RankingDesk } from "../../services/ranker.ts"
import { TrainedRankers } from "../../services/trained-rankers.ts"

export const layer = Layer.effect(
  ModelInForce,
  Effect.gen(function* () {
    const desk = yield* RankingDesk
    const personas = yield* Personas
    const trained = yield* TrainedRankers
    return ModelInForce.of({
      // Whoever is not in memory counts as cold: the model that is always there.
      forUser: (userId) => {
        const known = userId === undefined ? undefined : personas.resident(userId)
        return desk.inForce(known === undefined ? [] : [known])
      },
      encodedBy: (userId) => {
        const known = personas.resident(userId)
        return known === undefined || isCold(known) ? undefined : trained.encodedBy(userId)
      }
    })
  })
)
