/** The ranker that is always there. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LOCAL_MODEL, rankLocally } from "../../domain/rankers/local.ts"
import { LocalRanker } from "../../services/ranker.ts"

export const layer = Layer.succeed(LocalRanker, {
  kind: "local",
  model: LOCAL_MODEL,
  rank: (request) =>
    Effect.sync(() => {
      const started = performance.now()
      const { items, confidence } = rankLocally(request)
      return { model: LOCAL_MODEL, items, confidence, latencyMs: performance.now() - started }
    })
})
