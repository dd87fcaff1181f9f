/** Whatever one comes for, one eats: among the places that are ranked for a plan there are tables and breakfasts enough for its days. */
import { categoryInfo } from "../catalog/category.ts"
import type { ActivityNode } from "../catalog/node.ts"
import type { Candidate } from "../ranking.ts"
import { CANDIDATES, type Diversified, type DiversifyRequest, diversify } from "./diversify.ts"

interface Wanted {
  /** The share of the candidates, where the city has so many. */
  readonly share: number
  readonly is: (node: ActivityNode) => boolean
}

/** Three meals a day for any trip. */
const MEALS: Wanted = { share: 0.2, is: ({ category }) => categoryInfo(category).meal }
/** A coffee for every morning of most trips. */
const BREAKFASTS: Wanted = {
  share: 0.06,
  is: ({ category, day_parts }) => (category === "cafe" || category === "bakery") && day_parts.includes("morning")
}

/**
 * The same as `diversify`, and where too few meals or breakfasts were picked, the best of them take the last places: in a large city a
 * taste for museums has hundreds of neighbours before the first meal.
 */
export const diversifyWithMeals = (request: DiversifyRequest): Diversified =>
  [MEALS, BREAKFASTS].reduce((all, wanted) => withEnough(request, all, wanted), diversify(request))

const withEnough = (request: DiversifyRequest, all: Diversified, { is, share }: Wanted): Diversified => {
  const isOne = (index: number) => is(request.catalog.nodes[index]!)
  const limit = request.limit ?? CANDIDATES
  const picked = all.candidates.filter(({ index }) => isOne(index)).length
  const wanted = Math.floor(share * limit) - picked
  if (wanted <= 0) return all
  const there = new Set(all.candidates.map(({ index }) => index))
  const others = request.neighbours.filter(({ index }) => !there.has(index) && isOne(index))
  const more = diversify({ ...request, neighbours: others, limit: wanted }).candidates
  const kept = lessSights(all.candidates, all.candidates.length + more.length - limit, request)
  return { ...all, candidates: [...kept, ...more] }
}

/** The last of those that one does not eat at make room. */
const lessSights = (candidates: ReadonlyArray<Candidate>, over: number, { catalog }: DiversifyRequest) => {
  const kept = [...candidates]
  for (let at = kept.length - 1, left = over; at >= 0 && left > 0; at--) {
    const node = catalog.nodes[kept[at]!.index]!
    if (MEALS.is(node) || BREAKFASTS.is(node)) continue
    kept.splice(at, 1)
    left--
  }
  return kept
}
