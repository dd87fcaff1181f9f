/** What is known of what places cost. No source of ours gives amounts: prices are tiers, some said, some only usual for the kind. */
import type { ActivityNode, PriceTier } from "./node.ts"

/** Sources that say nothing of tiers: what their places carry is what is usual for the kind. */
const WITHOUT_TIERS = new Set(["openstreetmap", "overture", "wikivoyage", "geojson", "google_places"])

type Priced = Pick<ActivityNode, "price_tier" | "facts" | "provenance">

/** Whether somebody said what a place costs: its editor, its file, or a source that says that it is free, or how dear. */
export const isPriceKnown = ({ facts, price_tier, provenance }: Priced): boolean => {
  if (facts?.priced === true || (facts?.fee === false && price_tier === 0)) return true
  const source = (provenance.price_tier ?? provenance["*"])?.source.split(":")[0] ?? ""
  return !WITHOUT_TIERS.has(source)
}

export const TIER_NAMES = ["free", "cheap", "moderate", "expensive", "splurge"] as const satisfies { length: 5 }

/** How many stops cost how much. */
export type Prices = Readonly<Record<(typeof TIER_NAMES)[number] | "unknown", number>>

/** Stops by how dear they are; `undefined` is a place that is no longer listed. */
export const pricesOf = (places: ReadonlyArray<Priced | undefined>): Prices => {
  const prices = { free: 0, cheap: 0, moderate: 0, expensive: 0, splurge: 0, unknown: 0 }
  for (const place of places) {
    if (place === undefined || !isPriceKnown(place)) prices.unknown++
    else prices[TIER_NAMES[place.price_tier as PriceTier]]++
  }
  return prices
}

/** Those of which it is known that they are dearer than a tier. */
export const countAbove = (places: ReadonlyArray<Priced | undefined>, tier: number): number =>
  places.filter((place) => place !== undefined && place.price_tier > tier && isPriceKnown(place)).length

const WORDS = {
  ...{ free: "free", cheap: "cheap", moderate: "moderate", expensive: "expensive" },
  splurge: "a splurge"
}

/** "At least 3 free, 2 cheap, 1 expensive; 1 stop without a known price." */
export const pricesSaying = (prices: Prices): string => {
  const known = TIER_NAMES.filter((name) => prices[name] > 0).map((name) => `${prices[name]} ${WORDS[name]}`)
  const { unknown } = prices
  if (known.length === 0 && unknown === 0) return "Nothing to pay for."
  const rest = unknown === 0 ? "" : `${unknown} ${unknown === 1 ? "stop" : "stops"} without a known price`
  if (known.length === 0) return `${rest}.`
  return `${unknown === 0 ? "" : "At least "}${known.join(", ")}${rest === "" ? "" : `; ${rest}`}.`
}
