/**
 * Made-up cities of any size, for benchmarks and training. Clearly marked: `source` is `synthetic`, and every name
 * says so. Spread like a real one: neighbourhoods of very different size, many restaurants and few temples, hours
 * known for a fifth, a local's view that differs from the tourist lists'.
 */
import { distanceKm } from "../basics/geo.ts"
import { seededRandom } from "../basics/random.ts"
import { CATEGORY_INFO, type Category, categoryInfo } from "./category.ts"
import type { CityFileNode, CityInfo } from "./city-file.ts"
import type { PriceTier, QualitySignal, Voice } from "./node.ts"
import { TAXONOMY, tagIndex } from "./taxonomy.ts"

export const SYNTHETIC_SOURCE = "synthetic"
export const SYNTHETIC_LICENCE = "Apache-2.0"
export const MAX_SYNTHETIC_NODES = 100_000

/** How common a category is; the others weigh 1. */
const FREQUENCY: Partial<Record<Category, number>> = {
  restaurant: 26,
  cafe: 11,
  bar: 9,
  shop: 8,
  bakery: 4,
  street_food: 4,
  park: 4,
  dessert: 3,
  gallery: 3,
  market: 2,
  museum: 2,
  neighbourhood_walk: 2,
  bookstore: 2,
  temple: 2,
  viewpoint: 2
}

/** Share of places whose hours are known, as in OpenStreetMap. */
const HOURS_KNOWN = 0.2

const HOURS: Readonly<Record<"day" | "meal" | "evening" | "outdoors", ReadonlyArray<string>>> = {
  day: [
    "Mo-Sa 09:00-18:00",
    "Tu-Su 10:00-17:00",
    "Mo-Su 08:00-16:00",
    "Mo-Fr 07:00-15:00; Sa-Su 08:00-16:00",
    "Mo-Su 10:00-18:00; PH off"
  ],
  meal: [
    "Mo-Su 11:30-22:00",
    "Tu-Sa 17:00-23:00",
    "Mo-Fr 11:30-14:30,17:30-22:00; Sa 17:30-22:30",
    "We-Su 12:00-21:00"
  ],
  evening: ["Mo-Su 17:00-02:00", "Tu-Sa 18:00-01:00", "We-Sa 20:00-03:00", "Mo-Th 16:00-24:00; Fr-Sa 16:00-02:00"],
  outdoors: ["24/7", "06:00-22:00", "sunrise-sunset", "05:00-23:00"]
}

const CATEGORIES_BY_WEIGHT = (Object.keys(CATEGORY_INFO) as Array<Category>).map((category) => ({
  category,
  weight: FREQUENCY[category] ?? 1
}))
const TOTAL_WEIGHT = CATEGORIES_BY_WEIGHT.reduce((sum, { weight }) => sum + weight, 0)

const round = (x: number, digits: number) => Math.round(x * 10 ** digits) / 10 ** digits
const unit = (x: number) => Math.min(1, Math.max(0, x))

interface Neighbourhood {
  readonly name: string
  readonly lat: number
  readonly lon: number
  readonly spread: number
  /** What the neighbourhood is known for: its places have a little of it. */
  readonly flavour: string
}

