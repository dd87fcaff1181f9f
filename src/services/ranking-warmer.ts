/**
 * Asks Claude ahead of time for what the next travelers and the next slots will want: three archetypes, three parts of
 * the day, five days of the trip. Only what is missing is asked for, only where Claude ranks, only within the part of
 * the budget that travelers who wait can spare, and never in anybody's way: requests beyond a small queue are dropped, since the next trip brings them again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { RankRequest } from "../domain/ranking.ts"

export class RankingWarmer extends Context.Service<
  RankingWarmer,
  {
    /** Returns at once. `request` is that of a trip that was just made. */
    readonly warm: (request: RankRequest) => Effect.Effect<void>
    /** The 45 requests that a trip's request stands for; their candidates are found when they are needed. */
    readonly combinations: (request: RankRequest) => ReadonlyArray<RankRequest>
  }
>()("overplanned/RankingWarmer") {}
