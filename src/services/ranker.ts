/**
 * Orders candidates for one traveler or one group. Implementations: `local` (deterministic, always there), `llm`
 * (Claude), `ml` (a trained model by name and version). A ranking holds every candidate exactly once.
 *
 * A ranker of kind `ml` refuses cold travelers by itself as well: the gate stands in the desk and here, so that no
 * new path can forget it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LoggedArbitration, TrialSide } from "../domain/decisions.ts"
import { isGroupCold, type Persona } from "../domain/persona/persona.ts"
import type { Candidate, ModelRef, Ranking, RankMoment, RankRequest } from "../domain/ranking.ts"
import { COLD_BELOW_SIGNALS } from "../domain/vocabulary.ts"

export class RankerUnavailable extends Schema.TaggedError<RankerUnavailable>()("RankerUnavailable", {
  reason: Schema.Literals(["budget", "timeout", "unavailable", "refused", "malformed", "cold"]),
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export interface Ranker {
  readonly kind: "local" | "llm" | "ml"
  readonly model: ModelRef
  readonly rank: (request: RankRequest) => Effect.Effect<Ranking, RankerUnavailable>
}

/** The gate itself: what is behind it never sees a request in which anybody is cold. */
export const gated = (ranker: Ranker): Ranker => ({
  kind: ranker.kind,
  model: ranker.model,
  rank: (request) =>
    request.members.length === 0 || isGroupCold(request.members)
      ? Effect.fail(
          new RankerUnavailable({
            reason: "cold",
            message: `A trained model needs ${COLD_BELOW_SIGNALS} signals of every member.`
          })
        )
      : ranker.rank(request)
})

/** Every candidate exactly once, with scores that are numbers. */
export const isComplete = (ranking: Ranking, candidates: ReadonlyArray<Candidate>): boolean => {
  const left = new Set(candidates.map((candidate) => candidate.index))
  return (
    ranking.items.length === candidates.length &&
    ranking.items.every((item) => left.delete(item.index) && Number.isFinite(item.score))
  )
}

/** The ranker that is always there: no network, no model file, the same answer for the same question. */
export class LocalRanker extends Context.Service<
  LocalRanker,
  Omit<Ranker, "rank"> & { readonly rank: (request: RankRequest) => Effect.Effect<Ranking> }
>()("overplanned/LocalRanker") {}

export interface RankedOutcome {
  readonly ranking: Ranking
  /** Where the ranking came from; `cache` is an earlier answer of an LLM to the same question. */
  readonly source: "local" | "llm" | "ml" | "cache"
  readonly arbitration?: LoggedArbitration
  /** What a shadow model would have said; logged, never shown. */
  readonly shadow?: Ranking
  /** Of whom a model could rank for: whether they have it yet, and whether it should have ranked and could not. Logged. */
  readonly trial?: TrialSide
}

/** The ranking of a plan: each place as at its best moment. */
export interface PlanOutcome extends RankedOutcome {
  /** What the same ranker says for each member alone, in their order; absent where one travels alone. */
  readonly members?: ReadonlyArray<Ranking>
  /** Where Claude decides, of each member in their order: where the rankings of the trip's moments were found. */
  readonly found?: ReadonlyArray<FoundRankings>
}

/** Moments of a trip, by where their ranking was found. */
export interface FoundRankings {
  readonly kept: number
  /** Claude was asked while the traveler waited. */
  readonly asked: number
  /** Not there yet: ranked like the moment that was asked about. */
  readonly like_the_first: number
}

/** The only way that the rest of the house ranks: gates, asks, arbitrates, degrades; it always answers. */
export class RankingDesk extends Context.Service<
  RankingDesk,
  {
    readonly rank: (request: RankRequest) => Effect.Effect<RankedOutcome>
    /**
     * Ranks for all of a trip: the parts of its days, and every member alone where several travel. One ranker decides all of
     * it, and is the one that the outcome names.
     */
    readonly rankPlan: (request: RankRequest, moments: ReadonlyArray<RankMoment>) => Effect.Effect<PlanOutcome>
    /** The model that would answer for these members now: `X-Model-Version` when nothing was ranked. */
    readonly inForce: (members: ReadonlyArray<Pick<Persona, "user_id" | "signal_count">>) => ModelRef
  }
>()("overplanned/RankingDesk") {}
