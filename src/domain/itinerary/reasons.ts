/** Why each stop is there: the term by which it is furthest ahead of an ordinary place of the same city. */
import { needsMet } from "../catalog/fits.ts"
import type { PlacedBy } from "../plan/model.ts"
import type { Candidates } from "./candidates.ts"
import type { PlannedStop } from "./model.ts"
import type { PlanWeights, Worth } from "./terms.ts"

/** Terms that speak for a stop; what speaks against one puts it nowhere. */
const TERMS = ["must", "meal", "breakfast", "sunset", "taste", "fit", "open", "full"] as const

/** What a place is worth by term that nothing speaks for: the mean of all that could be chosen. */
const ordinaryOf = ({ input, indexes, standing, values }: Candidates, weights: PlanWeights): Worth => {
  const { catalog, constraints } = input
  const needs = constraints.needs ?? []
  let [count, taste, known, fit] = [0, 0, 0, 0]
  for (const [candidate, index] of indexes.entries()) {
    if (index < 0 || standing[candidate] !== "offered") continue
    const node = catalog.nodes[index]!
    count++
    taste += values[candidate]!
    if (node.opening_hours !== null) known++
    fit += needsMet(node, needs)
  }
  const mean = (sum: number) => sum / Math.max(1, count)
  return {
    taste: weights.taste * mean(taste),
    open: weights.open * mean(known),
    fit: weights.fit * mean(fit),
    full: weights.full
  }
}

/** Members of whom a stop is the only favourite of its day. */
const onlyFavouriteOf = ({ input }: Candidates, stops: ReadonlyArray<PlannedStop>, stop: PlannedStop): number => {
  const { coverage } = input
  if (coverage === undefined) return 0
  let others = 0
  for (const one of stops) if (one.day === stop.day && one !== stop) others |= coverage.serves(one.index)
  let alone = coverage.serves(stop.index) & ~others
  let members = 0
  for (; alone !== 0; alone &= alone - 1) members++
  return members
}

/** The same stops, each that was chosen with the term that put it there. */
export const withReasons = (
  candidates: Candidates,
  weights: PlanWeights,
  stops: ReadonlyArray<PlannedStop>
): ReadonlyArray<PlannedStop> => {
  const ordinary = ordinaryOf(candidates, weights)
  const legs = stops.filter(({ order }) => order > 0)
  const usualWay = legs.reduce((sum, stop) => sum + stop.travel_minutes, 0) / Math.max(1, legs.length)
  return stops.map((stop) => {
    if (stop.locked) return stop
    const ahead: Partial<Record<PlacedBy, number>> = {
      near: stop.order === 0 ? 0 : weights.way * (usualWay - stop.travel_minutes),
      share: weights.daily * onlyFavouriteOf(candidates, stops, stop)
    }
    for (const term of TERMS) {
      const worth = stop.worth[term]
      if (worth !== undefined) ahead[term] = worth - (ordinary[term] ?? 0)
    }
    let placed_by: PlacedBy = "full"
    for (const [term, lead] of Object.entries(ahead)) {
      if (lead > (ahead[placed_by] ?? 0)) placed_by = term as PlacedBy
    }
    return { ...stop, placed_by }
  })
}
