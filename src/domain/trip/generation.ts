/** The pure parts of making a plan: what a group's members like, what a new plan must keep. */

import { uuidOfName } from "../basics/hash.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { affinityFrom } from "../group/affinity.ts"
import type { GroupPackage } from "../group/package.ts"
import type { Uuid } from "../ids.ts"
import type { LockedStop } from "../itinerary/model.ts"
import type { Persona } from "../persona/persona.ts"
import type { Slot } from "../plan/model.ts"
import type { Ranking, RankRequest } from "../ranking.ts"
import type { TripState } from "./model.ts"

/** How much each member likes each candidate, as the ranker that decides says of each of them alone. */
export const groupAffinity = (candidates: RankRequest["candidates"], members: ReadonlyArray<Ranking>) => {
  const indexes = candidates.map((candidate) => candidate.index)
  const rows = members.map(({ items }) => {
    const scores = new Map(items.map((item) => [item.index, item.score]))
    return indexes.map((index) => scores.get(index) ?? 0)
  })
  return affinityFrom(indexes, rows)
}

/** A ranking by what decided for a group: its fair package. The reasons stay those of the ranking. */
export const rankedByPackage = (ranking: Ranking, { scores }: Pick<GroupPackage, "scores">): Ranking => {
  const byIndex = new Map(ranking.items.map((item) => [item.index, item]))
  return {
    ...ranking,
    items: scores.flatMap(({ index, score }) => {
      const item = byIndex.get(index)
      return item === undefined ? [] : [{ ...item, score }]
    })
  }
}

/** The same wish of the same people gives the same plan: what decides between equals follows from the request. */
export const seedOf = (...parts: ReadonlyArray<string>): number =>
  Number.parseInt(uuidOfName("overplanned/plan", ...parts).slice(0, 8), 16)

/** Names the decision that a plan takes for one of its days. It tells nobody when it was taken, and a plan made again has others. */
export const dayDecision = (tripId: string, at: number, day: number) =>
  uuidOfName("overplanned/decision", tripId, String(at), String(day)) as typeof Uuid.Type

/** What of the old plan a new one must keep: bookings, and what has begun already. */
export const keptStops = (
  trip: TripState,
  catalog: CityCatalog,
  now: number,
  shift: number
): ReadonlyArray<LockedStop> =>
  trip.slots.flatMap((slot): ReadonlyArray<LockedStop> => {
    const index = catalog.indexOf(slot.node_id)
    if (index === undefined || (!slot.locked && slot.starts_at > now)) return []
    return [{ slot_id: slot.id, day: slot.day - shift, index, starts_at: slot.starts_at, ends_at: slot.ends_at }]
  })

/**
 * A new plan in which what stays is what it was: what has begun is no booking, and keeps its words and the reason it is there. The decision that
 * it stands in is the new plan's, and so is the model that made it.
 */
export const asTheyWere = (made: ReadonlyArray<Slot>, before: ReadonlyArray<Slot>): ReadonlyArray<Slot> => {
  const known = new Map(before.map((slot) => [slot.id, slot]))
  return made.map((slot) => {
    const was = known.get(slot.id)
    if (was === undefined) return slot
    const { day, decision_id, model_version, order, travel_minutes } = slot
    return { ...was, day, order, travel_minutes, ...(decision_id === undefined ? {} : { decision_id, model_version }) }
  })
}

/** Whether this traveler has swiped in the city's discovery, however long ago. */
export const exploredBefore = (people: ReadonlyArray<Persona>, userId: string, catalog: CityCatalog): boolean =>
  people.some(
    ({ explored, sequence, user_id }) =>
      user_id === userId &&
      (explored?.includes(catalog.city.id) === true ||
        // A swipe in a city that was not in memory then.
        sequence.some((item) => item.swiped === true && catalog.indexOf(item.node_id) !== undefined))
  )
