/** What a plan is assembled from: the places as the ranker that is named values them, a group's as its fair package does. */
import * as Effect from "effect/Effect"
import { groupPackage } from "../../domain/group/package.ts"
import type { CityId } from "../../domain/ids.ts"
import type { TripDay } from "../../domain/itinerary/rules.ts"
import type { RankRequest } from "../../domain/ranking.ts"
import { groupAffinity, rankedByPackage } from "../../domain/trip/generation.ts"
import { momentsOf } from "../../domain/trip/moments.ts"
import { RankingDesk } from "../../services/ranker.ts"
import { RankingWarmer } from "../../services/ranking-warmer.ts"
import { CityWatch } from "../../services/trip-helpers.ts"

/** How long a plan waits to hear of the weather. */
const CONDITIONS_PATIENCE_MS = 300

/** Stops of a usual day: what a fair share is reckoned from. */
const STOPS_PER_DAY = 5

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
    const asked = yield* desk.rankPlan(request, momentsOf(days, conditions))
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
