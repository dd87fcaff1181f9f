/** Decisions to judge rankers by: all that could have been chosen, what was, and the order in which a ranker puts it. */
import * as Schema from "effect/Schema"
import { TripCount } from "../../domain/vocabulary.ts"
import { numbersOf } from "./numbers.ts"

const isTripCount = Schema.is(TripCount)

export interface Slate {
  readonly id: string
  readonly user: string
  /** Who is drawn together in the bootstrap: people who travel together, or the user alone. */
  readonly cluster: string
  /** Unix milliseconds. */
  readonly at: number
  readonly items: ReadonlyArray<string>
  /** 1 for what was taken. */
  readonly taken: Uint8Array
  /** 1 for what was turned down by hand; of all else nobody knows. Absent where that was not logged. */
  readonly passed?: Uint8Array
  /** What kind of decision it is, by name of the kind: city, people, origin. */
  readonly segments: Readonly<Record<string, string>>
}

/** A number per item of the slate; larger is better. */
export type SlateScorer = (slate: Slate) => ArrayLike<number>

/**
 * Whether somebody travels with us for the first time, as a segment. A word that the vocabulary does not have (older logs and
 * datasets say one where nothing was known) puts nobody anywhere.
 */
export const travelerSegment = (tripCount: unknown): { readonly traveler?: "new" | "repeat" } =>
  isTripCount(tripCount) ? { traveler: tripCount === "first_trip" ? "new" : "repeat" } : {}

export const METRICS = ["hr5", "hr10", "mrr", "ndcg10", "auc", "p3"] as const
export type Metric = (typeof METRICS)[number]

/** The rank of each item, from 1; those with the same score share the mean of their ranks. */
export const ranksOf = (given: ArrayLike<number>): Float64Array => {
  const scores = numbersOf(given)
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const ranks = new Float64Array(scores.length)
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++
    for (let k = i; k < j; k++) ranks[order[k]!] = (i + j + 1) / 2
    i = j
  }
  return ranks
}

const gain = (rank: number): number => 1 / Math.log2(rank + 1)

/**
 * What an order of the slate is worth. Of several that were taken, hits and reciprocal rank look at the best, NDCG and P@3
 * at all; AUC is the share of pairs that stand in the right order.
 */
export const worthOf = (slate: Slate, scores: ArrayLike<number>): Readonly<Record<Metric, number>> => {
  const ranks = ranksOf(scores)
  const taken = [...slate.taken.keys()].filter((i) => slate.taken[i] === 1)
  const best = taken.reduce((least, i) => Math.min(least, ranks[i]!), Number.POSITIVE_INFINITY)
  const dcg = taken.reduce((sum, i) => sum + (ranks[i]! <= 10 ? gain(ranks[i]!) : 0), 0)
  const ideal = taken.slice(0, 10).reduce((sum, _, i) => sum + gain(i + 1), 0)
  const others = slate.items.length - taken.length
  const above =
    taken.reduce((sum, i) => sum + (slate.items.length - ranks[i]!), 0) - (taken.length * (taken.length - 1)) / 2
  return {
    hr5: best <= 5 ? 1 : 0,
    hr10: best <= 10 ? 1 : 0,
    mrr: 1 / best,
    ndcg10: ideal === 0 ? 0 : dcg / ideal,
    auc: taken.length === 0 || others === 0 ? 0.5 : above / (taken.length * others),
    p3: taken.filter((i) => ranks[i]! <= 3).length / 3
  }
}
