/** What a plan is assembled from: the places as the ranker that is named values them, a group's as its fair package does. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { groupPackage } from "../../domain/group/package.ts"
import type { CityId } from "../../domain/ids.ts"
import type { TripDay } from "../../domain/itinerary/rules.ts"
import type { RankRequest } from "../../domain/ranking.ts"
import { groupAffinity, rankedByPackage } from "../../domain/trip/generation.ts"
import { momentsOf } from "../../domain/trip/moments.ts"
import { type PlanOutcome, RankingDesk } from "../../services/ranker.ts"
import { RankingWarmer, type Warmth } from "../../services/ranking-warmer.ts"
import { CityWatch } from "../../services/trip-helpers.ts"

/** How long a plan waits to hear of the weather. */
const CONDITIONS_PATIENCE_MS = 300

/** Stops of a usual day: what a fair share is reckoned from. */
const STOPS_PER_DAY = 5

const rankings = Metric.counter("plan_rankings_total", {
  description: "Moments of trips that Claude ranked, by where their ranking was found and how warm their kind was then",
  incremental: true
})

const countFound = (warmth: ReadonlyArray<Warmth>, found: PlanOutcome["found"]) =>
  Effect.forEach(
    (found ?? []).flatMap((one, i) =>
      Object.entries(one).map(([where, moments]) => ({ found: where, kind: warmth[i] ?? "new", moments }))
    ),
    ({ moments, ...where }) =>
      moments === 0 ? Effect.void : Metric.update(Metric.withAttributes(rankings, where), moments),
    { discard: true }
  )

export const placesRanking = Effect.gen(function* () {
  const desk = yield* RankingDesk
  const warmer = yield* RankingWarmer
  const cities = yield* CityWatch

  /** The weather that is announced; a plan is made without it where nobody can say. */
  const announced = (city: CityId) =>
    Effect.suspend(() => {
      const known = cities.resident(city)
      return known === undefined ? cities.conditions(city) : Effect.succeed(known)
    }).pipe(
      Effect.timeoutOrElse({ duration: CONDITIONS_PATIENCE_MS, orElse: () => Effect.undefined }),
      Effect.orElseSucceed(() => undefined)
    )

  return Effect.fnUntraced(function* (city: CityId, request: RankRequest, days: ReadonlyArray<TripDay>) {
    const conditions = yield* announced(city)
    const warmth = warmer.warmth(request)
    const asked = yield* desk.rankPlan(request, momentsOf(days, conditions))
    yield* countFound(warmth, asked.found)
    yield* warmer.warm(request)
    const group =
      asked.members === undefined
        ? undefined
        : groupPackage(groupAffinity(request.candidates, asked.members), days.length * STOPS_PER_DAY)
    return {
      conditions,
      outcome: group === undefined ? asked : { ...asked, ranking: rankedByPackage(asked.ranking, group) },
      coverage: group?.coverage
    }
  })
})

export type RankPlaces = Effect.Success<typeof placesRanking>
