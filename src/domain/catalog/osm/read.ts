/**
 * What one element of OpenStreetMap is to a traveler: a place of one of our categories with what its tags say, or
 * nothing to visit, with the reason. Every named element gets one or the other, so that a city can be counted through.
 */
import { entryOf } from "../../basics/entry-of.ts"
import { type CategoryInfo, categoryInfo } from "../category.ts"
import { type PlaceFacts, placeFacts } from "../facts.ts"
import type { PriceTier } from "../node.ts"
import { CRAFTS, FOOD_AND_NIGHT, SHOPS } from "./food-and-shops.ts"
import type { KeyRule, Kind, Tags } from "./rule.ts"
import {
  AMENITY_SIGHTS,
  ATTRACTION,
  BUILDINGS,
  HISTORIC,
  LEISURE,
  MAN_MADE,
  NATURAL,
  OPEN_AIR,
  TOURISM
} from "./sights.ts"
import { vibesOfTags } from "./vibes.ts"

/** In this order: what one eats or sees there says more than the walls around it. */
const RULES: ReadonlyArray<KeyRule> = [
  FOOD_AND_NIGHT,
  TOURISM,
  LEISURE,
  AMENITY_SIGHTS,
  HISTORIC,
  SHOPS,
  NATURAL,
  MAN_MADE,
  CRAFTS,
  ...OPEN_AIR,
  BUILDINGS,
  ATTRACTION
]

/** What is asked for where nothing but a few values of a key are places: most routes and borders are none. */
const FEW_OF_MANY = new Set(["boundary", "place", "route", "waterway"])

/** The tags that places are told by: a key, and its values where not all of them may be places. */
export const PLACE_TAGS: ReadonlyArray<{ readonly key: string; readonly values?: ReadonlyArray<string> }> = [
  ...Map.groupBy(RULES, ({ key }) => key)
].map(([key, rules]) =>
  FEW_OF_MANY.has(key) ? { key, values: rules.flatMap(({ kinds }) => Object.keys(kinds)) } : { key }
)

/** Where a place's name may stand, the best first. */
export const NAME_KEYS = ["name", "name:en", "brand"] as const

export const LONGEST_NAME = 200

export interface TaggedPlace {
  readonly name: string
  readonly names: Readonly<Record<string, string>>
  readonly kind: Kind
  readonly vibes: Readonly<Record<string, number>>
  readonly price_tier: PriceTier
  readonly opening_hours: string | null
  readonly booking_needed: boolean
  readonly facts: PlaceFacts
  readonly external_ids: Readonly<Record<string, string>>
  /** How much is known of it: the more, the likelier it is that people steer by it. */
  readonly renown: number
  /** The day on which somebody last looked, where that is said. */
  readonly checked?: string
}

export type Reading = { readonly place: TaggedPlace } | { readonly leftOut: string }

/** Keys that say what a thing is; named things without any of them are counted under what they are not. */
const TELLING_KEYS = [
  ...["amenity", "tourism", "leisure", "shop", "historic", "natural", "man_made", "craft", "place", "office", "club"],
  ...["healthcare", "railway", "public_transport", "highway", "route", "boundary", "landuse", "waterway", "building"],
  ...["aeroway", "aerialway", "sport", "emergency", "barrier", "power", "military", "attraction", "type"]
]

const LIFECYCLE =
  /^(disused|abandoned|demolished|razed|removed|destroyed|ruined|was|closed|construction|proposed|planned|historic_)[:]/
const GONE_FLAGS = ["disused", "abandoned", "demolished", "razed", "closed"]

const goneOf = (tags: Tags): string | undefined => {
  for (const flag of GONE_FLAGS) if (tags[flag] === "yes") return `is ${flag}`
  for (const key of ["amenity", "shop", "tourism", "leisure", "building", "highway"]) {
    if (["construction", "proposed", "planned", "vacant", "disused", "abandoned"].includes(tags[key] ?? "")) {
      return `is not in use (${key}=${tags[key]})`
    }
  }
  return undefined
}

const kindOf = (tags: Tags): Kind | undefined => {
  for (const { key, kinds, otherwise, not } of RULES) {
    const value = tags[key]
    if (value === undefined || value === "no") continue
    // Several values stand beside one another; the first that is a kind of place counts.
    for (const one of value.split(";")) {
      const found = entryOf(kinds, one.trim())
      if (found !== undefined) return found
    }
    if (otherwise !== undefined && not?.has(value) !== true) return otherwise
  }
  return undefined
}

