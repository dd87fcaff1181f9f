/** The careful judge of two orders of the same places, where no rule decides and neither ranker is sure. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Ranking, RankRequest } from "../domain/ranking.ts"

export class Arbiter extends Context.Service<
  Arbiter,
  {
    /** Whose order is better, within the request's deadline; undefined where nobody can say: then the usual holds. */
    readonly between: (
      request: RankRequest,
      orders: { readonly ml: Ranking; readonly llm: Ranking }
    ) => Effect.Effect<"ml" | "llm" | undefined>
  }
>()("overplanned/Arbiter") {}
