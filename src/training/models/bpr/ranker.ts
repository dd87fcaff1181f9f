/** A trained BPR as a ranker of slates, and what it says of places that nobody was offered before. */

import { type Factors, factorScorer } from "../../../domain/rankers/factors.ts"
import type { SlateScorer } from "../../judge/slates.ts"
import { fitRidge } from "../../learn/ridge.ts"

/** How small the map from vibes to vectors is held, in places that say otherwise. */
const PENALTY = 1
/** Fewer places than this say nothing of what vibes mean. */
const LEAST_PLACES = 80

export type Vibes = ReadonlyMap<string, ArrayLike<number>>

/** Learns what the vibe of a place says of its vector: for places that nobody was offered before. */
export const withColdPlaces = (factors: Omit<Factors, "cold">, vibes: Vibes): Factors => {
  const { width, items, biases } = factors.model
  const known = [...factors.items.keys()].filter((i) => vibes.has(factors.items[i]!))
  if (known.length < LEAST_PLACES) return { ...factors, cold: undefined }
  const inputs = known.map((i) => vibes.get(factors.items[i]!)!)
  const outputs = known.map((i) => [...items.subarray(i * width, (i + 1) * width), biases[i]!])
  return { ...factors, cold: fitRidge(inputs, outputs, PENALTY) }
}

/** Scores slates by name. Strangers have the mean of all users, unknown places what their vibe says, else nothing. */
export const bprScorer = (factors: Factors, vibes: Vibes): SlateScorer => {
  const { known, score, stranger } = factorScorer(factors)
  return (slate) => {
    const taste = known(slate.user) ?? stranger
    return slate.items.map((id) => score(taste, { id, vibe: vibes.get(id) }))
  }
}
