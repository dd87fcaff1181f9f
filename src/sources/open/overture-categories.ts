/** What the categories of Overture's places are of ours; the release names them finely, and by its own words. */
import { entryOf } from "../../domain/basics/entry-of.ts"
import type { Category } from "../../domain/catalog/category.ts"

const TABLE: Partial<Record<Category, string>> = {
  restaurant:
    "restaurant casual_eatery bistro brasserie diner gastropub steakhouse pizzeria food_truck fast_food canteen cafeteria sandwich_shop bagel_shop",
  cafe: "cafe coffee_shop coffee_roastery tea_room bubble_tea",
  bakery: "bakery patisserie_cake_shop donuts cupcake_shop",
  dessert:
    "dessert_shop desserts ice_cream_shop frozen_yoghurt_shop gelato chocolatier candy_store ice_cream_and_frozen_yoghurt",
  street_food: "food_stand street_vendor",
  food_hall: "food_court food_hall",
  bar: "bar pub irish_pub lounge speakeasy winery wine_tasting_room",
  brewery: "brewery beer_garden distillery",
  nightclub: "dance_club night_club nightclub",
  music_venue: "music_venue live_music_venue topic_concert_venue jazz_and_blues concert_hall",
  theatre: "theatre theater performing_arts performing_arts_venue opera_and_ballet comedy_club",
  cinema: "cinema movie_theater drive_in_theater",
  museum: "museum planetarium",
  gallery: "art_gallery",
  zoo_aquarium: "zoo aquarium",
  library: "library",
  bookstore: "bookstore book_store used_bookstore comic_books_store",
  market: "farmers_market flea_market public_market night_market market",
  shop: "shopping_center department_store antique_store thrift_store vintage_and_consignment_store gift_shop souvenir_shop toy_store vinyl_record_store music_and_dvd_store",
  temple: "church_cathedral church cathedral basilica mosque synagogue temple shinto_shrines shrine monastery",
  historic_site: "castle fort palace ruin ruins historic_site archaeological_site",
  landmark:
    "landmark_and_historical_building monument memorial sculpture_statue public_plaza plaza fountain lighthouse tourist_attraction",
  park: "park national_park state_park playground",
  garden: "botanical_garden garden",
  viewpoint: "lookout scenic_lookout observatory observation_deck waterfall",
  beach: "beach",
  trail: "hiking_trail nature_reserve",
  spa: "spas day_spa health_spa sauna hot_springs hot_spring public_bath_houses",
  entertainment: "amusement_park water_park arcade bowling_alley escape_rooms karaoke casino miniature_golf",
  sport: "stadium_arena skating_rink rock_climbing_gym"
}

const BY_NAME: Readonly<Record<string, Category>> = Object.fromEntries(
  Object.entries(TABLE).flatMap(([category, names]) => names.split(" ").map((name) => [name, category as Category]))
)

/** "ramen_restaurant", "history_museum", "cocktail_bar", "buddhist_temple": the last word says what it is. */
const BY_ENDING: ReadonlyArray<readonly [RegExp, Category]> = [
  [/_restaurant$/, "restaurant"],
  [/_museum$/, "museum"],
  [/(?<!juice|oxygen|nail|hotel)_bar$/, "bar"],
  [/_(church|temple|shrine|cathedral)s?$/, "temple"],
  [/_gallery$/, "gallery"]
]

/** The first that says anything, surest first. */
export const overtureCategory = (names: ReadonlyArray<string>): Category | undefined => {
  for (const name of names) {
    const category = entryOf(BY_NAME, name) ?? BY_ENDING.find(([ending]) => ending.test(name))?.[1]
    if (category !== undefined) return category
  }
  return undefined
}
