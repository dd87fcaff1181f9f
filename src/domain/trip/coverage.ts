/** How well the trips under way are prepared: the operator's view of their fallbacks. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { TimeSpan } from "../city/live.ts"
import { liveOf } from "../city/live.ts"
import type { CityConditions } from "../city/model.ts"
import { isExposed } from "../itinerary/places.ts"
import { coverageOf } from "../pivot/fallbacks.ts"
import type { PlanSlot } from "../pivot/plan.ts"
import { COLUMNS } from "../pivot/search.ts"
import type { TripActorState } from "./actor-state.ts"
import { envOf } from "./pivot-world.ts"
import type { Fallbacks } from "./planner.ts"

/** Options that an offer shows: a stop with fewer in stock leaves a traveler less to choose from. */
const LEAST = 3

export interface FallbackCoverage {
  readonly sampled_at: number
  /** Active trips in memory that have a stop ahead, as far as their fallbacks reach. */
  readonly trips: number
  readonly triggers: ReadonlyArray<{
    readonly trigger: string
    /** Trips of which every stop ahead has enough fallbacks that are not stale. */
    readonly covered: number
    /** `covered` of `trips`; 1 where there is no trip, since then nobody is unprepared. */
    readonly share: number
  }>
}

export interface CoverageTally {
  readonly add: (state: TripActorState) => void
  readonly result: () => FallbackCoverage
}

/** Whether a place that is kept ready is still one: what has happened in the city since may have shut or drenched it. */
const usableIn = (
  conditions: CityConditions | undefined,
  catalog: CityCatalog,
  kept: Fallbacks | undefined
): ((index: number, slot: PlanSlot) => boolean) | undefined => {
  if (conditions === undefined || kept === undefined || kept.conditions_version === conditions.version) return undefined
  const { closures, badWeather } = liveOf(conditions, catalog)
  const env = envOf(catalog)
  return (index, slot) => {
    const hits = ({ from, to }: TimeSpan) => from <= slot.starts && slot.starts < to
    return !(closures.get(index) ?? []).some(hits) && !(isExposed(env, index) && badWeather.some(hits))
  }
}

/** Counts trips one by one, for whoever walks through many of them in slices. */
export const coverageTally = (now: number): CoverageTally => {
  let trips = 0
  const covered = COLUMNS.map(() => 0)
  return {
    add: ({ trip, memory }) => {
      if (trip?.status !== "active") return
      const { catalog } = memory
      const kept = memory.fallbacks
      const valid = kept !== undefined && kept.until > now ? kept : undefined
      const until = valid?.until ?? Number.POSITIVE_INFINITY
      const ahead = trip.plan.ahead(now, until, (id) => catalog?.indexOf(id))
      if (ahead.length === 0) return
      trips++
      if (catalog === undefined) return
      const usable = usableIn(memory.conditions, catalog, valid)
      coverageOf(valid?.set, ahead, catalog.version, LEAST, usable).forEach((slots, column) => {
        if (slots === ahead.length) covered[column]!++
      })
    },
    result: () => ({
      sampled_at: now,
      trips,
      triggers: COLUMNS.map((trigger, column) => ({
        trigger,
        covered: covered[column]!,
        share: trips === 0 ? 1 : covered[column]! / trips
      }))
    })
  }
}