/** The entries of a made-up catalog, one by one, so that memory does not grow with the city. */
export function* syntheticNodes(city: CityInfo, count: number, seed = 1): Generator<CityFileNode> {
  const random = seededRandom(seed)
  /** Near normal: the mean of three. */
  const bell = () => (random() + random() + random()) / 1.5 - 1
  const pick = <A>(list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)]!
  const { south, west, north, east } = city.bounds
  const height = north - south
  const width = east - west
  const neighbourhoods = Array.from(
    { length: Math.max(8, Math.min(80, Math.round(Math.sqrt(count)))) },
    (_, i): Neighbourhood => ({
      name: `Quarter ${i + 1}`,
      lat: south + height * (0.15 + 0.7 * random()),
      lon: west + width * (0.15 + 0.7 * random()),
      spread: 0.02 + 0.06 * random(),
      flavour: pick(TAXONOMY).tag
    })
  )
  const radius = distanceKm({ lat: south, lon: west }, { lat: north, lon: east }) / 2
  for (let i = 0; i < count; i++) {
    // The square makes a few quarters crowded and most of them thin.
    const quarter = neighbourhoods[Math.floor(random() ** 2 * neighbourhoods.length)]!
    const category = categoryAt(random() * TOTAL_WEIGHT)
    const info = categoryInfo(category)
    const lat = round(Math.min(north, Math.max(south, quarter.lat + bell() * quarter.spread * height)), 6)
    const lon = round(Math.min(east, Math.max(west, quarter.lon + bell() * quarter.spread * width)), 6)
    const centrality = unit(1 - distanceKm(city.centre, { lat, lon }) / radius)
    const quality = unit(0.55 + 0.25 * bell())
    const fame = unit(centrality * 0.5 + quality * 0.3 + 0.45 * bell())
    const number = String(i + 1).padStart(6, "0")
    yield {
      key: `synthetic-${number}`,
      name: `Synthetic ${category.replaceAll("_", " ")} ${number}`,
      neighbourhood: quarter.name,
      category,
      lat,
      lon,
      opening_hours: random() < HOURS_KNOWN ? pick(HOURS[hoursKind(category)]) : null,
      price_tier: (info.setting === "outdoor" ? 0 : 1 + Math.floor(3.99 * random() ** 1.6)) as PriceTier,
      booking_needed: category === "restaurant" && random() < 0.15,
      vibes: vibesOf(category, quarter.flavour, random),
      source_tier: random() < 0.3 ? 1 : random() < 0.6 ? 2 : 3,
      quality_signals: signalsOf(quality, fame, random)
    }
  }
}

const categoryAt = (point: number): Category => {
  let left = point
  for (const { category, weight } of CATEGORIES_BY_WEIGHT) {
    left -= weight
    if (left < 0) return category
  }
  return "restaurant"
}

const hoursKind = (category: Category): keyof typeof HOURS => {
  const info = categoryInfo(category)
  if (info.setting === "outdoor" && !info.meal) return "outdoors"
  if (info.day_parts.includes("night") && !info.meal) return "evening"
  return info.meal ? "meal" : "day"
}

const vibesOf = (category: Category, flavour: string, random: () => number): Readonly<Record<string, number>> => {
  const vibes: Record<string, number> = {}
  for (const [tag, weight] of Object.entries(categoryInfo(category).vibes)) {
    vibes[tag] = round(unit(weight * (0.7 + 0.5 * random())), 2)
  }
  const wanted = 1 + Math.floor(random() * 4)
  for (let n = 0; n < wanted; n++) {
    // Half of what is added is near what is there already, as in life.
    const known = Object.keys(vibes)
    const base = TAXONOMY[tagIndex(known[Math.floor(random() * known.length)]!)!]!
    const tag =
      random() < 0.5
        ? base.related[Math.floor(random() * base.related.length)]!.tag
        : random() < 0.4
          ? flavour
          : TAXONOMY[Math.floor(random() * TAXONOMY.length)]!.tag
    vibes[tag] ??= round(0.2 + 0.6 * random(), 2)
  }
  return vibes
}

const signalsOf = (quality: number, fame: number, random: () => number): ReadonlyArray<QualitySignal> => {
  const signal = (voice: Voice, score: number, mentions: number, avoid: number): QualitySignal => ({
    source: `${SYNTHETIC_SOURCE}-${voice}`,
    kind: "aggregator",
    voice,
    mentions,
    score: round(unit(score), 3),
    avoid_mentions: avoid,
    last_seen: null,
    quotes: [],
    licence: SYNTHETIC_LICENCE
  })
  const signals: Array<QualitySignal> = []
  const trap = fame > 0.75 && random() < 0.4
  const localScore = trap ? quality * 0.5 : quality
  const localMentions = Math.floor(25 * random() ** 2)
  if (localMentions > 0) {
    signals.push(signal("local", localScore, localMentions, trap ? Math.ceil(localMentions * 0.3 * random()) : 0))
  }
  if (fame > 0.45) signals.push(signal("tourist", 0.5 + fame / 2, 1 + Math.floor(80 * fame * random()), 0))
  return signals
}