const notVisited = (tags: Tags): string => {
  const key = TELLING_KEYS.find((one) => tags[one] !== undefined)
  if (key === undefined) {
    const lapsed = Object.keys(tags).find((one) => LIFECYCLE.test(one))
    return lapsed === undefined ? "says nothing of what it is" : `is no more (${lapsed.split(":")[0]})`
  }
  const value = tags[key]!.split(";")[0]!.slice(0, 40)
  // Streets and stops are many kinds of one thing.
  return key === "highway" || key === "building" || key === "landuse"
    ? `is no place to visit (${key})`
    : `is no place to visit (${key}=${value})`
}

const PRIVATE = new Set(["private", "no", "customers_only", "members"])
const SMALL_MEMORIALS = new Set([
  "plaque",
  "stolperstein",
  "blue_plaque",
  "bench",
  "tree",
  "plate",
  "marker",
  "ghost_bike"
])
const ADULTS_ONLY = new Set(["brothel", "stripclub", "love_hotel", "swingerclub", "gambling"])

const unsuitable = (tags: Tags): string | undefined => {
  if (PRIVATE.has(tags.access ?? "")) return "is private"
  if (ADULTS_ONLY.has(tags.amenity ?? "")) return `is not suggested to anybody (amenity=${tags.amenity})`
  if (SMALL_MEMORIALS.has(tags.memorial ?? "")) return `is a sign beside the way (memorial=${tags.memorial})`
  return undefined
}

const localName = (tags: Tags): string | undefined => {
  for (const key of NAME_KEYS) {
    const name = tags[key]?.trim()
    if (name !== undefined && name !== "") return name
  }
  return undefined
}

/** Names by language; `local` is the one on the door. */
const namesOf = (tags: Tags, local: string): Readonly<Record<string, string>> => {
  const names: Record<string, string> = { local }
  for (const [key, value] of Object.entries(tags)) {
    const language = /^name:([a-z]{2,3}(?:[-_][A-Za-z]{2,8})?)$/.exec(key)?.[1]
    if (language !== undefined && value.trim() !== "" && value.length <= LONGEST_NAME) names[language] = value.trim()
  }
  for (const key of ["alt_name", "official_name", "short_name", "old_name", "int_name"]) {
    const value = tags[key]?.trim()
    if (value !== undefined && value !== "" && value.length <= LONGEST_NAME) names[key] = value
  }
  return names
}

const USUAL_PRICE: Readonly<Record<string, PriceTier>> = {
  ...{ restaurant: 2, cafe: 1, bakery: 1, street_food: 1, food_hall: 1, dessert: 1, bar: 2, brewery: 2, nightclub: 2 },
  ...{ music_venue: 2, theatre: 3, cinema: 2, shop: 2, bookstore: 1, museum: 2, gallery: 1, zoo_aquarium: 2, spa: 3 },
  ...{ sport: 2, workshop: 3, entertainment: 2, market: 1 }
}

const priceOf = (tags: Tags, kind: Kind, info: CategoryInfo): PriceTier => {
  if (tags.fee === "no" && !info.meal) return 0
  if (kind.price !== undefined) return kind.price
  const usual = USUAL_PRICE[kind.category] ?? 0
  return usual === 0 && tags.fee !== undefined && tags.fee !== "no" && tags.fee !== "donation" ? 1 : usual
}

const renownOf = (tags: Tags): number =>
  (tags.wikidata === undefined ? 0 : 2) + (tags.wikipedia === undefined ? 0 : 2) + (tags.tourism === undefined ? 0 : 1)

const checkedOf = (tags: Tags): { readonly checked?: string } => {
  const day = tags["check_date:opening_hours"] ?? tags.check_date ?? ""
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? { checked: day } : {}
}

/** Reads one element; `undefined` where it has no name and nothing that would make it a place. */
export const readTags = (tags: Tags): Reading | undefined => {
  const name = localName(tags)
  const found = kindOf(tags)
  if (found === undefined) return name === undefined ? undefined : { leftOut: notVisited(tags) }
  if (name === undefined) return { leftOut: "has no name" }
  if (name.length > LONGEST_NAME) return { leftOut: `has a name of more than ${LONGEST_NAME} characters` }
  const reason = goneOf(tags) ?? unsuitable(tags)
  if (reason !== undefined) return { leftOut: reason }
  const hours = tags.opening_hours?.trim()
  const external_ids: Record<string, string> = {}
  for (const key of ["wikidata", "wikipedia"]) if (tags[key] !== undefined) external_ids[key] = tags[key]!.slice(0, 200)
  return {
    place: {
      name,
      names: namesOf(tags, name),
      kind: found,
      vibes: vibesOfTags(tags, found),
      price_tier: priceOf(tags, found, categoryInfo(found.category)),
      opening_hours: hours === undefined || hours === "" ? null : hours,
      booking_needed: tags.reservation === "required",
      facts: placeFacts(tags),
      external_ids,
      renown: renownOf(tags),
      ...checkedOf(tags)
    }
  }
}
