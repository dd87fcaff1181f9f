/**
 * What somebody with a primary interest tends to like, before they told us anything else, and which categories are
 * evidence for which interest.
 */
import type { Category } from "../catalog/category.ts"
import { type TagWeights, vibeEmbedding } from "../catalog/embedding.ts"
import type { PrimaryInterest } from "../vocabulary.ts"

export const INTEREST_TAGS: Readonly<Record<PrimaryInterest, TagWeights>> = {
  food: { comfort_food: 0.8, street_food: 0.8, adventurous_eats: 0.7, seafood: 0.5, locals_favorite: 0.5 },
  culture: { history: 0.8, architecture: 0.7, fine_art: 0.7, contemporary_art: 0.6, performing_arts: 0.4 },
  outdoors: { green_space: 0.9, hiking: 0.7, scenic_view: 0.7, waterfront: 0.6, active: 0.4 },
  nightlife: { late_night: 0.9, cocktails: 0.7, live_music: 0.7, dancing: 0.6, lively: 0.5 },
  shopping: { browsing: 0.9, vintage: 0.7, handmade: 0.6, trendy: 0.5, strolling: 0.3 },
  wellness: { wellness: 0.9, serene: 0.8, gardens: 0.6, quiet: 0.5, tea_ritual: 0.4 }
}

export const INTERESTS = Object.keys(INTEREST_TAGS) as ReadonlyArray<PrimaryInterest>

export const INTEREST_VECTOR: Readonly<Record<PrimaryInterest, Float32Array>> = Object.fromEntries(
  INTERESTS.map((interest) => [interest, vibeEmbedding(INTEREST_TAGS[interest])])
) as Record<PrimaryInterest, Float32Array>

const CATEGORIES_OF: Readonly<Record<PrimaryInterest, ReadonlyArray<Category>>> = {
  food: ["restaurant", "cafe", "bakery", "street_food", "food_hall", "dessert", "market"],
  culture: [
    "theatre",
    "cinema",
    "museum",
    "gallery",
    "landmark",
    "historic_site",
    "temple",
    "library",
    "neighbourhood_walk",
    "workshop"
  ],
  outdoors: ["park", "viewpoint", "beach", "trail", "zoo_aquarium", "sport"],
  nightlife: ["bar", "brewery", "nightclub", "music_venue", "entertainment"],
  shopping: ["shop", "bookstore"],
  wellness: ["garden", "spa"]
}

const interestByCategory: ReadonlyMap<Category, PrimaryInterest> = new Map(
  INTERESTS.flatMap((interest) => CATEGORIES_OF[interest].map((category) => [category, interest] as const))
)

/** The interest that going to such a place speaks for. */
export const interestOf = (category: Category): PrimaryInterest => interestByCategory.get(category)!
