/**
 * Asks Claude ahead of time for what the next travelers and the next slots will want: three archetypes, three parts of
 * the day, five days of the trip. Only what is missing is asked for, only where Claude ranks, only within the part of
 * the budget that travelers who wait can spare, and never in anybody's way: kinds of trips beyond those that may wait are
 * dropped, since the next trip brings them again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { RankRequest } from "../domain/ranking.ts"

/**
 * How far this server is with what a request stands for: warmed up within the time that rankings are kept for, under way, or new
 * to it.
 */
export type Warmth = "warm" | "under_way" | "new"

export class RankingWarmer extends Context.Service<
  RankingWarmer,
  {
    /** Returns at once. `request` is that of a trip that was just made. */
    readonly warm: (request: RankRequest) => Effect.Effect<void>
    /** Of each member, as if they travelled alone; of nobody where nothing is warmed up. */
    readonly warmth: (request: RankRequest) => ReadonlyArray<Warmth>
  }
>()("overplanned/RankingWarmer") {}
