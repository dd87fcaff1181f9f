/**
 * What kind of place something is, and what follows from it when nobody said otherwise: how long one stays, whether
 * it is under a roof, how much rain spoils it, and at which times of day one goes.
 */
import * as Schema from "effect/Schema"
import type { DayPart } from "../vocabulary.ts"

export type Setting = "indoor" | "outdoor" | "mixed"

export interface CategoryInfo {
  readonly typical_minutes: number
  readonly setting: Setting
  /** 0: rain changes nothing; 1: nobody goes in the rain. */
  readonly weather_sensitivity: number
  readonly day_parts: ReadonlyArray<DayPart>
  /** Whether one eats a meal there: a day needs meals, and no more of them than a day has. */
  readonly meal: boolean
  /** What the places of this category are like when nothing else is known of one (places fallback). */
  readonly vibes: Readonly<Record<string, number>>
}

const of = (
  typical_minutes: number,
  setting: Setting,
  weather_sensitivity: number,
  day_parts: ReadonlyArray<DayPart>,
  vibes: Readonly<Record<string, number>>,
  meal = false
): CategoryInfo => ({ typical_minutes, setting, weather_sensitivity, day_parts, vibes, meal })

export const CATEGORY_INFO = {
  restaurant: of(75, "indoor", 0.1, ["midday", "evening"], { comfort_food: 0.5, group_friendly: 0.3 }, true),
  cafe: of(45, "indoor", 0.1, ["morning", "midday", "afternoon"], { specialty_coffee: 0.8, solo_friendly: 0.4 }),
  bakery: of(25, "indoor", 0.1, ["morning", "midday"], { sweet_tooth: 0.8, quick_stop: 0.6 }),
  street_food: of(
    30,
    "outdoor",
    0.5,
    ["midday", "afternoon", "evening", "night"],
    { street_food: 0.9, quick_stop: 0.6 },
    true
  ),
  food_hall: of(60, "indoor", 0.1, ["midday", "afternoon", "evening"], { group_friendly: 0.6, lively: 0.5 }, true),
  dessert: of(25, "indoor", 0.1, ["afternoon", "evening"], { sweet_tooth: 0.9, quick_stop: 0.5 }),
  bar: of(75, "indoor", 0.1, ["evening", "night"], { cocktails: 0.5, lively: 0.4 }),
  brewery: of(75, "mixed", 0.2, ["afternoon", "evening"], { craft_beer: 0.9, group_friendly: 0.5 }),
  nightclub: of(120, "indoor", 0, ["night"], { dancing: 0.9, late_night: 0.8 }),
  music_venue: of(150, "indoor", 0, ["evening", "night"], { live_music: 0.9, late_night: 0.4 }),
  theatre: of(150, "indoor", 0, ["evening"], { performing_arts: 0.9, rainy_day: 0.4 }),
  cinema: of(130, "indoor", 0, ["afternoon", "evening"], { performing_arts: 0.7, rainy_day: 0.6 }),
  market: of(60, "mixed", 0.3, ["morning", "midday", "afternoon"], { browsing: 0.8, lively: 0.5, street_food: 0.4 }),
  shop: of(35, "indoor", 0.1, ["midday", "afternoon"], { browsing: 0.8 }),
  bookstore: of(45, "indoor", 0, ["midday", "afternoon", "evening"], { literary: 0.9, quiet: 0.5, browsing: 0.4 }),
  museum: of(120, "indoor", 0, ["morning", "midday", "afternoon"], { history: 0.6, rainy_day: 0.6 }),
  gallery: of(60, "indoor", 0, ["midday", "afternoon"], { contemporary_art: 0.8, rainy_day: 0.5 }),
  landmark: of(45, "mixed", 0.4, ["morning", "midday", "afternoon"], { iconic: 0.8, architecture: 0.5 }),
  historic_site: of(75, "mixed", 0.4, ["morning", "midday", "afternoon"], { history: 0.9 }),
  temple: of(40, "mixed", 0.4, ["morning", "midday", "afternoon"], { spiritual: 0.9, serene: 0.5 }),
  library: of(45, "indoor", 0, ["morning", "midday", "afternoon"], { literary: 0.8, quiet: 0.7, rainy_day: 0.5 }),
  park: of(75, "outdoor", 0.7, ["morning", "midday", "afternoon"], { green_space: 0.9, strolling: 0.4 }),
  garden: of(60, "outdoor", 0.6, ["morning", "midday", "afternoon"], { gardens: 0.9, serene: 0.5 }),
  viewpoint: of(35, "outdoor", 0.8, ["morning", "afternoon", "evening"], { scenic_view: 0.9, golden_hour: 0.5 }),
  beach: of(120, "outdoor", 0.9, ["midday", "afternoon", "evening"], { beach_day: 0.9, waterfront: 0.5 }),
  trail: of(120, "outdoor", 0.8, ["morning", "midday", "afternoon"], { hiking: 0.9, green_space: 0.5 }),
  neighbourhood_walk: of(90, "outdoor", 0.6, ["morning", "midday", "afternoon", "evening"], {
    strolling: 0.9,
    people_watching: 0.4
  }),
  zoo_aquarium: of(150, "mixed", 0.4, ["morning", "midday", "afternoon"], { wildlife: 0.9, family_friendly: 0.8 }),
  spa: of(120, "indoor", 0, ["midday", "afternoon", "evening"], { wellness: 0.9, serene: 0.5 }),
  sport: of(90, "mixed", 0.4, ["morning", "midday", "afternoon"], { active: 0.9 }),
  workshop: of(120, "indoor", 0, ["midday", "afternoon", "evening"], { hands_on: 0.9, handmade: 0.5 }),
  entertainment: of(90, "indoor", 0.1, ["afternoon", "evening", "night"], { playful: 0.9, group_friendly: 0.5 })
} as const satisfies Record<string, CategoryInfo>

export type Category = keyof typeof CATEGORY_INFO
export const CATEGORIES = Object.keys(CATEGORY_INFO) as ReadonlyArray<Category>
export const Category = Schema.Literals(CATEGORIES)

export const categoryInfo = (category: Category): CategoryInfo => CATEGORY_INFO[category]

/** A category as one says it in a sentence. */
export const categoryWords = (category: Category): string =>
  category === "cafe" ? "café" : category === "zoo_aquarium" ? "zoo or aquarium" : category.replaceAll("_", " ")

/** The number a category has in packed columns; the order of `CATEGORIES`. */
export const categoryIndex = (category: Category): number => CATEGORIES.indexOf(category)

/** Categories that sources mix up: one calls a place a park and another a garden. */
const KIN: ReadonlyArray<ReadonlySet<Category>> = [
  new Set(["restaurant", "cafe", "bakery", "street_food", "food_hall", "dessert", "bar", "brewery", "market"]),
  new Set(["bar", "brewery", "nightclub", "music_venue", "entertainment"]),
  new Set(["music_venue", "theatre", "cinema", "gallery"]),
  new Set(["market", "shop", "bookstore", "bakery", "dessert", "cafe"]),
  new Set(["museum", "gallery", "historic_site", "landmark", "temple", "library", "viewpoint"]),
  new Set([
    "park",
    "garden",
    "trail",
    "viewpoint",
    "beach",
    "landmark",
    "neighbourhood_walk",
    "zoo_aquarium",
    "historic_site"
  ]),
  new Set(["spa", "sport", "entertainment", "workshop"])
]

/** Whether two places of these categories and one name may be one place. */
export const areKin = (a: Category, b: Category): boolean => a === b || KIN.some((one) => one.has(a) && one.has(b))
