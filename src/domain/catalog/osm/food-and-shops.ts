/** Where one eats, drinks, dances or browses. */
import { each, type KeyRule, kind } from "./rule.ts"

export const FOOD_AND_NIGHT: KeyRule = {
  key: "amenity",
  kinds: {
    restaurant: kind("restaurant"),
    fast_food: kind("restaurant", { minutes: 35, price: 1, vibes: { comfort_food: 0.5, quick_stop: 0.7 } }),
    cafe: kind("cafe"),
    ice_cream: kind("dessert"),
    food_court: kind("food_hall"),
    bar: kind("bar"),
    pub: kind("bar", { vibes: { craft_beer: 0.5, lively: 0.4, neighbourhood_hub: 0.4 } }),
    biergarten: kind("brewery", { setting: "outdoor" }),
    hookah_lounge: kind("bar", { vibes: { cozy: 0.5, late_night: 0.5 } }),
    nightclub: kind("nightclub"),
    karaoke_box: kind("entertainment"),
    casino: kind("entertainment", { price: 3, vibes: { playful: 0.5, late_night: 0.6, splurge: 0.4 } }),
    music_venue: kind("music_venue"),
    concert_hall: kind("music_venue"),
    theatre: kind("theatre"),
    cinema: kind("cinema"),
    arts_centre: kind("gallery", { vibes: { contemporary_art: 0.6, performing_arts: 0.4 } }),
    exhibition_centre: kind("gallery"),
    marketplace: kind("market"),
    public_bath: kind("spa"),
    spa: kind("spa"),
    cooking_school: kind("workshop"),
    dive_centre: kind("sport")
  }
}

const browsing = (tag: string, weight = 0.8) => kind("shop", { vibes: { [tag]: weight, browsing: 0.7 } })

export const SHOPS: KeyRule = {
  key: "shop",
  kinds: {
    ...each("mall department_store", kind("shop", { minutes: 75, vibes: { browsing: 0.8, rainy_day: 0.5 } })),
    books: kind("bookstore"),
    ...each("bakery pastry", kind("bakery")),
    ...each("confectionery chocolate ice_cream candy", kind("dessert")),
    coffee: kind("cafe"),
    tea: browsing("tea_ritual"),
    ...each("antiques second_hand charity vintage", browsing("vintage")),
    art: kind("gallery"),
    ...each("craft pottery ceramics handicraft paper glass knives", browsing("handmade")),
    music: browsing("vintage", 0.5),
    ...each("wine alcohol beverages", browsing("wine", 0.6)),
    ...each("farm cheese deli spices health_food honey pasta seafood nuts greengrocer", browsing("farm_to_table", 0.5)),
    ...each("clothes fashion boutique shoes bag jewelry watches fashion_accessories leather", browsing("trendy", 0.4)),
    ...each("toys games video_games anime collector model hobby comics", browsing("playful", 0.7)),
    ...each("gift souvenir variety_store interior_decoration perfumery cosmetics garden_centre", browsing("browsing")),
    ...each("fabric musical_instrument outdoor sports stationery flowers general kimono", browsing("browsing"))
  }
}

export const CRAFTS: KeyRule = {
  key: "craft",
  kinds: {
    brewery: kind("brewery"),
    distillery: kind("brewery", { vibes: { cocktails: 0.5, hands_on: 0.3 } }),
    winery: kind("bar", { vibes: { wine: 0.9 } }),
    ...each(
      "pottery glassblower goldsmith jeweller weaver basket_maker blacksmith luthier sculptor candlemaker bookbinder confectionery",
      kind("workshop")
    )
  }
}
