/**
 * From the places most like a taste to the ones worth ranking: what may not be offered is left out, and what remains
 * is spread over categories and neighbourhoods, so that somebody who loves noodles gets a day and not two hundred
 * ramen shops. Greedy maximal marginal relevance: each pick is the most similar place, less what its category and
 * its neighbourhood already have.
 */
import { CATEGORIES } from "../catalog/category.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import { type Exclusion, exclusionOf } from "../itinerary/exclusion.ts"
import { placesOf } from "../itinerary/places.ts"
import { type DayHours, hoursOn, LEAST_STAY_MINUTES, type TripDay } from "../itinerary/rules.ts"
import { openStretches } from "../itinerary/windows.ts"
import type { TripConstraints, Veto } from "../plan/model.ts"
import type { Candidate } from "../ranking.ts"

/** How many places a ranker is given. */
export const CANDIDATES = 200

/** How many nearest neighbours to ask the index for: enough to choose from, and to lose some to vetoes and dates. */
export const NEIGHBOURS = 4 * CANDIDATES

/** No category takes more than this share of the picks while there is anything else: a day has meals, but not only. */
const CATEGORY_SHARE = 0.25
/** Nor does a neighbourhood: rain, closures and pivots need somewhere else to go. */
const NEIGHBOURHOOD_SHARE = 0.34

/**
 * What a full share costs, in units of the difference between the most similar place and the last that would have
 * been picked for similarity alone. That makes the spread the same whatever scale the similarities have.
 */
const CATEGORY_COST = 1
const NEIGHBOURHOOD_COST = 0.5

export type LeftOut = Exclusion | "retired" | "closed"

export interface DiversifyRequest {
  readonly catalog: CityCatalog
  /** Nearest neighbours of the taste, in any order; a place that comes twice counts once, as the better one. */
  readonly neighbours: ReadonlyArray<Pick<Candidate, "index" | "similarity">>
  /** `CANDIDATES` where left out. */
  readonly limit?: number
  readonly constraints: Pick<TripConstraints, "avoid" | "needs">
  readonly vetoes: ReadonlyArray<Pick<Veto, "node_ids" | "tags">>
  /** A place that is certainly closed on all of these days, in the hours one is out, is left out. None: no such rule. */
  readonly days: ReadonlyArray<TripDay>
  readonly hours: DayHours
}

export interface Diversified {
  /** In the order of picking: any first part of it is spread as well. */
  readonly candidates: ReadonlyArray<Candidate>
  /** How many places fell to each rule; of the closed ones, those that would have been picked. */
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>
}

type Neighbour = DiversifyRequest["neighbours"][number]

const bySimilarity = (a: Neighbour, b: Neighbour): number => b.similarity - a.similarity || a.index - b.index

/** Those that may be offered at all, most similar first, once each. */
const eligibleOf = (request: DiversifyRequest, leave: (why: LeftOut) => void): ReadonlyArray<Neighbour> => {
  const { catalog, constraints, vetoes } = request
  const excluded = exclusionOf(catalog, constraints, vetoes)
  const seen = new Uint8Array(catalog.nodes.length)
  return [...request.neighbours].sort(bySimilarity).filter(({ index }) => {
    if (seen[index] !== 0) return false
    seen[index] = 1
    const why = catalog.retired(index) ? "retired" : excluded(index)
    if (why !== undefined) leave(why)
    return why === undefined
  })
}

/** Whether one could visit on any day of the trip, or nobody knows. */
const visitable = ({ catalog, days, hours }: DiversifyRequest, index: number): boolean =>
  days.length === 0 ||
  days.some((day) => {
    const { from, to } = hoursOn(day, hours)
    const open = openStretches(catalog, index, day, from, to)
    for (let i = 0; i < open.length; i += 2) if (open[i + 1]! - open[i]! >= LEAST_STAY_MINUTES) return true
    return false
  })

/** Deterministic: the same neighbours in any order give the same candidates. Fewer than `limit` only when there are. */
export const diversify = (request: DiversifyRequest): Diversified => {
  const limit = request.limit ?? CANDIDATES
  const leftOut: Partial<Record<LeftOut, number>> = {}
  const leave = (why: LeftOut) => {
    leftOut[why] = (leftOut[why] ?? 0) + 1
  }
  const eligible = eligibleOf(request, leave)
  const places = placesOf(request.catalog)
  const category = Uint8Array.from(eligible, ({ index }) => places.category[index]!)
  const neighbourhood = Uint16Array.from(eligible, ({ index }) => places.neighbourhood[index]!)
  const best = eligible[0]?.similarity ?? 0
  const reach = best - (eligible[Math.min(limit, eligible.length) - 1]?.similarity ?? 0) || 1
  // 0 for the most similar place, −1 for the last that similarity alone would have picked; descending.
  const likeness = Float64Array.from(eligible, ({ similarity }) => (similarity - best) / reach)
  const taken = new Uint8Array(eligible.length)
  const categoryCap = Math.max(1, Math.floor(CATEGORY_SHARE * limit))
  const neighbourhoodCap = Math.max(1, Math.floor(NEIGHBOURHOOD_SHARE * limit))
  const perCategory = new Uint16Array(CATEGORIES.length)
  const perNeighbourhood = new Uint16Array(1 + neighbourhood.reduce((most, hood) => Math.max(most, hood), 0))

  /** The position worth most now, or -1. What is worth less before its costs than the best after them ends the search. */
  const next = (capped: boolean): number => {
    let found = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < likeness.length && likeness[i]! > highest; i++) {
      if (taken[i] !== 0) continue
      const ofCategory = perCategory[category[i]!]! / categoryCap
      const ofNeighbourhood = perNeighbourhood[neighbourhood[i]!]! / neighbourhoodCap
      if (capped && (ofCategory >= 1 || ofNeighbourhood >= 1)) continue
      const value = likeness[i]! - CATEGORY_COST * ofCategory - NEIGHBOURHOOD_COST * ofNeighbourhood
      if (value > highest) {
        found = i
        highest = value
      }
    }
    return found
  }

  const candidates: Array<Candidate> = []
  for (let capped = true; candidates.length < limit; ) {
    const position = next(capped)
    if (position < 0) {
      // Nothing else is left: a list that leans to one side is better than a short one.
      if (!capped) break
      capped = false
      continue
    }
    taken[position] = 1
    const { index, similarity } = eligible[position]!
    if (!visitable(request, index)) {
      leave("closed")
      continue
    }
    candidates.push({ index, node: request.catalog.nodes[index]!, similarity })
    perCategory[category[position]!]! += 1
    perNeighbourhood[neighbourhood[position]!]! += 1
  }
  return { candidates, leftOut }
}
