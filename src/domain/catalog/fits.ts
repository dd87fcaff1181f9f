/**
 * Whether a place is fit for somebody's need, as far as it is known. "unknown" is the usual answer and never means yes:
 * a plan for somebody in a wheelchair may take a place that fits, and has to say so of one of which nobody knows.
 */
import type { Category } from "./category.ts"
import type { ActivityNode } from "./node.ts"

export const DIETS = ["vegetarian", "vegan", "gluten_free", "halal", "kosher", "lactose_free"] as const
export const NEEDS = [...DIETS, "wheelchair", "children", "alcohol_free"] as const
export type Need = (typeof NEEDS)[number]
export type Fit = "fits" | "unknown" | "does-not"

type Fitted = Pick<ActivityNode, "category" | "facts" | "vibe_tags">

const isDiet = (need: Need): need is (typeof DIETS)[number] => (DIETS as ReadonlyArray<string>).includes(need)

/** Where one comes to eat: elsewhere nobody's diet is touched. */
const EATING: ReadonlySet<Category> = new Set([
  ...(["restaurant", "cafe", "bakery", "street_food", "food_hall", "dessert", "bar", "brewery"] as const)
])
/** Where drinking is the point, and where it commonly goes on beside something else. */
const DRINKING: ReadonlySet<Category> = new Set(["bar", "brewery", "nightclub"] as const)
const MAY_POUR: ReadonlySet<Category> = new Set([
  ...([...EATING, "music_venue", "theatre", "cinema", "entertainment", "spa", "market"] as const)
])
/** Where children are at home by the nature of the place. */
const FOR_CHILDREN: ReadonlySet<Category> = new Set(["park", "zoo_aquarium", "beach", "garden", "library"] as const)

const ADULT = 18

/** A diet that another one contains: who serves vegans serves vegetarians. */
const CONTAINED: Partial<Record<Need, Need>> = { vegetarian: "vegan", lactose_free: "vegan" }

const dietFit = (place: Fitted, need: (typeof DIETS)[number]): Fit => {
  if (!EATING.has(place.category)) return "fits"
  const narrower = CONTAINED[need]
  for (const diet of narrower === undefined ? [need] : [need, narrower]) {
    const answer = place.facts?.diet?.[diet]
    if (answer === "yes" || answer === "only" || place.facts?.cuisine?.includes(diet) === true) return "fits"
  }
  if (place.facts?.diet?.[need] === "no") return "does-not"
  // Who cooks with plants feeds vegetarians; of anything narrower that says nothing.
  return need === "vegetarian" && place.vibe_tags.includes("plant_based") ? "fits" : "unknown"
}

const childrenFit = ({ category, facts, vibe_tags }: Fitted): Fit => {
  if ((facts?.min_age ?? 0) >= ADULT || facts?.children === "no" || category === "nightclub") return "does-not"
  if (facts?.children === "yes" || facts?.children === "only") return "fits"
  return FOR_CHILDREN.has(category) || vibe_tags.includes("family_friendly") ? "fits" : "unknown"
}

const alcoholFreeFit = ({ category, facts }: Fitted): Fit => {
  if (facts?.alcohol === "no") return "fits"
  if (DRINKING.has(category) || facts?.alcohol === "only") return "does-not"
  return MAY_POUR.has(category) ? "unknown" : "fits"
}

/** Whether the place is fit for this need. */
export const fitFor = (place: Fitted, need: Need): Fit => {
  if (isDiet(need)) return dietFit(place, need)
  if (need === "children") return childrenFit(place)
  if (need === "alcohol_free") return alcoholFreeFit(place)
  const answer = place.facts?.wheelchair
  return answer === "yes" || answer === "only" ? "fits" : answer === "no" ? "does-not" : "unknown"
}

/** The same for several needs: as bad as the worst of them. */
export const fitForAll = (place: Fitted, needs: Iterable<Need>): Fit => {
  let all: Fit = "fits"
  for (const need of needs) {
    const one = fitFor(place, need)
    if (one === "does-not") return one
    if (one === "unknown") all = one
  }
  return all
}

/** Whether a need is touched there at all: a museum is no answer to a diet. */
const isTouched = ({ category }: Fitted, need: Need): boolean =>
  isDiet(need) ? EATING.has(category) : need !== "alcohol_free" || DRINKING.has(category) || MAY_POUR.has(category)

/** How many of these needs are touched there and known to be met: each for itself, whatever is known of the others. */
export const needsMet = (place: Fitted, needs: Iterable<Need>): number => {
  let met = 0
  for (const need of needs) if (isTouched(place, need) && fitFor(place, need) === "fits") met++
  return met
}
