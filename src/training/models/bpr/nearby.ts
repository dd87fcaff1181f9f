/** The plainest guess at where somebody goes: a kind of place that they took before, near to where they took something. */
import { distanceKm } from "../../../domain/basics/geo.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import type { PlaceFacts } from "../trainer.ts"
import type { TrainingTriples } from "./triples.ts"

/** The way at which a place counts a third. */
const NEAR_KM = 2
/** Choices of everybody that count as one's own, so that a first choice does not decide all. */
const PRIOR = 3

interface Habits {
  readonly categories: Map<string, number>
  taken: number
  lat: number
  lon: number
}

/** Where nothing was taken yet, the middle of the slate stands for where somebody is. */
export const distanceAndCategory = (
  choices: TrainingTriples["choices"],
  places: ReadonlyMap<string, PlaceFacts>
): SlateScorer => {
  const everybody = new Map<string, number>()
  const habits = new Map<string, Habits>()
  let all = 0
  for (const { item, user } of choices) {
    const place = places.get(item)
    if (place === undefined) continue
    all++
    everybody.set(place.category, (everybody.get(place.category) ?? 0) + 1)
    const own = habits.get(user) ?? { categories: new Map(), taken: 0, lat: 0, lon: 0 }
    own.categories.set(place.category, (own.categories.get(place.category) ?? 0) + 1)
    own.taken++
    own.lat = place.lat
    own.lon = place.lon
    habits.set(user, own)
  }
  return ({ items, user }) => {
    const known = items.map((item) => places.get(item))
    const own = habits.get(user)
    const there = known.filter((place) => place !== undefined)
    const mean = (of: (place: PlaceFacts) => number) =>
      there.reduce((sum, place) => sum + of(place), 0) / Math.max(1, there.length)
    const middle = { lat: mean(({ lat }) => lat), lon: mean(({ lon }) => lon) }
    return known.map((place) => {
      if (place === undefined) return 0
      const usual = (everybody.get(place.category) ?? 0) / Math.max(1, all)
      const liked = ((own?.categories.get(place.category) ?? 0) + PRIOR * usual) / ((own?.taken ?? 0) + PRIOR)
      // Somebody's last place in another city is no place to be near to.
      const last = own === undefined ? Number.POSITIVE_INFINITY : distanceKm(own, middle)
      const from = own !== undefined && last < 50 ? own : middle
      return liked * Math.exp(-distanceKm(from, place) / NEAR_KM)
    })
  }
}
