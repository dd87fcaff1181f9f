/**
 * Ranks with Claude, through the cache: travelers of one archetype who ask the same are served one answer. Claude is
 * given until shortly before the request's deadline; then the asker goes on without it (see `RankingDesk`).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ModelRef, Ranking, RankRequest } from "../domain/ranking.ts"
import type { RankerUnavailable } from "./ranker.ts"

export interface LlmRanked {
  readonly ranking: Ranking
  readonly source: "llm" | "cache"
}

export class LlmRanker extends Context.Service<
  LlmRanker,
  {
    readonly configured: boolean
    readonly model: ModelRef
    readonly rank: (request: RankRequest) => Effect.Effect<LlmRanked, RankerUnavailable>
    /** An answer that is there already, without asking Claude. */
    readonly kept: (request: RankRequest) => Effect.Effect<LlmRanked | undefined>
    /** The places of an answer that is there already, best first, whoever the candidates are. */
    readonly order: (request: RankRequest) => Effect.Effect<ReadonlyArray<string> | undefined>
    readonly keyOf: (request: RankRequest) => string
    /** Asks and keeps, on nobody's personal budget: for answers that are wanted later. */
    readonly prepare: (request: RankRequest) => Effect.Effect<void, RankerUnavailable>
  }
>()("overplanned/LlmRanker") {}
