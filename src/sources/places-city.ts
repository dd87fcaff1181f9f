/**
 * A city that nobody seeded, from a places service: better than an empty list, and marked for what it is. Quality is
 * generic (stars are a tourist's signal, and nobody local was heard), vibes are those of the category.
 */
import * as Effect from "effect/Effect"
import type { Category } from "../domain/catalog/category.ts"
import { categoryInfo } from "../domain/catalog/category.ts"
import type { CityFileNode, CityInfo } from "../domain/catalog/city-file.ts"
import type { PriceTier } from "../domain/catalog/node.ts"
import { zoneOf } from "../domain/time/zone.ts"
import { UnknownCity } from "../services/catalog.ts"
import { type Place, PlacesSource, type PlacesUnavailable } from "../services/places-source.ts"
import type { SeedInput } from "./seed-city.ts"

export const PLACES_SOURCE = "places"
export const PLACES_LICENCE = "Google Maps Platform terms of service"

/** What is asked for: enough for days of every kind, in few calls. */
export const QUERIES = [
  "restaurants",
  "cafes",
  "bakeries",
  "bars",
  "museums",
  "art galleries",
  "parks",
  "viewpoints and landmarks",
  "markets",
  "bookstores and shops",
  "live music venues",
  "theatres and cinemas"
]

/** The provider's types that mean one of our categories, most telling first. */
const CATEGORY_OF_TYPE: ReadonlyArray<readonly [type: string, category: Category]> = [
  ["bakery", "bakery"],
  ["ice_cream_shop", "dessert"],
  ["dessert_shop", "dessert"],
  ["cafe", "cafe"],
  ["coffee_shop", "cafe"],
  ["brewery", "brewery"],
  ["food_court", "food_hall"],
  ["night_club", "nightclub"],
  ["bar", "bar"],
  ["pub", "bar"],
  ["book_store", "bookstore"],
  ["library", "library"],
  ["art_gallery", "gallery"],
  ["zoo", "zoo_aquarium"],
  ["aquarium", "zoo_aquarium"],
  ["museum", "museum"],
  ["live_music_venue", "music_venue"],
  ["concert_hall", "music_venue"],
  ["performing_arts_theater", "theatre"],
  ["movie_theater", "cinema"],
  ["botanical_garden", "garden"],
  ["garden", "garden"],
  ["observation_deck", "viewpoint"],
  ["beach", "beach"],
  ["hiking_area", "trail"],
  ["park", "park"],
  ["hindu_temple", "temple"],
  ["buddhist_temple", "temple"],
  ["church", "temple"],
  ["mosque", "temple"],
  ["synagogue", "temple"],
  ["historical_place", "historic_site"],
  ["historical_landmark", "historic_site"],
  ["monument", "landmark"],
  ["spa", "spa"],
  ["sauna", "spa"],
  ["bowling_alley", "entertainment"],
  ["amusement_center", "entertainment"],
  ["farmers_market", "market"],
  ["flea_market", "market"],
  ["market", "market"],
  ["restaurant", "restaurant"],
  ["tourist_attraction", "landmark"],
  ["store", "shop"]
]

export const categoryOfTypes = (types: ReadonlyArray<string>): Category | undefined =>
  CATEGORY_OF_TYPE.find(([type]) => types.includes(type))?.[1] ??
  (types.some((type) => type.endsWith("_restaurant")) ? "restaurant" : undefined)

const DAYS = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"]
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`

/** The provider's weekly periods in OSM syntax; `null` where it knows none. */
export const hoursOfPeriods = (opening: Place["opening"]): string | null => {
  if (opening === null || opening.length === 0) return null
  if (opening.some(({ close }) => close === null)) return "24/7"
  const rules = opening.flatMap(({ open, close }) => {
    const day = DAYS[open.day]
    const from = open.hour * 60 + open.minute
    const days = (close!.day - open.day + 7) % 7
    const to = days * 1440 + close!.hour * 60 + close!.minute
    // What lasts beyond the next night is not hours of a day.
    return day === undefined || to <= from || to > 2880 ? [] : [`${day} ${clock(from)}-${clock(to)}`]
  })
  return rules.length === opening.length ? rules.join(", ") : null
}

const nodeOf = (city: CityInfo, place: Place): CityFileNode | undefined => {
  const category = categoryOfTypes(place.types)
  if (category === undefined || place.closed_for_good) return undefined
  return {
    key: `places-${place.id
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .slice(0, 60)}-${place.id.length}`,
    name: place.name.slice(0, 200),
    neighbourhood: (place.neighbourhood ?? city.name).slice(0, 120),
    category,
    lat: place.lat,
    lon: place.lon,
    opening_hours: hoursOfPeriods(place.opening),
    price_tier: (place.price_level ?? (categoryInfo(category).setting === "outdoor" ? 0 : 2)) as PriceTier,
    ...(place.price_level === null ? {} : { facts: { priced: true } }),
    vibes: categoryInfo(category).vibes,
    source_tier: 4,
    provenance: { "*": { source: `google_places:${place.id}`, licence: PLACES_LICENCE } },
    quality_signals:
      place.rating === null || place.ratings === 0
        ? []
        : [
            {
              source: PLACES_SOURCE,
              kind: "aggregator",
              voice: "tourist",
              mentions: place.ratings,
              score: Math.min(1, Math.max(0, place.rating / 5)),
              avoid_mentions: 0,
              last_seen: null,
              quotes: [],
              licence: PLACES_LICENCE
            }
          ]
  }
}

/** A city as input of a seeding. Without a key, or where the service knows no such city, it says which cities there are. */
export const fromPlaces = Effect.fn("fromPlaces")(function* (
  slug: string,
  seeded: ReadonlyArray<string>,
  limit?: number
) {
  const places = yield* PlacesSource
  const refused = (why: string) =>
    new UnknownCity({
      city: slug.slice(0, 64),
      seeded,
      message: `There is no catalog of "${slug.slice(0, 64)}", and ${why} Seeded or curated: ${seeded.join(", ")}.`
    })
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug)) return yield* refused("that is not the slug of a city.")
  const orRefuse = Effect.mapError((error: PlacesUnavailable) => refused(`it cannot be looked up: ${error.message}`))
  const found = yield* orRefuse(places.city(slug.replaceAll("-", " ")))
  if (found === null || zoneOf(found.time_zone) === undefined || found.bounds.west >= found.bounds.east) {
    return yield* refused("the places service knows no such city.")
  }
  const city: CityInfo = {
    slug,
    name: found.name,
    country: found.country,
    time_zone: found.time_zone,
    bounds: found.bounds,
    centre: { lat: found.lat, lon: found.lon }
  }
  const nodes = new Map<string, CityFileNode>()
  let complete = true
  for (const query of QUERIES) {
    const answer = yield* Effect.result(places.search({ text: `${query} in ${city.name}`, bounds: city.bounds }))
    if (answer._tag === "Failure") {
      complete = false
      continue
    }
    for (const place of answer.success) {
      const node = nodeOf(city, place)
      if (node !== undefined) nodes.set(node.key, node)
    }
  }
  if (nodes.size === 0) return yield* refused("the places service gave nothing that could be used.")
  const all = [...nodes.values()].slice(0, limit)
  const input: SeedInput = {
    city,
    source: PLACES_SOURCE,
    licence: PLACES_LICENCE,
    nodes: all,
    total: all.length,
    complete: complete && limit === undefined,
    rejected: []
  }
  return input
})
