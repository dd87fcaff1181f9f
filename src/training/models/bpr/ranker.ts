/** A trained BPR as a ranker of slates, and what it says of places that nobody was offered before. */

import type { LinearMap } from "../../../domain/basics/linear-map.ts"
import { type Factors, factorScorer } from "../../../domain/rankers/factors.ts"
import type { Slate, SlateScorer } from "../../judge/slates.ts"
import { fitRidge } from "../../learn/ridge.ts"

/** How small the map from vibes to vectors is held, in places that say otherwise. */
const PENALTY = 1
/** Fewer places than this say nothing of what vibes mean. */
const LEAST_PLACES = 80

export type Vibes = ReadonlyMap<string, ArrayLike<number>>

/** What the vibe of a place says of its vector: for places that nobody was offered before. */
const coldPlaces = (
  items: ReadonlyArray<string>,
  vectorOf: (i: number) => ReadonlyArray<number>,
  vibes: Vibes
): LinearMap | undefined => {
  const known = [...items.keys()].filter((i) => vibes.has(items[i]!))
  if (known.length < LEAST_PLACES) return undefined
  return fitRidge(
    known.map((i) => vibes.get(items[i]!)!),
    known.map(vectorOf),
    PENALTY
  )
}

export const withColdPlaces = (factors: Omit<Factors, "cold">, vibes: Vibes): Factors => {
  const { width, items, biases } = factors.model
  const vectorOf = (i: number) => [...items.subarray(i * width, (i + 1) * width), biases[i]!]
  return { ...factors, cold: coldPlaces(factors.items, vectorOf, vibes) }
}

/**
 * The slates of a stranger that came before one. Who serves them goes by their signals of that moment; here an answer counts as
 * given when the next slate came.
 */
export const earlierOf = (decisions: ReadonlyArray<Slate>, isStranger: (user: string) => boolean) => {
  const byUser = new Map<string, Array<Slate>>()
  for (const slate of decisions) {
    if (!isStranger(slate.user)) continue
    const own = byUser.get(slate.user)
    if (own === undefined) byUser.set(slate.user, [slate])
    else own.push(slate)
  }
  for (const own of byUser.values()) own.sort((a, b) => a.at - b.at)
  return ({ at, user }: Slate): ReadonlyArray<Slate> => (byUser.get(user) ?? []).filter((one) => one.at < at)
}

/** What a person said of places in a slate: that one was not taken is no word of theirs, only that it was turned down by hand. */
export const wordsOf = ({ at, items, passed, taken }: Slate) =>
  items.flatMap((id, i) => {
    const accepted = taken[i] === 1
    return accepted || passed?.[i] === 1 ? [{ id, accepted, at }] : []
  })

/**
 * Scores slates by name. Strangers have the taste that their earlier `decisions` say, as when they are served, and the mean of all
 * users before the first; unknown places what their vibe says, else nothing.
 */
export const bprScorer = (factors: Factors, vibes: Vibes, decisions: ReadonlyArray<Slate> = []): SlateScorer => {
  const { known, learnt, score } = factorScorer(factors)
  const earlier = earlierOf(decisions, (user) => known(user) === undefined)
  const place = (id: string) => ({ id, vibe: vibes.get(id) })
  const learntBefore = (slate: Slate) =>
    learnt(
      earlier(slate).flatMap((one) => wordsOf(one).map(({ id, accepted, at }) => ({ place: place(id), accepted, at })))
    )
  return (slate) => {
    const taste = known(slate.user) ?? learntBefore(slate)
    return slate.items.map((id) => score(taste, place(id)))
  }
}
