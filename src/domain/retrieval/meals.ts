/** Whatever one comes for, one eats: among the places that are ranked for a plan there are meals enough for its days. */
import { categoryInfo } from "../catalog/category.ts"
import type { Candidate } from "../ranking.ts"
import { CANDIDATES, type Diversified, type DiversifyRequest, diversify } from "./diversify.ts"

/** The share of the candidates that one eats at, where the city has so many: three meals a day for any trip. */
const MEAL_SHARE = 0.2

const isMeal = ({ catalog }: DiversifyRequest, index: number): boolean =>
  categoryInfo(catalog.nodes[index]!.category).meal

/**
 * The same as `diversify`, and where too few meals were picked, the best of them take the last places: in a large city a
 * taste for museums has hundreds of neighbours before the first meal.
 */
export const diversifyWithMeals = (request: DiversifyRequest): Diversified => {
  const all = diversify(request)
  const limit = request.limit ?? CANDIDATES
  const picked = all.candidates.filter(({ index }) => isMeal(request, index)).length
  const wanted = Math.floor(MEAL_SHARE * limit) - picked
  if (wanted <= 0) return all
  const there = new Set(all.candidates.map(({ index }) => index))
  const others = request.neighbours.filter(({ index }) => !there.has(index) && isMeal(request, index))
  const meals = diversify({ ...request, neighbours: others, limit: wanted }).candidates
  const kept = lessSights(all.candidates, all.candidates.length + meals.length - limit, request)
  return { ...all, candidates: [...kept, ...meals] }
}

/** The last of those that one does not eat at make room. */
const lessSights = (candidates: ReadonlyArray<Candidate>, over: number, request: DiversifyRequest) => {
  const kept = [...candidates]
  for (let at = kept.length - 1, left = over; at >= 0 && left > 0; at--) {
    if (isMeal(request, kept[at]!.index)) continue
    kept.splice(at, 1)
    left--
  }
  return kept
}
